"""Scores: their definitions by hand, and intervals that cover as often as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.score import compare, conduct, regret, units_of
from tests.sim.results import result, yardstick

NOMINAL, WORLDS = 0.95, 300


def binomial_range(n: int, p: float, level: float) -> tuple[int, int]:
    """Counts k with P(K < low) and P(K > high) at most (1 - level) / 2 each."""
    pmf = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    below = np.cumsum(pmf)
    return int(np.argmax(below > (1 - level) / 2)), int(np.argmax(below >= 1 - (1 - level) / 2))


def test_regret_is_a_ratio_of_sums_over_the_sampled_campaigns() -> None:
    mine = result([90.0, 50.0, 10.0, 7.0])
    oracle = yardstick([200.0, 100.0], [100.0, 80.0], campaign=np.array([0, 2]), target=np.full((2, 2), 3.0))
    score = regret([mine], [oracle])
    assert score.regret.value == pytest.approx((10 + 70) / 300)
    assert score.campaigns == 2
    assert math.isnan(score.regret.low)  # two campaigns say nothing about others
    assert score.worst_tenth == pytest.approx(0.7)
    assert score.p90 == pytest.approx(0.05 + 0.9 * 0.65)


def test_an_act_is_useful_when_it_goes_the_oracles_way_while_far_off() -> None:
    path = np.array([[3.0, 3.3, 3.3, 3.3, 3.3, 3.3, 3.3, 3.3]])
    mine = np.array([[3.0, 3.2, 3.0, 2.8, 3.0, 3.28, 3.3, 3.1]])
    edits = np.array([[0, 1, 1, 1, 2, 1, 0, 1]], np.int16)
    # far off at the days 1 (3.0), 3 (3.0), 4 (2.8), 5 (3.0): the acts of 1, 4 and 5 go up, that of 3 goes down;
    # day 2 starts at 3.2 and days 6 and 7 at 3.28 and 3.3: within a dead band
    score = regret([result([1.0], days=8, target=mine, edits=edits)], [yardstick([1.0], [1.0], days=8, target=path)])
    assert score.useful_a_week == pytest.approx(7 * 3 / 4)
    assert score.useful_where_acts == pytest.approx(3)  # in the one week that there is
    assert score.useful_share == pytest.approx(3 / 6)


def test_acts_are_told_of_weeks_in_which_the_oracle_acts_and_the_policy_stands_off() -> None:
    path = np.repeat([[3.0, 3.3, 3.3, 3.3]], [1, 7, 7, 3], axis=1)
    path[:, -1] = 3.6
    mine = np.full((1, 18), 3.0)
    mine[:, 3:] = 3.1
    edits = np.zeros((1, 18), np.int16)
    edits[:, 3] = edits[:, 10] = 1
    # the oracle moves in the first and in the third week, which is short (3 days); useful: day 3
    mine[:, 10:] = 3.2
    score = regret([result([1.0], days=18, target=mine, edits=edits)], [yardstick([1.0], [1.0], days=18, target=path)])
    assert score.useful_where_acts == pytest.approx(1 / (10 / 7))


def test_a_room_is_scored_over_the_campaigns_of_all_its_days() -> None:
    nan = np.nan
    mine = result(
        [5.0, 1.0, 2.0], line=np.array([0, 1, 1]), days=3, edits=np.array([[0, 0, 0], [0, 0, 0], [0, 1, 0]], np.int16),
        target=np.array([[3.0, 3.0, 3.0], [3.0, nan, nan], [nan, 3.3, 3.3]]),
    )  # fmt: skip
    oracle = yardstick([10.0, 20.0], [6.0, 8.0], campaign=np.array([0, 1]), target=np.full((2, 3), 3.3))
    score = regret([mine], [oracle])
    assert score.regret.value == pytest.approx((1 + 5) / 30)
    assert score.useful_a_week == pytest.approx(7 / 3)  # of days 1 and 2 of the first, day 1 of the room
    assert compare([mine], [mine], [oracle]).gain_share.value == 0


def test_conduct_stands_beside_and_is_counted_by_hand() -> None:
    mine = result(
        [100.0, -100.0], spend=np.array([1000, 3000]), kept=np.array([1000, 9000]), gmv=np.array([5000, 5000]),
        credits=np.array([0.0, 50.0]), edits=np.array([[1, 0], [2, 0]], np.int16), budget_over=np.array([250, 0]),
        protection_lost=np.array([[True, False], [True, True]]), violations=("an edit 30 min after another",),
    )  # fmt: skip
    hold = result([50.0, 0.0], gmv=np.array([8000, 2000]), credits=np.array([100.0, 0.0]))
    score = conduct([mine], [hold])
    assert score.roas_shortfall == pytest.approx(0.5 * 1000 / 4000)
    assert score.volume_shortfall == pytest.approx(3000 / 10000)
    assert (score.over_budget_yuan, score.edits, score.protection_days_lost, score.violations) == (2.5, 3, 3, 1)
    assert score.edits_a_campaign_week == pytest.approx(3 / 2 / 2 * 7)
    assert (score.credits_yuan, score.credits_lost_yuan, score.worse_than_hold) == (0.5, 0.5, 0.5)


def test_a_policy_against_itself_gains_nothing_for_sure() -> None:
    rng = np.random.default_rng(1)
    mine = result(rng.normal(size=30))
    same = compare([mine], [mine], [yardstick(np.ones(30), np.ones(30))])
    assert (same.gain_yuan.value, same.gain_yuan.low, same.gain_yuan.high, same.better) == (0, 0, 0, 0.5)
    assert same.gain_share.value == 0


def test_results_of_other_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="scenario made-up, seed 0: one has not an oracle there"):
        regret([result([1.0])], [yardstick([1.0], [1.0], seed=1)])
    with pytest.raises(ValueError, match="different campaigns"):
        compare([result([1.0])], [result([1.0, 2.0])])
    with pytest.raises(ValueError, match="campaign 1 of the oracle"):
        regret([result([1.0])], [yardstick([1.0, 1.0], [1.0, 1.0])])


def test_the_unit_is_the_widest_of_which_there_are_many() -> None:
    seeds = [(result([0.0, 0.0], seed=s), np.arange(2)) for s in range(20)]
    assert units_of(seeds)[0] == "seed" and len(set(units_of(seeds)[1])) == 20
    accounts = [(result(np.zeros(60), account=np.arange(60) // 2), np.arange(60))]
    assert units_of(accounts)[0] == "account" and len(set(units_of(accounts)[1])) == 30
    rooms = [(result(np.zeros(60), line=np.arange(60) // 6), np.arange(60))]
    assert units_of(rooms)[0] == "campaign" and len(set(units_of(rooms)[1])) == 10


def made_up(rng: np.random.Generator, seeds: int, campaigns: int, shared: float):  # type: ignore[no-untyped-def]
    """Results and yardsticks of which the true regret is 0.1: skewed sizes, misses that grow with size, luck shared by a seed."""
    out = []
    for seed in range(seeds):
        free = rng.lognormal(10, 1.0, campaigns)
        share = 0.1 + shared * rng.normal() + 0.15 * rng.normal(size=campaigns)
        feas = 0.97 * free
        out.append((result(feas - share * free, seed=seed), yardstick(free, feas, seed=seed)))
    return [r for r, _ in out], [y for _, y in out]


@pytest.mark.parametrize(("seeds", "campaigns", "shared"), [(1, 80, 0.0), (25, 8, 0.08)])
def test_intervals_cover_at_their_nominal_rate(seeds: int, campaigns: int, shared: float) -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for world in range(WORLDS):
        score = regret(*made_up(rng, seeds, campaigns, shared), draws=400, seed=world)
        covered += score.regret.low <= 0.1 <= score.regret.high
    low, high = binomial_range(WORLDS, NOMINAL, 0.99)
    assert low <= covered <= high


def test_the_probability_of_being_better_is_fair_between_equals() -> None:
    """Between policies that are equally good, it must be uniform: below 5 % as often as 5 % of the time, and above 95 %."""
    rng = np.random.default_rng(5)
    better = []
    for world in range(WORLDS):
        size = rng.lognormal(10, 0.7, 60)
        a, b = (result(size * (1 + 0.1 * rng.normal(size=60)), policy=p) for p in "ab")
        better.append(compare([a], [b], draws=400, seed=world).better)
    low, high = binomial_range(WORLDS, 0.1, 0.99)
    assert low <= np.sum((np.array(better) < 0.05) | (np.array(better) > 0.95)) <= high


def test_how_few_carry_a_difference() -> None:
    told = compare([result([1.0, 1.0, 1.0, 1.0, 6.0])], [result(np.zeros(5))])
    assert told.carried_by == pytest.approx(10**2 / 40)
    assert told.lopsided == pytest.approx(1.5 / math.sqrt(5)) and not told.trusted
    assert compare([result(np.zeros(5))], [result([1.0, 1.0, 1.0, 1.0, 6.0])]).lopsided == pytest.approx(
        -1.5 / math.sqrt(5)
    )
    same = compare([result(np.ones(5))], [result(np.zeros(5))])
    assert same.carried_by == pytest.approx(5) and same.trusted
    equal = compare([result(np.ones(5))], [result(np.ones(5))])
    assert equal.carried_by == 0 and equal.trusted


def test_the_campaigns_of_a_room_count_as_one_when_a_difference_is_weighed() -> None:
    days = np.array([5.0, -5.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    line = np.array([0, 0, 1, 2, 3, 4, 5])
    assert compare([result(days, line=line)], [result(np.zeros(7), line=line)]).carried_by == pytest.approx(5)
    assert compare([result(days)], [result(np.zeros(7))]).carried_by < 5


def test_many_like_each_other_are_trusted_and_few_giants_are_not() -> None:
    rng = np.random.default_rng(2)
    even, size = rng.normal(1.0, 2.0, 400), rng.lognormal(0.0, 2.5, 400)
    assert compare([result(even)], [result(np.zeros(400))]).trusted
    assert not compare([result(size)], [result(np.zeros(400))]).trusted
