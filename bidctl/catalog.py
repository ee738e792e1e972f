"""From a reference `module:Class` to a policy, its identity, and the guard that the packages are the ones we shipped."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import importlib.metadata
import inspect
import pkgutil
from pathlib import Path
from typing import Any

import bidctl
import policies
from bidctl.policy import Policy
from bidctl.problem import SafetyProblem, UsageProblem


def load(reference: str) -> Policy:
    """The policy that `module:Class` names, with its defaults. Never falls back to another one. Raises UsageProblem."""
    module_name, _, class_name = reference.partition(":")
    if not module_name or not class_name:
        raise UsageProblem(f"policy {reference!r}: expected module:Class, e.g. policies.handbook:Handbook")
    try:
        made: Any = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, TypeError, ValueError) as error:
        raise UsageProblem(f"policy {reference!r}: cannot import {module_name}: {error}") from None
    except AttributeError:
        raise UsageProblem(f"policy {reference!r}: {module_name} has no {class_name}") from None
    kind: object = made
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind) and hasattr(kind, "rules")):
        raise UsageProblem(f"policy {reference!r}: expected a frozen dataclass with a method `rules`")
    try:
        policy: Policy = made()
    except TypeError as error:
        raise UsageProblem(f"policy {reference!r}: every parameter needs a default: {error}") from None
    return policy


def policy_id(policy: Policy) -> str:
    """Name and fingerprint of source and parameters: what every decision stores.

    >>> from policies.hold import Hold
    >>> policy_id(Hold()).startswith("policies.hold:Hold@")
    True
    """
    kind = type(policy)
    text = inspect.getsource(kind) + repr(policy)
    return f"{kind.__module__}:{kind.__qualname__}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def shipped() -> list[str]:
    """References of every policy that package `policies` carries."""
    found = []
    for info in pkgutil.iter_modules(policies.__path__):
        module = importlib.import_module(f"policies.{info.name}")
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, "rules"):
                found.append(f"{module.__name__}:{name}")
    return sorted(found)


def check_ownership() -> None:
    """Refuse to write with a `policies` or `sim` package that is not ours (one in the working directory, or one that
    another distribution put over ours). Raises SafetyProblem."""
    home = Path(bidctl.__file__).resolve().parent.parent
    found = Path(policies.__file__ or "").resolve().parent.parent
    if found != home:
        raise SafetyProblem(
            f"package policies is at {found}, bidctl at {home}: expected both in one place; run from elsewhere"
        )
    owners = importlib.metadata.packages_distributions()
    for name in ("policies", "sim"):
        others = set(owners.get(name, [])) - {"bidctl"}
        if others:
            raise SafetyProblem(f"package {name} was also installed by {', '.join(sorted(others))}: uninstall it")
