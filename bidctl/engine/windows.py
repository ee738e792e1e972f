"""Rolling buckets: the newest version of every hour or day of every campaign, in memory that does not grow with time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

NEVER = -np.inf


def turned(column: NDArray[Any], begin: int, k: int) -> NDArray[Any]:
    """(..., k) slots of the last axis from `begin` on, past its end from the start again; a view where they lie together."""
    width = column.shape[-1]
    if begin + k <= width:
        return column[..., begin : begin + k]
    return np.concatenate([column[..., begin:], column[..., : begin + k - width]], axis=-1)


def turned_wide(column: NDArray[Any], begin: int, k: int) -> Float:
    """The same as a float64 copy."""
    out = np.empty((*column.shape[:-1], k))
    first = min(k, column.shape[-1] - begin)
    out[..., :first] = column[..., begin : begin + first]
    out[..., first:] = column[..., : k - first]
    return out


class Ring:
    """`width` consecutive buckets for each of n rows, addressed by an absolute index (hour or day number).

    `values` (metrics, rows, width) float32 (7 digits: half a fen at 50,000 yuan an hour); `known` (rows, width) epoch s of
    the newest version, -inf = none, and what `values` holds there says nothing; `covered` (rows, width): a whole read had no row
    here, which makes it a zero.
    What is put twice or out of order ends the same: the greatest `known` wins, a row beats a cover.
    """

    def __init__(self, metrics: int, width: int) -> None:
        self.width = width
        self.head: int | None = None
        self.values = np.full((metrics, 0, width), np.nan, np.float32)
        self.known = np.full((0, width), NEVER)
        self.covered = np.zeros((0, width), np.bool_)

    def grow(self, rows: int) -> None:
        """Make room for `rows` rows in all."""
        more = rows - len(self.known)
        if more <= 0:
            return
        blank = np.full((len(self.values), more, self.width), np.nan, np.float32)
        self.values = np.concatenate([self.values, blank], axis=1)
        self.known = np.concatenate([self.known, np.full((more, self.width), NEVER)])
        self.covered = np.concatenate([self.covered, np.zeros((more, self.width), np.bool_)])

    def take(self, rows: Int) -> None:
        """Keep these rows only, in this order."""
        self.values, self.known, self.covered = self.values[:, rows], self.known[rows], self.covered[rows]

    def span(self, column: NDArray[Any], first: int, k: int) -> NDArray[Any]:
        """(..., k) buckets `first`.. of a column of this ring; a view where they lie together."""
        return turned(column, first % self.width, k)

    def wide(self, first: int, k: int) -> Float:
        """(metrics, rows, k) values of buckets `first`.., as a float64 copy."""
        return turned_wide(self.values, first % self.width, k)

    def advance(self, index: int) -> None:
        """Move the newest bucket to `index`, forgetting those that fall out."""
        if self.head is None or index - self.head >= self.width:
            first = index - self.width + 1
        else:
            first = self.head + 1
        for slots, _ in self._pieces(first, index):
            self.known[:, slots] = NEVER
            self.covered[:, slots] = False
        self.head = index if self.head is None else max(self.head, index)

    def put(self, rows: Int, index: Int, known: Float, values: Float) -> Int:
        """Put facts: `rows`, `index`, `known` (m,), `values` (m, metrics). The indices that changed are returned."""
        if len(rows) == 0:
            return index
        self.advance(max(int(index.max()), self.head if self.head is not None else int(index.max())))
        assert self.head is not None
        rows, index, known, values = _newest(rows, index, known, values, index > self.head - self.width)
        slot = index % self.width
        newer = known >= self.known[rows, slot]
        rows, slot = rows[newer], slot[newer]
        self.values[:, rows, slot] = values[newer].T
        self.known[rows, slot] = known[newer]
        return index[newer]

    def put_block(self, rows: Int, first: int, known: float, values: Float) -> None:
        """Put a whole read of buckets `first`.. : `values` (metrics, m, k), NaN in the first metric = no row, so zero."""
        if not values.size:
            return
        last = first + values.shape[2] - 1
        self.cover(rows, first, last)
        assert self.head is not None
        held = max(first, self.head - self.width + 1)
        for slots, begin in self._pieces(held, last):
            told = values[:, :, begin - first : begin - first + slots.stop - slots.start]
            there = _together(rows)
            if there is not None:  # in place
                newer = np.isfinite(told[0]) & (known >= self.known[there, slots])
                np.copyto(self.values[:, there, slots], told, where=newer, casting="same_kind")
                np.copyto(self.known[there, slots], known, where=newer)
            else:
                which = np.arange(slots.start, slots.stop)
                r, k = np.nonzero(np.isfinite(told[0]) & (known >= self.known[rows[:, None], which]))
                self.values[:, rows[r], which[k]] = told[:, r, k]
                self.known[rows[r], which[k]] = known

    def _pieces(self, first: int, last: int) -> list[tuple[slice, int]]:
        """Slots of buckets `first`..`last`, in runs that lie together, each with the bucket it begins with."""
        out, begin = [], first
        while begin <= last:
            slot = begin % self.width
            end = min(last - begin + 1, self.width - slot)
            out.append((slice(slot, slot + end), begin))
            begin += end
        return out

    def cover(self, rows: Int, first: int, last: int) -> None:
        """Mark buckets `first`..`last` of these rows as read whole."""
        if self.head is None or last > self.head:
            self.advance(last)
        assert self.head is not None
        for slots, _ in self._pieces(max(first, self.head - self.width + 1), last):
            there = _together(rows)
            self.covered[rows if there is None else there, slots] = True


def _together(rows: Int) -> slice | None:
    """The rows as a slice, where they follow each other."""
    if not len(rows) or rows[-1] - rows[0] != len(rows) - 1 or not (np.diff(rows) == 1).all():
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1)


def _newest(rows: Int, index: Int, known: Float, values: Float, keep: Bool) -> tuple[Int, Int, Float, Float]:
    """Of several versions of a bucket within one batch the newest; of equal ones the last given."""
    rows, index, known, values = rows[keep], index[keep], known[keep], values[keep]
    if (rows[1:] > rows[:-1]).all():  # each row once
        return rows, index, known, values
    order = np.lexsort((known, index, rows))
    rows, index, known, values = rows[order], index[order], known[order], values[order]
    last = np.append((rows[1:] != rows[:-1]) | (index[1:] != index[:-1]), True)[: len(rows)]
    return rows[last], index[last], known[last], values[last]
