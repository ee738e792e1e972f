"""Every policy found in the package `policies`, present and future, passes the same suite."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import policies
from bidctl import catalog
from bidctl.domain.observation import Observation
from bidctl.policy import Policy, Reason, Rules, keep, scale, set_to
from bidctl.policy.checks import check_policy, discover
from bidctl.policy.rules import PolicyRule
from tests.builders import missing_rows, rows
from tests.policy.observations import observations

FOUND = discover(policies)
FILES = [catalog.load(name) for name in catalog.shipped() if ":" not in name]
EVERY = [kind() for kind in FOUND] + FILES


def name_of(policy: Policy) -> str:
    return str(getattr(policy, "name", type(policy).__name__))


def test_the_shipped_policies_are_found() -> None:
    assert {"Hold", "Handbook"} <= {kind.__name__ for kind in FOUND}


@pytest.mark.parametrize("policy", EVERY, ids=name_of)
@given(o=observations())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_policy_conforms(policy: Policy, o: Observation) -> None:
    assert check_policy(policy, o) == []


@pytest.mark.parametrize("policy", EVERY, ids=name_of)
def test_policy_conforms_on_rows_without_any_data(policy: Policy) -> None:
    assert check_policy(policy, Observation.concat([rows(3), missing_rows(3)])) == []


@pytest.mark.parametrize("kind", FOUND, ids=lambda kind: kind.__name__)
def test_a_class_has_the_shape_of_a_policy(kind: type[Policy]) -> None:
    assert check_policy(kind, rows(2)) == []


@pytest.mark.parametrize("kind", FOUND, ids=lambda kind: kind.__name__)
def test_its_docstring_has_an_example_that_runs(kind: type[Policy]) -> None:
    module = importlib.import_module(kind.__module__)
    tests = [t for t in doctest.DocTestFinder().find(kind, module=module, globs=vars(module)) if t.examples]
    assert tests, "expected an example in the docstring"
    for example in tests:
        assert doctest.DocTestRunner(verbose=False).run(example).failed == 0


@dataclass(frozen=True)
class LooksAcross:
    """Compares with the other rows."""

    def rules(self, o: Observation) -> Rules:
        yield scale(Reason.ROAS_BELOW_GOAL, o.projected_roas < o.projected_roas.mean(), 1.05)


@dataclass(frozen=True)
class Scribbles:
    """Writes into its input."""

    def rules(self, o: Observation) -> Rules:
        o.goal[:] = 1.0
        yield keep(Reason.POLICY_HOLDS, o.complete)


@dataclass(frozen=True)
class Guesses:
    """Wishes a number where none is known, and an infinite one."""

    def rules(self, o: Observation) -> Rules:
        yield set_to(Reason.ROAS_ABOVE_GOAL, o.complete, np.where(np.isnan(o.goal), 1.0, np.inf))


_CALLS: list[int] = []


@dataclass(frozen=True)
class Remembers:
    """Decides otherwise each time."""

    def rules(self, o: Observation) -> Rules:
        _CALLS.append(1)
        yield scale(Reason.ROAS_ABOVE_GOAL, o.complete, 1.0 + len(_CALLS) / 100)


@dataclass
class Loose:
    """Can be changed."""

    def rules(self, o: Observation) -> Iterator[PolicyRule]:
        yield keep(Reason.POLICY_HOLDS, o.complete)


@dataclass(frozen=True)
class Needs:
    """Has a parameter without a default."""

    step: float

    def rules(self, o: Observation) -> Rules:
        yield keep(Reason.POLICY_HOLDS, o.complete)


@dataclass(frozen=True)
class Silent:
    def rules(self, o: Observation) -> Rules:
        yield keep(Reason.POLICY_HOLDS, o.complete)


@dataclass(frozen=True)
class Invents:
    """Uses a reason that nobody has worded."""

    def rules(self, o: Observation) -> Rules:
        yield keep(9999, o.complete)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Wavers:
    """Has a rule more when a campaign sells well."""

    def rules(self, o: Observation) -> Rules:
        if len(o) and bool((o.projected_roas > o.goal).any()):
            yield scale(Reason.ROAS_ABOVE_GOAL, o.projected_roas > o.goal, 0.95)
        yield keep(Reason.POLICY_HOLDS, o.complete)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (LooksAcross, "see each other"),
        (Scribbles, "a write to its input"),
        (Guesses, "no positive finite target"),
        (Guesses, "made of missing numbers"),
        (Remembers, "two answers"),
        (Loose, "frozen=True"),
        (Needs, "without a default"),
        (Silent, "no docstring"),
        (Invents, "reason 9999"),
        (Wavers, "depend on the rows"),
    ],
)
def test_the_suite_catches_a_bad_policy(kind: type[Policy], says: str) -> None:
    o = rows(6, projected_roas=[1.0, 1.5, 2.0, 2.5, 3.0, 3.5])
    found = check_policy(kind, o)
    assert any(says in finding.en for finding in found)
    assert all(finding.zh != finding.en for finding in found)
