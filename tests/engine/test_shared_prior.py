"""An account's refunds teach its campaigns: sums by hand, and simulated accounts that share no code with the engine."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.engine.groups import Groups
from bidctl.engine.settlement import STAGES_DAYS, Cohorts, Priors, look
from bidctl.engine.settlement import settle as engine_settle
from bidctl.engine.shared_prior import ACCOUNT_ORDERS, PRODUCT_ORDERS, Shared, shared
from tests.engine.test_settlement import settle

NAN = float("nan")
OF_ITS_OWN = -1


def stated(n: int, share: float = 0.75, mean: float = 6.0) -> Priors:
    return Priors(np.full(n, share), np.full(n, 50.0), np.full(n, mean))


def of_one(priors: Priors, cohorts: Cohorts, product: np.ndarray) -> Shared:
    """One account's campaigns."""
    return shared(priors, cohorts, product, Groups(np.zeros(len(product), np.int64), 1), look(cohorts))


def told(priors: Priors, cohorts: Cohorts, product: np.ndarray) -> Priors:
    return of_one(priors, cohorts, product).priors


def account(rates: list[float], ages: list[float], orders: int, seed: int, mean: float = 6.0) -> Cohorts:
    """Campaigns with so many orders of 100 yuan a day, each refunded or not by its own draw; columns as a platform shows them."""
    rng = np.random.default_rng(seed)
    n, d = len(rates), len(ages)
    back = rng.random((n, d, orders)) < np.array(rates)[:, None, None]
    long = rng.random((n, d, orders)) < 2 / 7
    lag = rng.exponential(np.where(long, 2.5 * mean, 0.4 * mean))
    age = np.array(ages)
    settled = np.full((n, 5, d), NAN)
    for k, depth in enumerate(STAGES_DAYS):
        due = back & (lag <= np.minimum(depth, age)[None, :, None])
        reported = np.ones(d, bool) if k == 0 else age >= STAGES_DAYS[k - 1] if k > 1 else age >= 1
        settled[:, k, :] = np.where(reported, 100.0 * (orders - due.sum(2)), NAN)
    return Cohorts(age, np.full((n, d), 100.0 * orders), np.full((n, d), float(orders)), settled)


def test_without_old_cohorts_the_stated_prior_stands() -> None:
    young = account([0.5, 0.5], [0.5, 2.0, 5.0], 50, seed=1)
    p = told(stated(2), young, np.array([0, 1]))
    np.testing.assert_allclose(p.settled_share, 0.75)


def test_a_factor_by_hand() -> None:
    """One product, one cohort seen to 7 days: 40 of 100 orders came back where the prior expected 25 x F(7)."""
    c = Cohorts(np.array([8.0]), np.array([[10_000.0]]), np.array([[100.0]]), np.full((1, 5, 1), NAN))
    c.settled[0, 1, 0] = 6_000.0
    f7 = of_one(stated(1), c, np.array([0])).delays.share(np.array([[7.0]]))[0, 0]
    expected, one = 2_500 * f7, 25.0
    whole = (ACCOUNT_ORDERS * one + 4_000) / (ACCOUNT_ORDERS * one + expected)
    own = (PRODUCT_ORDERS * one * whole + 4_000) / (PRODUCT_ORDERS * one + expected)
    assert 1 - told(stated(1), c, np.array([0])).settled_share[0] == pytest.approx(0.25 * own)
    assert 1 - told(stated(1), c, np.array([OF_ITS_OWN])).settled_share[0] == pytest.approx(0.25 * whole)


def test_products_differ_and_a_new_campaign_learns_from_its_product() -> None:
    ages = [0.5 + d for d in range(30)]
    c = account([0.15, 0.15, 0.45, 0.45, 0.15], ages, 40, seed=2)
    c.paid[4], c.orders[4], c.settled[4] = 0.0, 0.0, 0.0  # the fifth has sold nothing yet
    p = told(stated(5), c, np.array([0, 0, 1, 1, 1]))
    assert 0.13 < 1 - p.settled_share[0] < 0.22
    assert 0.38 < 1 - p.settled_share[4] < 0.48
    assert p.settled_share[4] == p.settled_share[2]


@pytest.mark.parametrize("mean", [3.0, 6.0, 12.0])
def test_the_delay_is_the_accounts_own(mean: float) -> None:
    c = account([0.3] * 10, [0.5 + d for d in range(40)], 40, seed=3, mean=mean)
    delays = of_one(stated(10), c, np.arange(10)).delays
    ages = np.array([1.0, 3.0, 7.0, 14.0, 30.0])
    true = 1 - (5 / 7) * np.exp(-ages / (0.4 * mean)) - (2 / 7) * np.exp(-ages / (2.5 * mean))
    np.testing.assert_allclose(delays.share(np.tile(ages, (10, 1)))[0], true, atol=0.07)
    before = of_one(stated(10), account([0.3] * 10, [0.5], 1, seed=3), np.arange(10)).delays
    assert (delays.doubts(np.tile(ages, (10, 1)))[0] < 0.75 * before.doubts(np.tile(ages, (10, 1)))[0]).all()


@pytest.mark.parametrize("truth", [0.10, 0.30, 0.50])
def test_learning_from_the_account_brings_forecasts_nearer(truth: float) -> None:
    """Many accounts of 10 campaigns with little data each: the shared prior against the stated one, on what came in the end."""
    errors: dict[str, list[float]] = {"alone": [], "shared": []}
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        rates = np.clip(rng.normal(truth, 0.03, 10), 0.01, 0.9).tolist()
        c = account(rates, [0.5 + d for d in range(21)], 5, seed=seed)
        both = of_one(stated(10), c, np.arange(10))
        learned = engine_settle(c, look(c), both.priors, both.delays, both.slow)
        for name, guess in (("alone", settle(c, stated(10)).refund), ("shared", learned.refund)):
            errors[name].append(float(np.sqrt(((guess - rates) ** 2).mean())))
    if truth == 0.30:  # the stated 25 % is nearly right already
        assert np.mean(errors["shared"]) < np.mean(errors["alone"]) * 1.1
    else:
        assert np.mean(errors["shared"]) < np.mean(errors["alone"]) * 0.8
