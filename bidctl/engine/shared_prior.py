"""What an account's and a product's refunds teach about each campaign's: the stated prior, moved by what was seen around it.

    factor of the account = (k_a * E0 + A) / (k_a * E0 + E),  of a product = (k_p * E0 * account + A_p) / (k_p * E0 + E_p)

A are refunds seen of cohorts at least a week old, E what the stated priors expected of them by then, E0 the refunds that one order
is expected to bring; so k counts orders. A campaign's prior refund share is its stated share times its product's factor. The delay
is the account's too: the mean that best explains in which of the platform's windows (1 h, 7, 14, 30, 90 days) refunds arrived,
held near the stated mean. Weights and grid are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.rows import dot, total
from bidctl.engine.settlement import STAGES_DAYS, VALUE_NOISE, Cohorts, Priors, Seen, delay, slow_share

Float = NDArray[np.float64]
Int = NDArray[np.int64]

ACCOUNT_ORDERS, PRODUCT_ORDERS = 200.0, 100.0
"""Orders that the stated prior weighs against its account, and the account against a product."""
DELAY_LOG_SD = 0.7
"""How far (log sd) the true mean delay may lie from the stated one before any data: 6 days stated may be 18 in truth."""
_GRID = np.exp(np.linspace(-np.log(8.0), np.log(8.0), 33))
_MOST = 0.95


@dataclass(frozen=True, slots=True)
class Shared:
    """`priors` after what account and product have shown, and `slow` (n, d) as `settle` takes it."""

    priors: Priors
    slow: Float


def shared(priors: Priors, cohorts: Cohorts, product: Int, accounts: Groups, seen: Seen) -> Shared:
    """`product` (n,) dense group number, -1 = none of its own; `seen` of these cohorts."""
    days = priors.delay_days * _delay_factor(priors, cohorts, accounts, seen)[accounts.of]
    slow = slow_share(seen.days, days[:, None])
    r0 = np.maximum(1.0 - priors.settled_share, 1e-6)
    expected, one = r0 * dot(seen.paid, slow), r0 * seen.order
    weight = ACCOUNT_ORDERS * _mean(accounts, one)
    account = ((weight + accounts.sums(seen.refunds)) / np.maximum(weight + accounts.sums(expected), 1e-300))[
        accounts.of
    ]
    factor = _of_products(account, one, seen.refunds, expected, product, accounts.order)
    refund = np.clip((1.0 - priors.settled_share) * factor, 0.0, _MOST)
    return Shared(replace(priors, delay_days=days, settled_share=1.0 - refund), slow)


def _of_products(account: Float, one: Float, refunds: Float, expected: Float, product: Int, order: Int | None) -> Float:
    """(n,) the factor of each one's product, of its account where it has none."""
    own, group = np.unique(product, return_inverse=True)
    products = Groups(group, len(own), order)
    weight = PRODUCT_ORDERS * _mean(products, one)[group]
    factor = (weight * account + products.totals(refunds)) / (weight + products.totals(expected))
    return np.where(product < 0, account, factor)


def _mean(groups: Groups, x: Float) -> Float:
    """(size,) means of `x` (n,); 0 of a group without rows."""
    count = groups.sums(np.ones(len(x)))
    return groups.sums(x) / np.maximum(count, 1.0)


def _delay_factor(priors: Priors, c: Cohorts, accounts: Groups, seen: Seen) -> Float:
    """(a,) fitted mean delay over the stated one, in the logarithm the mean of what is likely; 1 before any refund tells."""
    age = np.broadcast_to(c.age_days, c.paid.shape)
    old = np.flatnonzero((age >= STAGES_DAYS[2]).any(axis=0))  # seen to 14 days at least: two windows to compare
    columns = np.concatenate([c.paid[:, None, old], c.settled[:, :, old]], axis=1)
    drops = columns[:, :-1] - columns[:, 1:]
    value, stated = _mean(accounts, seen.order), _mean(accounts, priors.delay_days)
    depth = np.searchsorted(STAGES_DAYS, age[:, old] + 1e-9, side="right")  # how many windows are closed
    score = np.tile(-(np.log(_GRID) ** 2) / (2 * DELAY_LOG_SD**2), (accounts.size, 1))
    finite = np.isfinite(drops)
    seen_drops = np.where(finite, drops, 0.0)
    for k in (3, 4, 5):
        whole = depth == k
        if whole.any():
            whole &= finite[:, :k].all(axis=1)
        if not whole.any():
            continue
        refunds = accounts.sums_of_columns(np.stack([dot(seen_drops[:, i], whole) for i in range(k)], axis=1))
        orders = np.maximum(refunds, 0.0) / (np.where(value > 0, value, 1.0) * VALUE_NOISE)[:, None]
        mean = np.where(stated > 0, stated, 1.0)[:, None, None] * _GRID[:, None]
        f = delay(np.array(STAGES_DAYS[:k]), mean, np.zeros((1, 1)))
        # what came within the hour says nothing of the mean: windows from the first hour on
        share = np.diff(f, axis=2) / (f[:, :, -1:] - f[:, :, :1])
        score = score + dot(orders[:, None, 1:], np.log(np.maximum(share, 1e-12)))
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(np.exp(dot(weight, np.log(_GRID)) / total(weight)))
