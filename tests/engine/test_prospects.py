"""The learned columns end to end: from facts and edits to what a policy sees."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from bidctl.domain.enrolment import Economics, Prior
from bidctl.domain.panel import Grain
from bidctl.domain.values import CampaignId, Protection, Suggestion, SuggestionState
from bidctl.domain.writes import Edit
from bidctl.engine.observe import Observer
from tests.engine.facts import at, day, edit, enrolment, fact, hour, info, listing, observer, only

NAMES = tuple(f"c{i}" for i in range(6))
FIRST, LAST = at("2026-10-13 00:00"), at("2026-11-22 00:00")
K = 1.2


def target(name: str, when: datetime) -> int:
    """Grid units: half of the campaigns are lowered by 10 % twice, the others stay."""
    moved = sum(when >= t for t in (at("2026-10-28 00:00"), at("2026-11-04 00:00")))
    return (200, 180, 162)[moved] if int(name[1:]) % 2 else 200


def facts_of_days(o: Observer, names: tuple[str, ...] = NAMES) -> None:
    """40 days: ln spend falls by K per unit of target; ROI on target; three tenths of the refunds come after day 7."""
    for name in names:
        for d in range((LAST - FIRST).days):
            begins = FIRST + timedelta(days=d)
            t = target(name, begins) / 100
            spend = 1000 * math.exp(-K * (t - 2.0))
            gmv = spend * t
            values = {"spend": spend, "gmv": gmv, "orders": gmv / 50, "gmv_1h": gmv, "orders_1h": gmv / 50}
            for column, kept, depth in (("gmv_7d", 0.86, 7), ("gmv_14d", 0.83, 14), ("gmv_30d", 0.80, 30)):
                if (LAST - begins).days > depth:
                    values[column] = gmv * kept
            o.ingest(fact(name, Grain.DAY, begins, LAST, **values))
    o.cover([CampaignId(n) for n in names], Grain.DAY, FIRST, LAST)


def edits() -> list[Edit]:
    made = []
    for name in NAMES[1::2]:
        made.append(edit("2026-10-28 00:00", "2.00", "1.80", campaign=name))
        made.append(edit("2026-11-04 00:00", "1.80", "1.62", campaign=name))
    return made


def observed(o: Observer, names: tuple[str, ...] = NAMES, read: str = "2026-11-22 00:30", **changes: object):  # type: ignore[no-untyped-def]
    o.ingest_enrolments([enrolment(n, economics=Economics(margin=0.7), prior=Prior(confirmed=True)) for n in names])
    o.ingest_listing(
        listing(
            read, *(info(n, target_units=target(n, at(read)), created_at=FIRST, budget=None, **changes) for n in names)
        )
    )
    return o.observe(at(read) + timedelta(minutes=1))


def test_moves_teach_and_those_that_did_not_move_profit_from_the_others() -> None:
    o = observer()
    facts_of_days(o)
    o.ingest_edits(edits())
    told = observed(o)
    moved, still = only(told, "c1"), only(told, "c0")
    assert moved.elasticity == pytest.approx(K * 1.62, rel=0.15)
    assert moved.elasticity_log_sd < 0.6 * still.elasticity_log_sd
    assert moved.usual_spend == pytest.approx(1000 * math.exp(K * 0.38), rel=0.1)
    assert moved.break_even == pytest.approx(moved.floor, rel=0.02) and 0 < moved.break_even_log_sd < 0.2
    assert moved.optimum > 1.62 and moved.optimum_gain > 0  # 20 % too low
    blind = observer()
    facts_of_days(blind)  # the same days without the edits behind them
    assert only(observed(blind), "c1").elasticity_log_sd > moved.elasticity_log_sd


def test_a_restart_learns_the_same_from_the_ledger() -> None:
    """Targets of days whose hours are gone come from the edits, in whatever order they are taken in."""
    first = observer()
    facts_of_days(first)
    first.ingest_edits(edits())
    second = observer()
    second.ingest_edits(edits()[::-1])
    facts_of_days(second)
    a, b = observed(first), observed(second)
    for name in ("elasticity", "elasticity_log_sd", "optimum", "optimum_gain", "usual_spend"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-9, err_msg=name)


def test_an_edit_of_long_ago_that_is_told_late_counts() -> None:
    o = observer()
    facts_of_days(o)
    before = only(observed(o), "c1").elasticity_log_sd
    o.ingest_edits(edits())
    after = only(o.observe(at("2026-11-22 00:40")), "c1").elasticity_log_sd
    assert after < 0.7 * before


def test_a_campaign_in_its_observation_period_teaches_nothing() -> None:
    o = observer()
    facts_of_days(o)
    o.ingest_edits(edits())
    o.ingest_enrolments([enrolment(n, economics=Economics(margin=0.7)) for n in NAMES])
    young = [info(n, target_units=target(n, LAST), created_at=at("2026-11-20 00:00"), budget=None) for n in NAMES]
    o2 = observer()
    for n in NAMES:
        for d in ("2026-11-20", "2026-11-21"):
            o2.ingest(day(n, d, 900.0, 1800.0, 40.0))
    o2.ingest_enrolments([enrolment(n, economics=Economics(margin=0.7)) for n in NAMES])
    o2.ingest_listing(listing("2026-11-22 00:30", *young))
    told = o2.observe(at("2026-11-22 00:31"))
    assert np.isnan(told.usual_spend).all()
    assert (told.elasticity_log_sd > 0.3).all()


def test_the_target_that_meets_the_goal() -> None:
    """Goal 1.50 on projected ROAS: of a yuan paid some 0.79 are kept, so the platform's target must be about 1.9."""
    o = observer()
    facts_of_days(o)
    told = only(observed(o), "c0")
    assert told.goal_target == pytest.approx(1.5 / told.settlement_rate, rel=0.03)
    assert 1.8 < told.goal_target < 2.0


@pytest.mark.parametrize(
    ("voids", "protection", "stake"),
    [(True, Protection.IN_EFFECT, 40.0), (True, Protection.INVALID, 0.0), (False, Protection.IN_EFFECT, 0.0)],
)
def test_what_an_edit_would_forfeit(voids: bool, protection: Protection, stake: float) -> None:
    """4 % of a usual day of 1,000 yuan, where any edit voids the day's protection; else nothing."""
    o = Observer(observer().account, observer().capabilities.__class__(**{
        **{f: getattr(observer().capabilities, f) for f in observer().capabilities.__dataclass_fields__},
        "edit_voids_protection": voids,
    }))  # fmt: skip
    facts_of_days(o)
    told = only(observed(o, protection=protection), "c0")
    assert told.protection_at_stake == pytest.approx(stake, rel=0.05)


def test_a_budget_that_ends_the_day_at_noon_moves_the_optimum_up() -> None:
    def told(budget: int):  # type: ignore[no-untyped-def]
        o = observer()
        facts_of_days(o, ("c0",))
        for d in range(3):
            for h in range(24):
                begins = (LAST - timedelta(days=3 - d, hours=-h) + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")
                o.ingest(
                    hour(
                        "c0", begins, 1000 / 12 if h < 12 else 0.0, 2000 / 12 if h < 12 else 0.0, 3.0 if h < 12 else 0.0
                    )
                )
        o.ingest_enrolments([enrolment("c0", economics=Economics(margin=0.95))])
        rows = [info("c0", target_units=200, created_at=FIRST, budget=Decimal(budget))]
        for d in range(3, -1, -1):
            when = (LAST - timedelta(days=d) + timedelta(hours=8, minutes=30)).strftime("%Y-%m-%d %H:%M")
            o.ingest_listing(listing(when, *rows))
        return only(o.observe(LAST + timedelta(minutes=31)), "c0")

    bound, free = told(1000), told(5000)
    assert bound.usual_spend == pytest.approx(2000, rel=0.15) and free.usual_spend == pytest.approx(1000, rel=0.1)
    assert bound.optimum > free.optimum + 0.3
    assert bound.optimum == pytest.approx(2.0 + math.log(bound.usual_spend / 1000) / (bound.elasticity / 2.0), rel=0.01)


def test_a_days_columns_are_as_old_as_their_last_reading() -> None:
    """A 30-day column read on day 10 and never again does not speak for day 30."""
    fresh, stale = observer(), observer()
    for o, read in ((fresh, LAST), (stale, FIRST + timedelta(days=13))):
        for d in range(4):
            begins = FIRST + timedelta(days=d)
            o.ingest(fact("c0", Grain.DAY, begins, read, spend=1000.0, gmv=2000.0, orders=40.0, gmv_1h=2000.0, orders_1h=40.0,
                          gmv_7d=1800.0, gmv_14d=1800.0, gmv_30d=1800.0))  # fmt: skip
        o.ingest_enrolments([enrolment("c0")])
        o.ingest_listing(listing("2026-11-22 00:30", info("c0", created_at=FIRST)))
    now = at("2026-11-22 00:31")
    ages = [o.table(now.timestamp()).cohorts.age_days for o in (fresh, stale) if o.observe(now) is not None]
    d = [float(a[0, 0]) for a in ages]
    assert d == [pytest.approx(39.5), pytest.approx(12.5)]
    refunds = [only(o.observe(now), "c0").settlement_rate for o in (fresh, stale)]
    assert refunds[1] < refunds[0]  # more is still to come


def suggest(o: Observer, when: str, *values: float | None) -> None:
    for n, value in zip(NAMES, values * 6 if len(values) == 1 else values, strict=False):
        state = SuggestionState.NONE if value is None else SuggestionState.NUMBER
        o.ingest_suggestion(CampaignId(n), Suggestion(state, math.nan if value is None else value), at(when))


def test_suggestions_teach_from_the_next_day_on() -> None:
    """As a cap a suggestion holds for its natural day; what it says of the best target is learned from the day after, so that it does
    not matter when in the day each campaign is asked about."""
    values = (2.6, 2.7, 2.8, 2.6, 2.7, 2.8)

    def told(*given: tuple[str, tuple[float | None, ...]]):  # type: ignore[no-untyped-def]
        o = observer()
        facts_of_days(o)
        for when, numbers in given:
            suggest(o, when, *numbers)
        return observed(o)

    blind, known = told(), told(("2026-11-20 09:00", values))
    assert (known.suggestion_state == SuggestionState.UNKNOWN).all()
    assert (known.optimum_log_sd < blind.optimum_log_sd).all()
    today = told(("2026-11-22 00:10", values))
    np.testing.assert_array_equal(today.optimum, blind.optimum)
    assert (today.suggestion == values).all()
    both = told(("2026-11-20 09:00", values), ("2026-11-22 00:05", (9.0,)), ("2026-11-22 00:10", (9.5,)))
    np.testing.assert_array_equal(both.optimum, known.optimum)
    taken_back = told(("2026-11-20 09:00", values), ("2026-11-21 09:00", (None,)))
    np.testing.assert_array_equal(taken_back.optimum, blind.optimum)
    o = observer()  # a call that failed takes back nothing
    facts_of_days(o)
    suggest(o, "2026-11-20 09:00", *values)
    for n in NAMES:
        o.ingest_suggestion(CampaignId(n), Suggestion(SuggestionState.UNKNOWN), at("2026-11-21 09:00"))
    np.testing.assert_array_equal(observed(o).optimum, known.optimum)
