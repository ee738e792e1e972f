"""What an account's and a product's refunds teach about each campaign's: the stated prior, moved by what was seen around it.

    factor of the account = (k_a * E0 + A) / (k_a * E0 + E),  of a product = (k_p * E0 * account + A_p) / (k_p * E0 + E_p)

A are refunds seen of cohorts at least a week old, E what the stated priors expected of them by then, E0 the refunds that one order
is expected to bring; so k counts orders. A campaign's prior refund share is its stated share times its product's factor. The delay
is the account's too: the mean that best explains in which of the platform's windows (1 h, 7, 14, 30, 90 days) refunds arrived,
held near the stated mean. Weights and grid are ours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.settlement import STAGES_DAYS, TEACHES_DAYS, Cohorts, Priors, deepest, delay, mean_order

Float = NDArray[np.float64]
Int = NDArray[np.int64]

ACCOUNT_ORDERS, PRODUCT_ORDERS = 200.0, 100.0
"""Orders that the stated prior weighs against its account, and the account against a product."""
DELAY_ORDERS, DELAY_LOG_SD = 30.0, 0.5
"""Refunded orders an account needs before its delay is fitted; how far (log sd) the fitted mean may lie from the stated one."""
_GRID = np.exp(np.linspace(-1.2, 1.2, 25))
_MOST = 0.95


def shared(priors: Priors, cohorts: Cohorts, product: Int) -> Priors:
    """The priors (n,) after what account and product have shown. `product` (n,) dense group number, -1 = none of its own."""
    if len(priors.settled_share) == 0:
        return priors
    delayed = replace(priors, delay_days=priors.delay_days * _delay_factor(priors, cohorts))
    seen, expected, one = _seen_and_expected(delayed, cohorts)
    account = (ACCOUNT_ORDERS * one.mean() + seen.sum()) / (ACCOUNT_ORDERS * one.mean() + expected.sum())
    own, group = np.unique(product, return_inverse=True)
    count = np.bincount(group)
    weight = PRODUCT_ORDERS * np.bincount(group, weights=one) / count
    factor = (weight * account + np.bincount(group, weights=seen)) / (weight + np.bincount(group, weights=expected))
    factor[own < 0] = account
    refund = np.clip((1.0 - priors.settled_share) * factor[group], 0.0, _MOST)
    return replace(delayed, settled_share=1.0 - refund)


def _seen_and_expected(priors: Priors, c: Cohorts) -> tuple[Float, Float, Float]:
    """(n,) each: refunds seen of cohorts that teach, what the priors expected, and what one order is expected to bring back."""
    r0 = np.maximum(1.0 - priors.settled_share, 1e-6)
    kept, days = deepest(c)
    teaches = (days >= TEACHES_DAYS) & np.isfinite(c.paid) & (c.paid > 0)
    paid = np.where(teaches, c.paid, 0.0)
    seen = np.where(teaches, c.paid - kept, 0.0).sum(axis=1)
    expected = r0 * (paid * delay(days, priors.delay_days[:, None], np.zeros((len(r0), 1)))).sum(axis=1)
    return seen, expected, r0 * mean_order(c)


def _delay_factor(priors: Priors, c: Cohorts) -> float:
    """Fitted mean delay over the stated one; 1 where the account's refunds are too few to say."""
    columns = np.concatenate([c.paid[:, None], c.settled], axis=1)
    drops = columns[:, :-1] - columns[:, 1:]
    old = c.age_days >= STAGES_DAYS[2]  # seen to 14 days at least: two windows to compare
    value = float(mean_order(c).mean())
    stated = float(priors.delay_days.mean())
    depth = np.searchsorted(STAGES_DAYS, c.age_days + 1e-9, side="right")  # how many windows are closed
    score = -(np.log(_GRID) ** 2) / (2 * DELAY_LOG_SD**2)
    counted = 0.0
    for k in (3, 4, 5):
        mine = old & (depth == k)
        refunds = np.nansum(
            np.where(np.isfinite(drops[:, :k]).all(axis=1)[:, None], drops[:, :k], 0.0)[:, :, mine], axis=(0, 2)
        )
        orders = np.maximum(refunds, 0.0) / value
        counted += float(orders[1:].sum())
        ends = np.array(STAGES_DAYS[:k])
        f = delay(ends[None, :], stated * _GRID[:, None], np.zeros((1, 1)))
        # what came within the hour says nothing of the mean: windows from the first hour on
        share = np.diff(f, axis=1) / (f[:, -1:] - f[:, :1])
        score = score + (orders[1:] * np.log(np.maximum(share, 1e-12))).sum(axis=1)
    return float(_GRID[score.argmax()]) if counted >= DELAY_ORDERS else 1.0
