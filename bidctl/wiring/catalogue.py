"""The operator's tables that reports read once: products, creators, grades, fields; the one named in a command goes before `[tables]`."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.tables.products import read_products
from bidctl.config import Settings
from bidctl.domain.products import ProductTable


def products_of(settings: Settings, named: Path | None) -> ProductTable:
    """The table of products; an empty one where none is named. Raises TableError."""
    file = _file(named, settings.tables.products)
    return ProductTable({}, {}) if file is None else read_products(file)


def _file(named: Path | None, told: str) -> Path | None:
    return named or (Path(told) if told else None)
