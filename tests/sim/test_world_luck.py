"""Luck in the world: shared by worlds on a seed, untouched by other policies, chunks and the length of steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import Creatives, Reporting, Scenario, Stock, shipped
from sim.shocks import Shocks
from sim.world import MarketWorld

DAY, HOUR = 86400.0, 3600.0


def few(name: str = "base60", count: int = 60) -> Scenario:
    scenario = shipped(name)
    return replace(scenario, group=tuple(replace(g, count=count) for g in scenario.group), accounts=4)


def booked(world: MarketWorld) -> list[list[int]]:
    report = world.report(np.arange(len(world.specs)), 0.0, world.now + 1, "hour")
    days = world.report(np.arange(len(world.specs)), 0.0, world.now + 1, "day")
    return [
        *(getattr(report, c).tolist() for c in report.__dataclass_fields__),
        *(getattr(days, c).tolist() for c in days.__dataclass_fields__),
        *(v.tolist() for v in world.ledger().values()),
    ]


@pytest.mark.parametrize("name", ["base60", "host-change", "stock-out", "weekly-sessions"])
def test_worlds_that_share_shocks_are_those_that_do_not(name: str) -> None:
    scenario, shocks = few(name, 20), Shocks(5)
    alone = MarketWorld(scenario, 5)
    alone.advance(alone.now + 5 * DAY)
    worlds = [MarketWorld(scenario, 5, shocks) for _ in range(3)]
    worlds[1].set_target(np.arange(len(worlds[1].specs)), 2.5)
    for _ in range(5):
        for world in worlds:  # side by side, the middle one another policy
            world.advance(world.now + DAY)
    assert booked(worlds[0]) == booked(worlds[2]) == booked(alone) != booked(worlds[1])


def test_a_world_that_lags_behind_meets_the_same_luck() -> None:
    scenario, shocks = few(count=15), Shocks(6)
    first, late = MarketWorld(scenario, 6, shocks), MarketWorld(scenario, 6, shocks)
    late.advance(late.now + DAY / 2)
    first.advance(first.now + 20 * DAY)
    late.advance(first.now)
    assert booked(first) == booked(late)


@settings(max_examples=8)
@given(st.sets(st.integers(0, 3), min_size=1, max_size=3), st.integers(0, 2**64 - 1))
def test_chunks_are_the_whole(accounts: set[int], seed: int) -> None:
    scenario = replace(few(count=12), balance=replace(shipped("base60").balance, day_yuan=2000.0))
    whole, part = MarketWorld(scenario, seed), MarketWorld(scenario, seed, accounts=sorted(accounts))
    for world in (whole, part):
        world.advance(world.now + 4 * DAY)
    rows = [i for i, s in enumerate(whole.specs) if s.account in accounts]
    assert [whole.specs[i] for i in rows] == part.specs
    for name, fen in part.ledger().items():
        assert fen.tolist() == whole.ledger()[name][rows].tolist()


def test_the_length_of_steps_is_no_part_of_the_luck() -> None:
    scenario = few(count=40)
    worlds = [MarketWorld(scenario, 3, step_s=s) for s in (3600, 1800, 900, 300)]
    for world in worlds:
        world.advance(world.now + 10 * DAY)
    spend = [w.ledger()["spend"] for w in worlds]
    gmv = [w.ledger()["gmv"] for w in worlds]
    for other_spend, other_gmv in zip(spend[1:], gmv[1:], strict=True):
        ratio = other_gmv / gmv[0] * spend[0] / other_spend
        assert np.abs(np.log(other_spend / spend[0])).max() < 0.02
        assert np.abs(np.log(ratio)).max() < 0.05  # of some 600 orders each: other luck would differ by 6 % at one sd
        assert np.log(ratio).std() < 0.01


def test_a_slightly_higher_target_drops_some_orders_and_keeps_the_others() -> None:
    scenario = few(count=30)
    low, high = MarketWorld(scenario, 3), MarketWorld(scenario, 3)
    target = np.array([s.target for s in low.specs])
    high.set_target(np.arange(30), target * 1.02)
    for world in (low, high):
        world.advance(world.now + 3 * DAY)
    a, b = (w.report(np.arange(30), 0, w.now, "hour") for w in (low, high))
    assert 0 < b.orders.sum() < a.orders.sum() < 1.2 * b.orders.sum()
    more = {(int(i), at): n for i, at, n in zip(a.campaign, a.span_start, a.orders, strict=True)}
    kept = [more[int(i), at] - n for i, at, n in zip(b.campaign, b.span_start, b.orders, strict=True)]
    assert min(kept) >= 0


def test_many_campaigns_run_in_bounded_memory_chunk_by_chunk() -> None:
    scenario, shocks = few("orders5", 300), Shocks(1)
    held = []
    for account in range(4):
        world = MarketWorld(scenario, 1, shocks, accounts=[account])
        for _ in range(12):
            world.advance(world.now + DAY)
            held.append((sum(words.size for _, words in shocks._blocks.values()), len(shocks._tables)))
    first, later = np.array(held[:12]).max(axis=0), np.array(held[12:]).max(axis=0)
    assert (later <= 2.2 * first).all(), (first, later)


def everything() -> Scenario:
    """Rooms and goods with all that a scenario can switch on."""
    goods, rooms = shipped("big-sale"), shipped("host-change")
    groups = (replace(goods.group[0], count=8), replace(rooms.group[0], count=3, weekdays=(0, 1, 3, 4)))
    return replace(
        goods,
        group=groups,
        accounts=3,
        promotion=(replace(goods.promotion[1], day=1, target_cut=0.1),),
        creatives=Creatives(count=4),
        stock=Stock(cover_days=(0.5, 4.0)),
        balance=replace(goods.balance, day_yuan=3000.0),
        reporting=Reporting(delay_hours=1, late_share=0.2, missing_share=0.02),
    )


acts = st.tuples(
    st.floats(0.1, 30), st.sampled_from(["target", "budget", "switch", "objective", "wait"]), st.floats(0.7, 1.5)
)


@settings(max_examples=12)
@given(
    st.lists(acts, min_size=1, max_size=6), st.lists(st.floats(0.05, 20), max_size=8), st.sampled_from([300, 900, 3600])
)
def test_whatever_is_on_and_however_it_is_cut_the_books_are_the_same_and_balance(
    todo: list[tuple[float, str, float]], cuts: list[float], step: int
) -> None:
    whole, pieces = (MarketWorld(everything(), 8, step_s=step) for _ in range(2))
    for hours, what, factor in todo:
        for world in (whole, pieces):
            rows = np.arange(0, len(world.specs), 2)
            if what == "target":
                world.set_target(rows, np.array([world.setting(i)[0] for i in rows]) * factor)
            elif what == "budget":
                world.set_budget(rows, (np.array([world.setting(i)[2] for i in rows]) * factor / 10).astype(np.int64))
            elif what == "switch":
                world.set_enabled(rows, factor > 1)
            elif what == "objective":
                world.set_objective(0, int(factor > 1))
        end = whole.now + hours * HOUR
        for cut in cuts:
            if pieces.now + cut * HOUR < end:
                pieces.advance(pieces.now + cut * HOUR)
                book = pieces.ledger()
                assert (book["gmv"] == book["kept"] + book["refunded"] + book["open"]).all()
                assert min(v.min() for v in book.values()) >= 0
        whole.advance(end)
        pieces.advance(end)
    assert booked(whole) == booked(pieces)
    a, b = whole.run_out(), pieces.run_out()
    assert a.profit.tolist() == b.profit.tolist() and a.credits.tolist() == b.credits.tolist()
