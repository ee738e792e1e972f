"""Is this an hour in which the account usually spends, and does it (R-NOVOLUME)?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import NaturalDays

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

PROFILE_DAYS, NEED_DAYS = 7, 3
AS_USUAL = 0.7
"""The account's others spend "as usual" from 70 % of their mean in the same clock hours (ours)."""

Spent = Mapping[int, Float]
"""Yuan of each whole account, (a, hours of the day), by day."""


def profile(spent: Spent, accounts: int, days: NaturalDays, today: int) -> Float:
    """(a, 24) mean yuan by clock hour over the last 7 complete days; NaN before 3 days with spend."""
    total, n = np.zeros((accounts, 24)), np.zeros(accounts)
    for day in range(today - PROFILE_DAYS, today):
        if day in spent:
            some = spent[day].sum(axis=1) > 0
            for i, clock in days.runs(day):
                total[:, clock] += np.where(some[:, None], spent[day][:, i], 0.0)
            n += some
    return np.where((n >= NEED_DAYS)[:, None], total / np.maximum(n, 1)[:, None], np.nan)


def own_usual(spend: Mapping[int, NDArray[np.float32]], days: NaturalDays, today: int, n: int, clock: int) -> Float:
    """(n,) each campaign's mean yuan in one clock hour over the last 7 complete days; NaN where fewer than 3 are known. `spend`:
    (n, hours of the day) by day, NaN = unknown."""
    total, known = np.zeros(n), np.zeros(n)
    for day in range(today - PROFILE_DAYS, today):
        for place in days.places(day, clock) if day in spend else ():
            hour = spend[day][:, place]
            there = np.isfinite(hour)
            total += np.where(there, hour, 0.0)
            known += there
    return np.where(known >= NEED_DAYS, total / np.maximum(known, 1.0), np.nan)


def usual_hour(usual: Float, local_hour: int) -> Bool:
    """(a,) the hour's usual share of the day is at least average; False where there is no history to say so."""
    return np.asarray(usual[:, local_hour] >= usual.mean(axis=1))


def account_usual(
    usual: Float, spent: Spent, account: Int, days: NaturalDays, now: float, own_last: Float, own_share: Float
) -> Bool:
    """(n,) whether the other campaigns of each one's account spent as usual in the last 2 complete hours. `account` (n,);
    `own_last` (n,) yuan of the campaign itself in those hours, `own_share` (n,) its share of the account's 7-day spend."""
    expected, seen = np.zeros(len(usual)), np.zeros(len(usual))
    for hour in (days.hour_of(now) - 1, days.hour_of(now) - 2):
        day = days.of(days.hour_start(hour))
        place = hour - days.hours(day)[0]
        expected = expected + usual[:, int(days.local_hours(day)[place])]
        seen = seen + (spent[day][:, place] if day in spent else 0.0)
    others = expected[account] * (1.0 - own_share)
    return np.asarray((seen[account] - own_last) >= AS_USUAL * others - 1e-6)
