"""How good a creative is beside its siblings: the posterior of its rate.

The rate is net GMV per yuan of spend, relative to the pooled rate of the campaign's other creatives of the same product. True relative
rates are taken as log-normal with mean 1 (log sd fitted per account), and what a creative sold as a Poisson number of orders of
varying value: n' = net / (order value * (1 + cv^2)) orders worth of evidence where e' were expected. The posterior is summed over a
grid, so a creative without any order is judged by what it should have sold.

A platform gives more spend to what it takes for better. If true rates go with spend to the power of a slope, fitted per account, then
what spends little is expected to yield less before it has sold anything: else chance among many that are hardly weak passes for weakness.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.policy.maths import normal_cdf

Float = NDArray[np.float64]
Int = NDArray[np.int64]

SPREAD_LOG_SD, SPREAD_WEIGHT = 0.24, 50.0
"""Spread of true rates between siblings before any data (headline tests: log sd 0.24), and the expected orders it weighs."""
SPREAD_BOUNDS = (0.01, 1.5)
"""Variance of relative rates that is believed at least and at most."""
SLOPES = np.linspace(-0.1, 0.6, 36)
SLOPE_SD = 0.25
"""Powers of spend that true rates may go with, and how far from 0 they are taken to be before any data (ours)."""
WEAK = 0.7
"""A creative is weak below this share of its siblings' pooled rate (R-RETIRE)."""
_GRID = np.linspace(-4.0, 4.0, 65)
_STEP = float(_GRID[1] - _GRID[0])


@dataclass(frozen=True, slots=True)
class Sales:
    """(m,) orders' worth of evidence: `sold` n', `expected` e' by the pooled rate of the others of the group (NaN where they spent
    nothing), and `others` sold, on which that pooled rate stands."""

    sold: Float
    expected: Float
    others: Float


def sales(spend: Float, net: Float, group: Int, evidence_value: Float) -> Sales:
    """What each creative sold beside what its group (campaign and product) says it should have. `evidence_value` (m,) yuan:
    order value * (1 + cv^2)."""
    others_spend, others_net = _of_group(spend, group) - spend, _of_group(net, group) - net
    rate = np.where(others_spend > 0, others_net / np.where(others_spend > 0, others_spend, 1.0), np.nan)
    return Sales(net / evidence_value, spend * rate / evidence_value, np.maximum(others_net, 0.0) / evidence_value)


def fitted_slope(s: Sales, spend: Float, group: Int) -> float:
    """The power of spend with which true rates of the account go, by likelihood; beyond a spread of `SPREAD_LOG_SD` more orders of one
    creative tell no more of it. `spend` (m,) yuan a day."""
    ok = np.isfinite(s.sold) & np.isfinite(s.expected) & (s.expected > 0) & (s.others > 0)
    n, e = s.sold[ok], s.expected[ok]
    likely = []
    for slope in SLOPES:
        mean = e * by_spend(float(slope), spend, group)[ok]
        weight = 1.0 / (1.0 + e * np.expm1(SPREAD_LOG_SD**2))
        likely.append(float((weight * (n * np.log(mean) - mean)).sum()) - (slope / SLOPE_SD) ** 2 / 2)
    return float(SLOPES[int(np.argmax(likely))])


def by_spend(slope: float, spend: Float, group: Int) -> Float:
    """(m,) relative rate expected of each beside the others of its group together, where rates go with spend to the power `slope`; 1
    where it or the others spent nothing."""
    power = np.where(spend > 0, np.maximum(spend, 1e-9) ** (1.0 + slope), 0.0)
    others, raised = _of_group(spend, group) - spend, _of_group(power, group) - power
    ok = (spend > 0) & (others > 0) & (raised > 0)
    return np.where(ok, np.where(ok, spend, 1.0) ** slope * np.where(ok, others, 1.0) / np.where(ok, raised, 1.0), 1.0)


def fitted_log_sd(s: Sales) -> float:
    """Log sd of true relative rates in the account: from how much more they scatter than chance alone; shrunk to the stated one."""
    ok = np.isfinite(s.sold) & np.isfinite(s.expected) & (s.expected > 0) & (s.others > 0)
    n, e = s.sold[ok], s.expected[ok]
    chance = e + e**2 / s.others[ok]
    excess = float(((n - e) ** 2 - chance).sum())
    weight = float((e**2).sum())
    variance = (SPREAD_WEIGHT**2 * np.expm1(SPREAD_LOG_SD**2) + excess) / (SPREAD_WEIGHT**2 + weight)
    return float(np.sqrt(np.log1p(np.clip(variance, *SPREAD_BOUNDS))))


def p_below(share: float | Float, s: Sales, log_sd: float) -> Float:
    """(m,) probability that the relative rate is below `share` (a number, or (m,)), the chance in the others' own rate
    included; NaN where nothing was expected."""
    known = np.isfinite(s.expected) & (s.others > 0)
    n, e = np.where(known, s.sold, 0.0)[:, None], np.where(known, s.expected, 0.0)[:, None]
    log_theta = log_sd * _GRID - log_sd**2 / 2
    weight = n * log_theta - e * np.exp(log_theta) - _GRID**2 / 2
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    blur = np.sqrt(1.0 / np.where(known, s.others, 1.0)[:, None] + (log_sd * _STEP / 2) ** 2)
    below = normal_cdf((np.log(np.asarray(share)).reshape(-1, 1) - log_theta) / blur)
    return np.where(known, (weight * below).sum(axis=1) / weight.sum(axis=1), np.nan)


def _of_group(x: Float, group: Int) -> Float:
    return np.asarray(np.bincount(group, weights=np.nan_to_num(x))[group], np.float64)
