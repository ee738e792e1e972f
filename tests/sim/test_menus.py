"""Menus of orders: Poisson in number, monotone in what is expected, the same orders however the hour is cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.menus import UNIT, Buyers, further_orders, menu_of, page_size, value_levels
from sim.shocks import Shocks


def buyers(n: int, size: int, log_sd: float = 0.7, tail: float = 0.0, value: float = 5000.0) -> Buyers:
    return Buyers(
        np.arange(n), size, np.full(n, value), value_levels(log_sd, tail), f"{n} {size} {log_sd} {tail}".encode()
    )


def orders_up_to(shocks: Shocks, who: Buyers, day: int, expected: float) -> np.ndarray:
    """(24, n) orders of each hour, by counting epochs one by one."""
    menu = menu_of(shocks, who, day, np.full(len(who.key), 0.3))
    limit = int(expected * UNIT)
    count = (menu.epoch <= limit).sum(axis=0)
    hour, at = np.nonzero(count == who.size)
    if len(at):
        more = further_orders(shocks, who, menu, hour, at, np.zeros(len(at), np.int64), np.full(len(at), limit))
        np.add.at(count, (hour[more.cell], at[more.cell]), 1)
    return count


@pytest.mark.parametrize(("size", "expected"), [(16, 0.3), (16, 3.0), (16, 12.0), (16, 40.0), (64, 30.0)])
def test_the_number_is_poisson(size: int, expected: float) -> None:
    count = np.concatenate([orders_up_to(Shocks(5), buyers(400, size), d, expected).ravel() for d in (3, 4)])
    n = count.size
    most = int(expected + 8 * expected**0.5 + 8)
    share = np.array([math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1)) for k in range(most)])
    seen = np.bincount(count, minlength=most)[:most]
    big = share * n > 8
    chi = ((seen[big] - share[big] * n) ** 2 / (share[big] * n)).sum()
    assert chi < big.sum() + 4.5 * (2 * big.sum()) ** 0.5
    assert abs(np.corrcoef(count.reshape(2, -1))[0, 1]) < 4 * (2 / n) ** 0.5


def test_a_page_is_large_enough_for_a_usual_hour() -> None:
    sizes = page_size(np.array([0.01, 2.3, 5.5, 7, 20, 30, 1e6]))
    assert sizes.tolist() == [8, 8, 12, 16, 32, 48, 1024]


@settings(max_examples=25)
@given(st.floats(0.0, 60.0), st.floats(0.0, 5.0))
def test_more_expected_keeps_every_order_and_adds_some(expected: float, more: float) -> None:
    who, shocks = buyers(3, 8), Shocks(2)
    few, many = (orders_up_to(shocks, who, 5, x) for x in (expected, expected + more))
    assert (few <= many).all()


def test_orders_beyond_the_first_page_go_on_where_it_ends() -> None:
    who, shocks = buyers(2, 8), Shocks(2)
    menu = menu_of(shocks, who, 5, np.full(2, 0.3))
    hour, at = np.array([3, 3]), np.array([0, 1])
    far = further_orders(shocks, who, menu, hour, at, np.zeros(2, np.int64), np.full(2, 100 * UNIT))
    near = further_orders(shocks, who, menu, hour, at, np.zeros(2, np.int64), np.full(2, 50 * UNIT))
    for cell in (0, 1):
        epoch = far.epoch[far.cell == cell]
        assert (np.diff(epoch) > 0).all() and epoch[0] > menu.epoch[-1, 3, cell]
        short = near.epoch[near.cell == cell]
        assert short.tolist() == epoch[: len(short)].tolist() and len(short) < len(epoch)
    assert abs(len(far.epoch) - 2 * 92) < 4 * 14 + 16


@pytest.mark.parametrize(("log_sd", "tail"), [(0.0, 0.0), (0.7, 0.0), (1.27, 0.0), (1.0, 1.5)])
def test_values_have_their_mean_and_their_spread(log_sd: float, tail: float) -> None:
    levels = value_levels(log_sd, tail).astype(float)
    assert levels.mean() == pytest.approx(1.0, rel=1e-6)
    assert (np.diff(levels) >= 0).all()
    if not tail:
        assert np.log(levels).std() == pytest.approx(log_sd, rel=0.01)
    else:
        top = levels[levels > np.quantile(levels, 0.99)]
        assert 1 / np.log(top / top.min()).mean() == pytest.approx(tail, rel=0.05)  # Hill's estimate


def test_money_of_the_first_orders_adds_up_and_refunds_have_their_share() -> None:
    who = buyers(200, 16)
    menu = menu_of(Shocks(3), who, 9, np.full(200, 0.25))
    value = np.diff(menu.total, axis=0)
    assert (value >= 1).all() and (menu.total[0] == 0).all()
    assert value.mean() == pytest.approx(5000, rel=0.02)
    assert menu.back.mean() == pytest.approx(0.25, abs=0.01)
    assert (menu.back == (menu.fate < menu.chance)).all()
    assert abs(np.corrcoef(value.ravel(), menu.back.ravel())[0, 1]) < 0.02
