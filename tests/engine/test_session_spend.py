"""Live history known by day alone lets a room be free at first sight; what a session spent is never overstated."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from bidctl.domain.panel import Grain
from bidctl.domain.values import CampaignId, Kind, Stage
from bidctl.engine.days import NaturalDays
from bidctl.engine.session_spend import session_spend
from tests.engine.facts import at, day, enrolment, info, listing, observer, only, session

DAYS = NaturalDays("Asia/Shanghai")
LAST = DAYS.of(at("2026-11-10 12:00").timestamp())


def spent(sessions, spend, by_hours=None):
    return session_spend(by_hours or {}, {7: sessions}, {3: (7, np.array(spend))}, LAST, DAYS)


def test_a_day_with_one_session_is_that_session():
    one = session("room", "s", "2026-11-09 19:00", "2026-11-09 23:00")
    assert spent([one], [900.0, 250.0, 0.0]) == {(3, "s"): 250.0}
    assert spent([one], [900.0, 199.0, 0.0]) == {}
    assert spent([one], [900.0, np.nan, 0.0]) == {}


def test_of_two_sessions_one_spent_half_or_more():
    two = [session("room", n, f"2026-11-09 {h}:00", f"2026-11-09 {h + 2}:00") for n, h in (("a", 10), ("b", 20))]
    assert spent(two, [500.0, 0.0]) == {(3, "a"): 250.0}
    assert spent(two, [399.0, 0.0]) == {}


def test_hours_that_were_watched_tell_more():
    one = session("room", "s", "2026-11-09 19:00", "2026-11-09 23:00")
    assert spent([one], [400.0, 0.0], {(3, "s", LAST - 1): 120.0}) == {(3, "s"): 120.0}


def test_a_session_over_midnight_belongs_to_both_days():
    one = session("room", "s", "2026-11-08 22:00", "2026-11-09 02:00")
    assert spent([one], [100.0, 300.0, 0.0]) == {(3, "s"): 300.0}


@pytest.mark.parametrize(("sessions", "stage"), [(3, Stage.FREE), (2, Stage.OBSERVING)])
def test_a_room_with_history_is_free_at_first_sight(sessions: int, stage: Stage):
    now = "2026-11-10 12:00"
    o = observer()
    o.ingest_enrolments([enrolment()])
    room = info(kind=Kind.LIVE, live_account="room", created_at=at("2026-10-20 00:00"), off_air=True, delivering=False)
    for n in range(1, 9):
        o.ingest(day("c", f"2026-11-{n:02d}", 800.0))
    o.cover([CampaignId("c")], Grain.DAY, at("2026-10-01 00:00"), at("2026-11-10 00:00"))
    o.ingest_sessions(
        [session("room", str(n), f"2026-11-{n:02d} 19:00", f"2026-11-{n:02d} 23:00") for n in range(9 - sessions, 9)]
    )
    o.ingest_listing(listing(now, room))
    row = only(o.observe(at(now)))
    assert row.stage == stage and row.observed_sessions == sessions
    assert row.observed_s >= timedelta(days=7).total_seconds()
