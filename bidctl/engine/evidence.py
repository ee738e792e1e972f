"""Evidence (R-EVIDENCE): how sure the recent days are that projected ROAS is below the goal.

Window: the shortest run of natural days up to today (today so far included, at most 7, no unknown day inside) with at
least 30 orders; else the longest run known. Normalised over everybody's target edits: with T = sum GMV_i / target_i, what
the window would have returned at the present target g is ROAS = (g * T / spend) * (projected / paid).

The true ROAS given the window is taken as a gamma with mean m = that figure and relative variance
    t2 = (1 + cv^2) / orders + Var(projected GMV by settlement) / projected GMV^2,
(1 + cv^2) / orders being the relative variance of a Poisson number of orders of varying value. P(true < goal) and the 90 %
interval are read off it (Wilson-Hilferty). With no order at all P = 1 - exp(-spend * goal / order value): 0.95 at three
times the cost per order, the rulebook's "zero orders".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.normal import Z90, gamma_cdf, gamma_quantile
from bidctl.engine.rows import count, dot, total

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

WINDOW_DAYS = 7
ENOUGH_ORDERS = 30.0
ORDER_CV, CV_STRENGTH = 0.9, 20.0
"""Variation of order values before any data, and the campaign-days it weighs (ours; retail shows up to 2.0)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """(n,) each, NaN where no day is known or nothing was spent."""

    roas: Float
    lo: Float
    hi: Float
    p_below: Float
    orders: Float
    spend: Float


def window(orders: Float, known: Bool) -> Bool:
    """(n, 7) days of the evidence window, oldest first, today last; `orders` (n, 7), `known` (n, 7)."""
    back = known[:, ::-1]
    run = np.logical_and.accumulate(back, axis=1)
    before = np.cumsum(np.where(run, orders[:, ::-1], 0.0), axis=1) - np.where(run, orders[:, ::-1], 0.0)
    return (run & (before < ENOUGH_ORDERS))[:, ::-1]


def weigh(
    spend: Float, orders: Float, normalised: Float, projected: Float, settle_var: Float, order_value: Float, goal: Float,
    cv: Float,
) -> Evidence:  # fmt: skip
    """Judge (n,) window sums. `normalised`: paid GMV at the present target (g * T); `projected`: the same times projected /
    paid; `settle_var`: variance of `projected` by settlement; `order_value`: projected yuan an order; `cv`: variation of order values."""
    spent = np.where(spend > 0, spend, np.nan)
    roas = projected / spent
    some = (orders > 0) & (projected > 0)
    t2 = (1 + cv**2) / np.where(some, orders, 1.0) + settle_var / np.where(some, projected, 1.0) ** 2
    shape = np.maximum(1.0 / t2, 0.5)
    mean = np.where(some, roas, 1.0)
    none = order_value / spent
    p = np.where(some, gamma_cdf(goal, mean, shape), 1.0 - np.exp(-goal / none))
    lo = np.where(some, gamma_quantile(-Z90, mean, shape), 0.0)
    hi = np.where(some, gamma_quantile(Z90, mean, shape), -np.log(0.05) * none)
    unknown = ~np.isfinite(roas)
    return Evidence(roas, _blank(lo, unknown), _blank(hi, unknown), _blank(p, unknown | np.isnan(goal)), orders, spend)


def order_cv(gmv: Float, orders: Float, accounts: Groups) -> Float:
    """(a,) each account's variation of order values, from how the mean order of a campaign moves between its days: with n
    orders a day, n * (day's mean - mean)^2 averages to the variance of one order. Shrunk toward `ORDER_CV`; `gmv`, `orders`
    (n, d)."""
    ok = np.isfinite(gmv) & np.isfinite(orders) & (orders >= 1)
    n, yuan = np.where(ok, orders, 0.0), np.where(ok, gmv, 0.0)
    whole = total(n)
    mean = total(yuan) / np.where(whole > 0, whole, 1.0)
    day = yuan / np.where(ok, orders, 1.0)
    scale = np.where(mean > 0, mean, np.inf)[:, None]
    squares = accounts.sums(dot(n, ((day - mean[:, None]) / scale) ** 2))
    freedom = accounts.sums(np.maximum(count(ok) - 1, 0))
    return np.sqrt((CV_STRENGTH * ORDER_CV**2 + squares) / (CV_STRENGTH + freedom))


def _blank(x: Float, where: Bool) -> Float:
    return np.where(where, np.nan, x)
