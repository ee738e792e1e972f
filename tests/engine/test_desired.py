"""What a campaign would have spent had its budget not ended the day."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.engine.desired import desired, pressing

INF = np.inf


def day(*hours: float) -> np.ndarray:
    return np.array([list(hours) + [0.0] * (24 - len(hours))])


def test_a_budget_that_ends_at_noon_would_have_lasted_twice() -> None:
    assert desired(day(*[100.0] * 12), np.array([1200.0]))[0] == pytest.approx(
        1200 * 24 / 11
    )  # 90 % were gone an hour before
    assert desired(day(*[100.0] * 12), np.array([INF]))[0] == 1200
    assert desired(day(*[100.0] * 12), np.array([1500.0]))[0] == 1200
    assert desired(day(1200.0), np.array([1200.0]))[0] == 1200 * 24


def test_a_day_of_which_no_hour_is_known_is_unknown() -> None:
    assert np.isnan(desired(np.full((1, 24), np.nan), np.array([100.0])))[0]


def test_pressing_is_the_mean_of_three_days_at_the_present_target() -> None:
    wanted = np.array([[2000.0, 3000.0, 900.0], [2000.0, 500.0, 500.0], [np.nan, 3000.0, 3000.0]])
    budget = np.full((3, 3), 1000.0)
    target = np.array([[2.0, 2.0, 2.2]] * 3)
    found = pressing(wanted, budget, target, np.full(3, 2.2), np.full(3, 1.5))
    expected = np.log([2000.0, 3000.0, 900.0]).mean() + 1.5 * (-0.2 - 0.2 + 0.0) / 3
    assert found[0] == pytest.approx(expected)
    assert np.isnan(found[1]) and np.isnan(found[2])  # bound on one day of three; one day unknown
