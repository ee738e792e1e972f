"""What the commands of `sim` are given: worlds, scenarios, policies, seeds. Everything wrong is one line with what is allowed."""

from __future__ import annotations

import dataclasses
import importlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from bidctl import catalog
from bidctl.cli.sim.words import Say
from bidctl.policy import Policy
from bidctl.problem import UsageProblem
from bidctl.wording import Wording
from sim.experiment import Entrant, Worlds, market
from sim.run import Plan
from sim.scenario import Scenario, ScenarioError, load, shipped

F = TypeVar("F", bound=Callable[..., Any])
MOST_DAYS, MOST_SEEDS = 366, 1000
HOURS = ("1", "2", "3", "4", "6", "8", "12", "24")


def options(command: F) -> F:
    """The options of every experiment."""
    for add in (
        click.option("--oracle", type=click.IntRange(0, 100_000), default=0, show_default=True,
                     help="为多少个计划计算参照上限, 0 = 不算 / Campaigns to compute the oracles for, 0 = none."),
        click.option("--workers", type=click.IntRange(1, 1024), default=1, show_default=True,
                     help="并行进程数 / Processes at work."),
        click.option("--world", metavar="MODULE:CLASS", help="外部世界 / A world from outside: factory(scenario, seed)."),
        click.option("--every", type=click.Choice(HOURS), default="6", show_default=True, metavar="HOURS",
                     help="决策间隔小时 / Hours from one decision to the next."),
        click.option("--seeds", default="3", show_default=True, metavar="N|A-B|A,B,..",
                     help="随机种子: 个数或哪些 / How many seeds of luck, or which."),
        click.option("--days", type=click.IntRange(1, MOST_DAYS), default=60, show_default=True, help="天数 / Days."),
        click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="离线报告文件 / Report that opens offline."),
    ):  # fmt: skip
        command = add(command)
    return command


def scenario_of(text: str) -> Scenario:
    """A shipped scenario by name, or the one of a TOML file. Raises UsageProblem."""
    path = Path(text)
    try:
        return load(path) if path.suffix == ".toml" or path.exists() else shipped(text)
    except ScenarioError as error:
        raise UsageProblem(Wording.read(str(error))) from None


def seeds_of(text: str) -> tuple[int, ...]:
    """`N` = 1..N, `A-B`, or a list. Raises UsageProblem."""
    if found := re.fullmatch(r"(\d+)-(\d+)", text):
        first, last = int(found[1]), int(found[2])
        seeds = tuple(range(first, last + 1))
    elif "," in text and re.fullmatch(r"\d+(,\d+)*", text):
        seeds = tuple(dict.fromkeys(int(s) for s in text.split(",")))
    elif text.isdigit():
        seeds = tuple(range(1, int(text) + 1))
    else:
        seeds = ()
    if not 1 <= len(seeds) <= MOST_SEEDS or max(seeds, default=0) >= 2**63:
        raise UsageProblem(Say.SEEDS(text=text, most=MOST_SEEDS))
    return seeds


def worlds_of(reference: str | None) -> Worlds:
    """The world's factory. Raises UsageProblem."""
    if reference is None:
        return market
    module, _, name = reference.partition(":")
    if not module or not name:
        raise UsageProblem(Say.WORLD_FORM(reference=reference))
    try:
        found: Worlds = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise UsageProblem(Say.WORLD_IMPORT(reference=reference, module=module, error=error)) from None
    except AttributeError:
        raise UsageProblem(Say.WORLD_NAME(reference=reference, module=module, name=name)) from None
    if not callable(found):
        raise UsageProblem(Say.WORLD_KIND(reference=reference, found=type(found).__name__))
    return found


def plan_of(days: int, every: str) -> Plan:
    return Plan(days, int(every))


def reference_of(text: str) -> str:
    """`curve` for `policies.curve:Curve` and the like; anything else as it is."""
    if ":" in text or text.endswith(".toml"):
        return text
    for reference in catalog.shipped():
        module = reference.partition(":")[0].rpartition(".")[2]
        if text == module:
            return reference
    known = ", ".join(sorted({r.partition(":")[0].rpartition(".")[2] for r in catalog.shipped()}))
    raise UsageProblem(Say.POLICY(text=text, known=known))


def entrant_of(text: str) -> Entrant:
    """`NAME` or `NAME?parameter=value&...`. Raises UsageProblem."""
    reference, _, query = text.partition("?")
    policy = catalog.load(reference_of(reference))
    given = dict(_pair(text, part) for part in query.split("&")) if query else {}
    short = reference.rpartition(":")[2].rpartition("/")[2].removesuffix(".toml")
    name = short if not given else f"{short}({', '.join(f'{k}={v:g}' for k, v in given.items())})"
    return Entrant(name, with_parameters(policy, given, reference))


def entrants_of(texts: Sequence[str]) -> tuple[Entrant, ...]:
    """Each once; names that would be the same are an error."""
    found = tuple(entrant_of(t) for t in dict.fromkeys(texts))
    names = [e.name for e in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageProblem(Say.SAME_NAME(name=name))
    return found


def with_parameters(policy: Policy, given: Mapping[str, float], where: str) -> Policy:
    """The same policy with other parameters. Raises UsageProblem for one that it does not have, or that it refuses."""
    known = {f.name: f.default for f in dataclasses.fields(policy)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise UsageProblem(Say.NO_PARAMETER(where=where, name=name, value=value, known=", ".join(known) or "-"))
        whole = isinstance(known[name], int) and not isinstance(known[name], bool)
        if not math.isfinite(value) or (whole and value != int(value)):
            raise UsageProblem((Say.WHOLE if whole else Say.FINITE)(where=where, name=name, value=value))
        values[name] = int(value) if whole else float(value)
    try:
        changed: Policy = dataclasses.replace(policy, **values)  # type: ignore[type-var]
    except (ValueError, TypeError) as error:
        raise UsageProblem(Say.REFUSES(where=where, error=Wording.read(str(error)))) from None
    return changed


def _pair(text: str, part: str) -> tuple[str, float]:
    name, _, value = part.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise UsageProblem(Say.PAIR(text=text, part=part)) from None
