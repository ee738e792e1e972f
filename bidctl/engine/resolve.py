"""One natural day of every campaign by hours, from the finest facts that cover it, saying which."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import HOUR_S, NaturalDays
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
    first, k = days.hours(day)
    slots = np.arange(first, first + k) % hours.width
    ends = np.array([days.hour_start(first + i + 1) for i in range(k)])
    held = (ends - HOUR_S <= now) & _within(hours, first, k)
    seen_snap = (snaps.known[:, slots] > NEVER) & held
    fill = np.maximum.accumulate(np.where(seen_snap, np.arange(k), -1), axis=1)
    last = fill[:, -1]
    diffs, level = _differences(snaps.values[:, :, slots], fill)
    by_snap = np.arange(k) <= last[:, None]
    hour_known = hours.known[:, slots]
    row = (hour_known > NEVER) & held
    use_hour = row & (
        (hour_known >= ends) | (hour_known >= np.where(seen_snap, snaps.known[:, slots], NEVER)) | ~by_snap
    )
    whole = hours.covered[:, slots] & held & ~row & ~by_snap
    unborn = (ends <= created[:, None]) & ~row
    diffs = _less_known(diffs, hours.values[:, :, slots].transpose(1, 0, 2), use_hour, fill)
    x = np.where(use_hour, hours.values[:, :, slots].transpose(1, 0, 2), np.where(by_snap, diffs, np.nan)).astype(
        np.float64
    )
    x[:, whole | (unborn & ~by_snap)] = 0.0
    source = np.select(
        [use_hour, whole | unborn, by_snap], [Source.HOUR, Source.ZERO, Source.SNAPSHOT], Source.UNKNOWN
    ).astype(np.int8)
    exact = (source == Source.HOUR) | (source == Source.ZERO) | (seen_snap & _before(seen_snap, source))
    finished = ends[-1] <= now
    total, kind, known = _total(x, source, ends, now, level, last, snaps.known[:, slots], hour_known, finished)
    least = np.maximum(np.nan_to_num(level[0]), np.where(use_hour, np.nan_to_num(x[0]), 0.0).sum(axis=1)).astype(
        np.float64
    )
    return DayByHours(day, first, x, source, exact, total, kind, known, least)


def _within(ring: Ring, first: int, k: int) -> Bool:
    if ring.head is None:
        return np.zeros(k, np.bool_)
    index = np.arange(first, first + k)
    return (index <= ring.head) & (index > ring.head - ring.width)


def _differences(
    values: NDArray[np.float32], fill: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Snapshot differences by hour (5, n, k) and the last level (5, n); before the first snapshot the level is zero."""
    level = np.take_along_axis(values, np.maximum(fill, 0)[:, None, :], axis=2)
    level = np.where(fill[:, None, :] < 0, np.float32(0), level).transpose(1, 0, 2)
    return np.diff(level, axis=2, prepend=np.float32(0)), level[:, :, -1]


def _less_known(
    diffs: NDArray[np.float32], by_hour: NDArray[np.float32], use: Bool, fill: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Take out of a gap's sum, booked in its last hour, what hour facts tell of the other hours of the gap."""
    if not use.any():
        return diffs
    level = np.cumsum(np.where(use, np.nan_to_num(by_hour), np.float32(0)), axis=2)
    level = np.concatenate([np.zeros_like(level[:, :, :1]), level], axis=2)  # level[i] = hours before i
    before = np.concatenate([np.full((len(fill), 1), -1, fill.dtype), fill[:, :-1]], axis=1)
    hours = np.broadcast_to(np.arange(fill.shape[1]), fill.shape)
    inside = np.take_along_axis(level, hours[None], axis=2) - np.take_along_axis(level, (before + 1)[None], axis=2)
    return np.where(fill == hours, np.maximum(diffs - inside, np.float32(0)), diffs)


def _before(seen: Bool, source: NDArray[np.int8]) -> Bool:
    """The hour before has a snapshot, or is the day's first, or ended the unborn time."""
    ok = seen | (source == Source.ZERO)
    return np.concatenate([np.ones((len(seen), 1), np.bool_), ok[:, :-1]], axis=1)


def _total(
    x: Float, source: NDArray[np.int8], ends: Float, now: float, level: NDArray[np.float32],
    last: NDArray[np.intp], snap_known: Float, hour_known: Float, finished: bool,
) -> tuple[Float, NDArray[np.int8], Float]:  # fmt: skip
    """Totals: all hours known by the hour -> their sum; else the last snapshot, if recent enough; else unknown."""
    due = ends <= now
    fine = np.isin(source, (Source.HOUR, Source.ZERO))
    by_hours = fine[:, due].all(axis=1) & fine.any(axis=1)
    if finished:  # rows that miss a tenth of what the day's last totals showed are missing, not zero (R-FRESH)
        summed_spend = np.where(fine, x[0], 0.0).sum(axis=1)
        by_hours &= ~((last >= 0) & (level[0] - summed_spend > np.maximum(1.0, 0.1 * level[0])))
    newest_hour = np.where(fine, hour_known, NEVER).max(axis=1, initial=NEVER)
    newest_snap = np.where(last >= 0, np.take_along_axis(snap_known, np.maximum(last, 0)[:, None], axis=1)[:, 0], NEVER)
    has_snap = (last >= 0) & ((newest_snap >= ends[-1] - LATE_S) if finished else np.ones(len(last), np.bool_))
    # a snapshot of a later hour than any that hour facts tell knows more of today than facts read a moment after it
    ahead = last > np.where(fine, np.arange(fine.shape[1]), -1).max(axis=1, initial=-1)
    use_snap = has_snap & (~by_hours if finished else (~by_hours | (newest_snap > newest_hour) | ahead))
    summed = np.where(fine[None], x, 0.0).sum(axis=2)
    total = np.where(use_snap, level.astype(np.float64), np.where(by_hours, summed, np.nan))
    zero = by_hours & (source[:, due] == Source.ZERO).all(axis=1) & ~(source == Source.HOUR).any(axis=1)
    kind = np.select([use_snap, zero, by_hours], [Source.SNAPSHOT, Source.ZERO, Source.HOUR], Source.UNKNOWN).astype(
        np.int8
    )
    return total, kind, np.where(use_snap, newest_snap, newest_hour)
