"""Sums over groups of rows, each in the order of its rows: what one group adds up to does not depend on the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


def sums(group: Int, x: Float | Bool, size: int) -> Float:
    """(size,) sums of `x` (n,) by `group` (n,)."""
    return np.asarray(np.bincount(group, weights=x, minlength=size), np.float64)


def sums_of_columns(group: Int, x: Float, size: int) -> Float:
    """(size, k) sums of `x` (n, k) by `group` (n,)."""
    k = x.shape[1]
    cells = group[:, None] * k + np.arange(k)
    flat = np.bincount(cells.ravel(), weights=x.ravel(), minlength=size * k)
    return np.asarray(flat.reshape(size, k), np.float64)
