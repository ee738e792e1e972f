"""Refunds by lag: what the forecast says is compared with sums by hand, with simulated cohorts and with the real triangle."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bidctl.engine.backtest import Triangle, backtest
from bidctl.engine.refund_curve import (
    Cohorts,
    RefundCurve,
    below,
    clusters,
    learn,
    lived,
    prior_curve,
    project,
    spread,
    spreads,
)

Float = NDArray[np.float64]
AGES = (0.0, 3.0, 7.0, 14.0, 30.0, 60.0)
BORNHUETTER_FERGUSON = (1.88, 1.74, 1.67, 1.70, 1.73, 0.16)
SEEN_SO_FAR = (2.60, 2.30, 2.05, 1.93, 1.84, 0.19)
"""RMSE in % of a cohort's sales by age, weekly cohorts of a wholesaler (UCI Online Retail II, 2010), measured elsewhere."""
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "refund_triangle_weekly.csv"
HORIZON = 90


def one_group(paid: list[float], ages: list[float], refunds: list[list[float]], sampling: float = 0.0) -> Cohorts:
    n = len(paid)
    return Cohorts(np.zeros(n, np.int64), np.array(paid), np.array(ages), np.array(refunds), np.full(n, sampling))


def test_a_bin_is_taught_by_every_cohort_that_has_lived_through_it() -> None:
    prior = RefundCurve(np.array([0.0, 1.0, 7.0]), np.array([[0.05, 0.10]]))
    old = one_group([1000.0, 500.0], [10.0, 1.0], [[80.0, 150.0], [20.0, 0.0]])
    learnt = learn(prior, np.array([100.0]), old)
    by_hand = [(100 * 0.05 + 100) / (100 + 1500), (100 * 0.10 + 150) / (100 + 1000)]
    np.testing.assert_allclose(learnt.share, [by_hand])
    assert learnt.rate[0] == pytest.approx(sum(by_hand))


def test_no_data_is_the_prior_and_no_prior_is_the_data() -> None:
    prior = RefundCurve(np.array([0.0, 1.0, 7.0]), np.array([[0.05, 0.10]]))
    nothing = one_group([], [], [])
    empty = Cohorts(nothing.group, nothing.paid, nothing.age_days, np.zeros((0, 2)), nothing.sampling)
    np.testing.assert_array_equal(learn(prior, np.array([50.0]), empty).share, prior.share)
    np.testing.assert_array_equal(learn(prior, np.array([0.0]), empty).share, prior.share)
    data = one_group([200.0], [7.0], [[10.0, 30.0]])
    np.testing.assert_allclose(learn(prior, np.array([0.0]), data).share, [[0.05, 0.15]])


def test_levels_shrink_one_toward_the_next() -> None:
    """Account 20 %, a product with little data stays near it, one with much leaves it."""
    account = RefundCurve(np.array([0.0, 7.0]), np.array([[0.20]]))
    products = below(account, np.array([0, 0]))
    seen = Cohorts(
        np.array([0, 1]),
        np.array([100.0, 100_000.0]),
        np.array([7.0, 7.0]),
        np.array([[60.0], [60_000.0]]),
        np.zeros(2),
    )
    rate = learn(products, np.array([5000.0, 5000.0]), seen).rate
    assert 0.20 < rate[0] < 0.22 and 0.57 < rate[1] < 0.60


def test_before_dispatch_and_after_receipt_are_told_apart() -> None:
    curve = prior_curve(np.array([0.0, 1 / 24, 2.0, 7.0, 90.0]), np.array([0.3]), np.array([0.2]), np.array([6.0]))
    assert curve.rate[0] == pytest.approx(0.3)
    assert 0 < curve.after_receipt[0] < 0.3
    assert curve.after_receipt[0] == pytest.approx(curve.share[0, 2:].sum())


@given(st.lists(st.floats(0, 120), min_size=1, max_size=6), st.floats(0.01, 0.9), st.floats(0.0, 0.6), st.floats(1, 40))
def test_what_is_seen_grows_with_age_and_ends_at_the_rate(
    ages: list[float], rate: float, quick: float, mean: float
) -> None:
    edges = np.array([0.0, 1 / 24, 1.0, 2.0, 7.0, 14.0, 30.0, 90.0])
    curve = prior_curve(edges, np.array([rate]), np.array([quick]), np.array([mean]))
    at = np.sort(np.array([*ages, 90.0]))
    seen = curve.seen(np.zeros(len(at), np.int64), at)
    assert (np.diff(seen) >= -1e-12).all() and seen[-1] == pytest.approx(rate)
    assert (lived(edges, at) <= 1).all() and (curve.share >= -1e-12).all()


@settings(max_examples=60)
@given(st.data())
def test_a_projection_stays_between_nothing_and_all_that_is_left(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 8))
    money = st.floats(0, 1e6)
    paid = np.array(data.draw(st.lists(money, min_size=n, max_size=n)))
    share = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    ages = np.array(data.draw(st.lists(st.floats(0, 100), min_size=n, max_size=n)))
    edges = np.array([0.0, 2.0, 30.0])
    c = Cohorts(
        np.zeros(n, np.int64), paid, ages, np.stack([paid * share * 0.5, paid * share * 0.5], axis=1), np.full(n, 150.0)
    )
    p = project(prior_curve(edges, np.array([0.4]), np.array([0.3]), np.array([6.0])), np.full(n, 0.3), c)
    left = paid - c.refunds.sum(axis=1)
    slack = 1e-6 * (1 + paid)
    assert (p.lo <= p.final + slack).all() and (p.final <= p.hi + slack).all()
    assert (p.lo >= -slack).all() and (p.hi <= left + slack).all()


def simulated(rate: float, seed: int, cohorts: int = 60, orders: int = 60) -> Triangle:
    """Cohorts of orders that come back or not, each by its own draw: quick, before dispatch, or after receipt."""
    rng = np.random.default_rng(seed)
    edges = np.concatenate([np.arange(15.0), [17, 20, 24, 30, 40, 60, 91]])
    paid, refunds = np.zeros(cohorts), np.zeros((cohorts, len(edges) - 1))
    for c in range(cohorts):
        value = 80 * np.exp(0.7 * rng.standard_normal(orders) - 0.245)
        back = rng.random(orders) < rate
        late = 2 + rng.exponential(9.0, orders).clip(max=88)
        lag = np.where(rng.random(orders) < 0.4, rng.random(orders) * 2, late)
        paid[c] = value.sum()
        refunds[c] = np.histogram(lag[back], edges, weights=value[back])[0]
    value_and_spread = 80.0 * np.exp(0.49)  # order value * (1 + cv^2), log sd 0.7
    return Triangle(np.arange(cohorts) * 1.0, paid, refunds, np.full(cohorts, value_and_spread), edges)


@pytest.mark.parametrize("rate", [0.10, 0.30, 0.50])
def test_intervals_cover_simulated_cohorts(rate: float) -> None:
    """At each age apart 24 to 32 of 32: the binomial 99 % range of a 90 % interval."""
    t = simulated(rate, seed=11)
    prior = prior_curve(t.edges, np.array([0.25]), np.array([0.15]), np.array([6.0]))
    for r in backtest(t, prior, 50 * 80.0, (0.0, 3.0, 7.0, 13.0), 28, 60):
        assert 24 <= r.covered <= 32, r
        assert r.rmse < r.naive_rmse and abs(r.bias) < 0.04, r


def test_a_look_ahead_would_show() -> None:
    """What is known at an origin holds nothing that came later."""
    t = simulated(0.3, seed=5)
    known = t.known(30, t.paid_at[30] + 4.0)
    assert len(known.paid) == 31 and (known.age_days >= 0).all() and known.age_days[-1] == 4.0
    assert known.refunds[-1, 4:].sum() == 0 and known.refunds[-1, :4].sum() == t.refunds[30, :4].sum()


def test_a_bad_batch_is_flagged_and_changes_the_curve_only_where_it_is_counted() -> None:
    t = simulated(0.2, seed=3)
    t.refunds[40] *= 4.5  # a bad batch
    c = t.known(59, t.paid_at[59] + 1.0)
    prior = prior_curve(t.edges, np.array([0.2]), np.array([0.15]), np.array([6.0]))
    curve = learn(prior, np.array([4000.0]), c)
    flagged = clusters(curve, np.full(60, 0.02), c)
    assert np.flatnonzero(flagged).tolist() == [40]
    assert learn(prior, np.array([4000.0]), c.take(~flagged)).rate[0] < curve.rate[0]


def real() -> Triangle:
    rows = list(csv.DictReader(REAL.read_text(encoding="utf-8").splitlines()))
    n = max(int(r["cohort"]) for r in rows) + 1
    paid, refunds = np.zeros(n), np.zeros((n, HORIZON + 1))
    for r in rows:
        paid[int(r["cohort"])] = float(r["cohort_sales"])
        if int(r["lag"]) <= HORIZON:
            refunds[int(r["cohort"]), int(r["lag"])] += float(r["amount"])
    return Triangle(np.arange(n) * 7.0, paid, refunds, np.zeros(n), np.arange(HORIZON + 2.0))


@pytest.mark.skipif(not REAL.exists(), reason="the weekly refund triangle does not stand beside the checkout")
def test_on_the_real_triangle_no_age_is_worse_than_the_published_bornhuetter_ferguson() -> None:
    """Stated prior of a wholesaler: 3 % within 90 days, a fifth of it at once, mean delay 22 days, worth eight weeks of sales."""
    t = real()
    prior = prior_curve(t.edges, np.array([0.03]), np.array([0.2]), np.array([22.0]))
    results = backtest(t, prior, 1e6, AGES, 9, 41)
    for r, theirs, naive in zip(results, BORNHUETTER_FERGUSON, SEEN_SO_FAR, strict=True):
        assert r.n == 32 and r.naive_rmse * 100 == pytest.approx(naive, abs=0.006)
        assert round(r.rmse * 100, 2) <= theirs, r
        assert 24 <= r.covered <= 32, r


def test_spread_is_the_stated_one_without_old_cohorts() -> None:
    curve = RefundCurve(np.array([0.0, 1.0, 7.0]), np.array([[0.05, 0.10]]))
    young = one_group([100.0], [0.5], [[1.0, 0.0]])
    assert spread(curve, young, 1.0)[0] == pytest.approx(0.5)


def test_many_ages_at_once_are_each_age_alone_at_the_edges_and_straight_between() -> None:
    t = simulated(0.3, seed=8)
    c = t.known(59, t.paid_at[59] + 1.0)
    curve = learn(prior_curve(t.edges, np.array([0.25]), np.array([0.15]), np.array([6.0])), np.array([4000.0]), c)
    alone = np.array([spread(curve, c, edge)[0] for edge in t.edges.tolist()])
    assert len(set(np.round(alone, 6))) > 5
    np.testing.assert_allclose(spreads(curve, c, t.edges), alone)
    between = np.array([0.5, 3.25, 35.0])
    np.testing.assert_allclose(spreads(curve, c, between), np.interp(between, t.edges, alone))


def test_many_cohorts_are_projected_as_each_alone() -> None:
    t = simulated(0.3, seed=9)
    c = t.known(59, t.paid_at[59] + 1.0)
    curve = learn(prior_curve(t.edges, np.array([0.25]), np.array([0.15]), np.array([6.0])), np.array([4000.0]), c)
    many = c.take(np.tile(np.arange(60), 300))  # more than one piece
    excess = np.linspace(0, 1, 60)
    whole, each = project(curve, np.tile(excess, 300), many), project(curve, excess, c)
    for name in ("final", "lo", "hi"):
        np.testing.assert_allclose(getattr(whole, name), np.tile(getattr(each, name), 300))
