"""The oracles: they know what will happen, they tend to the closed forms, and nobody beats them beyond noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.bootstrap import Interval
from sim.feasible import CELL, best_path
from sim.foresee import eligible, foresee, sampled
from sim.oracle import Lines, best_constant, measure, replay
from sim.scenario import (
    Balance,
    Creatives,
    Group,
    Learning,
    Moving,
    Noise,
    Promotion,
    Protection,
    Refunds,
    Scenario,
    Stock,
    Suggesting,
    shipped,
)
from sim.score import compare
from sim.seam import numbers
from sim.stakes import delivered, free, stakes_of
from sim.world import MarketWorld
from sim.yardstick import Yardstick
from tests.sim.results import result

STILL = Noise(demand=0, market=0, hour=0, bias=0, spend_revision=0)


def scenario(noise: Noise | None = None, **changes: object) -> Scenario:
    """25 goods campaigns up to 45 % off their best target, hourly; the suggestion far above, the budget ample."""
    base = shipped("fault")
    group: Group = replace(
        base.group[0],
        **{
            "count": 25, "spend": (500, 3000), "order_value": (30, 90), "value_log_sd": 0.6, "margin": (0.35, 0.55),
            "refund": (0.1, 0.4), "budget_factor": (20, 30), "start_offset": (-0.45, 0.45), "suggestion_offset": (0.6, 0.8),
        } | changes,
    )  # fmt: skip
    return replace(base, group=(group,), noise=noise or Noise(), step_s=3600, history_days=0, accounts=20)


def truth(world: MarketWorld, name: str) -> np.ndarray:
    rows = world.truth()["campaigns"]
    assert isinstance(rows, list)
    return np.array([r[name] for r in rows])


def test_foresight_is_what_the_world_does() -> None:
    """Without luck of hours, spend is the world's, and GMV within the luck of its orders."""
    world = MarketWorld(scenario(Noise(hour=0), count=40, age_days=(0, 2), budget_factor=(0.5, 3.0)), 5)
    known = foresee(world, world.foresight(10), eligible(world), 1)
    spend, gmv = delivered(known, known.target[:, None])
    world.advance(world.now + 10 * 86400)
    book, value = world.ledger(), gmv.sum(axis=(1, 2))
    np.testing.assert_allclose(spend.sum(axis=(1, 2)), book["spend"], rtol=0.01)
    assert book["gmv"].sum() == pytest.approx(value.sum(), rel=0.02)


@pytest.mark.parametrize("stage_hours", [1, 6, 24])
def test_without_noise_it_ends_within_its_cells_of_the_closed_form(stage_hours: int) -> None:
    quiet = replace(scenario(STILL), learning=Learning(days=0, loss=0, noise=0, lag_hours=0.05))
    world = MarketWorld(quiet, 2)
    known = foresee(world, world.foresight(30 if stage_hours > 1 else 12), eligible(world), stage_hours)
    stakes = stakes_of(known, free(known).target)
    path, most = best_path(stakes), free(known).profit.sum(axis=1)
    last = known.target + CELL * (path.cells[:, -1] - stakes.start)
    assert np.abs(last - np.log(truth(world, "optimum"))).max() <= 0.55 * CELL
    constant = stakes.gain.sum(axis=1).max(axis=1)
    assert (constant <= most + 1e-6).all() and (constant >= 0.995 * most).all()
    assert (path.value <= most).all()


def test_it_stops_at_the_budget() -> None:
    """Where T* would spend twice the budget, the market is slowed until the budget lasts."""
    tight = replace(scenario(STILL, budget_factor=(0.3, 0.4), start_offset=(0, 0)), learning=Learning(days=0, loss=0))
    world = MarketWorld(tight, 3)
    known = foresee(world, world.foresight(40), eligible(world), 24)
    stakes = stakes_of(known, free(known).target)
    last = best_path(stakes).cells[:, -1] - stakes.start
    wished = replace(known, budget=np.full_like(known.budget, 1e12))
    bound = free(wished).target[:, -1] < free(known).target[:, -7:].min(axis=1) - 0.1
    assert bound.sum() > 10 and (last[bound] > 0).all()
    spend, _ = delivered(known, (known.target + CELL * last)[:, None])
    share = spend[:, -3:, 0].mean(axis=1) / known.budget[:, -1]
    # weekdays differ, so the last days of a week need not each spend the budget
    assert ((share > 0.9) & (share <= 1))[bound].all()


def test_it_never_raises_above_the_suggestion() -> None:
    world = MarketWorld(scenario(suggestion_offset=(-0.25, 0.05), start_offset=(-0.45, -0.2)), 4)
    known = foresee(world, world.foresight(30), eligible(world), 6)
    stakes = stakes_of(known, free(known).target)
    cells = best_path(stakes).cells - stakes.start[:, None]
    at = known.target[:, None] + CELL * cells
    raised = np.diff(np.c_[np.zeros(len(cells)), cells], axis=1) > 0
    assert raised.any()
    assert (at <= known.cap + 1e-9)[raised].all()


def test_without_a_suggestion_it_only_lowers_and_while_observed_it_stays() -> None:
    world = MarketWorld(scenario(suggested=0, start_offset=(-0.3, 0.3), age_days=(0, 0)), 4)
    known = foresee(world, world.foresight(30), eligible(world), 6)
    stakes = stakes_of(known, free(known).target)
    cells = best_path(stakes).cells - stakes.start[:, None]
    moves = np.diff(np.c_[np.zeros(len(cells)), cells], axis=1)
    assert (moves <= 0).all() and (moves < 0).any()
    assert (moves[:, : 72 // 6] == 0).all()


Mover = Callable[[MarketWorld, np.ndarray, np.ndarray], np.ndarray]


def hold(world: MarketWorld, campaigns: np.ndarray, target: np.ndarray) -> np.ndarray:
    return target


def straight_to_the_best(world: MarketWorld, campaigns: np.ndarray, target: np.ndarray) -> np.ndarray:
    """A rival that knows T* of every campaign: 10 % a day at most toward it, and stays once within 5 %."""
    wish = np.log(truth(world, "optimum")[campaigns] / target)
    return np.where(np.abs(wish) < 0.05, target, target * np.exp(np.clip(wish, np.log(0.9), np.log(1.1))))


def chase_the_roi(world: MarketWorld, campaigns: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Raise where yesterday paid less than 1.15 / margin, else lower, by 5 %."""
    day = world.report(campaigns, world.now - 86400, world.now, "day")
    told = dict(zip(day.campaign.tolist(), (day.gmv / np.maximum(day.spend, 1)).tolist(), strict=True))
    roi = np.array([told.get(i, np.nan) for i in campaigns.tolist()])
    goal = 1.15 / truth(world, "margin")[campaigns]
    return target * np.where(np.isnan(roi), 1.0, np.where(roi < goal, 1.05, 0.95))


def earned(world: MarketWorld, campaigns: np.ndarray, days: int, mover: Mover) -> np.ndarray:
    """Profit of a daily mover, by line."""
    lines = Lines(world, campaigns)
    target = np.array([world.specs[i].target for i in campaigns])
    for day in range(days):
        new = mover(world, lines.latest, target) if day else target
        moved = new != target
        world.set_target(lines.latest[moved], new[moved])
        target = new
        world.advance(world.now + 86400)
        lines.follow()
    return lines.sums(world.run_out().profit)


def kind(top: dict[str, object] | None = None, **group: object) -> Scenario:
    return replace(scenario(**group), **(top or {}))


KINDS = {
    "plain": kind(),
    "moves cost": kind({"moving": Moving(loss=0.05)}),
    "every edit forfeits": kind({"protection": Protection(family="tiktok", value=1.0)}),
    "protected": kind({"protection": Protection(family="qianchuan", value=1.0)}),
    "sale": kind({"promotion": (Promotion(day=5, days=3, demand=3.0, refund=1.5, target_cut=0.2),)}),
    "few orders": kind(spend=(100, 400)),
    "tight budgets": kind(budget_factor=(0.6, 1.2)),
    "low suggestion": kind(suggestion_offset=(-0.2, 0.05)),
    "suggestion drops": kind({"suggestion": Suggesting(drop=0.3, drop_day=8)}, suggestion_offset=(0, 0.2)),
    "refunds in clusters": kind({"refunds": Refunds(cluster=0.5)}),
    "creatives": kind({"creatives": Creatives(count=8)}),
    "short stock": kind({"stock": Stock(cover_days=(3, 10))}),
    "short balance": kind({"balance": Balance(day_yuan=3000)}),
    "net target": kind(objective="net"),
    "rooms made anew": kind(kind="live", sessions=((9.0, 3.0), (20.0, 3.0))),
    "weekly room": kind(kind="live", sessions=((20.0, 4.0),), weekdays=(2,), recreated=False, host_sd=0.1),
}


def rows(world: MarketWorld, campaigns: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.isin(numbers(world.specs), campaigns))


@cache
def oracle_of(name: str, seed: int) -> Yardstick:
    return measure(lambda: MarketWorld(KINDS[name], seed), seed, 20, 24)


def beaten(name: str, mover: Mover, seeds: range) -> Interval:
    """What a mover earned more than the path of O_feas on the same luck, yuan a line."""
    oracle, rival = [], []
    for seed in seeds:
        known = oracle_of(name, seed)
        profit = earned(world := MarketWorld(KINDS[name], seed), rows(world, known.campaign), 20, mover)
        account = known.campaign % 20
        oracle.append(result(known.feas, policy="O_feas", seed=seed, account=account))
        rival.append(result(profit, policy=mover.__name__, seed=seed, account=account))
    return compare(rival, oracle).gain_yuan


MOVERS = [hold, straight_to_the_best, chase_the_roi]


@pytest.mark.parametrize("mover", MOVERS)
@pytest.mark.parametrize("name", ["plain", "moves cost", "rooms made anew"])
def test_nobody_beats_it_beyond_noise(name: str, mover: Mover) -> None:
    assert beaten(name, mover, range(1, 3)).low <= 0


@pytest.mark.long
@pytest.mark.parametrize("mover", MOVERS)
@pytest.mark.parametrize("name", KINDS)
def test_nobody_beats_it_in_any_scenario(name: str, mover: Mover) -> None:
    assert beaten(name, mover, range(1, 6)).low <= 0


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"short stock", "short balance"}))
def test_its_path_earns_on_the_world_what_it_expected(name: str) -> None:
    """Short stock and balance apart, which the program does not know."""
    oracles = [oracle_of(name, seed) for seed in (1, 2)]
    feas, value, free_ = (sum(getattr(o, n).sum() for o in oracles) for n in ("feas", "value", "free"))
    assert feas == pytest.approx(value, rel=0.06)
    assert max(o.value.sum() / o.free.sum() for o in oracles) <= 1
    assert 0.75 * free_ < value


def test_the_best_constant_by_running_the_world_is_near_the_one_foreseen() -> None:
    def make() -> MarketWorld:
        return MarketWorld(scenario(count=20), 6)

    known = measure(make, 6, 10, 24)
    ran = best_constant(make, rows(make(), known.campaign), 10, np.exp(np.linspace(-0.4, 0.4, 5)).tolist())
    assert ran.sum() == pytest.approx(known.static.sum(), rel=0.1)


def test_a_path_of_no_moves_is_holding() -> None:
    world, other = (MarketWorld(scenario(), 9) for _ in range(2))
    campaigns = sampled(eligible(world), 7)
    start = np.array([world.specs[i].target for i in campaigns])
    other.advance(other.now + 3 * 86400)
    held = replay(world, campaigns, np.repeat(start[:, None], 13, axis=1), 6)
    assert len(campaigns) == 7
    np.testing.assert_array_equal(held, other.run_out().profit[campaigns])


def test_a_world_without_campaigns_for_it_is_refused() -> None:
    unknown = replace(scenario(overall=True), name="overall")
    with pytest.raises(ValueError, match="scenario overall: no campaign for an oracle"):
        measure(lambda: MarketWorld(unknown, 1), 1, 10, 24)
    world = MarketWorld(scenario(), 1)
    with pytest.raises(ValueError, match="divisor of 24"):
        foresee(world, world.foresight(10), eligible(world), 5)
