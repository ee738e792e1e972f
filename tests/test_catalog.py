"""From a reference to a policy, and the guard over whose packages these are."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass

import pytest

from bidctl import catalog
from bidctl.problem import SafetyProblem, UsageProblem
from policies.handbook import Handbook


def test_a_reference_gives_the_policy_with_its_defaults() -> None:
    assert catalog.load("policies.handbook:Handbook") == Handbook()
    assert {"policies.handbook:Handbook", "policies.hold:Hold"} <= set(catalog.shipped())
    assert all(catalog.load(reference) for reference in catalog.shipped())


@pytest.mark.parametrize(
    ("reference", "word"),
    [
        ("policies.handbook", "module:Class"), (":Handbook", "module:Class"), ("policies.none:X", "cannot import"),
        (".handbook:X", "cannot import"), ("policies.handbook:None_", "has no None_"), ("policies.handbook:np", "dataclass"),
        ("bidctl.domain.values:Grid", "dataclass"),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_one_line_and_no_other_policy(reference: str, word: str) -> None:
    with pytest.raises(UsageProblem, match=word) as caught:
        catalog.load(reference)
    assert "\n" not in caught.value.message and repr(reference) in caught.value.message


def test_a_policy_whose_parameters_have_no_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Wanting:
        step: float

        def rules(self, o: object) -> list[object]:
            return []

    module = types.ModuleType("wanting")
    module.Wanting = Wanting  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wanting", module)
    with pytest.raises(UsageProblem, match="default"):
        catalog.load("wanting:Wanting")


def test_an_id_names_source_and_parameters() -> None:
    plain, other = catalog.policy_id(Handbook()), catalog.policy_id(Handbook(step=0.06))
    assert plain.startswith("policies.handbook:Handbook@") and plain != other
    assert plain == catalog.policy_id(Handbook())


def test_packages_of_somebody_else_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog.check_ownership()
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: {"sim": ["bidctl", "other"]})
    with pytest.raises(SafetyProblem, match="sim was also installed by other"):
        catalog.check_ownership()
    monkeypatch.setattr(catalog.policies, "__file__", "/somewhere/policies/__init__.py")
    with pytest.raises(SafetyProblem, match="expected both in one place"):
        catalog.check_ownership()
