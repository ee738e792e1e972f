"""The rulebook's numbers: sourced, sane, and five rules that only tighten."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from bidctl.domain.reasons import Rule
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rulebook.settings import FIRST, OURS, THIRD


def test_every_number_has_a_rule_a_meaning_and_a_strength() -> None:
    codes = {rule.code for rule in Rule}
    for name, default, rule, says, strength in RuleSettings.describe():
        assert rule in codes and says and strength in {FIRST, THIRD, OURS}, name
        assert getattr(RuleSettings(), name) == default
    assert len(RuleSettings.describe()) == len(fields(RuleSettings))


@pytest.mark.parametrize(
    ("name", "loose", "tight"),
    [
        ("min_step", 0.04, 0.06),
        ("max_step", 0.11, 0.08),
        ("spacing_s", 3599, 5400),
        ("live_spacing_s", 899, 1800),
        ("observe_s", 259199, 300000),
        ("observe_sessions", 2, 5),
        ("edits_goods", 5, 2),
        ("edits_live", 9, 4),
        ("keep_goods", 4, 8),
        ("keep_live", 0, 3),
        ("keep_youngest", 0.1, 0.3),
        ("keep_daily_least", 3, 1),
        ("keep_daily_share", 0.1, 0.02),
        ("keep_daily_most", 11, 5),
    ],
)
def test_protecting_numbers_only_tighten(name: str, loose: float, tight: float) -> None:
    assert getattr(RuleSettings(**{name: tight}), name) == tight
    with pytest.raises(
        ValueError, match=rf" / rules\.{name}: found {loose}, expected at .*only be tightened"
    ) as refused:
        RuleSettings(**{name: loose})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, "5", True, None])
def test_a_number_is_a_number(value: object) -> None:
    with pytest.raises(ValueError, match=r" / rules\.fresh_s: found .*, expected a number of at least 0"):
        RuleSettings(fresh_s=value)  # type: ignore[arg-type]


def test_contradictions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rules\.min_step: found 0.09, expected at most rules\.max_step = 0.06"):
        RuleSettings(min_step=0.09, max_step=0.06)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        RuleSettings().spacing_s = 1.0  # type: ignore[misc]


def test_a_config_table_is_read_and_its_slips_are_named() -> None:
    assert RuleSettings.read({"evidence_orders": 20}).evidence_orders == 20
    with pytest.raises(ValueError, match=r" / rules\.spacing: found an unknown name; did you mean rules\.spacing_s\?$"):
        RuleSettings.read({"spacing": 3600})
