"""Joins days, settlement and goal into what a policy may conclude: projected ROAS, its interval, P(below goal)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Basis
from bidctl.engine.day_table import DayTable
from bidctl.engine.enrolled import Enrolled
from bidctl.engine.evidence import WINDOW_DAYS, Evidence, weigh, window
from bidctl.engine.groups import Groups
from bidctl.engine.rows import dot, filled, total
from bidctl.engine.settlement import HORIZON_DAYS, Settled

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

ORDER_VALUE, VALUE_STRENGTH = 100.0, 3.0
"""Yuan an order where the account has none yet (ours), and the orders that the account's mean weighs in a campaign's."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`evidence` over the evidence window; `order_value` (n,) paid yuan an order; `share_7d`, `share_2d` (n,) projected / paid
    GMV on the goal's basis over 7 and 2 natural days; `share_today`; `convertible` (n,): the goal's basis can be had."""

    evidence: Evidence
    order_value: Float
    share_7d: Float
    share_2d: Float
    convertible: Bool
    projected_7d: Float


def judge(
    table: DayTable, settled: Settled, e: Enrolled, net: Bool, target: Float, accounts: Groups, cv: Float
) -> Judged:
    """`net` (n,): the target counts GMV net of refunds within 1 h; `target` (n,) the target in force as a ratio; `cv` (n,)."""
    horizon = np.array([HORIZON_DAYS[Basis(int(b))] for b in range(len(Basis))])[e.basis]
    expected = settled.expected(horizon)
    value = order_value(table, accounts)
    x = table.x[:, :, -WINDOW_DAYS:]
    spend, paid, orders = x[0], x[1], x[2]
    known = np.isfinite(spend) & np.isfinite(paid) & np.isfinite(orders)
    use = window(filled(orders), known)
    share = table.share[:, -WINDOW_DAYS:]
    factor = np.where(np.isfinite(share) & (target > 0)[:, None], share * target[:, None], 1.0)
    cohort_paid = settled.cohorts.paid[:, -WINDOW_DAYS:]
    ratio = expected[:, -WINDOW_DAYS:] / np.where(cohort_paid > 0, cohort_paid, np.inf)

    def over(a: Float) -> Float:
        return total(np.where(use, a, 0.0))

    normalised, projected = over(paid * factor), over(paid * factor * ratio)
    # where nothing is kept of what was ordered, the next order is worth what an order usually is on the goal's basis
    left = settled.left(horizon)
    usual = np.where(left > 0, left, e.settled_share)
    per_order = np.where(projected > 0, projected / np.where(normalised > 0, normalised, 1.0), usual)
    variance = settled.variance(horizon, use, value, cv)
    plain = over(paid)
    variance = variance * (normalised / np.where(plain > 0, plain, 1.0)) ** 2
    spent = np.where(use.any(axis=1), over(spend), np.nan)
    evidence = weigh(spent, over(orders), normalised, projected, variance, value * per_order, e.goal, cv)
    needs_1h = e.basis == Basis.NET_1H
    convertible = ~needs_1h | ~(use & ~np.isfinite(x[3])).any(axis=1)
    return Judged(
        evidence,
        value,
        _share(expected, settled, 7, left),
        _share(expected, settled, 2, left),
        convertible,
        _projected(expected, settled, paid),
    )


def order_value(table: DayTable, accounts: Groups) -> Float:
    """(n,) paid yuan an order over the days known, drawn to the account's mean by 3 orders."""
    gmv, orders = table.x[1], table.x[2]
    both = np.isfinite(gmv) & np.isfinite(orders)
    g, n = total(np.where(both, gmv, 0.0)), total(np.where(both, orders, 0.0))
    all_g, all_n = accounts.totals(g), accounts.totals(n)
    mean = np.where((all_n > 0) & (all_g > 0), all_g / np.where(all_n > 0, all_n, 1.0), ORDER_VALUE)
    return np.asarray((g + VALUE_STRENGTH * mean) / (n + VALUE_STRENGTH))


def _share(expected: Float, settled: Settled, n: int, left: Float) -> Float:
    """(n,) of the newest `n` cohorts together; `left` where nothing was paid."""
    paid = settled.cohorts.paid[:, -n:]
    ok = np.isfinite(paid) & np.isfinite(expected[:, -n:])
    whole, kept = total(np.where(ok, paid, 0.0)), total(np.where(ok, expected[:, -n:], 0.0))
    return np.where(whole > 0, kept / np.where(whole > 0, whole, 1.0), left)


def _projected(expected: Float, settled: Settled, paid: Float) -> Float:
    """(n,) projected GMV of the last 7 natural days; NaN where a day is unknown."""
    cohort = settled.cohorts.paid[:, -WINDOW_DAYS:]
    share = expected[:, -WINDOW_DAYS:] / np.where(cohort > 0, cohort, np.inf)
    return dot(paid, share)
