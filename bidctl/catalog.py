"""From a reference to a policy, its identity, and the guard that the packages are the ones we shipped.

A reference is `module:Class`, a path of a `.toml` file, or a name of the gallery (`handbook`, `steady-profit`, 稳投保利);
each may be followed by parameters: `steady-profit(band=0.08)`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import importlib.metadata
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import bidctl
import policies
from bidctl.policy import Policy
from bidctl.policy.declarative import Declarative, read_policy
from bidctl.policy.language.expression import near
from bidctl.policy.language.words import PolicyError
from bidctl.problem import SafetyProblem, UsageProblem
from bidctl.wording import Wording, told_by_parser, told_by_system
from bidctl.words import Say

TOML = ".toml"


def load(reference: str) -> Policy:
    """The policy that `reference` names, with its defaults under the parameters it gives. Never falls back to another one.
    Raises UsageProblem."""
    name, given = _taken_apart(reference)
    if name.endswith(TOML):
        return _written(Path(name), reference, given)
    if ":" in name:
        return _coded(name, given)
    found = _gallery_file(name)
    if found is not None:
        return _written(found, reference, given)
    coded = {r.partition(":")[0].removeprefix("policies."): r for r in shipped() if ":" in r}
    if name in coded:
        return _coded(coded[name], given)
    raise UsageProblem(Say.POLICY_NAME(reference=reference, names=", ".join(gallery()), hint=near(name, gallery())))


def lasting(reference: str) -> str:
    """The reference as it is stored: a file by its absolute path, so that it is found from any folder."""
    name, _ = _taken_apart(reference)
    return str(Path(name).resolve()) + reference[len(name) :] if name.endswith(TOML) else reference


def policy_id(policy: Policy) -> str:
    """Name and fingerprint of source and parameters: what every decision stores.

    >>> from policies.hold import Hold
    >>> policy_id(Hold()).startswith("policies.hold:Hold@")
    True
    """
    if isinstance(policy, Declarative):
        return f"{policy.source or policy.name}@{_fingerprint(repr(policy))}"
    kind = type(policy)
    name = f"{kind.__module__}:{kind.__qualname__}{_parameters(policy)}"
    return f"{name}@{_fingerprint(inspect.getsource(kind) + repr(policy))}"


def reference_of(stored_id: str) -> str:
    """The reference inside an id that a decision stores."""
    return stored_id.rpartition("@")[0] or stored_id


def gallery() -> list[str]:
    """Names of every policy that package `policies` carries."""
    coded = [r.partition(":")[0].removeprefix("policies.") for r in shipped() if ":" in r]
    return sorted([*coded, *(r for r in shipped() if ":" not in r)])


def shipped() -> list[str]:
    """References of every policy that package `policies` carries: classes, then files of the gallery by name."""
    found = []
    for info in pkgutil.iter_modules(policies.__path__):
        module = importlib.import_module(f"policies.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, "rules"):
                found.append(f"{module.__name__}:{name}")
    return sorted(found) + [file.stem for file in _gallery_files()]


def check_ownership() -> None:
    """Refuse to write with a `policies` or `sim` package that is not ours (one in the working directory, or one that
    another distribution put over ours). Raises SafetyProblem."""
    home = Path(bidctl.__file__).resolve().parent.parent
    found = Path(policies.__file__ or "").resolve().parent.parent
    if found != home:
        raise SafetyProblem(Say.ELSEWHERE(found=found, home=home))
    owners = importlib.metadata.packages_distributions()
    for name in ("policies", "sim"):
        others = set(owners.get(name, [])) - {"bidctl"}
        if others:
            raise SafetyProblem(Say.OVERWRITTEN(name=name, others=", ".join(sorted(others))))


def _taken_apart(reference: str) -> tuple[str, dict[str, str]]:
    form = re.fullmatch(r"([^()]+)(?:\((.*)\))?", reference.strip(), re.DOTALL)
    if form is None:
        raise UsageProblem(Say.POLICY_PARAMETERS(reference=reference))
    given = {}
    for part in (form[2] or "").split(",") if (form[2] or "").strip() else []:
        name, sign, value = (x.strip() for x in part.partition("="))
        if not (name and sign and value) or name in given:
            raise UsageProblem(Say.POLICY_PAIR(reference=reference, part=part.strip()))
        given[name] = value
    return form[1].strip(), given


def _coded(name: str, given: Mapping[str, str]) -> Policy:
    """A class of an importable module."""
    module_name, _, class_name = name.partition(":")
    if not module_name or not class_name:
        raise UsageProblem(Say.POLICY_FORM(reference=name))
    try:
        made: Any = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, TypeError, ValueError) as error:
        raise UsageProblem(Say.POLICY_IMPORT(reference=name, module=module_name, error=error)) from None
    except AttributeError:
        raise UsageProblem(Say.POLICY_CLASS(reference=name, module=module_name, name=class_name)) from None
    kind: object = made
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind) and hasattr(kind, "rules")):
        raise UsageProblem(Say.POLICY_SHAPE(reference=name))
    try:
        policy: Policy = made(**{k: _value(name, kind, k, v) for k, v in given.items()})
    except TypeError as error:
        raise UsageProblem(Say.POLICY_DEFAULTS(reference=name, error=error)) from None
    except ValueError as error:
        raise UsageProblem(Say.POLICY_REFUSES(reference=name, error=Wording.read(str(error)))) from None
    return policy


def _value(name: str, kind: type, parameter: str, text: str) -> object:
    """A parameter of a class, of the type that its default has."""
    defaults = {f.name: f.default for f in dataclasses.fields(kind)}
    if parameter not in defaults:
        known, hint = ", ".join(defaults) or "-", near(parameter, defaults)
        raise UsageProblem(Say.POLICY_NO_PARAMETER(reference=name, parameter=parameter, hint=hint, known=known))
    default = defaults[parameter]
    kinds: dict[type, Any] = {bool: {"true": True, "false": False}.__getitem__, int: int, float: float, str: str}
    try:
        return kinds[type(default)](text)
    except (KeyError, ValueError):
        told = Say.POLICY_PARAMETER(reference=name, parameter=parameter, value=text, default=default)
        raise UsageProblem(told) from None


def _written(file: Path, reference: str, given: Mapping[str, str]) -> Policy:
    """A policy of a TOML file."""
    try:
        table = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
        return dataclasses.replace(read_policy(table, given), source=reference)
    except PolicyError as wrong:
        raise UsageProblem(Say.POLICY_TEXT(file=file, told=wrong.told)) from None
    except FileNotFoundError:
        raise UsageProblem(Say.POLICY_NO_FILE(file=file)) from None
    except OSError as error:
        raise UsageProblem(Say.CONFIG_UNREADABLE(file=file, error=told_by_system(error))) from None
    except UnicodeDecodeError:
        raise UsageProblem(Say.CONFIG_NOT_UTF8(file=file)) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageProblem(Say.CONFIG_NOT_TOML(file=file, error=told_by_parser(error))) from None


def _gallery_files() -> Iterator[Path]:
    yield from sorted(file for folder in policies.__path__ for file in Path(folder).glob(f"*{TOML}"))


def _gallery_file(name: str) -> Path | None:
    """By file name, or by the title in either language."""
    for file in _gallery_files():
        if name == file.stem:
            return file
    for file in _gallery_files():
        title = tomllib.loads(file.read_text("utf-8")).get("title", {})
        if name in title.values():
            return file
    return None


def _parameters(policy: Policy) -> str:
    """`(step=0.06)`: the parameters that differ from their defaults, where a reference can say them."""
    told = []
    for f in dataclasses.fields(policy):  # type: ignore[arg-type]
        value = getattr(policy, f.name)
        if value != f.default and isinstance(value, bool | int | float | str):
            told.append(f"{f.name}={str(value).lower() if isinstance(value, bool) else value}")
    return f"({', '.join(told)})" if told else ""


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
