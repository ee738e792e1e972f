"""A fit finds the parameters of worlds that are known within its own intervals, at the stated rate; what it cannot tell is the
prior, said so; what cannot be is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import comb

import numpy as np
import pytest
from numpy.typing import NDArray

from bidctl.engine.optimum import EPS_LOG_SD
from sim.estimate import Estimate, How
from sim.fit import Fit, fit
from sim.fit_refusal import FitRefused
from sim.holdout import check
from sim.past import Past
from sim.scenario import parse
from sim.twin import table_of, toml_of, twin
from sim.world import MarketWorld
from tests.sim.fit_worlds import Truth, lived, scenario

Float = NDArray[np.float64]


@cache
def found(seed: int, *, count: int = 12, days: int = 38, move_every: int = 4) -> tuple[Past, Truth, Fit]:
    past, truth = lived(scenario(count), seed, days, move_every)
    return past, truth, fit(past)


def fair(hits: int, n: int, rate: float) -> bool:
    """Within the central 99 % of the binomial."""
    chance = [comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
    return sum(chance[: hits + 1]) > 0.005 and sum(chance[hits:]) > 0.005


def pairs(f: Fit, truth: Truth) -> dict[str, tuple[Estimate, Float]]:
    keep = [int(c) for c in f.past.campaign]
    return {
        "level": (f.level, truth.level[keep]), "elasticity": (f.elasticity, truth.elasticity[keep]),
        "refund": (f.sold.refund, truth.refund[keep]), "order value": (f.sold.value, truth.order_value[keep]),
    }  # fmt: skip


def assert_recovered(worlds: list[tuple[Truth, Fit]], each: int | None = None) -> None:
    for name in ("level", "elasticity", "refund", "order value"):
        for rate in (0.8, 0.9):
            inside = np.concatenate([_inside(*pairs(f, t)[name], rate)[:each] for t, f in worlds])
            assert fair(int(inside.sum()), len(inside), rate), (name, rate, inside.mean(), len(inside))


def _inside(e: Estimate, true: Float, rate: float) -> Float:
    low, high = e.interval(rate)
    return (true >= low) & (true <= high)


def test_known_parameters_lie_in_their_intervals() -> None:
    assert_recovered([found(seed)[1:] for seed in range(1, 5)])


@pytest.mark.long
@pytest.mark.parametrize("move_every", [0, 3, 6])
def test_known_parameters_lie_in_their_intervals_at_the_stated_rate(move_every: int) -> None:
    """Four campaigns a world: those of one share its market, and what is pooled."""
    assert_recovered([found(seed, count=10, move_every=move_every)[1:] for seed in range(11, 51)], each=4)


def test_without_moves_the_elasticity_is_the_priors_and_said_so() -> None:
    past, _, f = found(1, move_every=0)
    assert (f.moves == 0).all() and (f.elasticity.how == How.PRIOR).all() and (f.level.how == How.DATA).all()
    moved = found(1)[2]
    assert (moved.elasticity.how != How.PRIOR).all()
    assert np.median(moved.elasticity.sd) < np.median(f.elasticity.sd) < 1.2 * EPS_LOG_SD
    # and nothing of how volume answers to targets that never moved comes from the data
    wilder = fit(replace(past, spend=past.spend * np.exp(0.3 * np.sin(np.arange(past.days)))))
    assert np.allclose(np.log(wilder.elasticity.value / f.elasticity.value), 0.0, atol=0.02)


def test_every_move_narrows_the_elasticity() -> None:
    some, many = (found(2, move_every=k)[2] for k in (12, 3))
    assert (many.moves > some.moves).all() and many.elasticity.sd.mean() < some.elasticity.sd.mean()


def test_chance_and_pace_are_found() -> None:
    f = fit(lived(scenario(60), 3, 60, 5)[0])
    c, s = f.chance, f.sold
    assert 0.15 < c.demand.value[0] < 0.3 and 0.04 < c.market.value[0] < 0.14 and 0.15 < c.hour.value[0] < 0.25
    assert 0.03 < c.bias.value[0] < 0.09 and 0.4 < c.rho.value[0] < 0.95
    assert abs(s.within_hour.value[0] - 0.15) < 0.03 and abs(s.before_dispatch.value[0] - 0.25) < 0.06
    assert abs(s.value_log_sd.value[0] - 0.7) < 0.05


@pytest.mark.parametrize("days", [0, 1, 6])
def test_too_little_history_is_refused(days: int) -> None:
    past = found(1)[0]
    with pytest.raises(FitRefused, match="complete natural days"):
        fit(past.without_last(past.days - days))


def test_an_impossible_fit_is_reported_not_returned() -> None:
    past, _, f = found(1)
    wrong = np.array(past.spend)
    wrong[0] *= (past.target[0] / past.now[0]) ** 12  # spend rises with the target
    got = fit(replace(past, spend=wrong))
    assert [x.campaign for x in got.failed] == ["0"] and "rises with the target" in got.failed[0].why.en
    assert "0" not in got.past.campaign and len(got.past.campaign) == len(f.past.campaign) - 1
    with pytest.raises(FitRefused, match="impossible fit"):
        fit(replace(past, spend=past.spend * (past.target / past.now[:, None]) ** 12))


def test_a_diverging_fit_is_reported_not_returned() -> None:
    past = found(1)[0]
    wild = np.array(past.spend)
    wild[3] *= (past.target[3] / past.now[3]) ** -30
    got = fit(replace(past, spend=wild, budget=np.full(len(past.campaign), np.inf)))
    assert [x.campaign for x in got.failed] == ["3"] and "diverged" in got.failed[0].why.en


def test_a_bound_or_idle_campaign_has_no_level() -> None:
    past = found(1)[0]
    budget, spend = np.array(past.budget), np.array(past.spend)
    budget[1], spend[2] = past.spend[1].min(), 0.0
    failed = {x.campaign: x.why.en for x in fit(replace(past, budget=budget, spend=spend)).failed}
    assert set(failed) == {"1", "2"} and "budget bound" in failed["1"] and "days teach" in failed["2"]


def test_the_twin_is_a_scenario_that_says_what_was_found() -> None:
    import tomllib

    f = found(1)[2]
    s = twin(f, "twin")
    assert parse(tomllib.loads(toml_of(table_of(f, "twin")))) == s
    worlds = [MarketWorld.with_history(s, seed, 0) for seed in range(1, 9)]
    for k, name in enumerate(f.past.campaign):
        at = [next(i for i, spec in enumerate(w.specs) if spec.name.startswith(name + "-")) for w in worlds]
        assert {w.setting(i)[0] for w, i in zip(worlds, at, strict=True)} == {round(float(f.past.now[k]), 2)}
        base = np.array([w._traits.base[i] / 100 for w, i in zip(worlds, at, strict=True)])
        low, high = f.level.around(3**0.5)
        assert (base >= low[k] * 0.999).all() and (base <= high[k] * 1.001).all() and len(set(base)) == 8


def test_days_held_back_are_foreseen() -> None:
    past = found(1)[0]
    c = check(past, 7, draws=20)
    assert len(c.campaign) == 12 and c.good, [(m.metric, m.inside(0.8).mean(), m.total.inside(0.95)) for m in c.metrics]
    assert np.allclose(c.metrics[0].seen, past.spend[:, -7:].sum(axis=1))


def test_days_unlike_all_before_fail_the_check() -> None:
    past = found(1)[0]
    sale = np.ones(past.days)
    sale[-7:] = 2.5
    c = check(replace(past, spend=past.spend * sale, gmv=past.gmv * sale, orders=past.orders * sale), 7, draws=20)
    assert not c.good and not c.metrics[0].total.inside(0.95).any()


@pytest.mark.long
def test_the_checks_intervals_cover_at_their_rate() -> None:
    """One campaign of each world, so that they are independent."""
    worlds = [check(lived(scenario(4), seed, 38, 5)[0], 7, draws=40) for seed in range(1, 31)]
    for k in range(3):
        for rate in (0.8, 0.9):
            hits = sum(int(c.metrics[k].inside(rate)[0]) for c in worlds)
            assert fair(hits, len(worlds), rate), (k, rate, hits)
