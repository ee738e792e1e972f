"""One natural day of every campaign by hours, from the finest facts that cover it, saying which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import HOUR_S, NaturalDays
from bidctl.engine.rows import filled, highest, total
from bidctl.engine.windows import NEVER, Ring

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

HOURLY = ("spend", "gmv", "orders", "gmv_1h", "orders_1h")
"""Metrics kept by hour; the settled columns exist by day only."""


class Source(IntEnum):
    """Where a number comes from; larger is finer."""

    UNKNOWN = 0
    ZERO = 1  # before creation, or absent from a whole read
    SNAPSHOT = 2  # totals of the day so far, differenced
    DAY = 3
    HOUR = 4


LATE_S = 7200.0
"""A finished day known from snapshots alone counts as known if the last was taken within this of its end (ours)."""


@dataclass(frozen=True, slots=True)
class DayByHours:
    """`x` (5, n, k) the `HOURLY` metrics, NaN = unknown; `source` (n, k) int8; `total` (5, n), NaN = unknown, with `total_source`
    (n,) int8 and `known_at` (n,) of the newest fact that went into it. A gap between two snapshots is booked in the hour of
    the later one, so that hours always add up to the last snapshot; `exact` (n, k): no such gap touches the hour.
    `least` (n,): spend known at least, of a day known in part."""

    day: int
    first: int
    x: Float
    source: NDArray[np.int8]
    exact: Bool
    total: Float
    total_source: NDArray[np.int8]
    known_at: Float
    least: Float


def resolve(day: int, days: NaturalDays, hours: Ring, snaps: Ring, created: Float, now: float) -> DayByHours:
    """Resolve one day. `created` (n,) epoch s of creation, NaN = not known; hours after `now` are left unknown."""
    first, whole_day = days.hours(day)
    ends = np.array([days.hour_start(first + i + 1) for i in range(whole_day)])
    k = int((ends - HOUR_S <= now).sum())
    begun = _begun(day, first, ends[:k], hours, snaps, created, bool(ends[-1] <= now), now)
    return begun if k == whole_day else _padded(begun, whole_day)


def _begun(
    day: int, first: int, ends: Float, hours: Ring, snaps: Ring, created: Float, finished: bool, now: float
) -> DayByHours:
    """The hours of a day that have begun; `ends` (k,) of each."""
    n, k = len(created), len(ends)
    held = _within(hours, first, k)
    snap_known, hour_known = snaps.span(snaps.known, first, k), hours.span(hours.known, first, k)
    seen_snap = (snap_known > NEVER) & held
    row = (hour_known > NEVER) & held
    last = np.where(seen_snap.any(axis=1), k - 1 - seen_snap[:, ::-1].argmax(axis=1), -1) if k else np.full(n, -1)
    by_snap = np.arange(k) <= last[:, None]
    use_hour = row & ((hour_known >= ends) | ~seen_snap | (hour_known >= snap_known) | ~by_snap)
    zero = (hours.span(hours.covered, first, k) & held & ~row & ~by_snap) | ((ends <= created[:, None]) & ~row)
    x = hours.wide(first, k)
    np.copyto(x, np.nan, where=~use_hour)
    level = _from_snapshots(x, by_snap & ~use_hour, seen_snap, snaps.span(snaps.values, first, k))
    np.copyto(x, 0.0, where=zero & ~by_snap & ~use_hour)
    source = np.zeros((n, k), np.int8)  # UNKNOWN
    for finer, where in ((Source.SNAPSHOT, by_snap), (Source.ZERO, zero), (Source.HOUR, use_hour)):  # the finest last
        np.copyto(source, np.int8(finer), where=where)
    exact = use_hour | zero | (seen_snap & _before(seen_snap, zero & ~use_hour))
    least = np.maximum(filled(level[0]), total(np.where(use_hour, filled(x[0]), 0.0)))
    whole, kind, known = _total(x, use_hour, zero & ~use_hour, ends, now, level, last, snap_known, hour_known, finished)
    return DayByHours(day, first, x, source, exact, whole, kind, known, least)


def _padded(begun: DayByHours, k: int) -> DayByHours:
    """With the hours to come, unknown."""
    n, known = begun.source.shape
    x, source, exact = np.full((len(begun.x), n, k), np.nan), np.zeros((n, k), np.int8), np.zeros((n, k), np.bool_)
    x[:, :, :known], source[:, :known], exact[:, :known] = begun.x, begun.source, begun.exact
    return replace(begun, x=x, source=source, exact=exact)


def _within(ring: Ring, first: int, k: int) -> Bool:
    if ring.head is None:
        return np.zeros(k, np.bool_)
    index = np.arange(first, first + k)
    return (index <= ring.head) & (index > ring.head - ring.width)


def _from_snapshots(x: Float, wanted: Bool, seen: Bool, values: NDArray[np.float32]) -> Float:
    """Fill the hours `wanted` of `x` (5, n, k) from the totals `values` read in the hours `seen`: the rise since the total before is
    booked in the hour of the later one, less what hour facts tell of the other hours in between. The last level (5, n)."""
    level, since = np.zeros(x.shape[:2]), np.zeros(x.shape[:2])  # the total before, and what hours have told since
    some = bool(wanted.any())
    if some:
        np.copyto(x, 0.0, where=wanted)
    begin = 0
    for hour in np.flatnonzero(seen.any(axis=0)).tolist():
        here = seen[:, hour]
        read = values[:, :, hour].astype(np.float64)
        if some:
            since += total(filled(x[:, :, begin : hour + 1]))
            fill = here & wanted[:, hour]
            np.copyto(x[:, :, hour], np.maximum(read - level - since, 0.0), where=fill)
            np.copyto(since, 0.0, where=here)
        np.copyto(level, read, where=here)
        begin = hour + 1
    unread = np.isnan(level)
    if some and unread.any():
        x[unread[:, :, None] & wanted] = np.nan  # a metric that totals do not report
    return level


def _before(seen: Bool, zero: Bool) -> Bool:
    """The hour before has a snapshot, or is the day's first, or ended the unborn time."""
    ok = seen | zero
    return np.concatenate([np.ones((len(seen), 1), np.bool_), ok[:, :-1]], axis=1)[:, : seen.shape[1]]


def _total(
    x: Float, use_hour: Bool, zero: Bool, ends: Float, now: float, level: Float, last: NDArray[np.intp], snap_known: Float,
    hour_known: Float, finished: bool,
) -> tuple[Float, NDArray[np.int8], Float]:  # fmt: skip
    """Totals: all hours known by the hour -> their sum; else the last snapshot, if recent enough; else unknown."""
    due = int((ends <= now).sum())  # hours that have ended
    fine = use_hour | zero
    some = fine.any(axis=1)
    by_hours = fine[:, :due].all(axis=1) & some
    summed = total(np.where(fine, x, 0.0))
    if finished:  # rows that miss a tenth of what the day's last totals showed are missing, not zero (R-FRESH)
        by_hours &= ~((last >= 0) & (level[0] - summed[0] > np.maximum(1.0, 0.1 * level[0])))
    newest_hour = highest(np.where(fine, hour_known, NEVER))
    k = fine.shape[1]
    newest_snap = (
        np.where(last >= 0, snap_known[np.arange(len(last)), np.maximum(last, 0)], NEVER)
        if k
        else np.full(len(last), NEVER)
    )
    has_snap = (last >= 0) & ((newest_snap >= ends[-1] - LATE_S) if finished else np.ones(len(last), np.bool_))
    # a snapshot of a later hour than any that hour facts tell knows more of today than facts read a moment after it
    ahead = last > np.where(some, k - 1 - fine[:, ::-1].argmax(axis=1) if k else -1, -1)
    use_snap = has_snap & (~by_hours if finished else (~by_hours | (newest_snap > newest_hour) | ahead))
    whole = np.where(use_snap, level, np.where(by_hours, summed, np.nan))
    nothing = by_hours & zero[:, :due].all(axis=1) & ~use_hour.any(axis=1)
    kind = np.where(
        use_snap, Source.SNAPSHOT, np.where(nothing, Source.ZERO, np.where(by_hours, Source.HOUR, Source.UNKNOWN))
    ).astype(np.int8)
    return whole, kind, np.where(use_snap, newest_snap, newest_hour)
