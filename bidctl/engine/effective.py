"""Effective hours (RULEBOOK 0): hours in which every listing found the campaign delivering, on air and with budget left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


class EffectiveHours:
    """(n, width) marks by hour index: `seen` by a listing, `bad` in at least one."""

    def __init__(self, width: int = 73) -> None:
        self.width = width
        self.head: int | None = None
        self.seen = np.zeros((0, width), np.bool_)
        self.bad = np.zeros((0, width), np.bool_)

    def grow(self, rows: int) -> None:
        more = np.zeros((max(rows - len(self.seen), 0), self.width), np.bool_)
        self.seen, self.bad = np.concatenate([self.seen, more]), np.concatenate([self.bad, more])

    def take(self, rows: Int) -> None:
        self.seen, self.bad = self.seen[rows], self.bad[rows]

    def mark(self, rows: Int, hour: int, effective: Bool) -> None:
        """One listing in `hour`: `effective` (m,) of these rows."""
        if self.head is None:
            self.head = hour
        for h in range(max(self.head + 1, hour - self.width + 1), hour + 1):
            self.seen[:, h % self.width] = False
            self.bad[:, h % self.width] = False
        self.head = max(self.head, hour)
        if hour > self.head - self.width:
            self.seen[rows, hour % self.width] = True
            self.bad[rows, hour % self.width] |= ~effective

    def hours(self, first: int, k: int) -> Bool:
        """(n, k) which of the hours `first`.. were effective; hours not watched were not."""
        index = np.arange(first, first + k)
        slots = index % self.width
        held = (index <= (self.head if self.head is not None else -1)) & (index > (self.head or 0) - self.width)
        return self.seen[:, slots] & ~self.bad[:, slots] & held
