"""What the commands of `sim` are given: worlds, scenarios, policies, seeds. Everything wrong is one line with what is allowed."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from bidctl import catalog
from bidctl.problem import UsageProblem
from sim.engines import Engine, Here, Pool
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
                     help="Campaigns to compute the oracles for, 0 = none. 参照上限的抽样数"),
        click.option("--cluster", metavar="ADDRESS", help="dask.distributed: tcp://host:port, or local:N (extra `sweep`). 集群"),
        click.option("--workers", type=click.IntRange(1, 1024), default=1, show_default=True,
                     help="Processes at work. 并行进程数"),
        click.option("--world", metavar="MODULE:CLASS", help="A world from outside: factory(scenario, seed). 外部世界"),
        click.option("--every", type=click.Choice(HOURS), default="6", show_default=True, metavar="HOURS",
                     help="Hours from one decision to the next. 决策间隔"),
        click.option("--seeds", default="3", show_default=True, metavar="N|A-B|A,B,..",
                     help="How many seeds of luck, or which. 随机种子"),
        click.option("--days", type=click.IntRange(1, MOST_DAYS), default=60, show_default=True, help="天数"),
        click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a report that opens offline. 报告"),
    ):  # fmt: skip
        command = add(command)
    return command


def scenario_of(text: str) -> Scenario:
    """A shipped scenario by name, or the one of a TOML file. Raises UsageProblem."""
    path = Path(text)
    try:
        return load(path) if path.suffix == ".toml" or path.exists() else shipped(text)
    except ScenarioError as error:
        raise UsageProblem(str(error)) from None


def engine_of(workers: int, cluster: str | None) -> Engine:
    """Where the work is done."""
    if cluster is None:
        return Here() if workers == 1 else Pool(workers)
    if workers != 1:
        raise UsageProblem("--workers and --cluster: expected one of them")
    from bidctl.cli.sim.cluster import Cluster

    return Cluster(cluster)


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
        raise UsageProblem(
            f"--seeds {text}: expected a number of seeds 1 .. {MOST_SEEDS}, a range A-B, or a list A,B,.."
        )
    return seeds


def worlds_of(reference: str | None) -> Worlds:
    """The world's factory. Raises UsageProblem."""
    if reference is None:
        return market
    module, _, name = reference.partition(":")
    if not module or not name:
        raise UsageProblem(f"--world {reference}: expected module:Class, whose call (scenario, seed) gives a world")
    try:
        found: Worlds = getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise UsageProblem(f"--world {reference}: cannot import {module}: {error}") from None
    except AttributeError:
        raise UsageProblem(f"--world {reference}: {module} has no {name}") from None
    if not callable(found):
        raise UsageProblem(
            f"--world {reference}: found {type(found).__name__}, expected a class or function (scenario, seed)"
        )
    return found


def plan_of(days: int, every: str) -> Plan:
    return Plan(days, int(every))


def entrant_of(text: str) -> Entrant:
    """A policy by name, module:Class or .toml file, with parameters in brackets. Raises UsageProblem."""
    catalog.load(text)
    return Entrant(text.rpartition("/")[2], partial(catalog.load, catalog.lasting(text)))


def entrants_of(texts: Sequence[str]) -> tuple[Entrant, ...]:
    """Each once. Raises UsageProblem for two that would have one name."""
    found = tuple(entrant_of(t) for t in dict.fromkeys(texts))
    names = [e.name for e in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageProblem(f"policies {name}, {name}: two of one name; expected different ones")
    return found
