"""What is learned from a campaign's own moves, against exact least squares and worlds made for the purpose."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.engine import response
from bidctl.engine.groups import Groups
from bidctl.engine.response import first_target, learn, tracking, usable

DAYS = 40


def one_account(n: int) -> Groups:
    return Groups(np.zeros(n, np.int64), 1)


def world(n: int, k: float, noise: float, seed: int, moves: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Spend and targets (n, 40) of campaigns with ln spend = 8 - k T + noise, a third lowered and a third raised by 10 % once or twice."""
    rng = np.random.default_rng(seed)
    target = np.full((n, DAYS), 2.0)
    if moves:
        for i in range(n):
            for day in rng.choice(np.arange(10, 30), 2, replace=False):
                target[i, day:] *= (0.9, 1.0, 1.1)[i % 3]
    return np.exp(8.0 - k * target + noise * rng.standard_normal((n, DAYS))), target


def estimate(spend: np.ndarray, target: np.ndarray, use: np.ndarray | None = None) -> np.ndarray:
    found = learn(spend, target, np.ones(spend.shape, np.bool_) if use is None else use, one_account(len(spend)))
    with np.errstate(all="ignore"):
        return np.asarray(found.b / found.a)


def test_without_noise_the_truth_is_found() -> None:
    spend, target = world(30, 1.5, 0.0, 1)
    found = estimate(spend, target)
    assert np.nanmax(np.abs(found - 1.5)) < 0.1  # up and down are off alike: the account's demand is never known quite
    assert np.nanmean(found) == pytest.approx(1.5, abs=0.02)


def test_it_is_generalised_least_squares(monkeypatch: pytest.MonkeyPatch) -> None:
    """One campaign alone, no lag: the estimate and its information are those of the full AR(1) covariance, worked by matrices."""
    monkeypatch.setattr(response, "LAGS", {0.0: 1.0})
    spend, target = world(1, 1.5, 0.3, 2, moves=False)
    target[0, 15:] = 2.2
    found = learn(spend, target, np.ones((1, DAYS), np.bool_), one_account(1))
    y, t = np.log(spend[0]), target[0]
    r = y + 3.0 / t.mean() * t
    r = r - r.mean()
    weight = response.RHO_DAYS * response.NOISE**2 / (1 - response.RHO**2)
    rho = ((r[1:] * r[:-1]).sum() + weight * response.RHO) / (0.5 * (r[1:] ** 2 + r[:-1] ** 2).sum() + weight)
    lag = np.abs(np.subtract.outer(np.arange(DAYS), np.arange(DAYS)))
    inverse = np.linalg.inv(rho**lag / (1 - rho**2))  # the day's news have variance 1
    x = np.stack([np.ones(DAYS), t])
    normal = x @ inverse @ x.T
    assert found.b[0] / found.a[0] == pytest.approx(-np.linalg.solve(normal, x @ inverse @ y)[1], rel=1e-9)
    information = normal[1, 1] - normal[0, 1] ** 2 / normal[0, 0]
    sigma2 = information / found.a[0]
    assert 0.5 * 0.3**2 < sigma2 < 1.5 * 0.3**2


@pytest.mark.parametrize("k", [0.1, 0.5, 4.0])
def test_what_all_do_at_once_does_not_pass_for_demand(k: float) -> None:
    """Everybody is lowered on the same day, and answers otherwise than is thought before (k = 1.5)."""
    spend, target = world(30, k, 0.05, 9, moves=False)
    target[:, 15:], spend[:, 15:] = 1.8, spend[:, 15:] * np.exp(0.2 * k)
    found = np.nanmean(estimate(spend, target))
    assert abs(found - k) < 0.35 * abs(1.5 - k), (
        found
    )  # what they have in common is not known quite; it was 0.9 of that


@pytest.mark.parametrize("lag", [0.0, 2.0, 3.0])
def test_a_platform_that_follows_late_is_found_out(lag: float) -> None:
    """Spend answers to a target that closes in on the one in force exponentially, worked hour by hour."""
    spend, target = world(40, 1.5, 0.0, 8)
    rng = np.random.default_rng(9)
    if lag:
        hourly, answered = target[:, 0].copy(), np.empty_like(target)
        for day in range(DAYS):
            hours = []
            for _ in range(24):
                hourly += (target[:, day] - hourly) * (1 - np.exp(-1 / 24 / lag))
                hours.append(hourly.copy())
            answered[:, day] = np.mean(hours, axis=0)
        spend = np.exp(8.0 - 1.5 * answered)
    found = estimate(spend * np.exp(0.05 * rng.standard_normal(spend.shape)), target)
    assert np.nanmean(found) == pytest.approx(1.5, abs=0.12)


def test_a_target_that_never_moved_teaches_nothing() -> None:
    spend, target = world(6, 1.5, 0.3, 3, moves=False)
    found = learn(spend, target, np.ones(spend.shape, np.bool_), one_account(6))
    assert (found.a == 0).all() and (found.b == 0).all()


def test_information_says_how_far_the_estimate_lies_from_the_truth() -> None:
    spend, target = world(600, 1.5, 0.25, 4)
    found = learn(spend, target, np.ones(spend.shape, np.bool_), one_account(600))
    moved = found.a > 1.0
    z = (found.b[moved] / found.a[moved] - 1.5) * np.sqrt(found.a[moved])
    assert 0.8 < z.std() < 1.25 and abs(z.mean()) < 0.15, (z.mean(), z.std())


def test_demand_that_the_account_shares_does_not_pass_for_an_answer() -> None:
    """Everybody's demand halves on the very day on which some are raised."""
    spend, target = world(40, 1.5, 0.05, 5, moves=False)
    target[:10, 20:] = 2.2
    spend[:10, 20:] *= np.exp(-1.5 * 0.2)
    spend[:, 20:] *= 0.5
    alone = np.array([float(estimate(spend[i : i + 1], target[i : i + 1])[0]) for i in range(10)])
    together = estimate(spend, target)[:10]
    assert np.abs(alone - 1.5).mean() > 1.0 > 0.4 > np.abs(together - 1.5).mean()


def test_accounts_do_not_see_each_other() -> None:
    spend, target = world(20, 1.5, 0.2, 6)
    use = np.ones(spend.shape, np.bool_)
    both = learn(spend, target, use, Groups(np.arange(20) // 10, 2))
    first = learn(spend[:10], target[:10], use[:10], one_account(10))
    np.testing.assert_allclose(both.a[:10], first.a, rtol=1e-12)
    np.testing.assert_allclose(both.b[:10], first.b, rtol=1e-9)


def test_days_that_teach() -> None:
    spend = np.array([[100.0, 0.0, 5.0, 950.0, np.nan, 120.0, 110.0, 90.0]])
    target = np.array([[2.0, 2.0, 2.0, 2.0, 2.0, np.nan, 2.0, 2.0]])
    budget = np.full((1, 8), 1000.0)
    teaches = np.array([[True] * 7 + [False]])
    # no delivery, hardly any, the budget spent, unknown spend, unknown target, observation period
    assert usable(spend, target, budget, teaches).tolist() == [[True, False, False, False, False, False, True, False]]


def test_what_is_left_out_changes_nothing() -> None:
    spend, target = world(12, 1.5, 0.2, 7)
    use = np.random.default_rng(8).random(spend.shape) > 0.3
    wild = np.where(use, spend, 1e9)
    np.testing.assert_array_equal(estimate(spend, target, use), estimate(wild, target, use))


def test_first_target_is_the_oldest_known() -> None:
    found = first_target(np.array([[np.nan, 2.0, 2.2], [1.5, 1.6, 1.7], [np.nan] * 3]))
    np.testing.assert_array_equal(found, [2.0, 1.5, np.nan])


def test_tracking_believes_many_orders_and_shrinks_few() -> None:
    """Both delivered 90 % of the target: 10,000 orders say so, 10 hardly."""
    due, spend = np.full((3, 5), 90.0), np.full((3, 5), 100.0)
    orders = np.array([[2000.0] * 5, [2.0] * 5, [0.0] * 5])
    ratio, sd = tracking(due, spend, orders, np.full(3, 0.9))
    assert ratio[0] == pytest.approx(0.906, abs=0.004) and 0.98 < ratio[1] < 1.0 and ratio[2] == 1.0
    assert sd[0] < 0.015 and sd[1] > 0.045 and sd[2] == response.TRACKING_LOG_SD
