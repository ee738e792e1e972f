"""Deciding: any batch, any size, the same; and the trace tells the decision's own story."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason, Rule
from bidctl.engine.decide import decide, trace
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rulebook.run import BLOCK
from policies.handbook import Handbook
from tests.builders import missing_rows, rows

RAISE = {"projected_roas": 1.7, "projected_lo": 1.69, "projected_hi": 1.71, "p_below_goal": 0.99}
SETTINGS = RuleSettings()


def many(n: int) -> Observation:
    i = np.arange(n)
    projected = 1.2 + i % 17 / 10
    return rows(
        n, projected_roas=projected, projected_lo=projected - 0.01, projected_hi=projected + 0.01,
        p_below_goal=np.where(projected < 2, 0.99, 0.01), target_units=100 + i % 251, suggestion=1.5 + i % 7 / 4,
        since_edit_s=np.where(i % 11, 9000.0, 60.0), complete=i % 13 != 0, account_index=i % 40, account_spend=2e6,
        stage=np.where(i % 19, 3, 0), started=i % 19 != 0, avg30=1.7,
    )  # fmt: skip


def test_blocks_leave_no_seam() -> None:
    o = many(2 * BLOCK + 77)
    whole = decide(Handbook(), o)
    assert len(np.unique(whole.reason)) >= 7 and Reason.BLAST in whole.reason
    for account in (0, 17, 39):
        mine = np.flatnonzero(o.account_index == account)
        alone = decide(Handbook(), o.take(mine))
        for f in fields(Decisions):
            a, b = getattr(alone, f.name), getattr(whole, f.name)[mine]
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), f.name


def test_approvals_follow_their_rows_through_blocks() -> None:
    n = BLOCK + 5
    o = rows(n, stage=0, started=False, avg30=2.3, human_since_creation=True)
    approved = np.arange(n) % 3 == 0
    assert (decide(Handbook(), o, starts=approved).ask == ~approved).all()


def test_no_rows_are_no_decisions() -> None:
    assert len(decide(Handbook(), rows(0))) == 0


def test_rows_without_data_hold() -> None:
    made = decide(Handbook(), missing_rows(3))
    assert (made.reason == Reason.NO_DATA).all() and np.isnan(made.wish).all() and not made.acts.any()


@pytest.mark.parametrize(
    ("columns", "rule", "reason"),
    [
        ({}, Rule.BAND, Reason.ROAS_BELOW_GOAL),
        ({"suggestion": 2.08}, Rule.CAP, Reason.CAP),
        ({"since_edit_s": 60.0}, Rule.SPACE, Reason.SPACING),
        ({"killed": True}, Rule.KILL, Reason.KILLED),
        ({"complete": False}, Rule.FRESH, Reason.NO_DATA),
    ],
)
def test_the_trace_ends_where_the_decision_ends(columns: dict[str, object], rule: Rule, reason: Reason) -> None:
    o = rows(3, **{**RAISE, **columns}, account_index=[0, 1, 0])
    steps = trace(Handbook(), o, SETTINGS, 2)
    made = decide(Handbook(), o).row(2)
    assert steps[-1].reason is made.reason is reason
    deciding = [step for step in steps if step.decided]
    assert len(deciding) == (0 if made.result != made.old else 1)
    assert rule in {step.rule for step in steps if step.changed} | set(made.bound)
    assert {Rule.BLAST, Rule.BUDGET, Rule.POLICY, Rule.EVIDENCE} <= {step.rule for step in steps}


def test_the_trace_shows_the_numbers_it_stood_on() -> None:
    steps = trace(Handbook(), rows(1, **RAISE, since_edit_s=60.0), SETTINGS, 0)
    space = next(step for step in steps if step.rule is Rule.SPACE)
    assert dict(space.evidence) == {"since_edit_s": 60.0, "spacing_s": 3600.0} and space.decided
    policy = next(step for step in steps if step.rule is Rule.POLICY)
    assert dict(policy.evidence)["0.gap"] == pytest.approx(-0.15)


def test_the_trace_sees_its_account_and_no_other() -> None:
    o = rows(3, projected_roas=2.4, projected_lo=2.39, projected_hi=2.41, p_below_goal=0.01, spend_7d=900.0,
             account_spend=1000.0, account_index=[4, 2, 4])  # fmt: skip
    blast = [trace(Handbook(), o, SETTINGS, i)[-2] for i in range(3)]
    assert [step.decided for step in blast] == [False, False, True]
    assert blast[2].rule is Rule.BLAST and blast[2].reason is Reason.BLAST


def test_a_trace_of_no_row_is_refused() -> None:
    with pytest.raises(IndexError, match="row 5: the observation has 2 rows"):
        trace(Handbook(), rows(2), SETTINGS, 5)


def test_a_tighter_setting_is_obeyed() -> None:
    assert decide(Handbook(), rows(1, **RAISE), RuleSettings(max_step=0.06)).row(0).result == 212
    assert (
        decide(Handbook(), rows(1, **RAISE, since_edit_s=4000.0), RuleSettings(spacing_s=7200)).row(0).reason
        is Reason.SPACING
    )
