"""Columns that rules ask of edits: spacing, quota, drift anchors, R-NOVOLUME's count (R-SPACE, R-QUOTA, R-DRIFT)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.reasons import Reason
from bidctl.engine.days import DAY_S, NaturalDays
from bidctl.engine.edit_book import EditBook, anchor

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
    `promotion` epoch s at which the present promotion phase began, -inf = none. Rows without edits cost nothing."""
    n = len(target)
    today = days.of(now)
    midnight, week = days.start(today), days.start(today - DRIFT_DAYS)
    day_zero = days.start(today - QUOTA_DAYS)
    out = EditColumns(
        np.full(n, -np.inf),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        target.copy(),
        target.copy(),
    )
    last = book.last()
    out.last_edit[list(last.keys())] = list(last.values())
    for row in book.rows():
        changes = book.of(row)
        since = midnight if np.isnan(session_start[row]) else float(session_start[row])
        if changes[-1].at < min(since, week, day_zero):  # no window of the rules reaches it
            continue
        units = int(target[row])
        out.day_anchor[row] = anchor(book, row, since, now, units, promotion)
        out.week_anchor[row] = anchor(book, row, week, now, units, promotion)
        todays = [c for c in changes if c.at >= midnight]
        out.edits_today[row] = len(todays)
        out.novolume_today[row] = sum(c.ours and c.reason == Reason.NOVOLUME for c in todays)
        out.edit_days_7d[row] = len({days.of(c.at) for c in changes if day_zero <= c.at < midnight})
    return out


def lowered_since(book: EditBook, rows: Int, since: Float) -> NDArray[np.bool_]:
    """(n,) whether a lowering of ours took effect after `since` (n,) epoch s, NaN = no."""
    out = np.zeros(len(since), np.bool_)
    for row in rows.tolist():
        out[row] = any(
            c.ours
            and c.target
            and c.at >= since[row]
            and c.before is not None
            and c.after is not None
            and c.after < c.before
            for c in book.of(row)
        )
    return out


__all__ = ["DAY_S", "EditColumns", "edit_columns", "lowered_since"]
