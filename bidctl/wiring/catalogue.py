"""The operator's tables that reports read once: products, creators, grades, fields; the one named in a command goes before `[tables]`."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.tables.creators import read_creators, read_grades
from bidctl.adapters.tables.fields import read_fields
from bidctl.adapters.tables.products import read_products
from bidctl.config import Settings
from bidctl.domain.business import TagTable
from bidctl.domain.creators import DEFAULT, Creator, Threshold
from bidctl.domain.products import ProductTable


def products_of(settings: Settings, named: Path | None) -> ProductTable:
    """The table of products; an empty one where none is named. Raises TableError."""
    file = _file(named, settings.tables.products)
    return ProductTable({}, {}) if file is None else read_products(file)


def creators_of(settings: Settings, named: Path | None) -> dict[str, Creator]:
    """Creators by id; none where no table is named. Raises TableError."""
    file = _file(named, settings.tables.creators)
    return {} if file is None else read_creators(file)


def grades_of(settings: Settings, named: Path | None) -> tuple[Threshold, ...]:
    """What grades ask for; the default where no table is named. Raises TableError."""
    file = _file(named, settings.tables.grades)
    return DEFAULT if file is None else read_grades(file)


def fields_of(settings: Settings, named: Path | None) -> TagTable:
    """Tags of campaigns; none where no table is named. Raises TableError."""
    file = _file(named, settings.tables.fields)
    return TagTable() if file is None else read_fields(file)


def _file(named: Path | None, told: str) -> Path | None:
    return named or (Path(told) if told else None)
