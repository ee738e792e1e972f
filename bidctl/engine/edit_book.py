"""Everybody's edits by row in columns: the target in force at any time, and what the rules ask of edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Field, Grid
from bidctl.domain.writes import Edit

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

KEEP_S = 41 * 86400.0
UNTOLD = -1
"""A target, or a reason, that is not known."""


@dataclass(frozen=True, slots=True)
class Changes:
    """m edits, (m,) each: `row`; effective `at` (epoch s); `target`, else the objective changed; `before`, `after` grid units
    of the target, -1 = not told; `ours`; `reason` of our decision, -1 = none."""

    row: Int
    at: Float
    target: Bool
    before: Int
    after: Int
    ours: Bool
    reason: Int

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: Int | Bool) -> Changes:
        return Changes(*(getattr(self, f.name)[which] for f in fields(self)))

    @property
    def anchors(self) -> Bool:
        """R-DRIFT: R-START and a human edit begin a new anchor."""
        return np.asarray(self.target & (~self.ours | (self.reason == Reason.START)))

    @staticmethod
    def joined(one: Changes, other: Changes) -> Changes:
        return Changes(*(np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(one)))


NONE = Changes(
    np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.int64), np.zeros(0, np.int64),
    np.zeros(0, np.bool_), np.zeros(0, np.int64),
)  # fmt: skip


class EditBook:
    """Edits in the order of row and time; what is older than the window of facts is forgotten, save by row the time of the `last`
    one (-inf = never), of the last one by a person (`by_people`) and of the last switch of objective (`switched`), NaN = never."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.grid_units = grid.per_one
        self.changes = NONE
        self.last = np.zeros(0)
        self.by_people = np.zeros(0)
        self.switched = np.zeros(0)
        self._starts = np.zeros(1, np.int64)
        self._told = np.zeros(0, np.int64)

    # what is in it

    def grow(self, rows: int) -> None:
        more = rows - len(self.last)
        if more > 0:
            self.last = np.concatenate([self.last, np.full(more, -np.inf)])
            self.by_people = np.concatenate([self.by_people, np.full(more, np.nan)])
            self.switched = np.concatenate([self.switched, np.full(more, np.nan)])
            self._index(self.changes)

    def take(self, rows: Int) -> None:
        """Rows were compacted to these, in this order."""
        new = np.full(len(self.last), -1)
        new[rows] = np.arange(len(rows))
        self.last, self.by_people, self.switched = self.last[rows], self.by_people[rows], self.switched[rows]
        kept = self.changes.take(new[self.changes.row] >= 0)
        self._sort(Changes(new[kept.row], *(getattr(kept, f.name) for f in fields(kept)[1:])))

    def columns_of(self, rows: Int, edits: Iterable[Edit]) -> Changes:
        """Edits of target or objective in columns; others are no edits and left out. `rows`: one of each edit."""
        found = [
            (row, e.effective_at.timestamp(), e.field is Field.ROI_TARGET, e.ours, UNTOLD if e.reason is None else e.reason,
             *((self._units(e.old), self._units(e.new)) if e.field is Field.ROI_TARGET else (UNTOLD, UNTOLD)))
            for row, e in zip(rows.tolist(), edits, strict=True)
            if e.field in (Field.ROI_TARGET, Field.OBJECTIVE)
        ]  # fmt: skip
        row, at, target, ours, reason, before, after = zip(*found, strict=True) if found else [()] * 7
        return Changes(
            np.array(row, np.int64), np.array(at, np.float64), np.array(target, np.bool_), np.array(before, np.int64),
            np.array(after, np.int64), np.array(ours, np.bool_), np.array(reason, np.int64),
        )  # fmt: skip

    def add(self, fresh: Changes) -> Changes:
        """Take edits in; those that were not known yet."""
        fresh = fresh.take(self._unknown(fresh))
        if len(fresh):
            np.maximum.at(self.last, fresh.row, fresh.at)
            for held, which in ((self.by_people, fresh.target & ~fresh.ours), (self.switched, ~fresh.target)):
                np.fmax.at(held, fresh.row[which], fresh.at[which])
            self._sort(Changes.joined(self.changes, fresh))
        return fresh

    def remove(self, row: int, edit: Edit) -> None:
        """Take back an edit that was counted while its outcome was unknown and proved absent."""
        gone = (self.changes.row == row) & (self.changes.at == edit.effective_at.timestamp())
        self._sort(self.changes.take(~gone))
        left = self.changes.at[self.changes.row == row]
        self.last[row] = left[-1] if len(left) else -np.inf

    def forget(self, before: float) -> None:
        """Drop changes older than `before`."""
        old = self.changes.at < before
        if old.any():
            self._sort(self.changes.take(~old))

    # what is asked of it

    def some(self, which: Bool) -> Bool:
        """(n,) rows that have a change of `which` (m,)."""
        out = np.zeros(len(self.last), np.bool_)
        out[self.changes.row[which]] = True
        return out

    def count(self, which: Bool) -> Int:
        """(n,) how many changes of `which` (m,) each row has."""
        return np.bincount(self.changes.row[which], minlength=len(self.last)).astype(np.int64)

    def newest(self, which: Bool) -> Float:
        """(n,) time of the newest change of `which` (m,), -inf = none."""
        out = np.full(len(self.last), -np.inf)
        np.maximum.at(out, self.changes.row[which], self.changes.at[which])
        return out

    def newest_target(self) -> Int:
        """(n,) what each row's last change set the target to, -1 = not told."""
        out = np.full(len(self.last), UNTOLD)
        out[self.changes.row] = np.where(self.changes.target, self.changes.after, UNTOLD)
        return out

    def in_force(self, rows: Int, times: Float, now_units: Int) -> Int:
        """(r, k) targets (units) in force at `times` (k,), ascending, of `rows` (r,), going back from the value just read, `now_units`
        (r,)."""
        place = np.full(len(self.last), -1)
        place[rows] = np.arange(len(rows))
        mine = place[self.changes.row]
        of, at = mine[mine >= 0], self.changes.at[mine >= 0]
        k = len(times)
        slot = np.searchsorted(times, at, side="left")
        hist = np.bincount(of * (k + 1) + slot, minlength=len(rows) * (k + 1)).reshape(len(rows), k + 1)
        return self._after(rows[:, None], np.cumsum(hist[:, :k], axis=1), now_units[:, None])

    def in_force_at(self, times: Float, now_units: Int) -> Int:
        """(n,) the same of every row at a time of its own, `times` (n,)."""
        return self._after(np.arange(len(self.last)), self.count(self.changes.at <= times[self.changes.row]), now_units)

    def _after(self, rows: Int, passed: Int, now_units: Int) -> Int:
        """The target once `passed` changes of each row have happened."""
        c, place = self.changes, self._starts[rows] + passed
        if not len(c):
            return np.broadcast_to(now_units, place.shape).copy()
        last = np.maximum(place - 1, 0)
        told = (passed > 0) & c.target[last] & (c.after[last] >= 0)
        later = np.append(self._told, len(c))[place]
        ahead = later < self._starts[rows + 1]
        before = np.where(ahead, c.before[np.minimum(later, len(c) - 1)], now_units)
        return np.asarray(np.where(told, c.after[last], before), np.int64)

    def _unknown(self, fresh: Changes) -> Bool:
        """(m,) which are not in the book, nor earlier among `fresh`."""
        every = Changes.joined(self.changes.take(np.isin(self.changes.row, fresh.row)), fresh)
        order = np.lexsort((every.after, every.before, every.target, every.at, every.row))
        s = every.take(order)
        again = np.zeros(len(s), np.bool_)
        again[1:] = np.logical_and.reduce(
            [getattr(s, n)[1:] == getattr(s, n)[:-1] for n in ("row", "at", "target", "before", "after")]
        )
        known = np.zeros(len(s), np.bool_)
        known[order] = again
        return ~known[len(s) - len(fresh) :]

    def _sort(self, changes: Changes) -> None:
        self._index(changes.take(np.lexsort((changes.at, changes.row))))

    def _index(self, changes: Changes) -> None:
        self.changes = changes
        self._starts = np.searchsorted(changes.row, np.arange(len(self.last) + 1))
        tells = np.where(changes.target & (changes.before >= 0), np.arange(len(changes)), len(changes))
        self._told = np.minimum.accumulate(tells[::-1])[::-1]

    def _units(self, text: str | None) -> int:
        try:
            return UNTOLD if text is None else self._grid.nearest(float(Decimal(text)))
        except (InvalidOperation, ValueError):
            return UNTOLD
