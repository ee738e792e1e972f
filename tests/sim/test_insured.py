"""Expected credits of protection against the mean over many days of orders."""

from __future__ import annotations

import numpy as np
import pytest

from sim.insured import expected_credit, normal_cdf
from sim.outlook import Cover

QIANCHUAN = Cover(orders=10, share=0.8, pays_to=1.0, value=0.5, any_edit=False)
TIKTOK = Cover(orders=21, share=0.9, pays_to=0.9, value=1.0, any_edit=True)


def paid(cover: Cover, spend: float, roi: float, target: float, value: float, log_sd: float) -> float:
    """The mean over 40,000 days, each with its own orders."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(spend * roi / value, 40_000)
    values = value * rng.lognormal(-(log_sd**2) / 2, log_sd, counts.sum())
    gmv = np.bincount(np.repeat(np.arange(len(counts)), counts), weights=values, minlength=len(counts))
    owed = gmv / target
    due = np.where((counts >= cover.orders) & (owed < cover.share * spend), spend - owed / cover.pays_to, 0.0)
    return float(cover.value * due.mean())


@pytest.mark.parametrize("cover", [QIANCHUAN, TIKTOK])
@pytest.mark.parametrize(("orders", "close"), [(30, 0.35), (60, 0.2), (400, 0.1)])
@pytest.mark.parametrize("missed", [0.0, -0.1, -0.25])
def test_it_is_near_the_mean_of_many_days(cover: Cover, orders: int, close: float, missed: float) -> None:
    value, target, log_sd = 8000.0, 3.0, 0.6
    roi = target * np.exp(missed)
    spend = orders * value / roi
    expected = expected_credit(
        cover, *(np.array([x]) for x in (spend, spend * roi, target, value, value**2 * np.exp(log_sd**2)))
    )
    assert expected[0] == pytest.approx(paid(cover, spend, roi, target, value, log_sd), rel=close, abs=0.002 * spend)


def test_no_orders_no_credit() -> None:
    zero, one = np.zeros(1), np.ones(1)
    assert expected_credit(QIANCHUAN, zero, zero, 3 * one, 8000 * one, 9e7 * one)[0] == 0
    assert expected_credit(QIANCHUAN, 1e5 * one, zero, 3 * one, 8000 * one, 9e7 * one)[0] == pytest.approx(0, abs=1)


def test_the_normal_distribution() -> None:
    np.testing.assert_allclose(
        normal_cdf(np.array([-1.959963985, 0.0, 1.0, 3.0])), [0.025, 0.5, 0.841344746, 0.998650102], atol=1e-7
    )
