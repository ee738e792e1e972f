"""Delivery: effective hours, the last two of them, the budget, and whether hour and account are as usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.day_table import DayTable
from bidctl.engine.days import HOUR_S
from bidctl.engine.hourly import Hourly
from bidctl.engine.memory import Memory
from bidctl.engine.resolve import DayByHours
from bidctl.engine.rows import count, filled, to_the_fen, total
from bidctl.engine.usual import account_usual, own_usual, profile, usual_hour

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

BINDS = 0.9 - 1e-9
FEN = 100.0
BUDGET_DAYS = 3
DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Delivery:
    """(n,) each; the names are those of `Observation`. `usual_last2`: what the campaign itself usually spends in the hours of
    `spend_last2`, NaN where these are not the two just gone; `usual_hour`: this hour and the two before it; `sum_24h` (5, n) the
    `HOURLY` metrics of the present clock hour and the 24 before it, NaN = an hour is unknown; `orders_2h` orders of the last 2 h,
    those of the hour that begins them counted by its share, NaN likewise."""

    spend_last2: Float
    usual_last2: Float
    usual_hour: Bool
    account_usual: Bool
    spent_share: Float
    bound_days: Int
    sum_24h: Float
    orders_2h: Float


def delivery(m: Memory, hourly: Hourly, table: DayTable, last_edit: Float, now: float) -> Delivery:
    """`last_edit` (n,) epoch s, -inf = never."""
    views = [hourly.views[d] for d in sorted(hourly.views)]
    first, spend = views[0].first, np.concatenate([v.x[0] for v in views], axis=1)
    exact = np.concatenate([v.exact for v in views], axis=1)
    here = m.days.hour_of(now)
    accounts = m.roster.by_account
    usual = profile(hourly.account, accounts.size, m.days, table.last_day)
    hours = [m.days.local(now - back * HOUR_S).hour for back in range(3)]
    week_spend = total(filled(table.x[0][:, -7:]))
    own_share = week_spend / np.maximum(accounts.totals(week_spend), 1e-9)
    own_last = total(filled(spend[:, max(here - 2 - first, 0) : max(here - first, 0)]))
    budget = m.roster.floats("budget")
    pick, sure = _last_two(m, exact, first, here, last_edit)
    return Delivery(
        np.where(sure, to_the_fen(total(np.where(pick, spend[:, : here - first], 0.0))), np.nan),
        np.where(sure & pick[:, -2:].all(axis=1), _own_usual(m, hourly, table.last_day, here), np.nan),
        np.logical_and.reduce([usual_hour(usual, hour) for hour in hours])[accounts.of],
        account_usual(usual, hourly.account, accounts.of, m.days, now, own_last, own_share),
        _spent_share(table.x[0][:, -1], budget),
        _bound_days(m, table, budget),
        _last_hours(views, here),
        _orders_2h(views, here, (now - m.days.hour_start(here)) / HOUR_S),
    )


def _spent_share(spend: Float, budget: Float) -> Float:
    """(n,) of today's budget, in whole fen: nine tenths are 0.9; none of a budget without an end."""
    whole = np.rint(np.where(budget > 0, budget, np.nan) * FEN)
    return np.where(np.isfinite(budget), np.rint(spend * FEN) / whole, 0.0)


def _last_two(m: Memory, exact: Bool, first: int, here: int, last_edit: Float) -> tuple[Bool, Bool]:
    """(n, k) the last 2 complete effective hours that began after the last edit, of the hours from `first` to before `here`; and
    (n,) whether there are two and both are known exactly."""
    k = here - first
    begins = np.array([m.days.hour_start(first + i) for i in range(k)])
    good = m.effective.hours(first, k) & (begins >= last_edit[:, None])
    rank = np.cumsum(good[:, ::-1], axis=1)[:, ::-1]
    pick = good & (rank <= 2)
    return pick, ~(pick & ~exact[:, :k]).any(axis=1) & (count(pick) == 2)


def _own_usual(m: Memory, hourly: Hourly, today: int, here: int) -> Float:
    """(n,) what each campaign usually spends in the two clock hours before `here`."""
    first, second = (m.days.local(m.days.hour_start(here - back)).hour for back in (2, 1))
    n = len(m.roster)
    return own_usual(hourly.own, m.days, today, n, first) + own_usual(hourly.own, m.days, today, n, second)


def _last_hours(views: Sequence[DayByHours], here: int) -> Float:
    """(5, n) sums; the present hour may still be unknown and then counts what is known."""
    begin, now = here - DAY_HOURS, views[-1].x[:, :, here - views[-1].first]
    if begin < views[0].first:
        return np.full(now.shape, np.nan)
    out = filled(now)
    for v in views:
        out = out + total(v.x[:, :, max(begin - v.first, 0) : max(here - v.first, 0)])
    return out


def _orders_2h(views: Sequence[DayByHours], here: int, gone: float) -> Float:
    """(n,) orders of the hour `here`, of which `gone` (0..1) has passed, the one before it and the rest of the one before that."""
    first, orders = views[0].first, np.concatenate([v.x[2] for v in views], axis=1)
    begin = here - 2 - first
    if begin < 0:
        return np.full(len(orders), np.nan)
    three = orders[:, begin : begin + 3]
    return np.asarray(np.where(np.isnan(three[:, 2]), 0.0, three[:, 2]) + three[:, 1] + (1.0 - gone) * three[:, 0])


def _bound_days(m: Memory, table: DayTable, budget: Float) -> Int:
    """(n,) of the last 3 complete days those with at least 90 % of that day's budget spent."""
    slots = m.window(table.last_day, BUDGET_DAYS + 1)[:-1]
    day_budget = to_the_fen(m.sums.budget[:, slots].astype(np.float64))
    day_budget = np.where(np.isnan(day_budget), budget[:, None], day_budget)
    spend = table.x[0][:, -BUDGET_DAYS - 1 : -1]
    return np.asarray((np.isfinite(day_budget) & (spend >= BINDS * day_budget)).sum(axis=1))


__all__ = ["HOUR_S", "Delivery", "delivery"]
