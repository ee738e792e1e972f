"""Life of a campaign (RULEBOOK 0, R-OBSERVE): new, feeding, observing, free; when it was fed; where its clock stands.

Life belongs to a unit: a goods campaign is its own, live campaigns share (live account, objective), so that one recreated
daily inherits. All of it is a pure function of the unit's last 40 natural days of spend and of what was kept from before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import DAY_S, HOUR_S, NaturalDays
from bidctl.engine.rows import count

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

FED_SPEND = 200.0 - 0.005  # first-party "effective delivery"; half a fen for float32 buckets
FED_AFTER_S = 7 * DAY_S
OBSERVE_S = 72 * HOUR_S
OBSERVE_SESSIONS = 3
PAUSE_DAYS_GOODS, PAUSE_DAYS_LIVE = 7, 30
SPENT = 0.005


@dataclass(frozen=True, slots=True)
class UnitDays:
    """`spend` (u, d) by natural day, oldest first, today last, NaN = unknown; `fed_hour`, `first_hour` (u, d) hour of the day
    (0..24) in which its spend reached 200 yuan / began, -1 = not known; `live` (u,)."""

    last_day: int
    spend: Float
    fed_hour: NDArray[np.int8]
    first_hour: NDArray[np.int8]
    live: Bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Milestones kept from before (u,), epoch s, NaN = none."""

    first_spend: Float
    fed: Float
    observe_from: Float


@dataclass(frozen=True, slots=True)
class Lives:
    """(u,) epoch s, NaN = not yet: `first_spend`, `fed` (end of the hour in which it was), `observe_from`."""

    first_spend: Float
    fed: Float
    observe_from: Float


def live_through(u: UnitDays, kept: Kept, days: NaturalDays, now: float) -> Lives:
    """The milestones of u units at `now`."""
    d = u.spend.shape[1]
    begins = np.array([days.start(u.last_day - d + 1 + i) for i in range(d)])
    ends = np.append(begins[1:], days.start(u.last_day + 1))
    spent = u.spend > SPENT
    first = np.fmin(kept.first_spend, _at(spent, u.first_hour, begins, begins, end=False))
    # within today an hour not known can only be the present one; a past day without hours counts to its end
    latest = np.minimum(ends, _hour_end(now, days))
    fed = _at(u.spend >= FED_SPEND, u.fed_hour, begins, latest, end=True)
    by_time = (
        np.floor((first + FED_AFTER_S) / HOUR_S) + 1
    ) * HOUR_S  # first spend is known to its hour: so is the hour it ends
    fed = np.fmin(kept.fed, np.fmin(fed, np.where(first + FED_AFTER_S <= now, by_time, np.nan)))
    observe = np.fmax(
        fed, np.fmax(np.where(np.isnan(fed), np.nan, kept.observe_from), _restart(u, spent, fed, begins, latest))
    )
    pause = np.where(u.live, PAUSE_DAYS_LIVE, PAUSE_DAYS_GOODS)
    last = np.where(spent.any(axis=1), d - 1 - spent[:, ::-1].argmax(axis=1), -1)
    known_idle = _idle_known(u.spend, last, pause)
    return Lives(first, fed, np.where(known_idle & np.isfinite(fed), now, observe))


def _at(mask: Bool, hour: NDArray[np.int8], begins: Float, unknown: Float, *, end: bool) -> Float:
    """(u,) instant within the first day of `mask`: begin or end of the known hour, else `unknown` of that day; NaN = no day."""
    rows = np.arange(len(mask))
    i = mask.argmax(axis=1)
    h = hour[rows, i]
    at = np.where(h >= 0, begins[i] + (h + (1 if end else 0)) * HOUR_S, unknown[i])
    return np.where(mask.any(axis=1), at, np.nan)


def _restart(u: UnitDays, spent: Bool, fed: Float, begins: Float, latest: Float) -> Float:
    """(u,) end of the first spending hour after the latest pause that was long enough, NaN = none."""
    d = spent.shape[1]
    pause = np.where(u.live, PAUSE_DAYS_LIVE, PAUSE_DAYS_GOODS)
    out = np.full(len(spent), np.nan)
    some = np.flatnonzero(d - spent.argmax(axis=1) - count(spent) > pause)  # days off air enough, wherever they lie
    if len(some):
        days = UnitDays(u.last_day, u.spend[some], u.fed_hour[some], u.first_hour[some], u.live[some])
        out[some] = _restart_of(days, spent[some], fed[some], begins, latest, pause[some])
    return out


def _restart_of(u: UnitDays, spent: Bool, fed: Float, begins: Float, latest: Float, pause: NDArray[np.int64]) -> Float:
    d = spent.shape[1]
    index = np.arange(d)
    before = np.maximum.accumulate(np.where(spent, index, -1), axis=1)
    before = np.concatenate([np.full((len(spent), 1), -1), before[:, :-1]], axis=1)
    gap = spent & (before >= 0) & (index - before > pause[:, None]) & (begins >= fed[:, None] - DAY_S)
    gap &= _all_known(u.spend, before, index)
    rows = np.arange(len(spent))
    i = d - 1 - gap[:, ::-1].argmax(axis=1)
    h = u.first_hour[rows, i]
    return np.where(gap.any(axis=1), np.where(h >= 0, begins[i] + (h + 1) * HOUR_S, latest[i]), np.nan)


def _all_known(spend: Float, before: NDArray[np.int64], index: NDArray[np.int64]) -> Bool:
    """No unknown day lies in between: a gap in our knowledge is no pause."""
    unknown = np.cumsum(np.isnan(spend), axis=1)
    at_before = np.take_along_axis(unknown, np.maximum(before, 0), axis=1)
    return np.asarray(unknown[:, index] == at_before)


def _idle_known(spend: Float, last: NDArray[np.int64], pause: NDArray[np.int64]) -> Bool:
    d = spend.shape[1]
    out = last < d - 1 - pause
    some = np.flatnonzero(out)
    if len(some):
        tail = np.cumsum(np.isfinite(spend[some, ::-1]), axis=1)[np.arange(len(some)), np.clip(pause[some], 0, d - 1)]
        out[some] = tail >= pause[some] + 1
    return np.asarray(out)


def _hour_end(now: float, days: NaturalDays) -> float:
    return days.hour_start(days.hour_of(now) + 1)
