"""Is this an hour in which the account usually spends, and does it (R-NOVOLUME)?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import NaturalDays

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

PROFILE_DAYS, NEED_DAYS = 7, 3
AS_USUAL = 0.7
"""The account's others spend "as usual" from 70 % of their mean in the same clock hours (ours)."""


def profile(account: Mapping[int, float], days: NaturalDays, today: int) -> Float | None:
    """(24,) mean yuan by clock hour over the last 7 complete days; None before 3 days with spend. `account`: yuan of the
    whole account by hour index."""
    total, n = np.zeros(24), 0
    for day in range(today - PROFILE_DAYS, today):
        first, k = days.hours(day)
        spend = np.array([account.get(first + i, 0.0) for i in range(k)])
        if spend.sum() > 0:
            np.add.at(total, days.local_hours(day), spend)
            n += 1
    return total / n if n >= NEED_DAYS else None


def own_profile(spend: Mapping[int, NDArray[np.float32]], days: NaturalDays, today: int, n: int) -> Float:
    """(n, 24) each campaign's mean yuan by clock hour over the last 7 complete days; NaN where fewer than 3 are known. `spend`:
    (n, hours of the day) by day, NaN = unknown."""
    total, known = np.zeros((n, 24)), np.zeros((n, 24))
    for day in range(today - PROFILE_DAYS, today):
        if day in spend:
            hours = days.local_hours(day)
            np.add.at(total.T, hours, np.nan_to_num(spend[day]).T)
            np.add.at(known.T, hours, np.isfinite(spend[day]).T)
    return np.where(known >= NEED_DAYS, total / np.maximum(known, 1.0), np.nan)


def usual_hour(usual: Float | None, local_hour: int) -> bool:
    """The hour's usual share of the day is at least average; False where there is no history to say so."""
    return usual is not None and bool(usual[local_hour] >= usual.mean())


def account_usual(
    usual: Float | None, account: Mapping[int, float], days: NaturalDays, now: float, own_last: Float, own_share: Float
) -> Bool:
    """(n,) whether the account's other campaigns spent as usual in the last 2 complete hours. `own_last` (n,) yuan of the
    campaign itself in those hours, `own_share` (n,) its share of the account's 7-day spend."""
    if usual is None:
        return np.zeros(len(own_last), np.bool_)
    last = [days.hour_of(now) - 1, days.hour_of(now) - 2]
    expected = sum(float(usual[days.local(days.hour_start(h)).hour]) for h in last)
    spent = sum(account.get(h, 0.0) for h in last)
    others = expected * (1.0 - own_share)
    return np.asarray((spent - own_last) >= AS_USUAL * others - 1e-6)
