"""A table and a ledger as a fit's past: what is known on which day, and what is not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from bidctl.engine.report_rows import ReportRow
from sim.fit_refusal import FitRefused
from sim.past_of_table import past_of_table
from sim.profile import week_of
from sim.scenario import Profile, ScenarioError, parse, shipped
from tests.sim.fit_worlds import lived, scenario

FIRST = date(2026, 10, 1)


def row(day: int, hour: int | None = None, campaign: str = "1", target: str = "2.00", spend: float = 10.0) -> ReportRow:
    return ReportRow(0, campaign, "p", FIRST + timedelta(days=day), hour, spend, 2 * spend, 1.0, target=Decimal(target))


def test_rows_fall_on_their_days_and_a_missing_day_stays_missing() -> None:
    past = past_of_table([row(0), row(2, target="2.20"), row(1, campaign="2")], "t")
    assert past.campaign == ("1", "2") and past.days == 3
    assert np.array_equal(past.spend, [[10, np.nan, 10], [np.nan, 10, np.nan]], equal_nan=True)
    assert past.now.tolist() == [pytest.approx(2.2), pytest.approx(2.0)]


def test_hours_add_up_and_a_cut_last_day_is_left_out() -> None:
    past = past_of_table([row(d, h) for d in range(2) for h in range(24) if d == 0 or h < 9], "t")
    assert past.days == 1 and past.spend.tolist() == [[240.0]] and (past.hours == 10).all()
    with pytest.raises(FitRefused):
        past_of_table([row(0, 3)], "t")


def test_an_earlier_past_holds_nothing_that_was_known_later() -> None:
    past, _ = lived(scenario(2), 1, 30)
    before = past.without_last(7)
    assert (
        before.days == 23 and np.isnan(before.settled[:, 1, -6:]).all() and np.isfinite(before.settled[:, 1, :16]).all()
    )
    assert np.array_equal(before.now, past.target[:, 22])


def test_a_scenarios_own_week_and_response() -> None:
    week = week_of(Profile(hours=(1.0,) * 23 + (3.0,), weekdays=(1.0,) * 6 + (2.0,)))
    assert (
        week.mean() == pytest.approx(1)
        and week[0, 23] == pytest.approx(3 * week[0, 0])
        and week[6, 0] == pytest.approx(2 * week[0, 0])
    )
    assert week_of(None).shape == (7, 24)
    base = {"name": "x", "start": shipped("small").start}
    group = {"name": "g", "count": 1, "measured": {"target": [2.0, 2.0], "elasticity": [3.0, 3.0]}}
    with pytest.raises(ScenarioError, match="measured beside orders"):
        parse({**base, "group": [{**group, "orders": [5, 5]}]})
    with pytest.raises(ScenarioError, match="24 numbers"):
        parse({**base, "group": [{**group, "spend": [5, 5]}], "profile": {"hours": [1.0], "weekdays": [1.0] * 7}})
    with pytest.raises(ScenarioError, match="elasticity"):
        parse({**base, "group": [{**group, "spend": [5, 5], "measured": {"target": [2, 2], "elasticity": [0.5, 3]}}]})
