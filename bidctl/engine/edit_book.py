"""Everybody's edits of one account in memory: the target in force at any time, and the columns that rules ask of edits."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Field, Grid
from bidctl.domain.writes import Edit

KEEP_S = 41 * 86400.0


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One edit: effective at `at` (epoch s). `before`, `after` grid units of the target, None where it is not told or the
    objective changed. `ours`, and `reason` of our decision (-1 = none)."""

    at: float
    target: bool
    before: int | None
    after: int | None
    ours: bool
    reason: int

    @property
    def anchors(self) -> bool:
        """R-DRIFT: R-START and a human edit begin a new anchor."""
        return self.target and (not self.ours or self.reason == Reason.START)


class EditBook:
    """Edits by row, oldest first; what is older than the window of facts is forgotten, save that a person once edited and the last
    switch of objective."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.grid_units = grid.per_one
        self._changes: dict[int, list[Change]] = {}
        self._last: dict[int, float] = {}
        self.by_people: dict[int, float] = {}  # time of a person's last edit of the target
        self.switched: dict[int, float] = {}  # time of the last switch of objective

    def add(self, row: int, edit: Edit) -> Change | None:
        """Add an edit of target or objective; None where it was known, or is no edit."""
        if edit.field not in (Field.ROI_TARGET, Field.OBJECTIVE):
            return None
        target = edit.field is Field.ROI_TARGET
        before, after = (self._units(edit.old), self._units(edit.new)) if target else (None, None)
        reason = -1 if edit.reason is None else edit.reason
        change = Change(edit.effective_at.timestamp(), target, before, after, edit.ours, reason)
        held = self._changes.setdefault(row, [])
        if any(_same(change, c) for c in held):
            return None
        insort(held, change, key=lambda c: c.at)
        self._last[row] = max(change.at, self._last.get(row, change.at))
        if target and not edit.ours:
            self.by_people[row] = max(change.at, self.by_people.get(row, change.at))
        if not target:
            self.switched[row] = max(change.at, self.switched.get(row, change.at))
        return change

    def remove(self, row: int, edit: Edit) -> None:
        """Take back an edit that was counted while its outcome was unknown and proved absent."""
        at = edit.effective_at.timestamp()
        held = [c for c in self._changes.get(row, []) if c.at != at]
        self._last.pop(row, None)
        self._changes.pop(row, None)
        if held:
            self._changes[row], self._last[row] = held, held[-1].at

    def forget(self, before: float) -> None:
        """Drop changes older than `before`; the time of the last one stays."""
        for row, held in list(self._changes.items()):
            kept = [c for c in held if c.at >= before]
            if kept:
                self._changes[row] = kept
            else:
                del self._changes[row]

    def renumber(self, new_row: dict[int, int]) -> None:
        """Rows were compacted: old row -> new row; others are forgotten."""
        self._changes = {new_row[r]: c for r, c in self._changes.items() if r in new_row}
        self._last = {new_row[r]: t for r, t in self._last.items() if r in new_row}
        self.by_people = {new_row[r]: t for r, t in self.by_people.items() if r in new_row}
        self.switched = {new_row[r]: t for r, t in self.switched.items() if r in new_row}

    def rows(self) -> Iterable[int]:
        return self._changes.keys()

    def of(self, row: int) -> list[Change]:
        return self._changes.get(row, [])

    def last(self) -> dict[int, float]:
        """Row -> time of its last edit, however long ago."""
        return self._last

    def in_force(self, row: int, at: float, now_units: int) -> int:
        """Target (units) in force at `at`, going back from the value just read."""
        value = now_units
        for c in reversed(self.of(row)):
            if c.at <= at:
                return c.after if c.target and c.after is not None else value
            if c.target and c.before is not None:
                value = c.before
        return value

    def _units(self, text: str | None) -> int | None:
        try:
            return None if text is None else self._grid.nearest(float(Decimal(text)))
        except (InvalidOperation, ValueError):
            return None


def _same(a: Change, b: Change) -> bool:
    return a.at == b.at and a.target == b.target and a.after == b.after and a.before == b.before


def anchor(book: EditBook, row: int, since: float, now: float, now_units: int, promotion: float) -> int:
    """R-DRIFT's anchor: the value in force at `since` (midnight, live: session start, or 7 days ago), or after the last
    later event that re-anchors (a human edit, R-START, the begin of a promotion phase at epoch s `promotion`, -inf = none)."""
    begin = max(
        [since, promotion if promotion <= now else since, *(c.at for c in book.of(row) if c.anchors and c.at <= now)]
    )
    return book.in_force(row, begin, now_units)
