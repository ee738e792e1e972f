"""What a scenario can switch on: each judged by what it does to money, orders or reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.scenario import (
    Balance,
    Creatives,
    Moving,
    Promotion,
    Protection,
    Reporting,
    Scenario,
    Stock,
    Suggesting,
    shipped,
)
from sim.seam import CreativeWorld
from sim.world import MarketWorld
from tests.sim.test_world_response import AT_ONCE, STILL

DAY, HOUR = 86400.0, 3600.0


def market(count: int = 20, **changes: object) -> Scenario:
    """Goods campaigns without noise but the orders' own, large enough for means to be seen."""
    base = shipped("base60")
    group = replace(
        base.group[0], count=count, orders=(3000, 3000), order_value=(50, 50), value_log_sd=0.3, refund=(0.2, 0.2),
        margin=(0.5, 0.5), incremental=(1.0, 1.0), start_offset=(0, 0),
    )  # fmt: skip
    still = replace(
        base, group=(group,), noise=STILL, learning=AT_ONCE, history_days=0, accounts=4, moving=Moving(),
        protection=Protection(), refunds=replace(base.refunds, cluster=0.0),
    )  # fmt: skip
    return replace(still, **changes)  # type: ignore[arg-type]


def room(**changes: object) -> Scenario:
    base = shipped("daily-live")
    group = replace(base.group[0], count=20, orders=(2000, 2000), start_offset=(0, 0), **changes)  # type: ignore[arg-type]
    return replace(base, group=(group,), noise=STILL, learning=AT_ONCE, history_days=0, accounts=2)


def ran(scenario: Scenario, days: float, seed: int = 1) -> MarketWorld:
    world = MarketWorld(scenario, seed)
    world.advance(world.now + days * DAY)
    return world


def by_day(world: MarketWorld, column: str) -> np.ndarray:
    """(days, campaigns)."""
    n, start = len(world.specs), world.scenario.start.timestamp()
    report = world.report(np.arange(n), start, world.now, "day")
    out = np.zeros((round((world.now - start) / DAY), n))
    out[((report.span_start - start) / DAY).astype(int), report.campaign] = getattr(report, column)
    return out


def roi(world: MarketWorld) -> np.ndarray:
    return by_day(world, "gmv").sum(axis=1) / by_day(world, "spend").sum(axis=1)


def reached(world: MarketWorld) -> np.ndarray:
    """(days,) median over campaigns of ROI over the target set."""
    target = np.array([world.setting(i)[0] for i in range(len(world.specs))])
    return np.median(by_day(world, "gmv") / by_day(world, "spend") / target, axis=1)


def test_a_move_costs_its_share_for_a_day_and_for_three_when_repeated() -> None:
    def path(moving: Moving) -> np.ndarray:
        world = MarketWorld(market(moving=moving), 1)
        for target in (3.9, 4.0, 4.0, 4.2, 4.2, 4.2, 4.2, 4.2):
            world.set_target(np.arange(20), target)
            world.advance(world.now + DAY)
        return roi(world)

    lost = 1 - path(Moving(loss=0.2)) / path(Moving())
    #  moved at 0 (the first counts), again a day later: three days; then the move at day 3, two days after: three days
    np.testing.assert_allclose(lost, [0.2, 0.2, 0.2, 0.2, 0.0, 0.0, 0.0, 0.0], atol=0.01)
    single = MarketWorld(market(moving=Moving(loss=0.2)), 1)
    single.set_target(np.arange(20), 4.0)
    single.advance(single.now + 3 * DAY)
    np.testing.assert_allclose(roi(single) / 4.0, [0.8, 1.0, 1.0], atol=0.01)


def test_setting_the_same_target_again_is_no_move() -> None:
    world = MarketWorld(market(moving=Moving(loss=0.2)), 1)
    world.set_target(np.arange(20), np.array([s.target for s in world.specs]))
    world.advance(world.now + DAY)
    other = ran(market(), 1)
    np.testing.assert_allclose(roi(world), roi(other), rtol=1e-3)


def test_a_promotion_brings_demand_and_refunds_and_can_lower_targets() -> None:
    sale = Promotion(day=2, days=2, demand=3.0, refund=2.0)
    world, usual = ran(market(promotion=(sale,)), 6), ran(market(), 6)
    factor = by_day(world, "spend").sum(axis=1) / by_day(usual, "spend").sum(axis=1)
    np.testing.assert_allclose(factor, [1, 1, 3, 3, 1, 1], rtol=0.01)
    for w in (world, usual):
        w.set_enabled(np.arange(20), False)
        w.advance(w.now + 95 * DAY)
    back = 1 - by_day(world, "gmv_90d").sum(axis=1)[:6] / by_day(world, "gmv").sum(axis=1)[:6]
    np.testing.assert_allclose(back, [0.2, 0.2, 0.4, 0.4, 0.2, 0.2], atol=0.01)
    cut = ran(market(promotion=(Promotion(day=2, days=2, demand=1.0, target_cut=0.2),)), 6)
    np.testing.assert_allclose(reached(cut), [1, 1, 0.8, 0.8, 1, 1], atol=0.02)
    assert cut.setting(0)[0] == cut.specs[0].target  # what the operator set stays


def test_only_orders_that_would_not_have_come_by_themselves_count_as_profit() -> None:
    base = market()
    half = replace(base, group=(replace(base.group[0], incremental=(0.5, 0.5), margin=(0.8, 0.8)),))
    world = ran(half, 2)
    end = world.run_out()
    np.testing.assert_allclose(end.profit, 0.4 * end.kept - end.spend)
    rows = world.truth()["campaigns"]
    assert isinstance(rows, list) and rows[0]["incremental"] == 0.5
    eps = rows[0]["eps"]
    assert rows[0]["optimum"] == pytest.approx(eps / (eps - 1) / (0.8 * 0.5 * 0.8), rel=1e-4)


@pytest.mark.parametrize("step", [3600, 900])
def test_what_is_sold_out_is_not_sold_and_spend_goes_on_for_a_while(step: int) -> None:
    scenario = market(count=30, stock=Stock(cover_days=(0.5, 2.5), stop_hours=5.0, restock_days=2.0), step_s=step)
    world, pieces = MarketWorld(scenario, 2), None
    pieces = world.foresight(1).pieces
    sold, spent_after = np.zeros(30, int), np.zeros(30)
    out: dict[int, float] = {}
    start = world.now
    while world.now < start + 2 * DAY:
        world.advance(world.now + HOUR)
        report = world.report(np.arange(30), world.now - HOUR, world.now, "hour")
        for i, orders, spend in zip(report.campaign.tolist(), report.orders, report.spend, strict=True):
            if i in out:
                assert orders == 0
                spent_after[i] += spend > 0
            sold[i] += orders
            if sold[i] == pieces[i]:
                out.setdefault(i, world.now)
    assert (sold <= pieces).all() and 10 < len(out) < 30
    hours = [spent_after[i] for i in out if out[i] < start + 1.5 * DAY]
    assert all(4 <= h <= 5 for h in hours) and hours
    world.advance(start + 6 * DAY)
    assert (
        world.ledger()["gmv"].min() > 0 and (by_day(world, "orders").sum(axis=0)[list(out)] > pieces[list(out)]).all()
    )


def test_an_account_cannot_spend_more_than_its_balance_on_a_day() -> None:
    world = ran(market(balance=Balance(day_yuan=20_000)), 3)
    account = np.array([s.account for s in world.specs])
    for day in by_day(world, "spend"):
        spent = np.bincount(account, weights=day)
        assert (spent <= 2_000_000).all() and (spent > 1_990_000).all()


def day_owed(world: MarketWorld, day: int, share: float, pays_to: float, least: int) -> np.ndarray:
    """Protection by its text, from the reports alone; targets constant."""
    spend, gmv, orders = (by_day(world, c)[day] for c in ("spend", "gmv", "orders"))
    target = np.array([s.target for s in world.specs])
    owed = (orders >= least) & (gmv / spend < share * target)
    return np.where(owed, spend - gmv / target / pays_to, 0.0)


@pytest.mark.parametrize(
    ("family", "share", "pays_to", "least"), [("qianchuan", 0.8, 1.0, 10), ("tiktok", 0.9, 0.9, 21)]
)
def test_protection_pays_by_its_text(family: str, share: float, pays_to: float, least: int) -> None:
    scenario = replace(shipped("base60"), protection=Protection(family=family, value=0.5), history_days=0)
    group = replace(scenario.group[0], count=60, orders=(5, 60))
    world = ran(replace(scenario, group=(group,), noise=replace(scenario.noise, spend_revision=0.0)), 20)
    expected = sum(day_owed(world, d, share, pays_to, least) for d in range(20))
    end = world.run_out()
    np.testing.assert_allclose(end.credits, expected, rtol=1e-6, atol=1.0)
    assert end.credits.sum() > 0 and not end.days_void.any()
    worth = np.array([r["margin"] * r["incremental"] for r in world.truth()["campaigns"]])  # type: ignore[union-attr]
    np.testing.assert_allclose(end.profit, worth * end.kept - end.spend + 0.5 * end.credits, rtol=1e-4, atol=10)


def test_protection_of_campaigns_made_anew_each_day_is_paid_once() -> None:
    base = room()
    noisy = replace(base, noise=replace(shipped("base60").noise, spend_revision=0.0))
    group = replace(base.group[0], count=30, orders=(15, 60))
    world = ran(replace(noisy, group=(group,), protection=Protection(family="qianchuan")), 8)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = sum(day_owed(world, d, 0.8, 1.0, 10) for d in range(8))
    assert expected.sum() > 0
    np.testing.assert_allclose(world.run_out().credits, expected, rtol=1e-6, atol=1.0)


@pytest.mark.parametrize(
    ("family", "gap_s", "void"), [("qianchuan", 3600, False), ("qianchuan", 3599, True), ("tiktok", 7200, True)]
)
def test_edits_void_the_protection_of_their_day(family: str, gap_s: int, void: bool) -> None:
    world = MarketWorld(market(protection=Protection(family=family), step_s=300), 1)
    world.advance(world.now + 30 * HOUR)
    one = np.array([3])
    world.set_target(one, 3.0)
    world.advance(world.now + gap_s)
    world.set_target(one, 3.1)
    world.advance(world.now + 2 * DAY)
    assert world.run_out().days_void.tolist() == [int(void and i == 3) for i in range(20)]


def test_late_and_missing_rows_are_not_shown_and_days_catch_up() -> None:
    late = Reporting(delay_hours=2, late_share=0.3, late_hours=10.0, missing_share=0.1)
    full, held = ran(market(), 1.75), ran(market(reporting=late), 1.75)
    rows, start = np.arange(20), full.now - 1.75 * DAY
    a, b = (w.report(rows, start, w.now, "hour") for w in (full, held))
    shown = {(int(i), at): v for i, at, v in zip(b.campaign, b.span_start, b.spend, strict=True)}
    truth = {(int(i), at): v for i, at, v in zip(a.campaign, a.span_start, a.spend, strict=True)}
    assert all(truth[k] == v for k, v in shown.items())
    assert max(at for _, at in shown) == full.now - 3 * HOUR
    old = {k for k in truth if k[1] < full.now - 13 * HOUR}
    assert 1 - len(old & shown.keys()) / len(old) == pytest.approx(0.1, abs=0.03)
    young = {k for k in truth if full.now - 12 * HOUR < k[1] < full.now - 2 * HOUR}
    assert 1 - len(young & shown.keys()) / len(young) == pytest.approx(0.37, abs=0.08)
    assert held.today(rows).spend.sum() < full.today(rows).spend.sum()
    for w in (full, held):
        w.advance(w.now + DAY)
    a, b = (w.report(rows, start, start + 1.5 * DAY, "day") for w in (full, held))
    assert a.spend.tolist() == b.spend.tolist() and a.gmv_7d.tolist() == b.gmv_7d.tolist()


def test_a_suggestion_drops_on_its_day() -> None:
    world = MarketWorld(market(suggestion=Suggesting(sd=0.0, drop=0.35, drop_day=2)), 1)
    before = world.suggestion(np.arange(20))
    world.advance(world.now + 2 * DAY - 1)
    assert world.suggestion(np.arange(20)).tolist() == before.tolist()
    world.advance(world.now + 1)
    np.testing.assert_allclose(world.suggestion(np.arange(20)), before * np.exp(-0.35), atol=0.01)


def test_refunds_cluster_by_day_around_their_mean() -> None:
    scenario = market(count=60, refunds=replace(market().refunds, cluster=0.4))
    world = ran(scenario, 12)
    world.set_enabled(np.arange(60), False)
    world.advance(world.now + 95 * DAY)
    share = 1 - by_day(world, "gmv_90d")[:12] / by_day(world, "gmv")[:12]
    assert share.mean() == pytest.approx(0.2, abs=0.015)
    assert np.log(share).std() == pytest.approx(0.4, abs=0.05)
    assert abs(np.corrcoef(share[:-1].ravel(), share[1:].ravel())[0, 1]) < 0.15


def test_hosts_differ_in_what_a_yuan_earns_and_change_by_shifts() -> None:
    scenario = room(sessions=((16.0, 8.0),), host_sd=0.3, host_hours=4)
    world, plain = ran(scenario, 3), ran(room(sessions=((16.0, 8.0),)), 3)
    rows = np.arange(len(world.specs))
    a, b = (w.report(rows, 0, w.now, "hour") for w in (world, plain))
    skill = np.log(a.spend / b.spend)
    hour = ((a.span_start + 8 * HOUR) % DAY // HOUR).astype(int)
    for shift in (range(17, 20), range(20, 24)):
        inside = np.array([np.ptp(skill[(a.campaign == i) & np.isin(hour, shift)]) for i in set(a.campaign.tolist())])
        assert inside.max() < 0.05
    assert np.ptp(skill) > 1.0


def test_a_room_streams_on_its_weekdays_and_is_not_made_anew_where_it_is_not() -> None:
    world = ran(room(weekdays=(1, 4)), 14)
    days = by_day(world, "spend").sum(axis=1) > 0
    assert days.tolist() == [d % 7 in (1, 4) for d in range(14)]
    assert len(world.specs) == 20 + 4 * 20
    kept = ran(room(recreated=False), 3)
    assert len(kept.specs) == 20 and not any(kept.finished(i) for i in range(20))
    assert (by_day(kept, "spend") > 0).all()


RACK = Creatives(count=8, spread=0.24, fresh_days=5, half_life_days=14, lag_days=4, focus=6, renew_days=0)


def test_creatives_add_up_to_their_campaign_and_tire_by_share_first() -> None:
    world = ran(market(creatives=RACK), 25)
    told: CreativeWorld = world
    report = told.creatives(np.arange(20), 0, world.now)
    spend, gmv = by_day(world, "spend"), by_day(world, "gmv")
    day = ((report.span_start - report.span_start.min()) / DAY).astype(int)
    for column, of in ((report.spend, spend), (report.gmv, gmv)):
        total = np.zeros_like(of)
        np.add.at(total, (day, report.campaign), column)
        assert total.tolist() == of.tolist()
    assert (report.spend >= 0).all() and (report.gmv >= 0).all()
    best = np.bincount(report.creative, weights=report.spend).argmax()
    mine = report.creative == best
    share = np.bincount(day[mine], weights=report.spend[mine], minlength=25) / spend.sum(axis=1)
    assert share[0] > 1.5 * share[-1] or share.max() > 1.5 * share[-1]
    assert spend.sum(axis=1)[-1] < 0.7 * spend.sum(axis=1)[0]  # all of them tired: the same target buys less
    np.testing.assert_allclose(reached(world)[:12], 1.0, atol=0.02)  # the autobidder keeps to the target all along


def test_new_creatives_revive_a_campaign_and_a_retired_one_spends_no_more() -> None:
    old, fed = ran(market(creatives=RACK), 20), ran(market(creatives=RACK), 20)
    made = [fed.add_creative(0) for _ in range(8)]
    assert made == list(range(8, 16))
    fed.retire_creative(0, 2)
    for world in (old, fed):
        world.advance(world.now + 2 * DAY)
    assert fed.ledger()["spend"][0] > 1.02 * old.ledger()["spend"][0]
    assert fed.ledger()["spend"][1:].tolist() == old.ledger()["spend"][1:].tolist()
    today = fed.creatives(np.array([0]), fed.now - DAY, fed.now)
    assert set(made) & set(today.creative.tolist()) and 2 not in today.creative
    with pytest.raises(ValueError, match="creative 99 of campaign 0"):
        fed.retire_creative(0, 99)
    with pytest.raises(ValueError, match=r"creatives\.count = 0"):
        ran(market(), 0).add_creative(0)


@pytest.mark.parametrize("name", ["base60", "big-sale", "host-change", "daily-live"])
def test_foresight_is_what_comes(name: str) -> None:
    """Expected spend of a day, from the documented equation, against what is booked with hours and orders left to chance."""
    base = shipped(name)
    groups = tuple(replace(g, count=150, host_sd=0.0, recreated=False, start_offset=(0, 0)) for g in base.group)
    scenario = replace(base, group=groups, history_days=0, learning=AT_ONCE, moving=Moving())
    world = MarketWorld(scenario, 7)
    world.advance(world.now + 3 * DAY)
    f, start = world.foresight(24), world.now
    world.advance(start + 24 * DAY)
    target = np.array([s.target for s in world.specs])
    x = np.log(target) + f.bias - f.reference - f.quality
    bend = np.logaddexp(0, x / f.width) - np.log(2)
    volume = np.exp(-(f.low * x + (f.high - f.low) * f.width * bend))
    expected = f.base * f.traffic * np.exp(f.demand) * volume
    report = by_day(world, "spend")[3:]
    assert f.demand.shape == (24, len(world.specs))
    seen, told = report[1:].sum(axis=1), expected[1:].sum(axis=1)
    np.testing.assert_allclose(seen, told, rtol=0.05)
    error = np.log(report[1:] / expected[1:])
    assert abs(error.mean()) < 0.02 and error.std() < 0.12
    share = by_day(world, "gmv")[3:] / report
    assert abs(np.log(share / np.exp(np.log(target) + f.bias)).mean()) < 0.03


def test_without_noise_foresight_gives_the_closed_form() -> None:
    world = MarketWorld(market(), 1)
    f = world.foresight(3)
    rows = world.truth()["campaigns"]
    assert isinstance(rows, list)
    for i, row in enumerate(rows):
        assert row["optimum"] == pytest.approx(row["eps"] / (row["eps"] - 1) / f.settled[i], rel=1e-4)
    assert not f.bias.any() and (f.demand == f.demand[0]).all() and f.pieces.min() > 1e15
