"""Struct-of-arrays helpers: a dataclass of equal-length numpy columns, joined and taken by row."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    C = TypeVar("C", bound=DataclassInstance)
else:
    C = TypeVar("C")


def joined(first: C, second: C) -> C:
    """The rows of `first`, then those of `second`."""
    return type(first)(**{n: np.concatenate([a, getattr(second, n)]) for n, a in _columns(first)})


def taken(table: C, rows: NDArray[np.int64]) -> C:
    """A copy of these rows, in this order."""
    return type(table)(**{n: a[rows] for n, a in _columns(table)})


def _columns(table: DataclassInstance) -> list[tuple[str, NDArray[Any]]]:
    return [(f.name, getattr(table, f.name)) for f in fields(table)]
