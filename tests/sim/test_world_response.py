"""How the world answers to a target: more volume for less, the stated elasticity, an interior best, and fair luck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.scenario import Group, Learning, Noise, Scenario, shipped
from sim.world import MarketWorld

DAY, HOUR = 86400.0, 3600.0
STILL = Noise(demand=0, market=0, hour=0, bias=0, spend_revision=0)
AT_ONCE = Learning(days=0, loss=0, noise=0, lag_hours=0.05)


def still(**changes: object) -> Scenario:
    """One goods campaign, no noise but the orders' own, no learning, far from its budget."""
    base = shipped("fault")
    group: Group = replace(
        base.group[0],
        **{
            "count": 1, "spend": (30000, 30000), "order_value": (20, 20), "value_log_sd": 0.0,
            "budget_factor": (100, 100), "margin": (0.5, 0.5), "refund": (0.2, 0.2),
        } | changes,
    )  # fmt: skip
    return replace(base, group=(group,), noise=STILL, learning=AT_ONCE, step_s=3600, history_days=0)


def after(scenario: Scenario, target: float, days: float, seed: int = 1) -> MarketWorld:
    world = MarketWorld(scenario, seed)
    world.set_target(0, target)
    world.advance(world.now + days * DAY)
    return world


def truth(world: MarketWorld, i: int = 0) -> dict[str, float]:
    rows = world.truth()["campaigns"]
    assert isinstance(rows, list)
    return rows[i]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_lower_target_spends_more_on_the_same_luck(seed: int) -> None:
    scenario = replace(shipped("fault"), step_s=3600, history_days=0)
    spends = [int(after(scenario, t, 2, seed).ledger()["spend"][0]) for t in (4.0, 3.6, 3.2, 2.9)]
    assert spends == sorted(spends) and spends[0] < spends[-1]


def test_without_noise_the_elasticity_is_recovered_from_outside() -> None:
    best = truth(MarketWorld(still(), 1))["optimum"]
    low, high = (after(still(), best * f, 2) for f in (0.97, 1.03))
    spend = [w.ledger()["spend"][0] for w in (low, high)]
    measured = -np.log(spend[1] / spend[0]) / np.log(1.03 / 0.97)
    assert measured == pytest.approx(truth(low)["eps"], rel=0.05)


def test_without_noise_roi_is_the_target() -> None:
    best = truth(MarketWorld(still(), 1))["optimum"]
    book = after(still(), best, 4).ledger()
    orders = book["gmv"][0] / 2000
    assert book["gmv"][0] / book["spend"][0] == pytest.approx(best, rel=4 / orders**0.5)


@pytest.mark.parametrize("seed", [1, 4])
def test_profit_peaks_at_the_closed_form(seed: int) -> None:
    best = truth(MarketWorld(still(), seed))["optimum"]
    factors = np.exp(np.linspace(-0.3, 0.3, 13))
    profit = [float(after(still(), best * f, 3, seed).run_out().profit[0]) for f in factors]
    a, b, _ = np.polyfit(np.log(factors[3:10]), profit[3:10], 2)
    assert a < 0
    assert abs(-b / (2 * a)) < 0.05
    assert max(profit) > 1.1 * max(profit[0], profit[-1])


def test_the_autobidder_follows_with_a_lag() -> None:
    slow = replace(still(spend=(300_000, 300_000)), learning=replace(AT_ONCE, lag_hours=6.0))
    world = after(slow, 4.0, 2)
    world.set_target(0, 3.0)
    begin = world.now
    world.advance(begin + DAY)

    def roi(first: float, last: float) -> float:
        report = world.report(np.array([0]), begin + first * HOUR, begin + last * HOUR, "hour")
        return float(report.gmv.sum() / report.spend.sum())

    assert 4.0 > roi(0, 3) > roi(3, 8) > roi(18, 24)
    assert roi(0, 3) > 3.5  # after 1 to 3 hours of 6 it has come less than 40 % of the way
    assert roi(18, 24) == pytest.approx(3.0, rel=0.04)


def test_learning_costs_efficiency_and_fades() -> None:
    learning = replace(AT_ONCE, days=3.0, loss=0.3)
    scenario = replace(still(age_days=(0, 0), spend=(300_000, 300_000)), learning=learning)
    world = after(scenario, 3.5, 5)
    report = world.report(np.array([0]), world.now - 5 * DAY, world.now, "day")
    roi = report.gmv / report.spend
    assert roi[0] < 0.8 * 3.5
    assert roi[0] < roi[1] < roi[2] < roi[4]
    assert roi[4] == pytest.approx(3.5, rel=0.03)


def test_a_big_move_sets_it_learning_again_and_a_small_one_does_not() -> None:
    big = still(spend=(300_000, 300_000))
    scenario = replace(big, learning=replace(AT_ONCE, days=3.0, loss=0.3, move=0.12, move_days=2.0))

    def roi_after(target: float) -> float:
        world = after(scenario, 3.0, 4)
        world.set_target(0, target)
        world.advance(world.now + DAY)
        day = world.report(np.array([0]), world.now - DAY, world.now, "day")
        return float(day.gmv[0] / day.spend[0]) / target

    assert roi_after(3.3) == pytest.approx(1.0, rel=0.03)
    assert roi_after(3.9) < 0.93


def test_a_net_target_is_met_net_of_refunds_within_the_hour() -> None:
    scenario = replace(still(), refunds=replace(still().refunds, within_hour=0.5))
    world = MarketWorld(scenario, 1)
    world.set_objective(0, 1)
    world.set_target(0, 3.2)
    world.advance(world.now + 3 * DAY)
    world.advance(world.now + 2 * HOUR)
    day = world.report(np.array([0]), world.now - 3 * DAY, world.now - DAY, "day")
    assert day.gmv_1h.sum() / day.spend.sum() == pytest.approx(3.2, rel=0.03)
    assert day.gmv.sum() / day.spend.sum() > 3.4


def test_one_campaigns_actions_leave_every_other_number_alone() -> None:
    scenario = replace(shipped("small"), step_s=1800)
    calm, busy = MarketWorld(scenario, 9), MarketWorld(scenario, 9)
    start = calm.now
    for day in range(4):
        busy.set_target(3, 2.5 + 0.2 * day)
        busy.set_budget(3, 90_000 + 1000 * day)
        calm.advance(start + (day + 1) * DAY)
        busy.advance(start + (day + 1) * DAY)
    others = np.array([i for i in range(len(calm.specs)) if i != 3])
    a, b = (w.report(others, start, w.now, "hour") for w in (calm, busy))
    for column in a.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(a, column), getattr(b, column))
    assert calm.ledger()["spend"][3] != busy.ledger()["spend"][3]


def test_a_campaigns_own_luck_survives_its_actions() -> None:
    scenario = replace(still(), noise=Noise(spend_revision=0), learning=AT_ONCE)
    calm, moved = after(scenario, 4.0, 0), after(scenario, 4.0, 0)
    start = calm.now
    moved.advance(start + DAY)
    moved.set_target(0, 3.7)
    moved.advance(start + 2 * DAY)
    moved.set_target(0, 4.0)
    for world in (calm, moved):
        world.advance(start + 6 * DAY)
    a, b = (w.report(np.array([0]), start + 4 * DAY, start + 6 * DAY, "hour") for w in (calm, moved))
    for column in a.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(a, column), getattr(b, column))


def test_a_campaign_created_from_outside_shifts_nobodys_luck() -> None:
    scenario = replace(shipped("small"), step_s=1800)
    without, with_one = MarketWorld(scenario, 9), MarketWorld(scenario, 9)
    index = with_one.create(replace(with_one.specs[3], name="extra", created_at=with_one.now, starts_at=with_one.now))
    end = without.now + 2 * DAY
    without.advance(end)
    with_one.advance(end)
    names = {s.name: i for i, s in enumerate(with_one.specs)}
    for i, spec in enumerate(without.specs):
        for column, fen in without.ledger().items():
            assert fen[i] == with_one.ledger()[column][names[spec.name]]
    assert with_one.ledger()["spend"][index] > 0


def test_spend_follows_the_hours_of_the_week() -> None:
    world = after(still(), 4.0, 7)
    report = world.report(np.array([0]), world.now - 7 * DAY, world.now, "hour")
    hour = ((report.span_start + 8 * HOUR) % DAY // HOUR).astype(int)
    share = np.bincount(hour, weights=report.spend, minlength=24)
    assert 6 < share.max() / share.min() < 14
    assert share.argmin() in (2, 3, 4)
    assert share[10:18].sum() > 1.5 * share[0:8].sum()


def test_demand_varies_as_much_as_was_set() -> None:
    noise = replace(STILL, demand=0.25, rho=0.6)
    base = still()
    scenario = replace(base, noise=noise, group=(replace(base.group[0], count=60, spend=(500, 500)),))
    world = MarketWorld(scenario, 2)
    world.advance(world.now + 7 * DAY)
    report = world.report(np.arange(60), world.now - DAY, world.now, "day")
    expected = MarketWorld(replace(scenario, noise=STILL), 2)
    expected.advance(expected.now + 7 * DAY)
    still_day = expected.report(np.arange(60), expected.now - DAY, expected.now, "day")
    spread = np.log(report.spend / still_day.spend).std()
    assert 0.25 * 0.72 < spread < 0.25 * 1.3
