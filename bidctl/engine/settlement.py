"""Settlement: what the paid GMV of each pay-day cohort will finally be billed (Bornhuetter-Ferguson with a stated prior).

    final = seen - r * paid * (1 - F(age))
    r     = (k * v * r0 + sum refunds seen of mature cohorts) / (k * v + sum paid * F(age) of mature cohorts)

`seen` is the deepest settled column reported (1 h, 7, 14, 30, 90 days; the platform's N-day column rolls until day N), `r0`
= 1 - prior settled share, `k` the prior's strength in orders, `v` the campaign's order value. Only cohorts seen to at
least 7 days teach r: of younger ones a small error in F would be magnified (simulation.md 2.2: chain-ladder is worse than
no correction at every age; BF wins at every age).

F, the delay of refunds, has two parts. Quick: the share q of all refunds that comes within the first hour, measured from
the campaign's own 1 h column. Slow: what the account's windows have shown of it (delay_shapes.py). Live commerce is quicker than
retail: the default mean is 6 days (ours).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Basis
from bidctl.engine.delay_shapes import Delays
from bidctl.engine.rows import dot, filled, total

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

STAGES_DAYS = (1 / 24, 7.0, 14.0, 30.0, 90.0)
"""Depth of the settled columns gmv_1h, gmv_7d, gmv_14d, gmv_30d, gmv_90d."""

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
class Seen:
    """What cohorts have shown so far: `kept` (n, d) GMV left by the deepest settled column reported, and the age in `days` to
    which that is seen (0 = paid only). Of the cohorts that teach: `paid` (n, d), others 0, and `refunds` (n,). `order` (n,)
    paid yuan an order over the cohorts known, 1 where there is none."""

    kept: Float
    days: Float
    paid: Float
    refunds: Float
    order: Float


@dataclass(frozen=True, slots=True)
class Settled:
    """What settlement knows: `refund` (n,) ultimate refunded share r and its variance `refund_var`; `quick` (n,) share q of
    refunds within an hour; `seen`, and `slow` (n, d) the share of the slow refunds that is seen by then; `mature` (n,) bool:
    one cohort of >= 10 orders was seen to 14 days; `final` (n, d) GMV of each cohort finally billed; `rate` (n,) settlement
    rate: finally billed / paid GMV over the campaign's cohorts, 1 - r where it has none."""

    cohorts: Cohorts
    delays: Delays
    refund: Float
    refund_var: Float
    quick: Float
    seen: Seen
    slow: Float
    mature: Bool
    final: Float
    rate: Float

    def expected(self, horizon_days: Float) -> Float:
        """(n, d) GMV of each cohort left at its horizon (n,) (inf = finally billed, 0 = paid)."""
        if np.isinf(horizon_days).all():
            return self.final
        return np.maximum(self._base(horizon_days) - self.refund[:, None] * self.open_paid(horizon_days), 0.0)

    def left(self, horizon_days: Float) -> Float:
        """(n,) share of paid GMV left at a horizon (n,): of all cohorts together where it is the end, else as the model expects."""
        expected = 1.0 - self.refund * self._by(horizon_days)[:, 0]
        return np.where(np.isinf(horizon_days), self.rate, expected)

    def open_paid(self, horizon_days: Float) -> Float:
        """(n, d) paid GMV times the share of its refunds that is still to come before the horizon."""
        by_now = _share(self.seen.days, self.quick[:, None], self.slow)
        return _open(self.cohorts.paid, self._by(horizon_days), by_now)

    def variance(self, horizon_days: Float, use: Bool, order_value: Float, cv: Float) -> Float:
        """(n,) variance of the sum of `expected` over the newest w cohorts in `use` (n, w): of r and of the delay (all cohorts
        together) and of which orders will be refunded, each order worth `order_value` with variation `cv`."""
        newest, q = slice(-use.shape[1], None), self.quick[:, None]
        days = self.seen.days[:, newest]
        paid = np.where(use, filled(self.cohorts.paid[:, newest]), 0.0)
        open_paid = _open(paid, self._by(horizon_days), _share(days, q, self.slow[:, newest]))
        late = self.refund * dot(open_paid, self.delays.doubts(days))
        p = self.refund[:, None] * open_paid / np.where(paid > 0, paid, 1.0)
        which = dot(paid * p, 1 - p) * order_value * (1 + cv**2)
        return np.asarray(total(open_paid) ** 2 * self.refund_var + late**2 + which)

    def _by(self, horizon_days: Float) -> Float:
        """(n, 1) share of refunds that has come by a horizon (n,)."""
        h = horizon_days[:, None]
        return _share(h, self.quick[:, None], self.delays.share(h))

    def _base(self, horizon_days: Float) -> Float:
        """Seen GMV, but never deeper than the horizon asks for: a goal on paid GMV ignores refunds already seen."""
        h = horizon_days[:, None]
        base = self.cohorts.paid
        for stage, days in enumerate(STAGES_DAYS):
            column = self.cohorts.settled[:, stage]
            base = np.where((days <= h + 1e-9) & np.isfinite(column), np.minimum(base, column), base)
        return base


def _open(paid: Float, by_horizon: Float, by_now: Float) -> Float:
    return paid * np.maximum(by_horizon - by_now, 0.0)


def _share(age_days: Float, quick: Float, slow: Float) -> Float:
    return np.where(age_days <= 0, 0.0, quick + (1 - quick) * slow)


def look(c: Cohorts) -> Seen:
    """What the cohorts have shown."""
    kept, days = c.paid.copy(), np.zeros_like(c.paid)
    age = np.maximum(c.age_days, 0.0)
    for stage, depth in enumerate(STAGES_DAYS):
        column = c.settled[:, stage]
        reported = np.isfinite(column)
        np.minimum(column, c.paid, out=kept, where=reported)
        np.copyto(days, np.minimum(depth, age), where=reported)
    teaches = (days >= TEACHES_DAYS) & (c.paid > 0)
    refunds = total(np.where(teaches, c.paid - kept, 0.0))
    return Seen(kept, days, np.where(teaches, c.paid, 0.0), refunds, mean_order(c))


def settle(cohorts: Cohorts, seen: Seen, priors: Priors, delays: Delays, slow: Float) -> Settled:
    """Learn each campaign's refund share from its mature cohorts and the prior (formulae: top of this file). `seen` of these
    cohorts, and `slow` (n, d) what `delays` make of it."""
    r0 = 1.0 - priors.settled_share
    one_hour = _share_1h(cohorts)
    paid, slowly = total(seen.paid), dot(seen.paid, slow)
    weight = priors.strength * seen.order
    r = r0
    for _ in range(2):  # q depends on r and r, through F, on q: two rounds settle it
        quick = np.minimum(one_hour / np.maximum(r, 1e-9), QUICK_MOST)
        exposure = quick * paid + (1 - quick) * slowly
        r = (weight * r0 + seen.refunds) / np.where(weight + exposure > 0, weight + exposure, 1.0)
        r = np.clip(np.where(weight + exposure > 0, r, r0), 0.0, 1.0)
    r = np.maximum(r, one_hour)
    quick = np.minimum(one_hour / np.maximum(r, 1e-9), QUICK_MOST)
    counted = priors.strength + exposure / seen.order / VALUE_NOISE
    mature = ((seen.days >= MATURE_DAYS) & (cohorts.orders >= MATURE_ORDERS) & np.isfinite(cohorts.paid)).any(axis=1)
    final = _final(cohorts, seen, slow, r, quick)
    return Settled(
        cohorts=cohorts,
        delays=delays,
        refund=r,
        refund_var=r * (1 - r) / (counted + 1.0),
        quick=quick,
        seen=seen,
        slow=slow,
        mature=np.asarray(mature),
        final=final,
        rate=_rate(final, cohorts.paid, 1.0 - r),
    )


def _final(c: Cohorts, seen: Seen, slow: Float, refund: Float, quick: Float) -> Float:
    """(n, d) each cohort finally billed: the least that any column shows, less what of it is still to come back."""
    least = np.fmin.reduce(c.settled, axis=1)
    base = np.fmin(c.paid, least)
    still = _open(c.paid, np.ones((1, 1)), _share(seen.days, quick[:, None], slow))  # NaN where the day is unknown
    return np.maximum(base - refund[:, None] * still, 0.0)


def _rate(final: Float, paid: Float, without: Float) -> Float:
    whole, kept = total(filled(paid)), total(filled(final))
    return np.where(whole > 0, kept / np.where(whole > 0, whole, 1.0), without)


def _share_1h(c: Cohorts) -> Float:
    """(n,) share of paid GMV refunded within an hour; 0 where the column is not reported."""
    both = np.isfinite(c.settled[:, 0]) & np.isfinite(c.paid)
    paid, net = total(np.where(both, c.paid, 0.0)), total(np.where(both, c.settled[:, 0], 0.0))
    return np.where(paid > 0, np.clip(1.0 - net / np.where(paid > 0, paid, 1.0), 0.0, 1.0), 0.0)


def mean_order(c: Cohorts) -> Float:
    """(n,) paid yuan an order over the cohorts known; 1 where there is none."""
    both = np.isfinite(c.paid) & np.isfinite(c.orders)
    orders, paid = total(np.where(both, c.orders, 0.0)), total(np.where(both, c.paid, 0.0))
    return np.where((orders > 0) & (paid > 0), paid / np.where(orders > 0, orders, 1.0), 1.0)
