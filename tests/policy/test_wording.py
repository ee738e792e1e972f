"""Every reason, rule and alert speaks both languages, and reasons belong to rules."""

from __future__ import annotations

import re
from enum import IntEnum

import pytest

from bidctl.domain.reasons import ALERT_WORDING, RULE_OF, WORDING, Alert, Reason, Rule

TABLES: list[tuple[type[IntEnum], dict]] = [(Reason, WORDING), (Alert, ALERT_WORDING)]  # type: ignore[type-arg]


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_every_code_is_worded_in_chinese_and_english(kind: type[IntEnum], table: dict) -> None:  # type: ignore[type-arg]
    assert set(table) == set(kind)
    for code in kind:
        assert re.search(r"[\u4e00-\u9fff]", table[code].zh), code
        assert re.search(r"[a-z]", table[code].en) and not re.search(r"[\u4e00-\u9fff]", table[code].en), code


def test_rules_carry_their_name_and_a_bit_of_their_own() -> None:
    assert all(rule.code == f"R-{rule.name}" for rule in Rule)
    assert len({rule.bit for rule in Rule}) == len(Rule) and max(rule.bit for rule in Rule) < 2**64
    assert max(alert.bit for alert in Alert) < 2**32


def test_a_holding_reason_names_its_rule_unless_it_is_the_policys_own() -> None:
    own = {Reason.NO_RULE, Reason.EMPTY_LIMITS}
    holding = {reason for reason in Reason if reason < 60}
    assert holding - set(RULE_OF) == own
