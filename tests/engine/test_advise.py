"""Advice: the rulebook's decisions, with what a table cannot show as conditions on the line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Capabilities, Grid
from bidctl.engine.advise import Advice, Given, advise
from bidctl.engine.report_rows import ReportRow
from policies.handbook import Handbook

QIANCHUAN = Capabilities(
    platform="qianchuan", grid=Grid(100), edits_per_day_goods=4, edits_per_day_live=8, edit_days_per_week=0,
    spacing_s=3600, read_delay_s=60.0, request_timeout_s=10.0, has_edit_log=True, has_suggestion=True,
    has_protection=True, target_min=0.01, target_max=100.0,
)  # fmt: skip
CHINA = timezone(timedelta(hours=8))
END = datetime(2026, 9, 11, tzinfo=CHINA)


def _rows(gmv: float, days: int = 10, **changes: object) -> list[ReportRow]:
    row = ReportRow(2, "1861000000000000001", "甲", date(2026, 9, 1), None, 1000.0, gmv, 200.0, target=Decimal("2.00"))
    first = 11 - days
    return [replace(row, line=d, day=date(2026, 9, d), **changes) for d in range(first, 11)]  # type: ignore[arg-type]


def _one(rows: list[ReportRow], given: Given | None = None) -> Advice:
    (line,) = advise(rows, given or Given(goal=1.8, margin=0.8), Handbook(), QIANCHUAN).lines
    return line


def test_a_raise_is_conditional_on_the_suggestion_and_the_last_edit() -> None:
    line = _one(_rows(600.0))
    assert line.new == Decimal("2.20") and line.reason is Reason.ROAS_BELOW_GOAL
    assert (
        line.line.zh.startswith("若系统建议ROI >= 2.20 且距上次改价超过1小时 且")
        and "则从 2.00 调至 2.20" in line.line.zh
    )
    assert "the system suggests ROI >= 2.20" in line.line.en and "set 2.00 to 2.20" in line.line.en


def test_what_the_table_shows_is_no_condition_but_binds() -> None:
    line = _one(_rows(600.0, suggestion=2.15, last_edit=END - timedelta(hours=2)))
    assert line.new == Decimal("2.15")
    assert "系统建议" not in line.line.zh.split("则")[0] and "上次改价" not in line.line.zh
    assert _one(_rows(600.0, suggestion=2.08)).reason is Reason.CAP


@pytest.mark.parametrize(("minutes", "moves"), [(60, False), (62, True)])
def test_spacing_is_judged_at_the_end_of_the_table(minutes: int, moves: bool) -> None:
    line = _one(_rows(600.0, last_edit=END - timedelta(minutes=minutes)))
    assert (line.new is not None) == moves


def test_a_lowering_needs_a_floor_and_budget_left() -> None:
    line = _one(_rows(6000.0))
    assert line.new == Decimal("1.80") and "今日预算用去不到90%" in line.line.zh and "系统建议" not in line.line.zh
    assert _one(_rows(6000.0), Given(goal=1.8)).reason is Reason.NO_FLOOR
    assert _one(_rows(6000.0), Given(goal=1.8, break_even=1.95)).new is None


def test_without_a_goal_the_row_says_so() -> None:
    line = _one(_rows(600.0), Given(margin=0.8))
    assert line.new is None and "未给目标" in line.line.zh and "no goal" in line.line.en


def test_a_column_goes_before_the_option() -> None:
    assert _one(_rows(600.0, goal=0.45)).new is None


def test_without_a_target_or_orders_nothing_moves() -> None:
    assert "没有ROI目标" in _one(_rows(600.0, target=None)).line.zh
    assert _one(_rows(600.0, orders=None)).reason is Reason.NO_DATA


def test_observation_is_a_condition_unless_the_table_proves_it() -> None:
    assert "72小时" not in _one(_rows(600.0)).line.zh
    assert "72小时" in _one(_rows(600.0, days=2)).line.zh
    fresh = _one(_rows(600.0, days=2, first_spend=END - timedelta(days=2)))
    assert fresh.new is None and fresh.reason is Reason.OBSERVING


def test_a_campaign_whose_rows_end_early_is_not_judged() -> None:
    other = [replace(r, campaign="7") for r in _rows(600.0)]
    lines = advise(_rows(600.0)[:-2] + other, Given(goal=1.8, margin=0.8), Handbook(), QIANCHUAN)
    assert [line.new for line in lines.lines] == [None, Decimal("2.20")] and lines.as_of == END


def test_hours_of_a_day_add_up() -> None:
    hours = [
        replace(r, hour=h, spend=100.0, gmv=60.0, orders=20.0) for r in _rows(600.0) for h in range(10, 20)
    ]  # ends at 20:00
    line = _one(hours)
    assert line.new == Decimal("2.20") and line.orders == 200.0


def test_an_empty_table_gives_no_line() -> None:
    assert advise([], Given(), Handbook(), QIANCHUAN).lines == ()
