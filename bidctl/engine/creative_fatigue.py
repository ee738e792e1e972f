"""Whether creatives tire (R-RELAY): by their share of spend, by their rate beside siblings, and all of a campaign together.

Creatives that tire alike look as good beside each other as ever. What shows then is the campaign: the platform holds the ROI that
the target asks for and buys less of it, or as much at a lower target. With elasticity e of spend to the target, ln rate + ln spend / e
falls as the material's worth does, whichever of the two gives way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.creative_rates import Sales
from bidctl.engine.response import USUAL_EPS
from bidctl.policy.maths import normal_cdf

Float = NDArray[np.float64]
Int = NDArray[np.int64]

WEEK_DAYS = 7
"""Weeks are compared: a weekend or a promotion day weighs on neither."""
LEAST_DAYS = 5
"""Days with spend that each of the two weeks needs (ours)."""
DEMAND_SD = 0.2
"""Log sd of the change of a campaign's demand from one week to the next (daily news of sd 0.2 that lasts: `response.NOISE`)."""


def p_down(before: Sales, lately: Sales, log_sd: float) -> Float:
    """(m,) probability that the relative rate is lower lately than before, both shrunk; each beside the siblings' rate of its own
    span, so that a weak day of the whole campaign is no fatigue of one. NaN where either is not known."""
    known = np.isfinite(before.expected) & np.isfinite(lately.expected)
    shape = 1.0 / np.expm1(log_sd**2)
    one, two = shape + np.where(known, before.sold, 0.0), shape + np.where(known, lately.sold, 0.0)
    was, now = (shape + np.where(known, x.expected, 0.0) for x in (before, lately))
    gap = np.log(one / was) - np.log(two / now)
    return np.where(known, normal_cdf(gap / np.sqrt(1.0 / one + 1.0 / two)), np.nan)


def p_all_down(spend: Float, net: Float, orders: Float, cv: float) -> Float:
    """(k,) probability that a campaign's material is worth less in the last 7 days than in the 7 before. `spend`, `net` yuan, `orders`
    (k, d) by complete day, oldest first; `cv`: variation of order values. Spend is that of a day which delivered, so a pause is no
    fatigue. NaN where a week is not known."""
    if spend.shape[1] < 2 * WEEK_DAYS:
        return np.full(len(spend), np.nan)
    weeks = slice(-2 * WEEK_DAYS, -WEEK_DAYS), slice(-WEEK_DAYS, None)
    one, two = (_week(spend[:, days], net[:, days], orders[:, days]) for days in weeks)
    known = (np.minimum(one, two) > 0).all(axis=0)
    (s1, r1, n1), (s2, r2, n2) = (np.where(known, x, 1.0) for x in (one, two))
    gap = np.log(r1 / r2) + np.log(s1 / s2) / USUAL_EPS
    sd = np.sqrt((1 + cv**2) * (1 / n1 + 1 / n2) + (DEMAND_SD / USUAL_EPS) ** 2)
    return np.where(known, normal_cdf(gap / sd), np.nan)


def _week(spend: Float, net: Float, orders: Float) -> Float:
    """(3, k) of a week's days: spend of a day that delivered, net per yuan, orders; 0 where too few days did."""
    delivered = (spend > 0).sum(axis=1)
    whole, sold, n = (np.nansum(x, axis=1) for x in (spend, net, orders))
    some = (delivered >= LEAST_DAYS) & (whole > 0)
    return np.where(some, [whole / np.maximum(delivered, 1), sold / np.where(some, whole, 1.0), n], 0.0)


def low_share_days(spend: Float, campaign_spend: Float) -> Int:
    """(m,) running days up to the last with a share of the campaign's spend below half of the creative's own 3-day peak. `spend`,
    `campaign_spend` (m, d) by complete day, oldest first; NaN = not known, which is no low day."""
    share = spend / np.where(campaign_spend > 0, campaign_spend, np.nan)
    d = share.shape[1]
    if d < 4:
        return np.zeros(len(spend), np.int64)
    three = (share[:, :-2] + share[:, 1:-1] + share[:, 2:]) / 3.0
    peak = np.fmax.accumulate(np.where(np.isfinite(three), three, -np.inf), axis=1)
    before = np.concatenate([np.full((len(spend), 3), np.nan), peak[:, :-1]], axis=1)
    low = share < 0.5 * before
    run = np.logical_and.accumulate(low[:, ::-1], axis=1)
    return np.asarray(run.sum(axis=1), np.int64)
