"""Each lint fires on a policy that deserves it, says where with numbers in both languages, and is quiet on the gallery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bidctl import catalog
from bidctl.domain.reasons import Wording
from bidctl.engine.lints.conformance import conformance
from bidctl.engine.lints.course import edits_a_day, oscillation, turns
from bidctl.engine.lints.drift import day, worst_day
from bidctl.engine.lints.finding import Finding, Level
from bidctl.engine.lints.plain import plain
from bidctl.engine.lints.probes import probes
from bidctl.engine.lints.reach import overlaps, unreachable
from bidctl.policy import Observation, Policy, Reason, Rules, keep, scale
from bidctl.policy.declarative import Declarative, read_policy
from bidctl.policy.rulebook import RuleSettings

WORDS = {"zh": "理由", "en": "why"}
FILES = [name for name in catalog.shipped() if ":" not in name]


def written(*rules: tuple[str, str], **parameters: object) -> Declarative:
    told: list[dict[str, Any]] = [{"when": when, "then": then, "because": WORDS} for when, then in rules]
    return read_policy({"name": "tried", "title": WORDS, "about": WORDS, "parameters": parameters, "rule": told})


def lints(policy: Policy) -> list[Finding]:
    rows = probes(policy)
    return [*unreachable(policy, rows), *overlaps(policy, rows)]


BAD: dict[str, tuple[Declarative, str, tuple[int, ...], list[str]]] = {
    "contradiction": (
        written(("projected_roas < goal * 0.8 and projected_roas > goal * 0.9", "raise 5%"), ("always", "keep")),
        "unreachable", (1,), ["rule 1 never holds"],
    ),
    "shadowed": (
        written(("projected_roas < goal * 0.95", "raise 5%"), ("projected_roas < goal * 0.8", "raise 10%")),
        "unreachable", (1, 2), ["rule 2 never has its turn", "rule 1 holds first"],
    ),
    "after a rule for all": (
        written(("always", "keep"), ("intent == profit", "raise 5%")), "unreachable", (1, 2), ["rule 2 never"],
    ),
    "two shadows together": (
        written(("paid_orders_24h < 20", "keep"), ("paid_orders_24h >= 20", "keep"), ("projected_roas < goal", "raise 5%")),
        "unreachable", (1, 2, 3), ["rule 3 never has its turn", "rule 1, 2 holds first"],
    ),
    "opposite ways": (
        written(("projected_roas_24h < goal", "raise 5%"), ("projected_roas_7d > goal", "lower 5%")),
        "overlap", (1, 2), ["rule 1 (raise) and rule 2 (lower)", "% of the rows", "projected_roas_24h"],
    ),
    "a target that is set against a step": (
        written(("p_below_goal > 80%", "set suggestion * 50%"), ("budget_spent_share < 50%", "lower 5%")),
        "overlap", (1, 2), ["rule 1 (raise) and rule 2 (lower)"],
    ),
    "an impossible interval": (
        written(("projected_lo > projected_hi", "raise 5%"), ("always", "keep")), "unreachable", (1,), ["rule 1 never holds"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_lint_fires_where_it_should(case: str) -> None:
    policy, lint, rules, words = BAD[case]
    (found, *_) = [f for f in lints(policy) if f.lint == lint]
    assert found.rules == rules and found.level is Level.WARNING
    for word in words:
        assert word in found.told.en, found.told.en
    assert (
        found.told.zh != found.told.en and str(rules[-1]) in found.told.zh and "\n" not in found.told.zh + found.told.en
    )


NARROW = {
    "a window of one per cent": written(
        ("projected_roas > goal * 1.20 and projected_roas < goal * 1.21", "lower 5%"), ("always", "keep")),
    "a window in a ratio": written(
        ("spend_24h / (spend_7d / 7) > 1.30 and spend_24h / (spend_7d / 7) < 1.32", "lower 5%"), ("always", "keep")),
    "five things at once": written(
        ("settlement_rate < 43%", "keep"),
        ("settlement_rate < 44% and budget_spent_share > 61% and budget_spent_share < 62% and evidence_orders == 33 "
         "and since_edit_s > 7h and since_edit_s < 8h and kind == live and intent == profit", "raise 5%"),
        ("always", "keep")),
    "behind many": written(
        *((f"paid_orders_24h == {n}", "keep") for n in range(10, 20)), ("paid_orders_24h > 9 and paid_orders_24h < 21", "raise 5%"),
        ("always", "keep")),
    "the target against its limits": written(
        ("roi_target > suggestion * 99%", "keep"), ("roi_target > day_anchor * 110%", "keep"), ("always", "keep")),
}  # fmt: skip


@pytest.mark.parametrize("case", NARROW)
def test_a_rule_that_has_its_turn_is_found_however_narrow(case: str) -> None:
    assert lints(NARROW[case]) == []


@pytest.mark.parametrize("name", FILES)
def test_the_gallery_has_no_rule_in_the_dark_and_none_that_fight(name: str) -> None:
    policy = catalog.load(name)
    assert lints(policy) == [] and list(conformance(policy, probes(policy))) == []


@dataclass(frozen=True)
class Covered:
    """A class whose second rule never has its turn."""

    def rules(self, o: Observation) -> Rules:
        yield keep(Reason.POLICY_HOLDS, o.projected_roas > 0)
        yield scale(Reason.ROAS_BELOW_GOAL, o.projected_roas < o.goal, 1.05)


@dataclass(frozen=True)
class Peers:
    """A class that looks at its neighbours."""

    def rules(self, o: Observation) -> Rules:
        yield scale(Reason.ROAS_BELOW_GOAL, o.projected_roas < o.projected_roas.mean(), 1.05)


def test_a_class_is_tried_on_the_columns_that_it_reads() -> None:
    (found,) = lints(Covered())
    assert "rule 2 (ROAS_BELOW_GOAL) never has its turn" in found.told.en
    (wrong, *_) = conformance(Peers(), probes(Peers()))
    assert wrong.level is Level.ERROR and "Peers" in wrong.told.en and "互不影响" in wrong.told.zh


def test_the_worst_day_is_what_the_rulebook_lets_through() -> None:
    always = written(("always", "raise 10%"))
    up, *rest = worst_day(always, plain(1), RuleSettings())
    assert (
        not rest and up.lint == "drift" and "21.0% up: 2.00 to 2.42 in 2 edits" in up.told.en and "2 次" in up.told.zh
    )
    target, edits = day(always, plain(3, p_below_goal=0.99), RuleSettings())
    assert (target <= 250).all() and (edits <= 4).all(), "R-DRIFT and R-QUOTA hold in the lint too"
    tight = RuleSettings(drift_day_high=1.06)
    assert "6.0% up" in next(iter(worst_day(always, plain(1), tight))).told.en
    assert list(worst_day(written(("always", "keep")), plain(1), RuleSettings())) == []


def test_a_target_that_keeps_turning_is_told_with_its_path() -> None:
    at = np.arange(0, 21, 0.25)
    swings = np.where(np.arange(len(at)) // 8 % 2 == 0, 2.0, 2.1)
    calm = np.minimum(2.0 + at / 20, 2.5)
    (found,) = oscillation(at, np.stack([calm, swings], axis=1))
    assert (
        "1 of 2 campaigns" in found.told.en and "2.00 -> 2.10 -> 2.00" in found.told.en and found.level is Level.WARNING
    )
    assert list(oscillation(at, np.stack([calm, calm[::-1]], axis=1))) == []
    early = np.where(at < 7, swings, 2.0)
    assert list(oscillation(at, early[:, None])) == [], "the first week is for finding the level"
    assert turns(np.array([[2.0, 2.0], [2.1, 2.0], [2.1, 2.1], [2.0, 2.2], [2.1, 2.1]])).tolist() == [2, 1]


def test_edits_are_a_figure() -> None:
    found = edits_a_day(np.array([[0, 1, 2], [0, 0, 0]]), Wording("这里", "here"))
    assert "0.50 edits" in found.told.en and "at most 2" in found.told.en and "(here)" in found.told.en
    assert edits_a_day(np.zeros((0, 0), np.int64), Wording("", "")).level is Level.NOTE
