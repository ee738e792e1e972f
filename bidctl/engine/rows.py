"""Sums along the rows of a table, in one pass each; what a row adds up to does not depend on the other rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


def total(x: NDArray[Any]) -> Float:
    """(...,) sums of `x` (..., d) along its last axis."""
    return np.asarray(np.einsum("...j->...", x), np.float64)


def dot(x: NDArray[Any], y: NDArray[Any]) -> Float:
    """(...,) sums of x times y along the last axis; broadcasts."""
    return np.asarray(np.einsum("...j,...j->...", x, y), np.float64)


def count(which: Bool) -> Float:
    """(...,) how many of each row."""
    return total(which.astype(np.float64))


def highest(x: Float) -> Float:
    """(n,) greatest of each row of `x` (n, d), -inf where d is 0: column by column, which is faster where d is small."""
    return np.asarray(np.maximum.reduce(np.ascontiguousarray(x.T), initial=-np.inf))


def to_the_fen(x: Float) -> Float:
    """Yuan as they were told: buckets keep 7 digits, which is exact to the fen up to 130,000 yuan each, and sums of them are not."""
    return np.round(x, 2)


def filled(x: NDArray[Any]) -> NDArray[Any]:
    """Unknown as nothing, of what is never below zero."""
    return np.asarray(np.fmax(x, 0.0))
