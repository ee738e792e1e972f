"""The response curve judged by numerical differentiation and a grid, which share nothing with its closed forms."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.market import elasticity, log_volume, next_state, optimum

low_and_gain = st.tuples(st.floats(1.15, 4), st.floats(0.1, 6))


def arr(x: float) -> np.ndarray:
    return np.array([x])


@given(st.floats(-1.5, 1.5), low_and_gain, st.floats(0.1, 0.6))
def test_volume_falls_with_the_stated_elasticity(x: float, curve: tuple[float, float], width: float) -> None:
    low, high, h = arr(curve[0]), arr(sum(curve)), 1e-5
    slope = -(log_volume(arr(x + h), low, high, width) - log_volume(arr(x - h), low, high, width)) / (2 * h)
    np.testing.assert_allclose(slope, elasticity(arr(x), low, high, width), rtol=1e-4)


@given(low_and_gain, st.floats(0.1, 0.6), st.floats(0.1, 0.6), st.floats(-0.4, 0.4))
def test_optimum_is_where_profit_peaks(curve: tuple[float, float], width: float, margin: float, off: float) -> None:
    low, high = arr(curve[0]), arr(sum(curve))
    reference = arr(-np.log(margin) + 0.3 + off)
    best = optimum(reference, low, high, width, arr(margin))[0]
    grid = np.linspace(best - 1.0, best + 1.0, 4001)
    spend = np.exp(log_volume(grid - reference, low, high, width))
    profit = (margin * np.exp(grid) - 1) * spend
    assert abs(grid[profit.argmax()] - best) < 0.002


@given(st.floats(-1, 1), low_and_gain)
def test_elasticity_falls_as_volume_grows(x: float, curve: tuple[float, float]) -> None:
    low, high = arr(curve[0]), arr(sum(curve))
    assert elasticity(arr(x - 0.1), low, high, 0.22) < elasticity(arr(x), low, high, 0.22)
    assert elasticity(arr(x - 0.1), low, high, 0.22) > 1


def test_daily_luck_keeps_its_spread() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 0.2, 20_000)
    for _ in range(10):
        x = next_state(x, 0.7, 0.2, rng.normal(size=x.size))
    assert abs(x.std() - 0.2) < 0.006
