"""Delays against draws from the shapes as they are stated, and what windows teach of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.engine.delay_shapes import EARLY, LATE, LOG_PRIOR, SHAPES, TIMES, Delays, Windows, learn_delays

AGES = np.array([[0.0, 0.01, 0.5, 1.0, 3.0, 7.0, 14.0, 30.0, 90.0, 400.0, np.inf]])


def learned(
    refunds: tuple[float, ...], paid: tuple[float, ...], begin: tuple[float, ...], end: tuple[float, ...]
) -> Delays:
    """One account of a stated mean of 6 days."""
    told = Windows(*(np.array([column], np.float64) for column in (begin, end, refunds, paid)))
    return learn_delays(np.array([6.0]), told, np.array([10.0]))


def test_before_any_window_it_is_the_mean_of_the_stated_shapes() -> None:
    rng = np.random.default_rng(7)
    prior = np.exp(LOG_PRIOR - LOG_PRIOR.max())
    # the order of the shapes: by times the mean, then by the early share, then by what the others follow
    which = rng.choice(len(prior), 400_000, p=prior / prior.sum())
    times, rest = np.divmod(which, len(EARLY) * len(LATE))
    early, late = np.divmod(rest, len(LATE))
    n = len(which)
    draws = np.stack([
        np.where(rng.random(n) < 5 / 7, rng.exponential(0.4, n), rng.exponential(2.5, n)), rng.gamma(3, 1 / 3, n), rng.gamma(8, 1 / 8, n),
    ])  # fmt: skip
    after = 6.0 * TIMES[times] * draws[late, np.arange(n)]
    lag = np.where(rng.random(n) < np.array(list(EARLY))[early], rng.exponential(1.0, n), after)
    found = learned((0.0,), (0.0,), (0.0,), (7.0,)).share(AGES)[0]
    np.testing.assert_allclose(found, (lag[:, None] <= AGES).mean(axis=0), atol=0.006)


def test_every_shape_is_a_distribution() -> None:
    assert (np.diff(SHAPES, axis=0) >= -1e-12).all() and (SHAPES >= 0).all() and (SHAPES[-1] == 1).all()


@given(st.lists(st.floats(0, 1e5), min_size=4, max_size=4), st.lists(st.floats(0, 1e6), min_size=4, max_size=4))
def test_whatever_windows_say_the_delay_stays_a_distribution_with_a_finite_doubt(
    refunds: list[float], paid: list[float]
) -> None:
    told = learned(tuple(refunds), tuple(paid), (1 / 24, 7.0, 14.0, 30.0), (7.0, 14.0, 30.0, 90.0))
    share, doubt = told.share(AGES)[0], told.doubts(AGES)[0]
    assert share[0] == 0 and share[-1] == pytest.approx(1.0) and (np.diff(share) >= -1e-9).all()
    assert np.isfinite(doubt).all() and (doubt >= 0).all()


def test_a_window_in_which_most_came_back_draws_the_delay_to_it() -> None:
    windows = ((1 / 24, 7.0, 14.0, 30.0), (7.0, 14.0, 30.0, 90.0))
    early = learned((900, 80, 20, 0), (1000.0,) * 4, *windows)
    late = learned((100, 500, 350, 50), (1000.0,) * 4, *windows)
    week = np.array([[7.0]])
    assert early.share(week)[0, 0] == pytest.approx(0.9, abs=0.03)
    assert late.share(week)[0, 0] == pytest.approx(0.15, abs=0.1)
    none = learned((0.0,), (0.0,), (0.0,), (7.0,))
    assert max(early.doubts(week)[0, 0], late.doubts(week)[0, 0]) < none.doubts(week)[0, 0]


def test_a_campaign_follows_its_accounts_delay_on_its_own_clock() -> None:
    one = learned((900, 80, 20, 0), (1000.0,) * 4, (1 / 24, 7.0, 14.0, 30.0), (7.0, 14.0, 30.0, 90.0))
    two = replace(one, mean_days=np.array([6.0, 12.0]), of=np.zeros(2, np.int64))
    found = two.share(np.array([[7.0, 14.0], [14.0, 28.0]]))
    np.testing.assert_allclose(found[0], found[1])
