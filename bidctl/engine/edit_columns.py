"""Columns that rules ask of edits: spacing, quota, drift anchors, R-NOVOLUME's count (R-SPACE, R-QUOTA, R-DRIFT)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.reasons import Reason
from bidctl.engine.days import NaturalDays
from bidctl.engine.edit_book import EditBook

Float = NDArray[np.float64]
Int = NDArray[np.int64]

QUOTA_DAYS = 7
DRIFT_DAYS = 7


@dataclass(slots=True)
class EditColumns:
    """(n,) each; the names are those of `Observation`, `last_edit` epoch s (-inf = never)."""

    last_edit: Float
    edits_today: Int
    edit_days_7d: Int
    novolume_today: Int
    day_anchor: Int
    week_anchor: Int


def edit_columns(
    book: EditBook, target: Int, session_start: Float, days: NaturalDays, now: float, promotion: float
) -> EditColumns:
    """`target` (n,) grid units just read; `session_start` (n,) epoch s of the running or last live session, NaN = none;
    `promotion` epoch s at which the present promotion phase began, -inf = none."""
    c, today = book.changes, days.of(now)
    midnight, week = days.start(today), days.start(today - DRIFT_DAYS)
    day_zero = days.start(today - QUOTA_DAYS)
    since = np.where(np.isnan(session_start), midnight, session_start)
    reached = book.newest(np.ones(len(c), np.bool_)) >= np.minimum(since, min(week, day_zero))
    anchor = _Anchor(book, target, now, promotion, reached)
    of_today = c.at >= midnight
    return EditColumns(
        book.last.copy(),
        book.count(of_today),
        _edit_days(book, (c.at >= day_zero) & ~of_today, days),
        book.count(of_today & c.ours & (c.reason == Reason.NOVOLUME)),
        anchor.since(since),
        anchor.since(np.full(len(target), week)),
    )


class _Anchor:
    """R-DRIFT's anchor: the value in force at an instant (midnight, live: session start, or 7 days ago), or after the last later
    event that re-anchors (a human edit, R-START, the begin of a promotion phase). `reached` (n,): rows whose edits a
    window of the rules reaches; the others' anchor is the present value."""

    def __init__(self, book: EditBook, target: Int, now: float, promotion: float, reached: NDArray[np.bool_]) -> None:
        self._book, self._target, self._reached = book, target, reached
        self._anew = book.newest(book.changes.anchors & (book.changes.at <= now))
        if promotion <= now:
            self._anew = np.maximum(self._anew, promotion)

    def since(self, since: Float) -> Int:
        before = np.nextafter(since, -np.inf)  # an edit on the stroke of midnight is one of the day that begins
        then = self._book.in_force_at(np.maximum(before, self._anew), self._target)
        return np.where(self._reached, then, self._target)


def _edit_days(book: EditBook, which: NDArray[np.bool_], days: NaturalDays) -> Int:
    """(n,) natural days with a change of `which` (m,)."""
    c = book.changes.take(which)
    day = days.of_many(c.at)
    first = np.ones(len(c), np.bool_)
    first[1:] = (c.row[1:] != c.row[:-1]) | (day[1:] != day[:-1])
    return np.bincount(c.row[first], minlength=len(book.last)).astype(np.int64)


def lowered_since(book: EditBook, since: Float) -> NDArray[np.bool_]:
    """(n,) whether a lowering of ours took effect after `since` (n,) epoch s, NaN = no."""
    c = book.changes
    lowered = c.ours & c.target & (c.before >= 0) & (c.after >= 0) & (c.after < c.before)
    return book.some(lowered & (c.at >= since[c.row]))
