"""What an order is worth, and what of it comes back: order value and its spread, refund share and delay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.enrolment import Prior
from bidctl.engine.refund_curve import Cohorts, RefundCurve, learn, lived, spread
from bidctl.engine.settlement import STAGES_DAYS
from sim.calendar import DAY, day_start
from sim.estimate import Estimate, How, by_weight, drawn_together, one
from sim.figures import figures
from sim.past import Past
from sim.refunds import RECEIPT_DAYS, delays_of
from sim.scenario import Refunds

Float = NDArray[np.float64]

EDGES = np.array([0.0, *STAGES_DAYS])
SPREAD_CELLS = 10.0
"""Days of a campaign that the prior spread of order values weighs (ours)."""
VALUE_YUAN, VALUE_LOG_SD = 80.0, 0.7
"""Order value where a campaign has sold nothing: the middle of the world's 40 .. 160, and the spread of most scenarios."""
REFUND_SPREAD = 0.1
"""Sd of refund shares between campaigns of an account: the world's 0.10 .. 0.45, even, has 0.10."""

TAIL = 0.1
"""Relative error of the refunds that nobody has seen yet, beyond that of those seen (ours)."""


@dataclass(frozen=True, slots=True)
class Sold:
    """`value` (n,) yuan an order, `value_log_sd` of single orders; `refund` (n,) share of paid GMV refunded in the end, the shares of
    refunds `within_hour` and `before_dispatch`, and `cluster`, the log sd of a day's refund probability."""

    value: Estimate
    value_log_sd: Estimate
    refund: Estimate
    within_hour: Estimate
    before_dispatch: Estimate
    cluster: Estimate


def sold(past: Past) -> Sold:
    """What the past tells of its orders."""
    value, log_sd = _values(past)
    cv2 = float(np.exp(log_sd.value[0] ** 2) - 1)
    return Sold(value, log_sd, *_refunds(past, value.value, cv2))


def _values(past: Past) -> tuple[Estimate, Estimate]:
    known = np.isfinite(past.gmv) & np.isfinite(past.orders) & (past.orders > 0) & (past.gmv > 0)
    gmv, orders = (np.where(known, x, 0.0) for x in (past.gmv, past.orders))
    count = orders.sum(axis=1)
    mean = np.where(count > 0, gmv.sum(axis=1) / np.maximum(count, 1), np.nan)
    cells = known.sum(axis=1)
    square = np.where(known, (gmv - orders * mean[:, None]) ** 2 / np.maximum(orders * mean[:, None] ** 2, 1e-12), 0.0)
    square = square[np.isfinite(mean)]
    freedom = float(np.maximum(cells - 1, 0).sum())
    prior = np.exp(VALUE_LOG_SD**2) - 1
    cv2 = (SPREAD_CELLS * prior + float(square.sum())) / (SPREAD_CELLS + freedom)
    log_sd = float(np.sqrt(np.log1p(cv2)))
    weight = freedom / (freedom + SPREAD_CELLS)
    each = square[known[np.isfinite(mean)]]
    error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 2 else cv2
    error = weight * error + (1 - weight) * cv2
    slope = 1.0 / (2 * log_sd * (1 + cv2))  # of log_sd by cv^2
    sd = np.where(count > 0, np.sqrt(cv2 / np.maximum(count, 1)), VALUE_LOG_SD)
    how = np.where(count > 0, How.DATA, How.PRIOR).astype(np.int8)
    value = Estimate(np.where(count > 0, mean, VALUE_YUAN), sd, how, least=0.01)
    return value, one(log_sd, slope * error, by_weight(weight), log=False, most=2.5)


def _refunds(past: Past, value: Float, cv2: float) -> tuple[Estimate, Estimate, Estimate, Estimate]:
    usual, stated = Refunds(), Prior()
    cohorts, orders = _cohorts(past, value * (1 + cv2))
    share = np.bincount(delays_of(usual).window, minlength=len(EDGES) - 1) / len(delays_of(usual).window)
    rate0 = 1 - stated.settled_share
    prior = RefundCurve(EDGES, rate0 * share[None, :])
    strength = stated.strength * float(np.mean(value)) if len(value) else stated.strength
    one_group = Cohorts(
        np.zeros(len(cohorts.group), np.int64), cohorts.paid, cohorts.age_days, cohorts.refunds, cohorts.sampling
    )
    exposed = float((cohorts.paid * prior.seen(one_group.group, cohorts.age_days)).sum())
    ratio = (strength * rate0 + float(cohorts.refunds.sum())) / (strength * rate0 + exposed)
    curve = learn(RefundCurve(EDGES, prior.share * ratio), np.array([strength]), one_group)
    excess = float(spread(curve, one_group, 0.0)[0])
    for _ in range(2):  # what campaigns differ by is no chance of the day
        refund = _by_campaign(past, curve, cohorts, orders, cv2, excess)
        own = refund.value[cohorts.group]
        alike = replace(
            one_group,
            paid=one_group.paid * own / max(float(curve.rate[0]), 1e-9),
            sampling=one_group.sampling * (1 - own),
        )
        excess = float(spread(curve, alike, 0.0)[0])
    weight = exposed / (exposed + strength * rate0)
    return (
        refund,
        *_pace(curve, one_group, weight),
        one(float(np.sqrt(np.log1p(excess))), 0.3, by_weight(weight), most=1.5),
    )


def _cohorts(past: Past, sampling: Float) -> tuple[Cohorts, Float]:
    """Pay days seen to at least 7 days, each as old as the deepest column that has matured and is told; their orders."""
    ends = np.array([day_start(past.first_day + k + 1) for k in range(past.days)])
    age = (past.known_at - ends) / DAY
    depth = np.array(STAGES_DAYS)
    ripe = (age[None, :] + 1e-6 >= depth[:, None])[None] & np.isfinite(past.settled)
    ripe = np.logical_and.accumulate(ripe, axis=1)
    use = ripe[:, 1] & np.isfinite(past.gmv) & (past.gmv > 0)
    kept = np.minimum.accumulate(np.where(ripe, np.fmin(past.settled, past.gmv[:, None, :]), np.inf), axis=1)
    before = np.concatenate([past.gmv[:, None, :], kept[:, :-1]], axis=1)
    back = np.where(ripe, before - np.where(ripe, kept, 0.0), 0.0)
    seen = ripe.sum(axis=1)
    row, day = np.nonzero(use)
    return Cohorts(
        row, past.gmv[use], EDGES[seen[use]], back.transpose(0, 2, 1)[row, day], sampling[row]
    ), np.nan_to_num(past.orders[use])


def _by_campaign(past: Past, curve: RefundCurve, c: Cohorts, orders: Float, cv2: float, excess: float) -> Estimate:
    """Each campaign's share, drawn to what its account's have in common."""
    n, rate = len(past.campaign), float(curve.rate[0])

    def sums(x: Float) -> Float:
        return np.asarray(np.bincount(c.group, weights=x, minlength=n), np.float64)

    part = lived(curve.edges, c.age_days) @ curve.share[0] / max(rate, 1e-9)  # of the refunds that have come by then
    exposed, refunds, days = sums(c.paid * part), sums(c.refunds.sum(axis=1)), sums(np.ones(len(c.paid)))
    some = exposed > 0
    own = np.clip(np.where(some, refunds / np.where(some, exposed, 1.0), np.nan), 0.0, 1.0)
    seen = np.where(some, exposed / np.maximum(sums(c.paid), 1e-9), 1.0)
    counted = np.maximum(sums(orders) * seen, 1.0)
    prior, r = (1 - Prior().settled_share, REFUND_SPREAD), np.full(n, rate)
    for _ in range(2):  # an error by a share's own chance would trust the low ones too much
        r = np.clip(r, 0.02, 0.98)
        chance = r * (1 - r * seen) * (1 + cv2) / counted + r**2 * excess / np.maximum(days, 1)
        error = np.where(some, np.sqrt(chance + (TAIL * r * (1 - seen)) ** 2), np.inf)
        r, sd, weight = drawn_together(own, error, prior)
    how = np.array([by_weight(float(w)) for w in weight], np.int8)
    return Estimate(np.clip(r, 0.0, 1.0), sd, how, log=False, most=1.0)


def _pace(curve: RefundCurve, c: Cohorts, weight: float) -> tuple[Estimate, Estimate]:
    """Shares of refunds within the hour and before dispatch, of which those after receipt within 7 days are taken out."""
    early = float(np.interp(7.0 - RECEIPT_DAYS, figures().refund_delay_days, np.linspace(0, 1, 101)))
    part = curve.share[0] / max(float(curve.rate[0]), 1e-9)
    hour = float(part[0])
    soon = float(np.clip((part[1] - (1 - hour) * early) / (1 - early), 0.0, 1 - hour))
    n = max(float(c.refunds.sum() / max(float(np.mean(c.sampling)), 1e-9)) if len(c.paid) else 0.0, 50 * 0.25)
    how = by_weight(weight)
    return (
        one(hour, float(np.sqrt(hour * (1 - hour) / n)), how, log=False, most=1.0),
        one(soon, float(np.sqrt(max(soon, 0.02) * (1 - soon) / n) / (1 - early)), how, log=False, most=1.0),
    )
