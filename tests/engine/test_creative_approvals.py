"""A creative's change that a person approved hours ago, judged by what is now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId, Field, Grid, Hold, Kind, Stage
from bidctl.engine.approvals import forbidden
from bidctl.engine.creative_reading import may_be_touched
from bidctl.policy.rulebook import RuleSettings
from tests.builders import rows
from tests.fakes.rig import Rig

DELETE, ADD = "delete:71", "add:71"
QUIET = [{"quiet": True}, {"boost_running": True}, {"session_age_s": 3599.0}, {"host_change_s": 900.0}]


def against(new: str, **columns: object) -> Reason | None:
    o = rows(1, **columns)
    approved = Rig().decide(new, "-", what=Field.CREATIVE, reason=Reason.CREATIVE_WEAK)
    told = [replace(approved, campaign=CampaignId(str(o.campaign[0])))]
    return next((reason for _, reason in forbidden(told, o, RuleSettings(), Grid(100))), None)


@pytest.mark.parametrize("new", [DELETE, ADD])
def test_what_nothing_speaks_against_is_allowed(new: str) -> None:
    assert against(new) is None


@pytest.mark.parametrize("new", [DELETE, ADD])
@pytest.mark.parametrize("columns", QUIET)
def test_it_waits_while_it_is_quiet(new: str, columns: dict[str, object]) -> None:
    """R-QUIET: no creative write in the first hour of a session, around a change of host, while a boost runs."""
    assert against(new, **columns) is Reason.QUIET


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"stage": Stage.OBSERVING}, Reason.OBSERVING),
        ({"kind": Kind.LIVE, "observed_sessions": 2}, Reason.OBSERVING),
        ({"stage": Stage.FEEDING}, Reason.FEEDING),
        ({"stage": Stage.STOPPED}, Reason.STOPPED),
    ],
)
def test_nothing_is_retired_of_a_campaign_that_is_not_free_and_adding_stays_allowed(
    columns: dict[str, object], reason: Reason
) -> None:
    assert against(DELETE, **columns) is reason
    assert against(ADD, **columns) is None


@pytest.mark.parametrize(
    "columns",
    [
        *QUIET, {"stage": Stage.OBSERVING}, {"enrolled": False}, {"advise_only": True}, {"killed": True}, {"breaker_open": True},
        {"human_hold": True}, {"open_write": True}, {"hold": Hold.ALL}, {"effective": False}, {"complete": False},
        {"metric_stale": True}, {"read_age_s": 1801.0}, {"clock_ok": False}, {"kind": Kind.LIVE, "observed_sessions": 2},
    ],
)  # fmt: skip
def test_what_keeps_bidctl_from_touching_a_campaigns_creatives(columns: dict[str, object]) -> None:
    assert may_be_touched(rows(1), 0, RuleSettings()) and may_be_touched(rows(1, hold=Hold.TARGETS), 0, RuleSettings())
    assert not may_be_touched(rows(1, **columns), 0, RuleSettings())
