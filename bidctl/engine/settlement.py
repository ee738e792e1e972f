"""Settlement: what the paid GMV of each pay-day cohort will finally be billed (Bornhuetter-Ferguson with a stated prior).

    final = seen - r * paid * (1 - F(age))
    r     = (k * v * r0 + sum refunds seen of mature cohorts) / (k * v + sum paid * F(age) of mature cohorts)

`seen` is the deepest settled column reported (1 h, 7, 14, 30, 90 days; the platform's N-day column rolls until day N), `r0`
= 1 - prior settled share, `k` the prior's strength in orders, `v` the campaign's order value. Only cohorts seen to at
least 7 days teach r: of younger ones a small error in F would be magnified (simulation.md 2.2: chain-ladder is worse than
no correction at every age; BF wins at every age).

F, the delay of refunds, has two parts. Quick: the share q of all refunds that comes within the first hour, measured from
the campaign's own 1 h column. Slow: a mixture of two exponentials around the prior's mean delay m, 71 % with mean 0.4 m
and 29 % with mean 2.5 m (the mean is m). With m = 22 days this gives 43 / 65 / 81 / 93 % by day 7 / 15 / 30 / 76; the
retail pairs of simulation.md 2.2 show 46-50 / 60 / 75 / 90 %. Live commerce is quicker: the default m is 6 days (ours).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Basis

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

STAGES_DAYS = (1 / 24, 7.0, 14.0, 30.0, 90.0)
"""Depth of the settled columns gmv_1h, gmv_7d, gmv_14d, gmv_30d, gmv_90d."""

SLOW_SHARE, SLOW_SCALE, FAST_SCALE = 0.2857142857142857, 2.5, 0.4
QUICK_MOST = 0.8
TEACHES_DAYS = 7.0
MATURE_DAYS, MATURE_ORDERS = 14.0, 10.0
VALUE_NOISE = 1.81
"""Orders of varying value (variation 0.9) tell as much about a share of value as 1 / (1 + 0.9^2) as many equal ones."""

HORIZON_DAYS = {
    Basis.PAID: 0.0, Basis.NET_1H: 1 / 24, Basis.NET_7D: 7.0, Basis.NET_14D: 14.0, Basis.NET_30D: 30.0,
    Basis.NET_90D: 90.0, Basis.BILLED: np.inf, Basis.PROJECTED: np.inf,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Pay-day cohorts: `age_days` (d,) or (n, d) from the middle of the pay day to the reading of its columns; `paid`, `orders`
    (n, d); `settled` (n, 5, d)
    the columns of `STAGES_DAYS`, NaN = not reported; an unknown day is NaN in `paid`."""

    age_days: Float
    paid: Float
    orders: Float
    settled: Float


@dataclass(frozen=True, slots=True)
class Priors:
    """The stated prior, (n,) each: see `domain.enrolment.Prior`."""

    settled_share: Float
    strength: Float
    delay_days: Float


@dataclass(frozen=True, slots=True)
class Settled:
    """What settlement knows: `refund` (n,) ultimate refunded share r and its variance `refund_var`; `quick` (n,) share q of
    refunds within an hour; `seen` (n, d) GMV so far and `seen_days` its age (0 = paid only); `mature` (n,) bool: one cohort
    of >= 10 orders was seen to 14 days; `rate` (n,) settlement rate: finally billed / paid GMV over the campaign's cohorts,
    1 - r where it has none."""

    cohorts: Cohorts
    delay_days: Float
    refund: Float
    refund_var: Float
    quick: Float
    seen: Float
    seen_days: Float
    mature: Bool
    rate: Float

    def expected(self, horizon_days: Float) -> Float:
        """(n, d) GMV of each cohort left at its horizon (n,) (inf = finally billed, 0 = paid)."""
        return np.maximum(self._base(horizon_days) - self.refund[:, None] * self.open_paid(horizon_days), 0.0)

    def open_paid(self, horizon_days: Float) -> Float:
        """(n, d) paid GMV times the share of its refunds that is still to come before the horizon."""
        h = horizon_days[:, None]
        share = delay(h, self.delay_days[:, None], self.quick[:, None]) - delay(
            self.seen_days, self.delay_days[:, None], self.quick[:, None]
        )
        return self.cohorts.paid * np.maximum(share, 0.0)

    def variance(self, horizon_days: Float, use: Bool, order_value: Float, cv: Float) -> Float:
        """(n,) variance of the sum of `expected` over the cohorts in `use` (n, d): of r (all cohorts together) and of which
        orders will be refunded, each order worth `order_value` with variation `cv`."""
        open_paid = np.where(use, np.nan_to_num(self.open_paid(horizon_days)), 0.0)
        paid = np.where(use, np.nan_to_num(self.cohorts.paid), 0.0)
        still = open_paid.sum(axis=1)
        p = self.refund[:, None] * open_paid / np.where(paid > 0, paid, 1.0)
        which = (paid * p * (1 - p)).sum(axis=1) * order_value * (1 + cv**2)
        return np.asarray(still**2 * self.refund_var + which)

    def _base(self, horizon_days: Float) -> Float:
        """Seen GMV, but never deeper than the horizon asks for: a goal on paid GMV ignores refunds already seen."""
        h = horizon_days[:, None]
        base = self.cohorts.paid
        for stage, days in enumerate(STAGES_DAYS):
            column = self.cohorts.settled[:, stage]
            base = np.where((days <= h + 1e-9) & np.isfinite(column), np.minimum(base, column), base)
        return base


def delay(age_days: Float, mean_days: Float, quick: Float) -> Float:
    """F: share of refunds seen by an age. Broadcasts."""
    slow = (
        1.0
        - (1 - SLOW_SHARE) * np.exp(-age_days / (FAST_SCALE * mean_days))
        - SLOW_SHARE * np.exp(-age_days / (SLOW_SCALE * mean_days))
    )
    return np.where(age_days <= 0, 0.0, quick + (1 - quick) * slow)


def settle(cohorts: Cohorts, priors: Priors) -> Settled:
    """Learn each campaign's refund share from its mature cohorts and the prior (formulae: top of this file)."""
    seen, seen_days = deepest(cohorts)
    r0 = 1.0 - priors.settled_share
    one_hour = _share_1h(cohorts)
    teaches = (seen_days >= TEACHES_DAYS) & np.isfinite(cohorts.paid) & (cohorts.paid > 0)
    paid = np.where(teaches, cohorts.paid, 0.0)
    refunds = np.where(teaches, cohorts.paid - seen, 0.0).sum(axis=1)
    value = mean_order(cohorts)
    weight = priors.strength * value
    r = r0
    for _ in range(2):  # q depends on r and r, through F, on q: two rounds settle it
        quick = np.minimum(one_hour / np.maximum(r, 1e-9), QUICK_MOST)
        exposure = (paid * delay(seen_days, priors.delay_days[:, None], quick[:, None])).sum(axis=1)
        r = (weight * r0 + refunds) / np.where(weight + exposure > 0, weight + exposure, 1.0)
        r = np.clip(np.where(weight + exposure > 0, r, r0), 0.0, 1.0)
    r = np.maximum(r, one_hour)
    quick = np.minimum(one_hour / np.maximum(r, 1e-9), QUICK_MOST)
    counted = priors.strength + exposure / value / VALUE_NOISE
    orders = np.nan_to_num(cohorts.orders)
    mature = np.asarray(
        ((seen_days >= MATURE_DAYS) & (orders >= MATURE_ORDERS) & np.isfinite(cohorts.paid)).any(axis=1)
    )
    known = Settled(
        cohorts, priors.delay_days, r, r * (1 - r) / (counted + 1.0), quick, seen, seen_days, mature, 1.0 - r
    )
    return replace(known, rate=_rate(known))


def _rate(s: Settled) -> Float:
    final = np.nansum(s.expected(np.full(len(s.refund), np.inf)), axis=1)
    paid = np.nansum(s.cohorts.paid, axis=1)
    return np.where(paid > 0, final / np.where(paid > 0, paid, 1.0), s.rate)


def deepest(c: Cohorts) -> tuple[Float, Float]:
    """(n, d) each: GMV left by the deepest settled column reported, and the age in days to which that is seen."""
    seen, days = c.paid, np.zeros_like(c.paid)
    for stage, depth in enumerate(STAGES_DAYS):
        column = c.settled[:, stage]
        reported = np.isfinite(column)
        seen = np.where(reported, np.minimum(column, c.paid), seen)
        days = np.where(reported, np.minimum(depth, np.maximum(c.age_days, 0.0)), days)
    return seen, days


def _share_1h(c: Cohorts) -> Float:
    """(n,) share of paid GMV refunded within an hour; 0 where the column is not reported."""
    both = np.isfinite(c.settled[:, 0]) & np.isfinite(c.paid)
    paid = np.where(both, c.paid, 0.0).sum(axis=1)
    net = np.where(both, c.settled[:, 0], 0.0).sum(axis=1)
    return np.where(paid > 0, np.clip(1.0 - net / np.where(paid > 0, paid, 1.0), 0.0, 1.0), 0.0)


def mean_order(c: Cohorts) -> Float:
    """(n,) paid yuan an order over the cohorts known; 1 where there is none."""
    both = np.isfinite(c.paid) & np.isfinite(c.orders)
    orders = np.where(both, c.orders, 0.0).sum(axis=1)
    paid = np.where(both, c.paid, 0.0).sum(axis=1)
    return np.where((orders > 0) & (paid > 0), paid / np.where(orders > 0, orders, 1.0), 1.0)
