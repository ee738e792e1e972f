"""The world's books: they balance to the cent, reports mature as refunds arrive, and the foretold end is the end."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Scenario, shipped
from sim.seam import Report
from sim.world import MarketWorld

DAY, HOUR = 86400.0, 3600.0
SETTLED = ("gmv_1h", "gmv_7d", "gmv_14d", "gmv_30d", "gmv_90d")


def coarse(name: str = "small") -> Scenario:
    return replace(shipped(name), step_s=1800)


def everybody(world: MarketWorld) -> np.ndarray:
    return np.arange(len(world.specs))


def whole(world: MarketWorld, span: str = "day") -> Report:
    return world.report(everybody(world), world.scenario.start.timestamp(), world.now + 1, span)


def by_campaign(report: Report, column: str, n: int) -> list[int]:
    return [int(getattr(report, column)[report.campaign == i].sum()) for i in range(n)]


def test_the_ledger_balances_to_the_cent_at_every_instant() -> None:
    world = MarketWorld(coarse(), 3)
    moving = 0
    for _ in range(30):
        world.advance(world.now + 17 * HOUR)
        book = world.ledger()
        assert all(v.dtype == np.int64 for v in book.values())
        np.testing.assert_array_equal(book["gmv"], book["kept"] + book["refunded"] + book["open"])
        assert min(v.min() for v in book.values()) >= 0
        moving += bool(book["kept"].any())
    assert moving > 3 and book["refunded"].any() and book["open"].any()


def test_reports_and_ledger_are_the_same_money() -> None:
    world = MarketWorld(coarse(), 3)
    world.advance(world.now + 9.3 * DAY)
    n, book, report = len(world.specs), world.ledger(), whole(world)
    assert by_campaign(report, "gmv", n) == book["gmv"].tolist()
    assert by_campaign(report, "gmv_90d", n) == (book["gmv"] - book["refunded"]).tolist()
    hourly = whole(world, "hour")
    for column in ("spend", "orders", "orders_1h", "gmv", "gmv_1h"):
        assert by_campaign(hourly, column, n) == by_campaign(report, column, n), column
    assert all((getattr(hourly, column) == -1).all() for column in SETTLED[1:])


@pytest.mark.long
def test_settled_columns_shrink_with_the_window_and_with_age() -> None:
    world = MarketWorld(coarse(), 4)
    start = world.now
    world.advance(start + DAY)
    first = everybody(world)
    seen = []
    for days in (0, 1, 3, 8, 15, 31, 95):
        world.advance(start + DAY + days * DAY)
        seen.append(world.report(first, start, start + DAY, "day"))
    for report in seen:
        columns = [report.gmv, *(getattr(report, c) for c in SETTLED)]
        assert all((a >= b).all() for a, b in pairwise(columns))
        assert (report.orders >= report.orders_1h).all()
    for young, old in pairwise(seen):
        assert (young.gmv == old.gmv).all()
        assert all((getattr(young, c) >= getattr(old, c)).all() for c in SETTLED)
    at_8_days, at_95 = seen[3], seen[-1]
    assert (at_8_days.gmv_7d == at_95.gmv_7d).all()
    assert (at_8_days.gmv_90d > at_95.gmv_90d).any()
    assert (at_95.gmv_1h > at_95.gmv_7d).any() and (at_95.gmv_7d > at_95.gmv_30d).any()


def test_the_foretold_end_is_the_end() -> None:
    world = MarketWorld(replace(coarse(), step_s=3600), 5)
    world.advance(world.now + 3 * DAY)
    for i in everybody(world).tolist():
        world.set_enabled(i, False)
    foretold = world.run_out()
    made = world.advance(world.now + 100 * DAY)
    old = np.array([i for i in range(len(foretold.spend)) if i not in made])
    book = world.ledger()
    assert not book["open"][old].any()
    np.testing.assert_array_equal(book["kept"][old], foretold.kept[old])
    np.testing.assert_array_equal(book["spend"][old], foretold.spend[old])


def test_truth_agrees_with_the_books() -> None:
    world = MarketWorld(coarse(), 5)
    world.advance(world.now + 5 * DAY)
    rows = world.truth()["campaigns"]
    assert isinstance(rows, list) and len(rows) == len(world.specs)
    book, end = world.ledger(), world.run_out()
    for row in rows:
        i = row["index"]
        assert row["spend"] == book["spend"][i]
        assert row["settled_gmv"] == book["gmv"][i] - book["refunded"][i]
        assert row["final_gmv"] == end.kept[i] <= row["settled_gmv"]
        assert row["profit"] == pytest.approx(
            row["margin"] * row["final_gmv"] - row["spend"], abs=2 + 1e-6 * row["gmv"]
        )
        assert row["optimum"] == pytest.approx(
            row["eps"] / (row["eps"] - 1) / (row["margin"] * row["settled_share"]), rel=1e-4
        )


def test_refunds_come_to_the_share_and_the_pace_that_were_set() -> None:
    base = shipped("fault")
    group = replace(base.group[0], refund=(0.3, 0.3), count=1, value_log_sd=0.0)
    world = MarketWorld(replace(base, group=(group,), step_s=3600, history_days=0), 1)
    start = world.now
    world.advance(start + 4 * DAY)
    world.set_enabled(0, False)
    world.advance(start + 100 * DAY)
    cohort = world.report(np.array([0]), start, start + 4 * DAY, "day")
    orders, gmv = cohort.orders.sum(), cohort.gmv.sum()
    assert orders > 3000
    assert 1 - cohort.gmv_90d.sum() / gmv == pytest.approx(0.3, abs=4 * (0.21 / orders) ** 0.5)
    within = 1 - cohort.orders_1h.sum() / orders
    assert within == pytest.approx(0.3 * base.refunds.within_hour, abs=4 * (0.045 / orders) ** 0.5)


def test_order_values_have_the_mean_and_the_spread_that_were_set() -> None:
    base = shipped("fault")
    group = replace(base.group[0], value_log_sd=0.8, count=1, order_value=(50, 50), spend=(20000, 20000))
    world = MarketWorld(replace(base, group=(group,), step_s=300, history_days=0), 1)
    world.advance(world.now + DAY)
    total = world.today(np.array([0]))
    world.advance(world.now + 2 * DAY)
    report = whole(world)
    mean = report.gmv.sum() / report.orders.sum()
    error = 5000 * (np.exp(0.64) - 1) ** 0.5 / report.orders.sum() ** 0.5
    assert mean == pytest.approx(5000, abs=4 * error)
    assert total.campaign.tolist() == [0]


def test_spend_of_today_is_revised_next_day_and_then_stays() -> None:
    world = MarketWorld(coarse(), 6)
    start = world.now
    rows = np.array([i for i, s in enumerate(world.specs) if s.kind == 0])
    world.advance(start + 20 * HOUR)
    today = world.today(rows)
    assert today.campaign.tolist() == rows.tolist()
    assert (today.spend <= world.ledger()["spend"][rows]).all()
    hourly = world.report(rows, start, start + DAY, "hour")
    assert [by_campaign(hourly, "spend", 6)[i] for i in rows] == today.spend.tolist()
    world.advance(start + DAY + HOUR)
    final = world.report(rows, start, start + 20 * HOUR, "hour")
    assert final.spend.sum() > hourly.spend.sum()
    assert final.spend.sum() <= hourly.spend.sum() * 1.01
    world.advance(start + 3 * DAY)
    np.testing.assert_array_equal(world.report(rows, start, start + 20 * HOUR, "hour").spend, final.spend)


def test_reports_leave_out_empty_rows_and_keep_to_the_window() -> None:
    world = MarketWorld(coarse(), 6)
    start = world.now
    world.advance(start + 2 * DAY)
    report = world.report(everybody(world), start + 5 * HOUR, start + 8 * HOUR, "hour")
    assert set(report.span_start.tolist()) <= {start + h * HOUR for h in (5, 6, 7)}
    assert ((report.spend > 0) | (report.orders > 0)).all()
    assert {world.specs[i].kind for i in report.campaign.tolist()} == {0}  # at night no room is on air
    day = world.report(everybody(world), start + 1, start + 2 * DAY, "day")
    assert set(day.span_start.tolist()) == {start + DAY}
    with pytest.raises(ValueError, match="week"):
        world.report(everybody(world), start, start + DAY, "week")
    assert len(world.report(np.zeros(0, np.int64), start, start + DAY, "day").spend) == 0


actions = st.tuples(
    st.integers(0, 5),
    st.sampled_from(["target", "budget", "on", "off", "objective"]),
    st.floats(0.3, 3),
    st.floats(0, 30),
)


@settings(max_examples=20)
@given(st.lists(actions, max_size=12), st.integers(0, 2**64 - 1))
def test_whatever_is_done_the_books_hold(todo: list[tuple[int, str, float, float]], seed: int) -> None:
    world = MarketWorld(replace(coarse(), step_s=3600), seed)
    most = [world.setting(i)[2] for i in range(6)]
    for i, what, factor, hours in todo:
        target, _, budget, _ = world.setting(i)
        if what == "target":
            world.set_target(i, max(0.01, round(target * factor, 2)))
        elif what == "budget":
            world.set_budget(i, int(budget * factor))
            most[i] = max(most[i], int(budget * factor))
        elif what == "objective":
            world.set_objective(i, int(factor > 1))
        else:
            world.set_enabled(i, what == "on")
        world.advance(world.now + hours * HOUR)
    book = world.ledger()
    np.testing.assert_array_equal(book["gmv"], book["kept"] + book["refunded"] + book["open"])
    report = world.report(np.arange(6), 0, world.now + 1, "day")
    assert (report.spend <= np.array(most)[report.campaign]).all()
    assert (report.spend >= 0).all() and (report.gmv_90d >= 0).all()
    n = len(world.specs)
    assert by_campaign(whole(world), "gmv_90d", n) == (book["gmv"] - book["refunded"]).tolist()


@pytest.mark.parametrize(("column", "window"), [("gmv_1h", HOUR), ("gmv_7d", 7 * DAY)])
def test_a_settled_column_is_final_when_its_window_has_passed_and_not_before(column: str, window: float) -> None:
    base = shipped("fault")
    group = replace(base.group[0], count=1, spend=(60_000, 60_000), refund=(0.4, 0.4))
    world = MarketWorld(replace(base, group=(group,), history_days=0), 1)
    midnight, begin = world.now, world.now + 12 * HOUR
    one = np.array([0])
    world.set_enabled(0, False)
    world.advance(begin)
    world.set_enabled(0, True)
    world.advance(begin + HOUR)
    world.set_enabled(0, False)
    world.advance(begin + HOUR + window * 0.5)
    halfway = world.report(one, midnight, begin + HOUR, "day")
    world.advance(begin + HOUR + window)
    passed = world.report(one, midnight, begin + HOUR, "day")
    world.advance(begin + 40 * DAY)
    final = world.report(one, midnight, begin + HOUR, "day")
    assert getattr(halfway, column)[0] > getattr(passed, column)[0] == getattr(final, column)[0]
    assert passed.gmv_90d[0] > final.gmv_90d[0]
