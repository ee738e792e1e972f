"""Sums over groups of rows, each in a stated order of its rows: what one group adds up to does not depend on the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Groups:
    """`of` (n,) dense group of each row, of `size` groups. `order` (n,): rows in the order in which they are added up (a sum
    of floats depends on it in its last bits); None = as they stand."""

    of: Int
    size: int
    order: Int | None = None

    def sums(self, x: Float | Int | Bool) -> Float:
        """(size,) sums of `x` (n,)."""
        sums = np.bincount(self._of_ordered, weights=self._ordered(x), minlength=self.size)
        return np.asarray(sums, np.float64)

    def sums_of_columns(self, x: Float) -> Float:
        """(size, k) sums of `x` (n, k)."""
        if self.single:
            return x
        k = x.shape[1]
        flat = np.bincount(self._cells(k), weights=self._ordered(x).ravel(), minlength=self.size * k)
        return np.asarray(flat.reshape(self.size, k), np.float64)

    def highest(self, x: NDArray[Any]) -> NDArray[Any]:
        """(size, ...) greatest of each group along the rows of `x` (n, ...); every group has a row."""
        order = np.argsort(self.of, kind="stable")
        starts = np.searchsorted(self.of[order], np.arange(self.size))
        return np.asarray(np.maximum.reduceat(x[order], starts, axis=0)) if self.size else x

    @cached_property
    def single(self) -> bool:
        """Every row is its own group, in order."""
        return len(self.of) == self.size and bool((self.of == np.arange(self.size)).all())

    def _cells(self, k: int) -> Int:
        """(n * k,) where each number of a table (n, k) is added to in one (size, k); kept, for few widths are ever added up."""
        if k not in self._cells_of:
            self._cells_of[k] = (self._of_ordered[:, None] * k + np.arange(k)).ravel()
        return self._cells_of[k]

    @cached_property
    def _cells_of(self) -> dict[int, Int]:
        return {}

    @cached_property
    def _of_ordered(self) -> Int:
        return self._ordered(self.of)

    def _ordered(self, x: NDArray[Any]) -> NDArray[Any]:
        return x if self.order is None else x.take(self.order, axis=0)

    def totals(self, x: Float | Int | Bool) -> Float:
        """(n,) of each row the sum of its group."""
        return self.sums(x)[self.of]
