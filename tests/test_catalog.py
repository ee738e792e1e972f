"""From a reference to a policy, and the guard over whose packages these are."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from pathlib import Path

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
        ("policies.handbook", "module:Class"), ("handbok", "did you mean handbook"),
        (":Handbook", "module:Class"), ("policies.none:X", "cannot import"),
        (".handbook:X", "cannot import"), ("policies.handbook:None_", "has no None_"), ("policies.handbook:np", "dataclass"),
        ("bidctl.domain.values:Grid", "dataclass"),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_one_line_and_no_other_policy(reference: str, word: str) -> None:
    with pytest.raises(UsageProblem, match=word) as caught:
        catalog.load(reference)
    assert "\n" not in str(caught.value) and repr(reference) in str(caught.value)


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


def test_the_gallery_goes_by_name_and_by_title() -> None:
    steady = catalog.load("steady-profit")
    assert steady == catalog.load("稳投保利") == catalog.load("Steady profit")
    assert catalog.load("handbook") == Handbook()
    assert {"hold", "handbook", "steady-profit", "by-intent"} <= set(catalog.gallery())
    with pytest.raises(UsageProblem, match="did you mean steady-profit"):
        catalog.load("steady-profits")


def test_parameters_in_a_reference() -> None:
    assert catalog.load("policies.handbook:Handbook(step=0.06)") == Handbook(step=0.06)
    assert catalog.load("handbook( step = 0.06 , far=3 )") == Handbook(step=0.06, far=3.0)
    wide = catalog.load("steady-profit(band=0.08, orders=30)")
    assert wide == catalog.load("steady-profit(band=8%, orders=30)") != catalog.load("steady-profit")


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("handbook(stepp=1)", ["no parameter stepp", "did you mean step?"]),
        ("handbook(step=x)", ["step", "'x'", "0.05"]),
        ("handbook(step)", ["'step'", "parameter=value"]),
        ("handbook(step=1,step=2)", ["each once"]),
        ("handbook(step=1", ["NAME"]),
        ("", ["NAME"]),
        ("steady-profit(bend=1)", ["no parameter bend", "did you mean band?"]),
        ("steady-profit(band=5)", ["band", "found 5", "0.05"]),
        ("steady-profit(band=3h)", ["band", "3h", "5%"]),
        ("cold-start-patience(young=3)", ["young", "3h"]),
        ("nowhere.toml", ["nowhere.toml", "no such file"]),
    ],
)
def test_wrong_parameters_and_files(reference: str, words: list[str]) -> None:
    with pytest.raises(UsageProblem) as caught:
        catalog.load(reference)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value), str(caught.value)


def test_an_id_leads_back_to_the_same_policy(tmp_path: Path) -> None:
    file = tmp_path / "mine@home.toml"
    file.write_text((Path(catalog.policies.__path__[0]) / "by-intent.toml").read_text("utf-8"), "utf-8")
    for reference in [
        "handbook(step=0.06)",
        "policies.hold:Hold",
        "by-intent",
        "by-intent(near=0.03)",
        str(file),
        f"{file}(near=3%)",
    ]:
        policy = catalog.load(reference)
        known = catalog.policy_id(policy)
        assert catalog.load(catalog.reference_of(known)) == policy
        assert catalog.policy_id(catalog.load(catalog.reference_of(known))) == known
    before = catalog.policy_id(catalog.load(str(file)))
    file.write_text(file.read_text("utf-8").replace("小步调高", "小步收"), "utf-8")
    assert catalog.policy_id(catalog.load(str(file))) != before, "other words are another policy"


def test_a_file_is_stored_by_its_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert catalog.lasting("mine.toml(band=0.06)") == f"{tmp_path / 'mine.toml'}(band=0.06)"
    assert catalog.lasting("by-intent(near=0.03)") == "by-intent(near=0.03)"
    assert catalog.lasting("policies.hold:Hold") == "policies.hold:Hold"


def test_packages_of_somebody_else_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog.check_ownership()
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: {"sim": ["bidctl", "other"]})
    with pytest.raises(SafetyProblem, match="sim was also installed by other"):
        catalog.check_ownership()
    monkeypatch.setattr(catalog.policies, "__file__", "/somewhere/policies/__init__.py")
    with pytest.raises(SafetyProblem, match="expected both in one place"):
        catalog.check_ownership()
