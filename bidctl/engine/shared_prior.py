"""What an account's and a product's refunds teach about each campaign's: the stated prior, moved by what was seen around it.

    factor of the account = (k_a * E0 + A) / (k_a * E0 + E),  of a product = (k_p * E0 * account + A_p) / (k_p * E0 + E_p)

A are refunds seen of cohorts at least a week old, E what the stated priors expected of them by then, E0 the refunds that one order
is expected to bring; so k counts orders. A campaign's prior refund share is its stated share times its product's factor. The delay
is the account's too: the shapes that explain in which of the platform's windows refunds arrived (delay_shapes.py). Weights are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.delay_shapes import Delays, Windows, learn_delays
from bidctl.engine.groups import Groups
from bidctl.engine.rows import dot, total
from bidctl.engine.settlement import STAGES_DAYS, VALUE_NOISE, Cohorts, Priors, Seen

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

ACCOUNT_ORDERS, PRODUCT_ORDERS = 200.0, 100.0
"""Orders that the stated prior weighs against its account, and the account against a product."""
YOUNG_DAYS = (1 / 24, 2.0, 4.0, 7.0)
"""Pay days younger than 7 days, by what they have lived through."""
_MOST = 0.95


@dataclass(frozen=True, slots=True)
class Shared:
    """`priors` and `delays` after what account and product have shown, and `slow` (n, d) what these make of what is seen."""

    priors: Priors
    delays: Delays
    slow: Float


def shared(priors: Priors, cohorts: Cohorts, product: Int, accounts: Groups, seen: Seen) -> Shared:
    """`product` (n,) dense group number, -1 = none of its own; `seen` of these cohorts."""
    r0 = np.maximum(1.0 - priors.settled_share, 1e-6)
    one = r0 * seen.order
    weight = ACCOUNT_ORDERS * _mean(accounts, one)
    learned = learn_delays(_mean(accounts, priors.delay_days), _windows(r0, cohorts, accounts, seen), weight)
    delays = replace(learned, mean_days=priors.delay_days, of=accounts.of)
    slow = delays.share(seen.days)
    expected = r0 * dot(seen.paid, slow)
    account = ((weight + accounts.sums(seen.refunds)) / np.maximum(weight + accounts.sums(expected), 1e-300))[
        accounts.of
    ]
    factor = _of_products(account, one, seen.refunds, expected, product, accounts.order)
    refund = np.clip((1.0 - priors.settled_share) * factor, 0.0, _MOST)
    return Shared(replace(priors, settled_share=1.0 - refund), delays, slow)


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


def _windows(r0: Float, c: Cohorts, accounts: Groups, seen: Seen) -> Windows:
    """What came back in which window of each account: of pay days that the window is closed for, and of those younger than 7 days
    from the first hour on by how old they are. `paid` in refunds expected in all."""
    age = np.broadcast_to(c.age_days, c.paid.shape)
    drops = [_drop(c, stage) for stage in range(len(STAGES_DAYS) - 1)]
    parts = [_window(r0, c, accounts, drop, np.full(age.shape, drop.until), age >= drop.until - 1e-9) for drop in drops]
    parts += [
        _window(r0, c, accounts, drops[0], age, (age > b) & (age <= e) & (age < 7.0)) for b, e in pairwise(YOUNG_DAYS)
    ]
    begins = [*STAGES_DAYS[:-1], *(STAGES_DAYS[0] for _ in YOUNG_DAYS[1:])]
    end, yuan, paid = (np.stack(column, axis=1) for column in zip(*parts, strict=True))
    value = _mean(accounts, seen.order)
    orders = yuan / (np.where(value > 0, value, 1.0) * VALUE_NOISE)[:, None]
    return Windows(np.broadcast_to(np.array(begins), end.shape), end, orders, paid)


@dataclass(frozen=True, slots=True)
class _Drop:
    """(n, d) `yuan` that came back between a stage's column and the next, which closes at the age `until`; `told`: both columns tell."""

    yuan: Float
    told: Bool
    until: float


def _drop(c: Cohorts, stage: int) -> _Drop:
    yuan = c.settled[:, stage] - c.settled[:, stage + 1]
    return _Drop(yuan, np.isfinite(yuan) & (c.paid > 0), STAGES_DAYS[stage + 1])


def _window(
    r0: Float, c: Cohorts, accounts: Groups, drop: _Drop, until: Float, which: Bool
) -> tuple[Float, Float, Float]:
    """(a,) mean age at its end, yuan that came back, refunds expected in all; of the days `which` (n, d), seen `until` an age."""
    use = which & drop.told
    paid = np.where(use, c.paid, 0.0)
    each = total(paid)
    whole = accounts.sums(each)
    age = accounts.sums(dot(paid, until)) / np.where(whole > 0, whole, 1.0)
    yuan = accounts.sums(total(np.where(use, drop.yuan, 0.0)))
    return np.where(whole > 0, age, drop.until), np.maximum(yuan, 0.0), accounts.sums(r0 * each)
