"""Sums over groups of rows, each in the order of its rows: what one group adds up to does not depend on the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Groups:
    """`of` (n,) dense group of each row, of `size` groups."""

    of: Int
    size: int

    def sums(self, x: Float | Int | Bool) -> Float:
        """(size,) sums of `x` (n,)."""
        return np.asarray(np.bincount(self.of, weights=x, minlength=self.size), np.float64)

    def sums_of_columns(self, x: Float) -> Float:
        """(size, k) sums of `x` (n, k)."""
        k = x.shape[1]
        cells = self.of[:, None] * k + np.arange(k)
        flat = np.bincount(cells.ravel(), weights=x.ravel(), minlength=self.size * k)
        return np.asarray(flat.reshape(self.size, k), np.float64)

    def totals(self, x: Float | Int | Bool) -> Float:
        """(n,) of each row the sum of its group."""
        return self.sums(x)[self.of]
