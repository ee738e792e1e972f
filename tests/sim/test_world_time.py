"""Time in the world: steps on a fixed grid, natural days, live rooms, budgets, and the campaigns made on the way."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.values import Intent
from sim.scenario import Scenario, shipped
from sim.seam import PlatformWorld
from sim.shocks import Shocks
from sim.world import MarketWorld

DAY, HOUR = 86400.0, 3600.0


def coarse() -> Scenario:
    return replace(shipped("small"), step_s=1800)


def everything(world: MarketWorld) -> list[list[float]]:
    rows = np.arange(len(world.specs))
    report = world.report(rows, 0.0, world.now + 1, "hour")
    columns = [getattr(report, c).tolist() for c in report.__dataclass_fields__]
    return [*columns, *(v.tolist() for v in world.ledger().values())]


def goods(world: MarketWorld) -> int:
    """The first goods campaign."""
    return next(i for i, s in enumerate(world.specs) if s.kind == 0)


def test_it_is_a_world() -> None:
    world: PlatformWorld = MarketWorld(coarse(), 1)
    assert all(
        hasattr(world, name) for kind in PlatformWorld.__mro__ for name in vars(kind) if not name.startswith("_")
    )


def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    one, two, other = (MarketWorld(coarse(), seed) for seed in (8, 8, 9))
    for world in (one, two, other):
        world.advance(world.now + 2 * DAY)
    assert everything(one) == everything(two) != everything(other)
    assert one.specs == two.specs


@settings(max_examples=15)
@given(st.lists(st.floats(1, 90_000), min_size=1, max_size=12))
def test_how_advance_is_cut_changes_nothing(cuts: list[float]) -> None:
    whole, pieces = MarketWorld(coarse(), 2), MarketWorld(coarse(), 2)
    end = whole.now + math.ceil(sum(cuts)) + 1
    created = [i for cut in cuts for i in pieces.advance(pieces.now + cut)] + pieces.advance(end)
    assert whole.advance(end) == created
    assert everything(whole) == everything(pieces)
    assert whole.now == pieces.now == end


def test_time_does_not_go_back() -> None:
    world = MarketWorld(coarse(), 1)
    world.advance(world.now + 100)
    with pytest.raises(ValueError, match="does not go back"):
        world.advance(world.now - 1)


def test_a_setting_acts_from_the_next_step_wherever_in_a_step_it_is_made() -> None:
    early, late = MarketWorld(coarse(), 3), MarketWorld(coarse(), 3)
    start = early.now
    early.advance(start + 6 * HOUR)
    late.advance(start + 6 * HOUR + 600)
    early.advance(start + 6.5 * HOUR)
    early.set_target(goods(early), 2.0)  # exactly between two steps
    late.set_target(goods(late), 2.0)  # within the step that ends there
    for world in (early, late):
        world.advance(start + DAY)
    assert everything(early) == everything(late)


def test_history_ends_at_the_start_and_holds_matured_cohorts() -> None:
    scenario = replace(shipped("demo"), history_step_s=3600)
    world = MarketWorld.with_history(scenario, 1, days=31)
    start = scenario.start.timestamp()
    assert world.now == start
    rows = np.array([i for i in range(len(world.specs)) if world.terms(i).group == "steady-low"])
    days = world.report(rows, start - 30 * DAY, start, "day")
    assert len(set(days.span_start.tolist())) == 30
    assert (days.gmv_7d[days.span_start < start - 8 * DAY] < days.gmv[days.span_start < start - 8 * DAY]).mean() > 0.9
    assert world.ledger()["kept"][rows].all()
    world.advance(start + 600)
    assert world.now == start + 600


def test_stages_of_the_demo_are_what_they_are_called() -> None:
    scenario = replace(shipped("demo"), history_step_s=3600)
    world = MarketWorld.with_history(scenario, 1)
    start = scenario.start.timestamp()
    book = world.ledger()["spend"]
    of = {g.name: [i for i in range(len(world.specs)) if world.terms(i).group == g.name] for g in scenario.group}
    for i in of["feeding"]:
        days = world.report(np.array([i]), 0, start, "day")
        assert book[i] > 0 and days.spend.max() < 20_000
    for i in of["observing"]:
        days = world.report(np.array([i]), 0, start, "day")
        assert days.spend.max() >= 20_000 and days.span_start.min() > start - 4 * DAY
    created = world.advance(start + 3.2 * DAY)
    fresh = of["new"] + [i for i in created if world.terms(i).group == "new"]
    assert len(fresh) == 4
    for i in fresh:
        assert world.specs[i].starts_at >= world.specs[i].created_at + 2 * HOUR
        assert np.isfinite(world.suggestion(i)).all()
        first = world.report(np.array([i]), 0, world.now, "hour").span_start
        assert not len(first) or first.min() >= world.specs[i].starts_at - HOUR


def test_the_suggestion_holds_for_a_natural_day_and_moves_between() -> None:
    world = MarketWorld(coarse(), 1)
    rows = np.flatnonzero(np.isfinite(world.suggestion(range(6))))
    assert 2 <= len(rows) <= 6
    seen: dict[int, set[tuple[float, ...]]] = {}
    for step in range(6 * 24):
        day = int((world.now + 8 * HOUR) // DAY)
        seen.setdefault(day, set()).add(tuple(world.suggestion(rows).tolist()))
        world.advance(world.now + (HOUR if step % 2 else HOUR - 1) + (step % 2) * 1)
    assert all(len(values) == 1 for values in seen.values())
    assert len({v for values in seen.values() for v in values}) == len(seen) >= 6
    for value in next(iter(seen[min(seen)])):
        assert value == round(value, 2) > 0


def test_some_have_no_suggestion_and_a_net_target_has_a_lower_one() -> None:
    world = MarketWorld(shipped("fault"), 1)
    none = [i for i in range(5) if world.terms(i).group == "never-suggested"]
    assert len(none) == 1 and np.isnan(world.suggestion(none)).all()
    other = next(i for i in range(5) if i not in none)
    (paid,) = world.suggestion(other)
    world.set_objective(other, 1)
    (net,) = world.suggestion(other)
    assert 0.9 * paid < net < paid


def test_live_campaigns_spend_only_on_air_and_are_made_anew_each_day() -> None:
    world = MarketWorld(coarse(), 2)
    start = world.now
    room = next(s.live_account for s in world.specs if s.name.startswith("two-session"))
    old = next(i for i, s in enumerate(world.specs) if s.live_account == room)
    world.set_target(old, 3.33)
    created = world.advance(start + 5 * DAY)
    mine = [i for i in created if world.specs[i].live_account == room]
    assert len(mine) == 5
    sessions = world.sessions(room, start)
    assert len(sessions) == 10 and len({s.room for s in sessions}) == 10
    report = world.report(np.array(mine), start, world.now, "hour")
    for begin in report.span_start.tolist():
        assert any(s.started_at < begin + HOUR and s.ended_at > begin for s in sessions)
    for n, i in enumerate(mine):
        spec = world.specs[i]
        assert spec.target == 3.33 and spec.kind == 1 and spec.created_at == spec.starts_at
        assert spec.created_at in {s.started_at for s in sessions}
        days = report.span_start[report.campaign == i]
        assert int((days.min() + 8 * HOUR) // DAY) == int((days.max() + 8 * HOUR) // DAY)
        assert world.finished(i) == (n < 4)
        local = datetime.fromtimestamp(spec.created_at + 8 * HOUR, UTC)
        assert spec.name.endswith(local.strftime("@%m%d")) and 9 <= local.hour < 10
    assert world.finished(old)


def test_a_room_is_on_air_by_its_sessions() -> None:
    world = MarketWorld(shipped("small"), 2)
    i = next(i for i, s in enumerate(world.specs) if s.name.startswith("evening"))
    account = world.specs[i].live_account
    assert not world.on_air(i) and world.on_air(goods(world))
    world.advance(world.now + 20 * HOUR)
    assert world.on_air(i)
    running = world.sessions(account, 0)
    assert len(running) == 1 + sum(s.ended_at < world.now for s in running) and math.isnan(running[-1].ended_at)
    world.advance(world.now + 3.5 * HOUR)
    assert not world.on_air(i)
    assert world.sessions(account, 0)[-1].ended_at == running[-1].started_at // DAY * DAY + 15 * HOUR  # 23:00 Beijing
    assert world.sessions(0, 0) == []


def test_a_budget_stops_delivery_for_the_day_and_more_budget_resumes_it() -> None:
    world = MarketWorld(coarse(), 4)
    start, i = world.now, goods(world)
    world.set_budget(i, 30_000)
    world.advance(start + 20 * HOUR)
    assert world.ledger()["spend"][i] == 30_000
    world.set_budget(i, 31_000)
    world.advance(start + DAY)
    assert world.ledger()["spend"][i] == 31_000
    world.advance(start + 2 * DAY)
    assert world.ledger()["spend"][i] == 62_000


def test_a_paused_campaign_spends_nothing_and_its_refunds_still_come() -> None:
    world = MarketWorld(coarse(), 4)
    i = goods(world)
    world.advance(world.now + DAY)
    world.set_enabled(i, False)
    before = world.ledger()
    world.advance(world.now + 5 * DAY)
    after = world.ledger()
    assert after["spend"][i] == before["spend"][i] > 0 and after["gmv"][i] == before["gmv"][i]
    assert after["refunded"][i] > before["refunded"][i]
    world.set_enabled(i, True)
    world.advance(world.now + DAY)
    assert world.ledger()["spend"][i] > before["spend"][i]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda w: w.set_target(0, 0.0), "target 0.0"),
        (lambda w: w.set_target(0, math.nan), "target nan"),
        (lambda w: w.set_budget(0, -1), "budget -1"),
        (lambda w: w.set_objective(0, 2), "objective 2"),
        (lambda w: w.create(replace(w.specs[0], live_account=99)), "live_account 99"),
    ],
)
def test_nonsense_is_refused(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call(MarketWorld(coarse(), 1))  # type: ignore[operator]


def test_hints_say_what_an_operator_knows() -> None:
    world = MarketWorld(shipped("fault"), 1)
    rows = world.truth()["campaigns"]
    assert isinstance(rows, list)
    for i, row in enumerate(rows):
        terms = world.terms(i)
        assert terms.group == row["group"] and terms.wanted
        assert terms.margin == pytest.approx(row["margin"], abs=0.005)
        assert terms.goal == pytest.approx((1.5 if terms.group == "too-low" else 1.15) / terms.margin, abs=0.005)
        assert terms.intent is (Intent.PROFIT if terms.group == "too-low" else Intent.VOLUME)


def test_a_step_that_does_not_fit_the_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="step_s 700"):
        MarketWorld(shipped("small"), 1, step_s=700)


def test_a_live_campaign_made_by_hand_delivers_beside_the_rooms_own_and_is_not_renewed() -> None:
    world = MarketWorld(coarse(), 2)
    own = next(i for i, s in enumerate(world.specs) if s.kind == 1)
    extra = world.create(replace(world.specs[own], name="by-hand", created_at=world.now, starts_at=world.now))
    created = world.advance(world.now + 2 * DAY)
    room = world.specs[own].live_account
    assert len([i for i in created if world.specs[i].live_account == room]) == 2
    assert not world.finished(extra) and world.finished(own)
    assert world.ledger()["spend"][extra] > 0


def test_some_accounts_are_the_same_campaigns_with_the_same_luck() -> None:
    scenario = replace(coarse(), accounts=3)
    shocks = Shocks(4)
    whole, part = MarketWorld(scenario, 4, shocks), MarketWorld(scenario, 4, shocks, accounts=[0, 2])
    for world in (whole, part):
        world.advance(world.now + 3 * DAY)
    at = {s.name: i for i, s in enumerate(whole.specs)}
    rows = [at[s.name] for s in part.specs]
    assert {s.account for s in part.specs} == {0, 2} and 0 < len(rows) < len(whole.specs)
    for name, fen in part.ledger().items():
        assert fen.tolist() == whole.ledger()[name][rows].tolist()
    with pytest.raises(ValueError, match=r"0 \.\. 2"):
        MarketWorld(scenario, 4, accounts=[3])
    with pytest.raises(ValueError, match="expected those of seed 5"):
        MarketWorld(scenario, 5, shocks)
