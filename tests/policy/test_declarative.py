"""A policy file: what it may hold, and how it is refused."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.reasons import Reason
from bidctl.policy.declarative import read_policy
from bidctl.policy.language.words import PolicyError
from bidctl.policy.rules import resolve, sayings
from tests.builders import NAN, rows

BOTH = {"zh": "理由", "en": "why"}
PLAIN: dict[str, Any] = {
    "name": "plain", "title": {"zh": "示例", "en": "Plain"}, "about": {"zh": "示例策略", "en": "an example"},
    "parameters": {"band": "5%", "orders": 20},
    "rule": [
        {"when": "projected_roas < goal * (1 - band) and paid_orders_24h >= orders", "then": "raise 5%",
         "because": {"zh": "低了", "en": "low"}},
        {"when": "projected_roas > goal * (1 + band)", "then": "lower 10%", "because": {"zh": "高了", "en": "high"}},
        {"when": "known(projected_roas) and known(suggestion)", "then": "set suggestion * 90%", "because": BOTH},
        {"when": "known(projected_roas)", "then": "keep", "because": BOTH},
    ],
}  # fmt: skip


def changed(path: str, value: object) -> dict[str, Any]:
    table = json.loads(json.dumps(PLAIN))
    place: Any = table
    *way, last = (int(p) if p.isdigit() else p for p in path.split("."))
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return table


def test_rules_become_wishes_with_reasons_evidence_and_words() -> None:
    policy = read_policy(PLAIN)
    o = rows(5, projected_roas=[1.5, 2.5, 2.0, 2.0, NAN], suggestion=[3.0, 3.0, 3.0, NAN, 3.0])
    w = resolve(policy, o)
    assert [Reason(r) for r in w.reason] == [
        Reason.RULE_RAISES, Reason.RULE_LOWERS, Reason.RULE_SETS, Reason.RULE_KEEPS, Reason.NO_RULE,
    ]  # fmt: skip
    assert w.wish[:3] == pytest.approx([2.10, 1.80, 2.70]) and np.isnan(w.wish[3:]).all()
    assert w.matched.tolist() == [0, 1, 2, 3, -1]
    assert set(w.evidence) >= {"0.projected_roas", "0.goal", "0.paid_orders_24h"}
    assert [s and s.zh for s in sayings(policy, o)] == ["低了", "高了", "理由", "理由"]


def test_a_rule_whose_own_number_is_unknown_does_not_hold() -> None:
    table = changed("rule.2.when", "known(projected_roas)")
    w = resolve(read_policy(table), rows(1, suggestion=NAN))
    assert w.reason.tolist() == [Reason.RULE_KEEPS]


def test_it_is_a_value() -> None:
    policy = read_policy(PLAIN)
    assert pickle.loads(pickle.dumps(policy)) == policy == read_policy(copy.deepcopy(PLAIN))
    assert repr(policy) == repr(read_policy(PLAIN)) != repr(read_policy(PLAIN, {"band": "6%"}))
    with pytest.raises(AttributeError):
        policy.name = "other"  # type: ignore[misc]


WRONG: dict[str, tuple[object, list[str]]] = {
    "nme": ("x", ["unknown key nme", "did you mean name?"]),
    "name": ("Straße", ["name", "Straße", "lower-case"]),
    "title": ("text", ["title", "both languages"]),
    "title.en": (None, ["title", "both languages"]),
    "title.fr": ("Bonjour", ["title", "both languages"]),
    "about.zh": ("  ", ["about", "both languages"]),
    "about": (None, ["about is missing"]),
    "rule": ([], ["rule", "at least one"]),
    "rule.0": ("raise", ["rule 1", "a table"]),
    "rule.1.whem": ("x", ["rule 2", "unknown key whem", "did you mean when?"]),
    "rule.1.when": (None, ["rule 2", "when is missing"]),
    "rule.1.then": (5, ["rule 2", "then = 5", "a text"]),
    "rule.1.because": ("high", ["rule 2", "because", "both languages"]),
    "rule.0.when": ("projected_roas < goal * 90", ["rule 1", "when, column 18", "times 90"]),
    "rule.2.then": ("raise 5", ["rule 3", "then, column 7", "5%"]),
    "parameters": ([], ["parameters", "a table"]),
    "parameters.band": ("5 apples", ["band", "5 apples", "6h"]),
    "parameters.orders": (True, ["orders", "True"]),
    "parameters.goal": (1, ["goal", "name of a column"]),
    "parameters.目标值": (1, ["目标值", "name of a column"]),
    "parameters.min": (1, ["min", "keyword"]),
    "parameters.a b": (1, ["a b"]),
    "parameters.spare": (1, ["spare", "used by no rule"]),
    "rule.3.because.zh": ("长" * 301, ["rule 4", "because"]),
}


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_file_is_one_line_with_its_place(path: str) -> None:
    value, words = WRONG[path]
    with pytest.raises(PolicyError) as caught:
        read_policy(changed(path, value))
    told = caught.value.told
    assert told.zh != told.en and "\n" not in told.zh + told.en
    for word in words:
        assert word in told.en, told.en


def test_too_many_rules() -> None:
    with pytest.raises(PolicyError, match="51 rules; at most 50"):
        read_policy(changed("rule", PLAIN["rule"][:1] * 51))


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@given(path=st.sampled_from([*WRONG]), value=values)
@settings(max_examples=300)
def test_any_value_anywhere_is_read_or_refused(path: str, value: object) -> None:
    try:
        read_policy(changed(path, value)) if value is not None else None
    except PolicyError as wrong:
        assert wrong.told.en


def test_a_step_to_the_optimum_is_a_wish_for_profit() -> None:
    table = {
        **PLAIN,
        "parameters": {},
        "rule": [{"when": "optimum > roi_target * 105%", "then": "set optimum", "because": BOTH}],
    }
    w = resolve(read_policy(table), rows(2, optimum=[2.5, NAN]))
    assert w.reason.tolist() == [Reason.RULE_FOR_PROFIT, Reason.NO_RULE] and w.wish[0] == 2.5
