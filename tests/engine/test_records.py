"""What is stored of a decision: exact texts, ids without chance, inputs that give the same row back, bit for bit."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.domain.decision import Lever
from bidctl.domain.observation import Observation
from bidctl.domain.values import AccountId, CampaignId, Field, Mode, Objective
from bidctl.engine.decide import decide
from bidctl.engine.records import (
    Signature,
    change,
    decision_id,
    inputs_row,
    inputs_text,
    record,
    request,
    target_text,
    yuan_text,
)
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from tests.builders import NAN, missing_rows, rows
from tests.fakes.shop import MORNING

A, C = AccountId("a"), CampaignId("c")
SIGN = Signature(Mode.LIVE, "hash", "1.0")


def same(a: Observation, b: Observation) -> list[str]:
    """Columns that differ in value, kind or shape."""
    out = []
    for f in fields(a):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if x.dtype.kind != y.dtype.kind or not np.array_equal(x, y, equal_nan=x.dtype.kind == "f"):
            out.append(f.name)
    return out


@given(
    st.floats(allow_nan=True, allow_infinity=True), st.floats(min_value=-1e12, max_value=1e12), st.integers(0, 10**9),
    st.booleans(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
)  # fmt: skip
def test_inputs_come_back_as_they_were(a: float, b: float, units: int, flag: bool, account: str) -> None:
    o = rows(
        2, spend_today=[1.0, a], projected_roas=[2.0, b], target_units=[1, units], killed=[False, flag], account=account
    )
    text = inputs_text(o, 1)
    json.loads(text)
    back = inputs_row(text)
    only = Observation(**{f.name: getattr(o, f.name)[1:2] for f in fields(o)})
    assert same(only, back) == []
    assert inputs_text(back, 0) == text


def test_an_account_called_inf_is_a_text_and_missing_is_missing() -> None:
    assert inputs_row(inputs_text(rows(account="inf"), 0)).account[0] == "inf"
    assert math.isnan(inputs_row(inputs_text(missing_rows(1), 0)).projected_roas[0])


def test_ids_name_the_decision_and_nothing_else() -> None:
    first = decision_id(A, C, "t1", Field.ROI_TARGET, "2.20")
    assert first == decision_id(A, C, "t1", Field.ROI_TARGET, "2.20") and len(first) == 32 and int(first, 16) >= 0
    others = {
        decision_id(AccountId("b"), C, "t1", Field.ROI_TARGET, "2.20"), decision_id(A, CampaignId("d"), "t1", Field.ROI_TARGET, "2.20"),
        decision_id(A, C, "t2", Field.ROI_TARGET, "2.20"), decision_id(A, C, "t1", Field.BUDGET, "2.20"),
        decision_id(A, C, "t1", None, "2.20"), decision_id(A, C, "t1", Field.ROI_TARGET, "2.30"),
    }  # fmt: skip
    assert len(others) == 6 and first not in others


@pytest.mark.parametrize(
    ("units", "per_one", "text"), [(200, 100, "2.00"), (7, 100, "0.07"), (31, 10, "3.1"), (1234, 1000, "1.234")]
)
def test_targets_have_the_decimals_of_their_grid(units: int, per_one: int, text: str) -> None:
    assert target_text(units, per_one) == text


def test_money_has_two_decimals() -> None:
    assert [yuan_text(x) for x in (300, 300.5, 0.1 + 0.2)] == ["300.00", "300.50", "0.30"]


def made(**columns):  # type: ignore[no-untyped-def]
    o = rows(1, **columns)
    d = decide(Handbook(), o, RuleSettings())
    return o, d.row(0)


RAISE = {"projected_roas": 1.5, "projected_lo": 1.48, "projected_hi": 1.52, "p_below_goal": 1.0}


def test_a_raise_as_it_is_stored() -> None:
    o, d = made(**RAISE)
    r = record(d, o, 0, "tick", MORNING, "handbook@1", SIGN, "[]")
    assert (r.field, r.old, r.new, r.needs_approval, r.mode) == (Field.ROI_TARGET, "2.00", "2.20", False, Mode.LIVE)
    assert r.id == decision_id(r.account, r.campaign, "tick", Field.ROI_TARGET, "2.20") and r.wish == pytest.approx(2.2)
    sent = request(r, Objective.PAY_ROI)
    assert (sent.account, sent.campaign, sent.field, sent.old, sent.value, sent.decision, sent.objective) == (
        r.account, r.campaign, Field.ROI_TARGET, "2.00", "2.20", r.id, Objective.PAY_ROI
    )  # fmt: skip


def test_in_approve_mode_every_act_needs_a_person_and_a_hold_none() -> None:
    o, d = made(**RAISE)
    sign = Signature(Mode.APPROVE, "hash", "1.0")
    assert record(d, o, 0, "t", MORNING, "p", sign, "[]").needs_approval
    o, d = made(projected_roas=2.0)
    held = record(d, o, 0, "t", MORNING, "p", sign, "[]")
    assert held.field is None and not held.needs_approval and held.old == held.new == "2.00"
    with pytest.raises(ValueError, match="holds"):
        request(held, None)


def test_pauses_and_their_undoing() -> None:
    lost = {"orders_since_on": 0.0, "spend_since_on": 5000.0, "stoploss_spend": 300.0, "valid_orders_today": 0.0}
    o, d = made(**lost)
    assert d.lever is Lever.STATUS and change(d, o, 0) == (Field.STATUS, "ENABLE", "DISABLE")
    o, d = made(paused_by_us=True, resume_at_midnight=True, stage=4)
    assert change(d, o, 0) == (Field.STATUS, "DISABLE", "ENABLE")


def test_a_record_of_another_version_is_read_all_the_same() -> None:
    o, _ = made(**RAISE)
    tree = json.loads(inputs_text(o, 0))
    del tree["spend_since_on"], tree["trusted"]
    tree["retired"] = 1.0
    again = inputs_row(json.dumps(tree))
    assert math.isnan(again.spend_since_on[0]) and not again.trusted[0] and again.goal == o.goal


def test_a_wish_that_is_none_is_none() -> None:
    o, d = made(killed=True, projected_roas=NAN)
    assert record(d, o, 0, "t", MORNING, "p", SIGN, "[]").wish is None
