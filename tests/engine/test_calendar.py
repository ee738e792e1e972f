"""Promotions move goals and bounds for their days and give them back; a phase is a new anchor of R-DRIFT."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.adapters.export import TableError
from bidctl.adapters.tables.promotions import read_calendar
from bidctl.domain.promotions import PLAIN, Calendar, Factors, Phase, PhaseKind
from bidctl.domain.tables import OperatorTables
from bidctl.engine.standing import Standing
from tests.engine.facts import at, edit, enrolment, info, listing, observer, only

HEAD = "活动,阶段,开始日期,结束日期,目标倍数,最低ROI倍数,渐变天数\n"
EIGHTEEN = date(2026, 11, 18)


def calendar(*days: tuple[PhaseKind, int, int, float, int]) -> Calendar:
    return Calendar(
        tuple(Phase(k, "618", date(2026, 11, a), date(2026, 11, b), Factors(goal=g), ramp) for k, a, b, g, ramp in days)
    )


LONG = calendar((PhaseKind.WARM, 10, 12, 1.2, 3), (PhaseKind.DAY, 13, 14, 0.8, 0), (PhaseKind.ENCORE, 15, 15, 0.9, 0))


def test_a_ramp_in_equal_steps_and_a_return_by_itself() -> None:
    goals = {d: LONG.factors(date(2026, 11, d)).goal for d in range(5, 18)}
    assert [round(goals[d], 9) for d in range(6, 17)] == [1.0, 1.05, 1.1, 1.15, 1.2, 1.2, 1.2, 0.8, 0.8, 0.9, 1.0]
    assert LONG.factors(date(2026, 11, 30)) == PLAIN


@given(st.floats(0.2, 3), st.integers(0, 10), st.integers(1, 5))
def test_a_ramp_never_leaves_the_way_between(goal: float, ramp: int, length: int) -> None:
    first = date(2026, 11, 15)
    one = Calendar((Phase(PhaseKind.DAY, "", first, first + timedelta(days=length - 1), Factors(goal=goal), ramp),))
    way = [one.factors(first + timedelta(days=d)).goal for d in range(-12, 1)]
    steps = [b - a for a, b in pairwise(way)]
    assert all(min(1, goal) - 1e-9 <= f <= max(1, goal) + 1e-9 for f in way)
    assert all((s >= -1e-12) if goal >= 1 else (s <= 1e-12) for s in steps)
    assert way[0] == 1.0 and way[-1] == goal
    assert one.factors(first + timedelta(days=length)) == PLAIN


def seen(when: str, told: Calendar, **changes: float):
    o = observer()
    o.ingest_listing(listing(when, info("c", target_units=230)))
    o.ingest_edits([edit("2026-11-13 08:00", "2.00", "2.20"), edit("2026-11-13 12:00", "2.20", "2.30")])
    o.ingest_enrolments([enrolment("c", 2.0, minimum=1.5, maximum=4.0)])
    return only(o.observe(at(when), Standing(tables=OperatorTables(calendar=told))))


def test_goals_and_bounds_of_the_day() -> None:
    bounds = Calendar((Phase(PhaseKind.DAY, "", date(2026, 11, 13), date(2026, 11, 13), Factors(0.8, 0.9, 1.5)),))
    row = seen("2026-11-13 20:00", bounds)
    assert (row.goal, row.minimum, row.maximum) == pytest.approx((1.6, 1.35, 6.0))
    after = seen("2026-11-14 20:00", bounds)
    assert (after.goal, after.minimum, after.maximum) == (2.0, 1.5, 4.0)


def test_a_phase_begins_a_new_anchor_of_the_week() -> None:
    plain = seen("2026-11-15 20:00", Calendar())
    assert plain.week_anchor_units == 200
    assert seen("2026-11-15 20:00", calendar((PhaseKind.DAY, 14, 15, 1.0, 0))).week_anchor_units == 230
    # from one phase to the next too, and on the return
    assert (
        seen(
            "2026-11-15 20:00", calendar((PhaseKind.WARM, 10, 13, 1.0, 0), (PhaseKind.DAY, 14, 16, 1.0, 0))
        ).week_anchor_units
        == 230
    )
    assert seen("2026-11-15 20:00", calendar((PhaseKind.DAY, 8, 13, 1.0, 0))).week_anchor_units == 230
    # inside a phase nothing is anchored anew
    assert seen("2026-11-15 20:00", calendar((PhaseKind.DAY, 1, 20, 1.0, 0))).week_anchor_units == 200


def test_preparing_is_no_promotion_of_the_buyers() -> None:
    told = calendar((PhaseKind.PREPARE, 1, 9, 1.0, 0), (PhaseKind.WARM, 10, 12, 1.0, 0))
    assert told.usual(date(2026, 11, 5)) and told.usual(date(2026, 11, 20)) and not told.usual(date(2026, 11, 10))


def table(folder: Path, text: str) -> Calendar:
    file = folder / "promotions.csv"
    file.write_text(text, "utf-8")
    return read_calendar(file)


def test_the_table(tmp_path: Path) -> None:
    found = table(
        tmp_path, HEAD + "双11,活动日,2026-11-11,2026-11-11,0.9,0.95,\n双11,预热期,2026-11-01,2026-11-10,1.1,,4\n"
    )
    assert [p.kind for p in found.phases] == [PhaseKind.WARM, PhaseKind.DAY]
    assert found.phases[1].factors == Factors(0.9, 0.95, 1.0) and found.phases[0].ramp_days == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,活动日,2026-11-11,2026-11-10,1,,\n", "a day not before 2026-11-11"),
        ("a,活动日,2026-11-11,2026-11-12,1,,\nb,返场期,2026-11-12,2026-11-13,1,,\n", "phases that share days"),
        ("a,决战,2026-11-11,2026-11-12,1,,\n", "one of 筹备期"),
        ("a,,2026-11-11,2026-11-12,1,,\n", "one of 筹备期"),
        ("a,活动日,2026-11-11,2026-11-12,0,,\n", "above 0"),
        ("a,活动日,2026-11-11,2026-11-12,1,,1.5\n", "whole days"),
        ("a,活动日,soon,2026-11-12,1,,\n", "a date like"),
    ],
)
def test_a_calendar_that_cannot_be(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TableError) as refused:
        table(tmp_path, HEAD + text)
    assert says in refused.value.told.en
