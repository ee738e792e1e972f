"""Columnar ways in equal the ways that live uses; several accounts in one observer equal an observer each."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.observation import Observation
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Grid, Suggestion, SuggestionState
from bidctl.engine.edit_book import Changes, EditBook
from bidctl.engine.fact_block import FactBlock
from bidctl.engine.listing_columns import columns_of
from bidctl.engine.observe import Observer
from tests.engine.facts import at, capabilities, day, edit, enrolment, fact, hour, info, listing, observer

NOW = at("2026-11-20 12:30")


def same(a: Observation, b: Observation) -> None:
    for f in fields(Observation):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if x.dtype.kind == "f":
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12, err_msg=f.name)
        else:
            np.testing.assert_array_equal(x, y, err_msg=f.name)


@st.composite
def blocks(draw):
    """(grain, first day of November, spans, table of spend or None = no row)."""
    grain = draw(st.sampled_from([Grain.HOUR, Grain.DAY]))
    first, k = draw(st.integers(10, 18)), draw(st.integers(1, 4))
    cell = st.one_of(st.none(), st.integers(1, 400))
    return grain, first, k, draw(st.lists(st.lists(cell, min_size=k, max_size=k), min_size=2, max_size=2))


def as_panel(o: Observer, grain: Grain, first: int, table, known) -> None:
    begin, step = at(f"2026-11-{first:02d} 00:00"), timedelta(hours=1 if grain is Grain.HOUR else 24)
    rows = [
        fact(name, grain, begin + step * i, known, spend=float(v), gmv=3.0 * v, orders=float(v // 50))
        for name, cells in zip(("a", "b"), table, strict=True)
        for i, v in enumerate(cells)
        if v is not None
    ]
    o.ingest(Panel.concat(rows) if rows else Panel.empty())
    o.cover([CampaignId("a"), CampaignId("b")], grain, begin, begin + step * len(table[0]))


def as_block(o: Observer, grain: Grain, first: int, table, known) -> None:
    metrics = METRICS[:5] if grain is Grain.HOUR else METRICS
    values = np.full((len(metrics), 2, len(table[0])), np.nan)
    for row, cells in enumerate(table):
        for i, v in enumerate(cells):
            if v is not None:
                values[:3, row, i] = v, 3.0 * v, v // 50
    begin = at(f"2026-11-{first:02d} 00:00").timestamp()
    index = o.days.hour_of(begin) if grain is Grain.HOUR else o.days.of(begin)
    o.ingest_block(FactBlock(np.array(["a", "b"]), grain, index, known.timestamp(), values))


@settings(max_examples=40)
@given(st.lists(blocks(), min_size=1, max_size=4))
def test_a_block_is_a_panel_and_its_cover(told) -> None:
    one, other = observer(), observer()
    for o, put in ((one, as_panel), (other, as_block)):
        o.ingest_enrolments([enrolment("a"), enrolment("b")])
        for number, (grain, first, _, table) in enumerate(told):
            put(o, grain, first, table, at("2026-11-20 10:00") + timedelta(minutes=number))
        o.ingest_listing(
            listing("2026-11-20 12:30", info("a", spend=90.0, gmv=200.0, orders=2.0), info("b", spend=10.0))
        )
    one.memory.hour_read_at = other.memory.hour_read_at  # a cover knows to when it reached, a block when it was read
    same(one.observe(NOW), other.observe(NOW))


def test_a_listing_in_columns_is_the_listing() -> None:
    one, other = observer(), observer()
    for text, spend in (("2026-11-19 12:00", 40.0), ("2026-11-20 12:30", 90.0)):
        told = listing(text, info("a", spend=spend), info("b", spend=None, enabled=False), info("c", odd="NEW_WORD"))
        one.ingest_listing(told)
        other.ingest_columns(columns_of(told))
    same(one.observe(NOW), other.observe(NOW))


def history(o: Observer, account: str, names: list[str], seed: int) -> None:
    draw = np.random.default_rng(seed)
    for name in names:
        for d in range(1, 20):
            spend = float(draw.integers(0, 900))
            o.ingest(day(name, f"2026-11-{d:02d}", spend, gmv=spend * 2.5, orders=spend // 60, gmv_7d=spend * 2))
        for h in range(8):
            o.ingest(hour(name, f"2026-11-20 {h:02d}:00", float(draw.integers(1, 60)), gmv=100.0, orders=1.0))
        o.ingest_edits([edit("2026-11-18 10:00", "1.90", "2.00", campaign=name)])
        o.ingest_suggestion(CampaignId(name), Suggestion(SuggestionState.NUMBER, 2.4), at("2026-11-20 08:00"))


def test_an_answer_makes_the_same_of_a_look_as_of_an_observation_anew() -> None:
    one, other = observer(), observer()
    for o in (one, other):
        o.ingest_enrolments([enrolment(name) for name in "abc"])
        o.ingest_listing(listing("2026-11-20 12:30", *(info(name, spend=90.0) for name in "abc")))
        history(o, "acc", ["a", "b", "c"], 5)
        for name in "ac":
            o.ingest_suggestion(CampaignId(name), Suggestion(SuggestionState.UNKNOWN), at("2026-11-20 09:00"))
    look = one.look(NOW)
    other.observe(NOW)
    for o in (one, other):
        o.ingest_suggestion(CampaignId("a"), Suggestion(SuggestionState.NUMBER, 2.4), NOW)
        o.ingest_suggestion(CampaignId("c"), Suggestion(SuggestionState.NONE), NOW)
    again = look.with_answers().observation
    assert (again.suggestion_state != look.observation.suggestion_state).sum() == 2
    same(again, other.observe(NOW))


def test_several_accounts_in_one_observer_equal_an_observer_each() -> None:
    """What is pooled over an account (order values, usual hours, refunds, elasticity, spend) is pooled over that account alone."""
    groups = {"acc": ["a1", "a2", "a3"], "bcc": ["b1", "b2"]}
    infos = {
        name: replace(info(name, spend=300.0, gmv=700.0, orders=6.0), account=AccountId(account), products=(account,))
        for account, names in groups.items()
        for name in names
    }
    whole = Observer(AccountId("acc"), capabilities())
    whole.ingest_enrolments([enrolment(n) for n in infos])
    parts = []
    for number, (account, names) in enumerate(groups.items()):
        alone = Observer(AccountId(account), capabilities())
        alone.ingest_enrolments([enrolment(n) for n in names])
        for o in (whole, alone):
            history(o, account, names, number)
        alone.ingest_listing(listing("2026-11-20 12:30", *(infos[n] for n in names)))
        parts.append(replace(alone.observe(NOW), account_index=np.full(len(names), number)))
    whole.ingest_listing(listing("2026-11-20 12:30", *infos.values()))
    same(whole.observe(NOW), Observation.concat(parts))


GRID = Grid(100)


@st.composite
def edits(draw):
    n = draw(st.integers(0, 12))
    row = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    when = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))
    kinds = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    units = draw(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=n, max_size=n))
    before = [100 + b if k and b >= 0 else -1 for k, (b, _) in zip(kinds, units, strict=True)]
    after = [100 + a if k and a >= 0 else -1 for k, (_, a) in zip(kinds, units, strict=True)]
    ours = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return list(zip(row, map(float, when), kinds, before, after, ours, strict=True))


def changes(some) -> Changes:
    row, when, kinds, before, after, ours = [list(c) for c in zip(*some, strict=True)] if some else [[]] * 6
    return Changes(
        np.array(row, np.int64), np.array(when, np.float64), np.array(kinds, np.bool_), np.array(before, np.int64),
        np.array(after, np.int64), np.array(ours, np.bool_), np.full(len(some), -1),
    )  # fmt: skip


def by_hand(some, row: int, time: float, now: int) -> int:
    """The value in force, going back from the one just read."""
    known: list = []
    for e in some:
        if e[0] == row and not any(e[1:5] == k[1:5] for k in known):
            known.append(e)
    value = now
    for _, when, kind, before, after, _ in sorted(known, key=lambda e: e[1])[::-1]:
        if when <= time:
            return after if kind and after >= 0 else value
        if kind and before >= 0:
            value = before
    return value


@settings(max_examples=200)
@given(edits(), st.integers(0, 12))
def test_the_target_in_force_at_any_time(some, cut: int) -> None:
    """However the edits are told: at once, in parts, twice."""
    book = EditBook(GRID)
    book.grow(3)
    for part in (some[:cut], some[cut:], some[: cut // 2]):
        book.add(changes(part))
    times, now = np.arange(-0.5, 22.0, 1.0), np.array([500, 600, 700])
    told = book.in_force(np.array([0, 2]), times, now[[0, 2]])
    for i, row in enumerate((0, 2)):
        assert told[i].tolist() == [by_hand(some, row, t, int(now[row])) for t in times]
    for t in (0.0, 7.0, 20.0):
        each = book.in_force_at(np.full(3, t), now)
        assert each.tolist() == [by_hand(some, row, t, int(now[row])) for row in range(3)]
    last = [max((e[1] for e in some if e[0] == row), default=-np.inf) for row in range(3)]
    assert book.last.tolist() == last


def test_rows_are_compacted_with_their_edits() -> None:
    book = EditBook(GRID)
    book.grow(3)
    book.add(changes([(0, 1.0, True, 100, 110, True), (2, 2.0, True, 100, 120, False), (2, 3.0, False, -1, -1, True)]))
    book.take(np.array([2, 1]))
    assert book.changes.row.tolist() == [0, 0] and book.last.tolist() == [3.0, -np.inf]
    assert book.by_people[0] == 2.0 and book.switched[0] == 3.0
    assert book.in_force_at(np.array([1.0, 1.0]), np.array([120, 300])).tolist() == [100, 300]


def test_a_batch_of_own_edits_is_the_same_as_one_by_one() -> None:
    one, other = observer(), observer()
    for o in (one, other):
        o.ingest_enrolments([enrolment("a"), enrolment("b")])
        o.ingest_listing(listing("2026-11-20 12:30", info("a", target_units=210), info("b", target_units=190)))
    names = [CampaignId("a"), CampaignId("b")]
    one.ingest_own_edits(names, np.array([200, 200]), np.array([210, 190]), np.array([5, 5], np.int16), NOW.timestamp())
    for name, new in (("a", "2.10"), ("b", "1.90")):
        other.ingest_edits([edit("2026-11-20 12:30", "2.00", new, campaign=name, reason=5)])
    same(one.observe(NOW), other.observe(NOW))


@pytest.mark.parametrize("spend", [0.0, 30.0])
def test_a_midnight_makes_yesterday_finished(spend: float) -> None:
    """A day that ends without a late reading is not known from its totals alone: resolved anew when the day turns."""
    o = observer()
    o.ingest_enrolments([enrolment("c")])
    o.ingest_listing(listing("2026-11-19 12:00", info("c", spend=spend, created_at=at("2026-11-19 00:00"))))
    o.observe(at("2026-11-19 12:00"))
    o.ingest_listing(listing("2026-11-20 00:30", info("c", spend=0.0, created_at=at("2026-11-19 00:00"))))
    seen = o.observe(at("2026-11-20 00:30"))
    fresh = observer()
    fresh.ingest_enrolments([enrolment("c")])
    fresh.ingest_listing(listing("2026-11-19 12:00", info("c", spend=spend, created_at=at("2026-11-19 00:00"))))
    fresh.ingest_listing(listing("2026-11-20 00:30", info("c", spend=0.0, created_at=at("2026-11-19 00:00"))))
    same(seen, fresh.observe(at("2026-11-20 00:30")))
    assert np.isnan(seen.spend_7d[0])
