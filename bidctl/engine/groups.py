"""Sums over groups of rows, each in a stated order of its rows: what one group adds up to does not depend on the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Groups:
    """`of` (n,) dense group of each row, of `size` groups. `order` (n,): rows in the order in which they are added up (a sum
    of floats depends on it in its last bits); None = as they stand."""

    of: Int
    size: int
    order: Int | None = None

    def sums(self, x: Float | Int | Bool) -> Float:
        """(size,) sums of `x` (n,)."""
        of, x = self._ordered(x)
        return np.asarray(np.bincount(of, weights=x, minlength=self.size), np.float64)

    def sums_of_columns(self, x: Float) -> Float:
        """(size, k) sums of `x` (n, k)."""
        if self.single:
            return x
        of, x = self._ordered(x)
        k = x.shape[1]
        cells = of[:, None] * k + np.arange(k)
        flat = np.bincount(cells.ravel(), weights=x.ravel(), minlength=self.size * k)
        return np.asarray(flat.reshape(self.size, k), np.float64)

    def highest(self, x: NDArray[Any]) -> NDArray[Any]:
        """(size, ...) greatest of each group along the rows of `x` (n, ...); every group has a row."""
        order = np.argsort(self.of, kind="stable")
        starts = np.searchsorted(self.of[order], np.arange(self.size))
        return np.asarray(np.maximum.reduceat(x[order], starts, axis=0)) if self.size else x

    @property
    def single(self) -> bool:
        """Every row is its own group, in order."""
        return len(self.of) == self.size and bool((self.of == np.arange(self.size)).all())

    def _ordered(self, x: NDArray[Any]) -> tuple[Int, NDArray[Any]]:
        return (self.of, x) if self.order is None else (self.of[self.order], x[self.order])

    def totals(self, x: Float | Int | Bool) -> Float:
        """(n,) of each row the sum of its group."""
        return self.sums(x)[self.of]
