"""The gallery by cases that an operator can read (tests/policies/cases/*.toml): given these numbers, expect this action.

The whole of `decide` answers, rulebook included. `given` speaks the language's names and units, "unknown" = NaN; every other
column is that of a campaign on which no rule acts (tests/builders.py).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bidctl import catalog
from bidctl.domain.reasons import WORDING, WRITTEN
from bidctl.engine.decide import decide
from bidctl.policy.declarative import Declarative
from bidctl.policy.language.columns import COLUMNS
from bidctl.policy.language.units import read_measure
from bidctl.policy.rules import sayings
from tests.builders import NAN, rows

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.toml"))
GALLERY = sorted(Path(catalog.policies.__path__[0]).glob("*.toml"))


def cases() -> list[Any]:
    return [
        pytest.param(told["policy"], case, id=f"{file.stem}: {case['name']}")
        for file in FILES
        for told in [tomllib.loads(file.read_text("utf-8"))]
        for case in told["case"]
    ]


def column(name: str, value: object) -> object:
    if value == "unknown":
        return NAN
    known = COLUMNS[name]
    if known.words:
        return known.words[str(value)]
    measured = read_measure(value)
    assert measured is not None, (name, value)
    return measured.value / known.scale


@pytest.mark.parametrize(("reference", "case"), cases())
def test_a_case(reference: str, case: dict[str, Any]) -> None:
    policy, given, expect = catalog.load(reference), case["given"], case["expect"]
    o = rows(1, **{COLUMNS[name].source: column(name, value) for name, value in given.items()})
    d = decide(policy, o).row(0)
    says = sayings(policy, o)[d.matched] if d.reason in WRITTEN else None
    why = says or WORDING[d.reason]
    assert d.result / 100 == expect["target"], (why, d)
    assert {1: "raise", 0: "keep", -1: "lower"}[int(np.sign(d.result - d.old))] == expect["action"]
    assert expect["because"] in why.zh, why


def test_every_file_of_the_gallery_has_cases_that_raise_or_lower_and_hold() -> None:
    assert {f.stem for f in GALLERY} == {f.stem for f in FILES} and len(GALLERY) >= 6
    for file in FILES:
        actions = {case["expect"]["action"] for case in tomllib.loads(file.read_text("utf-8"))["case"]}
        assert "keep" in actions and actions & {"raise", "lower"}, file


@pytest.mark.parametrize("file", GALLERY, ids=lambda f: f.stem)
def test_a_file_says_for_whom_it_is_and_when_not_in_both_languages(file: Path) -> None:
    text = file.read_text("utf-8")
    head = text.split("\n\n")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    for word in ("适合", "不适合", "For", "Not for"):
        assert f"# {word}:" in head, (file, word)
    policy = catalog.load(file.stem)
    assert isinstance(policy, Declarative) and policy.name == file.stem
    assert policy.title.zh in head and policy.title.en in head
    assert len(policy.sentences("zh")) == len(policy.sentences("en")) == len(policy.written) + 3


@pytest.mark.parametrize("file", GALLERY, ids=lambda f: f.stem)
def test_every_rule_of_the_gallery_is_reached_by_its_cases_or_by_random_rows(file: Path) -> None:
    """No rule stands in the dark: random rows bring out each one."""
    policy = catalog.load(file.stem)
    chance = np.random.default_rng(7)
    n = 60_000
    projected = chance.choice([0.0, 1.4, 1.7, 1.9, 2.0, 2.1, 2.4, 3.0], n)
    width = chance.choice([0.01, 0.05, 0.2], n)
    o = rows(
        n, projected_roas=projected, projected_lo=projected * (1 - width), projected_hi=projected * (1 + width),
        projected_roas_24h=chance.choice([1.5, 1.9, 2.05, 2.3, 2.6], n), projected_roas_7d=chance.choice([1.6, 2.05, 2.15, 2.5], n),
        p_below_goal=chance.choice([0.01, 0.5, 0.95], n), intent=chance.integers(0, 3, n), kind=chance.integers(0, 2, n),
        spend_24h=chance.choice([900.0, 2000.0, 4000.0], n), session_age_s=chance.choice([NAN, 3600.0, 9000.0], n),
        since_edit_s=chance.choice([7200.0, 90000.0], n), observed_s=chance.choice([3e5, 2e6], n),
        evidence_orders=chance.choice([0.0, 15.0, 100.0], n), settlement_rate=chance.choice([0.4, 0.8], n),
        projected_loss_today=chance.choice([0.0, 500.0], n), edits_today=chance.integers(0, 3, n),
    )  # fmt: skip
    reached = set(np.unique(decide(policy, o).matched).tolist())
    assert reached >= set(range(len(sayings(policy, o)))), f"rules never reached: {reached}"
