"""The best target: its closed form, what an account's campaigns have in common, and whether the stated sd is the true one."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from bidctl.engine.groups import Groups
from bidctl.engine.optimum import Response, Stand, respond
from bidctl.engine.response import Learned

INF, NAN = np.inf, np.nan


def ask(
    now: np.ndarray, chosen: np.ndarray, suggested: np.ndarray, even: np.ndarray, *, a: np.ndarray | float = 0.0,
    b: np.ndarray | float = 0.0, budget: np.ndarray | float = INF, wanted: np.ndarray | float = NAN, groups: Groups | None = None,
) -> Response:  # fmt: skip
    n = len(now)
    level = np.full(n, np.log(1000.0))
    learned = Learned(np.broadcast_to(a, n).astype(float), np.broadcast_to(b, n).astype(float), level, now)
    stand = Stand(now, chosen, suggested, even, np.broadcast_to(budget, n).astype(float))
    with np.errstate(all="ignore"):
        return respond(
            learned, stand, groups or Groups(np.zeros(n, np.int64), 1), lambda k: np.broadcast_to(np.log(wanted), n)
        )


def column(n: int, value: float) -> np.ndarray:
    return np.full(n, value)


def test_known_elasticity_gives_the_closed_form() -> None:
    """k known exactly: T* = B + 1 / k, and the gain is that of profit = spend x (T / B - 1)."""
    even, k, now = 1.25, 1.2, 2.4
    r = ask(column(1, now), column(1, NAN), column(1, NAN), column(1, even), a=150.0, b=150.0 * k)
    best = even + 1 / k
    assert r.optimum[0] == pytest.approx(best, rel=0.03)
    assert r.elasticity[0] == pytest.approx(k * now, rel=0.05)
    gain = 1000 * (np.exp(-k * (best - now)) * (best / even - 1) - (now / even - 1))
    assert gain < r.optimum_gain[0] < 1.5 * gain  # what is not known may be better or worse: better counts for more
    targets = np.linspace(1.3, 4, 2000)
    assert targets[np.argmax(np.exp(-k * targets) * (targets / even - 1))] == pytest.approx(best, abs=2e-3)


def test_before_any_data_it_is_the_stated_prior() -> None:
    r = ask(column(1, 1.95), column(1, NAN), column(1, NAN), column(1, 1.3))
    assert 1.3 * 1.5 <= r.optimum[0] <= 1.3 * 1.7  # eps 3: half as much again; more, because it may well be 2
    assert 0.35 < r.elasticity_log_sd[0] < 0.8


def test_without_a_break_even_there_is_no_optimum_but_an_elasticity() -> None:
    r = ask(column(2, 2.0), column(2, 2.0), column(2, 3.0), column(2, NAN), a=50.0, b=100.0)
    assert np.isnan(r.optimum).all() and np.isnan(r.optimum_gain).all()
    assert r.elasticity == pytest.approx([4.0, 4.0], rel=0.1)


def drawn(
    n: int, seed: int, chosen_sd: float = 0.25, hint_sd: float = 0.1, offset: float = 0.4
) -> tuple[np.ndarray, ...]:
    """Campaigns whose elasticity at the optimum, break-even, first target and suggestion are drawn; ln of all but elasticity."""
    rng = np.random.default_rng(seed)
    eps = np.exp(np.log(3.0) + 0.35 * rng.standard_normal(n)).clip(1.3, 11.0)
    even = np.log(1.3) + 0.2 * rng.standard_normal(n)
    best = even + np.log(eps / (eps - 1))
    chosen = best + chosen_sd * rng.standard_normal(n)
    return eps, even, best, chosen, best + offset + hint_sd * rng.standard_normal(n)


def errors(r: Response, best: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(r.optimum) - best)


def test_the_sd_it_states_is_the_one_it_has() -> None:
    _, even, best, chosen, suggested = drawn(400, 1)
    r = ask(np.exp(chosen), np.exp(chosen), np.exp(suggested), np.exp(even), groups=Groups(np.arange(400) // 50, 8))
    z = errors(r, best) / r.optimum_log_sd
    assert 0.7 < z.std() < 1.2 and abs(z.mean()) < 0.5, (z.mean(), z.std())


def test_suggestions_with_a_common_offset_are_learned_and_useless_ones_are_not_believed() -> None:
    groups = Groups(np.arange(400) // 50, 8)
    for hint_sd, offset, factor in ((0.08, 0.9, 0.75), (0.08, -0.3, 0.75), (1.0, 0.5, 1.1)):
        _, even, best, chosen, suggested = drawn(400, 2, hint_sd=hint_sd, offset=offset)
        args = np.exp(chosen), np.exp(chosen)
        blind = errors(ask(*args, column(400, NAN), np.exp(even), groups=groups), best)
        told = errors(ask(*args, np.exp(suggested), np.exp(even), groups=groups), best)
        assert told.std() < factor * blind.std(), (hint_sd, offset, told.std(), blind.std())


def test_a_population_unlike_the_prior_is_recognised() -> None:
    """Elasticities around 6 instead of 3, learned well on every other campaign: the others follow."""
    rng = np.random.default_rng(3)
    n, eps = 60, 6.0
    even = np.full(n, 1.3)
    k = (eps - 1) / 1.3
    some = np.arange(n) % 2 == 0
    a = np.where(some, 60.0, 0.0)
    nothing = column(n, NAN)
    r = ask(column(n, 1.7), nothing, nothing, even, a=a, b=a * (k + rng.standard_normal(n) * 0.1))
    alone = ask(column(1, 1.7), column(1, NAN), column(1, NAN), column(1, 1.3))
    truth = 1.3 * eps / (eps - 1)
    assert abs(r.optimum[~some].mean() - truth) < 0.5 * abs(alone.optimum[0] - truth)


def test_a_binding_budget_moves_the_optimum_up_to_where_it_just_does_not_bind() -> None:
    even, k, now = 1.25, 1.2, 2.083
    args = column(1, now), column(1, NAN), column(1, NAN), column(1, even)
    free = ask(*args, a=150.0, b=150.0 * k)
    bound = ask(*args, a=150.0, b=150.0 * k, budget=1000.0, wanted=2000.0)
    assert free.optimum[0] == pytest.approx(now, rel=0.03)
    assert bound.optimum[0] == pytest.approx(now + np.log(2) / k, rel=0.03)
    gain = 1000 * (bound.optimum[0] - now) / even  # the same 1,000 yuan, at a better price
    assert bound.optimum_gain[0] == pytest.approx(gain, rel=0.1)
    assert bound.usual_spend[0] == pytest.approx(2000)


def test_no_lowering_into_the_budget() -> None:
    """2.8 is above the optimum of 2.083, but from 2.6 on the budget would cut off what is won."""
    even, k, now = 1.25, 1.2, 2.8
    r = ask(
        column(1, now),
        column(1, NAN),
        column(1, NAN),
        column(1, even),
        a=300.0,
        b=300.0 * k,
        budget=1000 * np.exp(0.24),
    )
    assert r.optimum[0] == pytest.approx(2.6, rel=0.02)


def test_a_campaign_of_which_nothing_is_known_disturbs_nobody() -> None:
    _, even, _, chosen, suggested = drawn(20, 4)
    whole = ask(np.exp(chosen), np.exp(chosen), np.exp(suggested), np.exp(even))

    def more(x: np.ndarray) -> np.ndarray:
        return np.append(np.exp(x), NAN)

    with_one = ask(more(chosen), more(chosen), more(suggested), more(even))
    for f in fields(Response):
        np.testing.assert_allclose(getattr(with_one, f.name)[:-1], getattr(whole, f.name), rtol=1e-12)
        assert np.isnan(getattr(with_one, f.name)[-1]) or f.name in ("usual_spend",)
