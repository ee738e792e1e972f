"""Explaining is deciding the stored inputs again, and saying so when the outcome is another."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import Mode
from bidctl.engine.decide import decide
from bidctl.engine.explain import explain
from bidctl.engine.records import Signature, record, told_rule, why
from bidctl.policy.declarative import read_policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rules import sayings
from policies.handbook import Handbook
from policies.hold import Hold
from tests.builders import rows
from tests.fakes.shop import MORNING

RULES = RuleSettings()
ZONE = ZoneInfo("Asia/Shanghai")
RAISE = {"projected_roas": 1.5, "projected_lo": 1.48, "projected_hi": 1.52, "p_below_goal": 1.0}


def stored(**columns):  # type: ignore[no-untyped-def]
    o = rows(1, **columns)
    d = decide(Handbook(), o, RULES)
    return record(d.row(0), o, 0, "t", MORNING, "handbook@1", Signature(Mode.DRY, "h", "1"), "[]")


def test_what_was_decided_is_decided_again() -> None:
    for columns in (RAISE, {"projected_roas": 2.8, "p_below_goal": 0.0}, {"killed": True}, {"stage": 2, "observed_s": 60.0},
                    {**RAISE, "suggestion": 2.15}, {"complete": False}):  # fmt: skip
        told = explain(stored(**columns), Handbook(), RULES)
        assert told.same, columns


def test_another_policy_other_settings_or_a_doctored_row_are_noticed() -> None:
    kept = stored(**RAISE)
    assert not explain(kept, Hold(), RULES).same
    assert not explain(kept, Handbook(), replace(RULES, evidence_orders=1e6)).same
    assert not explain(replace(kept, new="2.30"), Handbook(), RULES).same
    assert not explain(replace(kept, reason=int(Reason.CAP)), Handbook(), RULES).same


def test_the_steps_name_the_rule_that_bound_and_the_one_that_decided() -> None:
    told = explain(stored(**RAISE, suggestion=2.15), Handbook(), RULES)
    assert told.stored.new == "2.15" and told.stored.bound & Rule.CAP.bit
    assert {s.rule for s in told.steps if s.changed} == {Rule.BAND}, (
        "the limits are laid down first, the band picks inside"
    )
    assert any("R-CAP" in line for line in told.lines("en", ZONE))
    held = explain(stored(**RAISE, stage=2, observed_s=60.0), Handbook(), RULES)
    assert [s.rule for s in held.steps if s.decided][:1] == [Rule.OBSERVE]


def test_lines_speak_both_languages_in_the_accounts_time() -> None:
    told = explain(stored(**RAISE), Handbook(), RULES)
    zh, en = told.lines("zh", ZONE), told.lines("en", ZONE)
    assert len(zh) == len(en) and zh != en
    for lines in (zh, en):
        text = "\n".join(lines)
        assert "2026-03-02 10:00:00+08:00" in text and "2.00 -> 2.20" in text and "[dry]" in text
    assert "一致" in zh[-1] and "same" in en[-1]
    assert "host_change_s=未知" in "\n".join(zh) and "host_change_s=unknown" in "\n".join(en)
    assert "protection_at_stake=0" in "\n".join(en), "what an edit would forfeit is shown"
    assert "differs" in explain(stored(**RAISE), Hold(), RULES).lines("en", ZONE)[-1]


def test_the_tree_is_plain_json() -> None:
    told = explain(stored(**RAISE, suggestion=2.15), Handbook(), RULES)
    tree = json.loads(json.dumps(told.as_json(), allow_nan=False))
    assert tree["same_again"] is True and tree["new"] == "2.15" and "R-CAP" in tree["bound"]
    assert tree["numbers"]["goal"] == 2.0


WORDS = {"zh": "低于目标, 收", "en": "below the goal: tighten"}
FILE = read_policy({
    "name": "plain", "title": {"zh": "示例", "en": "Plain"}, "about": {"zh": "示例", "en": "an example"},
    "rule": [{"when": "projected_roas < goal", "then": "raise 5%", "because": WORDS},
             {"when": "known(goal)", "then": "keep", "because": {"zh": "够了", "en": "enough"}}],
})  # fmt: skip


def written(**columns):  # type: ignore[no-untyped-def]
    o = rows(1, **columns)
    d = decide(FILE, o, RULES).row(0)
    says = sayings(FILE, o)[d.matched]
    return record(d, o, 0, "t", MORNING, "plain@1", Signature(Mode.DRY, "h", "1"), told_rule(says))


def test_a_policy_file_speaks_in_its_own_words_and_those_of_the_day_it_decided() -> None:
    acted, kept = written(**RAISE), written()
    assert (acted.new, acted.reason) == ("2.10", Reason.RULE_RAISES) and why(acted).zh == WORDS["zh"]
    assert why(kept).en == "enough" and kept.reason == Reason.RULE_KEEPS
    told = explain(acted, FILE, RULES)
    assert told.same and told.as_json()["why"] == WORDS
    assert WORDS["zh"] in told.lines("zh", ZONE)[1] and WORDS["en"] in told.lines("en", ZONE)[1]
    rewritten = read_policy(
        {**as_table(FILE), "rule": [{"when": "always", "then": "keep", "because": {"zh": "新", "en": "new"}}]}
    )
    later = explain(acted, rewritten, RULES)
    assert not later.same and WORDS["en"] in later.lines("en", ZONE)[1], "the stored words, not the file's of today"


def as_table(policy):  # type: ignore[no-untyped-def]
    return {"name": policy.name, "title": {"zh": "示例", "en": "Plain"}, "about": {"zh": "示例", "en": "an example"}}


def test_where_the_rulebook_has_the_last_word_the_rule_is_told_beside_it() -> None:
    held = written(**RAISE, stage=2, observed_s=60.0)
    assert held.reason == Reason.OBSERVING and why(held).en.startswith("observation")
    lines = explain(held, FILE, RULES).lines("en", ZONE)
    assert "observation" in lines[1] and any("the policy's rule: below the goal: tighten" in line for line in lines)
