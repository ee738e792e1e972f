"""What the creative rules do in the world: few of those retired are good, new material pays where creatives tire."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calendar import DAY
from sim.curation import ARMS, HALF_LIFE, NEVER, NEVER_TIRES, RULES, SUPPLIED, THRESHOLDS, TRUTH, better, run, scenario
from sim.curators import Curator, rules
from sim.shocks import Shocks
from sim.world import MarketWorld


def test_orders_of_a_day_are_dealt_to_creatives_and_scatter() -> None:
    world = MarketWorld(scenario(0.24, NEVER_TIRES, 10), 3)
    world.advance(world.now + 10 * DAY)
    told = world.creatives(np.arange(10), 0, world.now)
    report = world.report(np.arange(10), 0, world.now, "day")
    for name in ("spend", "gmv", "orders"):
        by_day = dict.fromkeys(zip(report.campaign, report.span_start, strict=True), 0)
        for c, t, x in zip(told.campaign, told.span_start, getattr(told, name), strict=True):
            by_day[c, t] += x
        assert list(by_day.values()) == getattr(report, name).tolist()
    assert (told.gmv[told.orders == 0] == 0).all()


def test_creatives_win_orders_as_chance_deals_them() -> None:
    """Squared deviations from a multinomial's mean over its variance: 1 on average, about 4,000 of them (sd of the mean 0.023)."""
    squares = []
    for world in (MarketWorld(scenario(0.24, NEVER_TIRES, 10), seed) for seed in (3, 4, 5, 6)):
        for _ in range(30):
            begin = world.now
            world.advance(begin + DAY / 2)
            mix = world.mix()
            world.advance(begin + DAY)
            told = world.creatives(np.arange(10), begin, begin + DAY)
            expected = world.report(np.arange(10), begin, begin + DAY, "day").orders[told.campaign] * mix.earns
            large = expected > 5
            squares.append(((told.orders - expected) ** 2 / (expected * (1 - mix.earns)))[large])
    assert 0.92 < np.concatenate(squares).mean() < 1.08


def test_the_same_seed_deals_the_same_whoever_asks_and_when() -> None:
    s, shocks = scenario(0.5, HALF_LIFE, 5), Shocks(4)
    one, two = MarketWorld(s, 4, shocks), MarketWorld(s, 4)
    for _ in range(4):
        one.advance(one.now + DAY)
        one.creatives(np.array([2]), 0, one.now)
    two.advance(two.now + 4 * DAY)
    a, b = (w.creatives(np.arange(5), 0, w.now) for w in (one, two))
    assert a.orders.tolist() == b.orders.tolist() and a.gmv.tolist() == b.gmv.tolist()


def test_a_curator_never_retires_twice_nor_beyond_the_reserve() -> None:
    world = MarketWorld(scenario(0.5, HALF_LIFE, 12), 5)
    curator = Curator(world, rules, reserve=3)
    for _ in range(35):
        world.advance(world.now + DAY)
        curator.morning()
    assert len(set(curator.retired)) == len(curator.retired) > 0
    assert max(np.bincount([i for i, _ in curator.added])) <= 3


@pytest.mark.parametrize("spread", [0.24, 0.5])
@pytest.mark.parametrize("half_life", [NEVER_TIRES, HALF_LIFE])
@pytest.mark.long
def test_few_that_are_retired_are_good_and_the_rules_pay_where_creatives_tire(spread: float, half_life: float) -> None:
    s, shocks = scenario(spread, half_life, 60), Shocks(2)
    ours, none, bare = (run(s, 2, ARMS[name], shocks) for name in (RULES, NEVER, THRESHOLDS))
    assert ours.good <= 0.1 * ours.retired + 2 * np.sqrt(0.09 * max(ours.retired, 1))
    for other in (none, bare):
        gain, _ = better(ours, other)
        assert gain.high >= 0.0
        if half_life == HALF_LIFE:
            assert gain.value >= 0.05 and gain.low > 0.0


def test_who_sees_the_truth_retires_none_that_is_good() -> None:
    s = scenario(0.5, HALF_LIFE, 12)
    found = run(s, 5, ARMS[TRUTH], Shocks(5))
    assert found.retired > 0 and found.good == 0 and found.added > 0


def test_a_weekly_quota_adds_two_a_week_whatever_the_rule_says() -> None:
    found = run(scenario(0.24, NEVER_TIRES, 6), 5, SUPPLIED[NEVER], Shocks(5), days=15)
    assert found.added == 6 * 2 * 3 and found.retired == 0
