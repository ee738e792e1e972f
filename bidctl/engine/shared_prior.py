"""What an account's and a product's refunds teach about each campaign's: the stated prior, moved by what was seen around it.

    factor of the account = (k_a * E0 + A) / (k_a * E0 + E),  of a product = (k_p * E0 * account + A_p) / (k_p * E0 + E_p)

A are refunds seen of cohorts at least a week old, E what the stated priors expected of them by then, E0 the refunds that one order
is expected to bring; so k counts orders. A campaign's prior refund share is its stated share times its product's factor. Weights are ours.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.settlement import TEACHES_DAYS, Cohorts, Priors, deepest, delay, mean_order

Float = NDArray[np.float64]
Int = NDArray[np.int64]

ACCOUNT_ORDERS, PRODUCT_ORDERS = 200.0, 100.0
"""Orders that the stated prior weighs against its account, and the account against a product."""
_MOST = 0.95


def shared(priors: Priors, cohorts: Cohorts, product: Int, accounts: Groups) -> Priors:
    """The priors (n,) after what account and product have shown. `product` (n,) group number within everything observed, -1 = none of
    its own."""
    if len(priors.settled_share) == 0:
        return priors
    seen, expected, one = _seen_and_expected(priors, cohorts)
    weight = ACCOUNT_ORDERS * accounts.sums(one) / np.maximum(accounts.sums(np.ones(len(one))), 1)
    account = ((weight + accounts.sums(seen)) / (weight + accounts.sums(expected)))[accounts.of]
    _, group = np.unique(np.where(product >= 0, product, -1 - accounts.of), return_inverse=True)
    products = Groups(group, int(group.max()) + 1)
    members = products.totals(np.ones(len(one)))
    trust = PRODUCT_ORDERS * products.totals(one) / members
    factor = (trust * account + products.totals(seen)) / (trust + products.totals(expected))
    refund = np.clip((1.0 - priors.settled_share) * np.where(product >= 0, factor, account), 0.0, _MOST)
    return replace(priors, settled_share=1.0 - refund)


def _seen_and_expected(priors: Priors, c: Cohorts) -> tuple[Float, Float, Float]:
    """(n,) each: refunds seen of cohorts that teach, what the priors expected, and what one order is expected to bring back."""
    r0 = np.maximum(1.0 - priors.settled_share, 1e-6)
    kept, days = deepest(c)
    teaches = (days >= TEACHES_DAYS) & np.isfinite(c.paid) & (c.paid > 0)
    paid = np.where(teaches, c.paid, 0.0)
    seen = np.where(teaches, c.paid - kept, 0.0).sum(axis=1)
    expected = r0 * (paid * delay(days, priors.delay_days[:, None], np.zeros((len(r0), 1)))).sum(axis=1)
    return seen, expected, r0 * mean_order(c)
