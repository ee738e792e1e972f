"""Incremental observation equals full recomputation, whatever the order, lateness, revision or repetition of the facts."""

from dataclasses import fields
from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.campaign import Session
from bidctl.domain.observation import Observation
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import CampaignId, Kind, Objective
from bidctl.engine.memory import EVERY_DAY
from tests.engine.facts import at, enrolment, fact, info, listing, observer

START = at("2026-11-03 00:00")
NAMES = ("a", "b", "live")
HOURS = 6 * 24


@st.composite
def histories(draw):
    """Facts in the order in which they become known, some repeated, revised, late; the last listing is the end's."""
    facts = []
    for _ in range(draw(st.integers(0, 25))):
        name = draw(st.sampled_from(NAMES))
        spend = float(draw(st.integers(0, 400)))
        orders = float(draw(st.integers(0, 12)))
        values = {"spend": spend, "gmv": orders * 60, "orders": orders, "gmv_1h": orders * 57, "orders_1h": orders}
        h = draw(st.integers(0, HOURS - 1))
        late = timedelta(minutes=draw(st.sampled_from([0, 7, 65, 1500])))
        kind = draw(st.sampled_from(["hour", "day", "snap"])) if name != "live" else "snap"
        if kind == "hour":
            begins = START + timedelta(hours=h)
            facts.append(fact(name, Grain.HOUR, begins, begins + timedelta(hours=1, minutes=20) + late, **values))
        elif kind == "day":
            begins = START + timedelta(days=h // 24)
            settled = {"gmv_7d": orders * 50, "gmv_14d": orders * 48}
            facts.append(fact(name, Grain.DAY, begins, begins + timedelta(days=1, hours=2) + late, **values, **settled))
        else:
            begins = START + timedelta(days=h // 24)
            known = begins + timedelta(hours=h % 24, minutes=draw(st.sampled_from([0, 10, 50])))
            facts.append(fact(name, Grain.CUMULATIVE, begins, known, **values))
    return facts, draw(st.randoms(use_true_random=False))


def known_at(panel: Panel) -> float:
    return float(panel.known_at[0])


def prepared():
    o = observer()
    o.ingest_enrolments([enrolment(n) for n in NAMES])
    return o


def end_listing(read: str):
    infos = [info(n, created_at=START, spend=3.0, gmv=9.0, orders=1.0) for n in NAMES[:2]]
    live = info("live", kind=Kind.LIVE, live_account="h", objective=Objective.PAY_ROI, created_at=START, spend=5.0)
    return listing(read, *infos, live)


def covers(o):
    until = START + timedelta(hours=HOURS)
    o.cover([CampaignId("a")], Grain.DAY, START, until)
    o.cover([CampaignId("b")], Grain.HOUR, START, until)


def same(a: Observation, b: Observation) -> None:
    assert a.campaign.tolist() == b.campaign.tolist()
    for f in fields(Observation):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if (
            x.dtype.kind == "f"
        ):  # sums over an account follow the order in which campaigns were heard of: last bits only
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9, err_msg=f.name)
        else:
            np.testing.assert_array_equal(x, y, err_msg=f.name)


@settings(max_examples=30)
@given(histories())
def test_incremental_equals_scratch(history):
    facts, luck = history
    now = at("2026-11-09 00:30")
    facts = [f for f in facts if known_at(f) <= now.timestamp()]
    # of two versions known at the same instant neither is newer: keep one
    unique = {(f.campaign[0], f.grain[0], f.happened_at[0], f.known_at[0]): f for f in facts}
    facts = list(unique.values())

    step = prepared()
    ordered = sorted(facts, key=known_at)
    for i, f in enumerate(ordered):
        step.ingest(f)
        if i % 8 == 0:
            step.observe(max(START, at("2026-11-03 00:00")) + timedelta(seconds=known_at(f) - START.timestamp()))
        if luck.random() < 0.3:
            step.ingest(ordered[luck.randrange(i + 1)])  # told twice
    step.ingest_listing(end_listing("2026-11-09 00:30"))
    covers(step)

    shuffled = list(facts) + [f for f in facts if luck.random() < 0.3]
    luck.shuffle(shuffled)
    mixed = prepared()
    mixed.ingest_listing(end_listing("2026-11-09 00:30"))
    covers(mixed)
    for f in shuffled:
        mixed.ingest(f)

    scratch = prepared()
    covers(scratch)
    scratch.ingest(Panel.concat(facts).as_of(now.timestamp()))
    scratch.ingest_listing(end_listing("2026-11-09 00:30"))

    expected = scratch.observe(now)
    same(step.observe(now), expected)
    same(mixed.observe(now), expected)


@st.composite
def broadcasts(draw):
    """Sessions of the live campaign's room: (room, first hour, hours on air, hours until it is first told)."""
    spans = st.tuples(st.integers(0, HOURS - 1), st.integers(1, 40), st.sampled_from([0, 30, 60]))
    return [(f"room{i}", *span) for i, span in enumerate(draw(st.lists(spans, max_size=5)))]


def on_air(room: str, first: int, hours: int, until: int) -> Session:
    """As the room's page shows it `until` hours after the start: one that runs has no end yet."""
    began = START + timedelta(hours=first)
    return Session("h", room, began, began + timedelta(hours=hours) if first + hours <= until else None)


def totals_of_day(hour: int, rate: float) -> Panel:
    """The day's totals so far as the list shows them ten minutes into an hour."""
    begins, spend = START + timedelta(days=hour // 24), rate * (hour % 24)
    known = START + timedelta(hours=hour, minutes=10)
    return fact("live", Grain.CUMULATIVE, begins, known, spend=spend, gmv=3 * spend, orders=spend / 10)


@settings(max_examples=5)
@given(broadcasts(), st.sampled_from([4.0, 40.0]))
def test_days_that_sessions_share_are_resolved_anew(spans, rate):
    """Against an observer that resolves every day each time."""
    lean, whole = prepared(), prepared()
    for hour in range(0, HOURS, 7):
        now = START + timedelta(hours=hour, minutes=30)
        told = [on_air(*s[:3], until=hour) for s in spans if s[1] + s[3] <= hour]
        for o in (lean, whole):
            o.ingest_listing(end_listing(f"{now:%Y-%m-%d %H:%M}"))
            o.ingest(totals_of_day(hour, rate))
            o.ingest_sessions(told)
        whole.memory.dirty.add(EVERY_DAY)
        same(lean.observe(now), whole.observe(now))


@settings(max_examples=8)
@given(histories())
def test_the_order_of_a_listing_does_not_matter(history):
    facts, _ = history
    one, two = prepared(), prepared()
    whole = end_listing("2026-11-09 00:30")
    one.ingest_listing(whole)
    two.ingest_listing(type(whole)(whole.account, whole.read_at, whole.campaigns[::-1], True))
    for o in (one, two):
        o.ingest(Panel.concat(facts))
        covers(o)
    now = at("2026-11-09 00:30")
    a, b = one.observe(now), two.observe(now)
    same(a, b)
