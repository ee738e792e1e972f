"""What the commands of `sim` are given: worlds, scenarios, policies, seeds. Everything wrong is one line with what is allowed."""

from __future__ import annotations

import functools
import importlib
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from bidctl import catalog
from bidctl.cli.common import Shell
from bidctl.cli.sim.words import Say
from bidctl.problem import UsageProblem
from bidctl.wording import Wording
from sim.cadence import cadence, never_on_air
from sim.engines import Engine, Here, Pool
from sim.experiment import Entrant, Worlds, market
from sim.run import Plan
from sim.scenario import Scenario, ScenarioError, load, shipped

F = TypeVar("F", bound=Callable[..., Any])
MOST_DAYS, MOST_SEEDS = 366, 1000
HOURS = ("1", "2", "3", "4", "6", "8", "12", "24")


@dataclass(frozen=True, slots=True)
class Given:
    """The words of an experiment, checked."""

    days: int
    every: int | None  # hours from one decision to the next; None = as the scenario needs
    seeds: tuple[int, ...]
    worlds: Worlds
    engine: Engine
    oracle: int
    sensitivity: bool
    html: Path | None

    def plan(self, shell: Shell, scenario: Scenario) -> Plan:
        """For this scenario. Says so where its live rooms are never decided on air at the hours that were asked for."""
        every = self.every or cadence(scenario)
        for group in never_on_air(scenario, every):
            told = Say.NEVER_ON_AIR(scenario=scenario.name, group=group, every=every, needed=cadence(scenario))
            click.echo(f"bidctl: {told.text(shell.lang)}", err=True)
        return Plan(self.days, every)


def options(command: F) -> F:
    """The options of every experiment, handed to the command as one `Given`."""

    @functools.wraps(command)
    def wrapped(
        *args: Any, days: int, every: str | None, seeds: str, world: str | None, workers: int, cluster: str | None, oracle: int,
        sensitivity: bool, html: Path | None, **words: Any,
    ) -> Any:  # fmt: skip
        told = Given(
            days,
            None if every is None else int(every),
            seeds_of(seeds),
            worlds_of(world),
            engine_of(workers, cluster),
            oracle,
            sensitivity,
            html,
        )
        return command(*args, given=told, **words)

    for add in (
        click.option("--oracle", type=click.IntRange(0, 100_000), default=0, show_default=True,
                     help="为多少个计划计算参照上限, 0 = 不算 / Campaigns to compute the oracles for, 0 = none."),
        click.option("--cluster", metavar="ADDRESS",
                     help="多机 dask.distributed: tcp://host:port 或 local:N / Many nodes, dask.distributed: tcp://host:port, or local:N."),
        click.option("--workers", type=click.IntRange(1, 1024), default=1, show_default=True,
                     help="并行进程数 / Processes at work."),
        click.option("--world", metavar="MODULE:CLASS", help="外部世界 / A world from outside: factory(scenario, seed)."),
        click.option("--every", type=click.Choice(HOURS), metavar="HOURS",
                     help="决策间隔小时; 不给则为 6, 有直播间时短到每场都决策 / Hours from one decision to the next; 6 where not given, "
                          "fewer for live rooms, so that every session is decided on air."),
        click.option("--seeds", default="3", show_default=True, metavar="N|A-B|A,B,..",
                     help="随机种子: 个数或哪些 / How many seeds of luck, or which."),
        click.option("--days", type=click.IntRange(1, MOST_DAYS), default=60, show_default=True, help="天数 / Days."),
        click.option("--sensitivity", is_flag=True, help="逐项改变假设再比 / Compare again with each assumption changed."),
        click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="离线报告文件 / Report that opens offline."),
    ):  # fmt: skip
        wrapped = add(wrapped)
    return wrapped  # type: ignore[return-value]


def scenario_of(text: str) -> Scenario:
    """A shipped scenario by name, or the one of a TOML file. Raises UsageProblem."""
    path = Path(text)
    try:
        return load(path) if path.suffix == ".toml" or path.exists() else shipped(text)
    except ScenarioError as error:
        raise UsageProblem(Wording.read(str(error))) from None


def seeds_of(text: str) -> tuple[int, ...]:
    """`N` = 1..N, `A-B`, or a list. Raises UsageProblem."""
    if found := re.fullmatch(r"(\d{1,18})-(\d{1,18})", text):
        first, last = int(found[1]), int(found[2])
        seeds = tuple(range(first, min(last, first + MOST_SEEDS) + 1))
    elif re.fullmatch(r"\d{1,18}(,\d{1,18})+", text):
        seeds = tuple(dict.fromkeys(int(s) for s in text.split(",")))
    elif re.fullmatch(r"\d{1,6}", text):
        seeds = tuple(range(1, int(text) + 1))
    else:
        seeds = ()
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise UsageProblem(Say.SEEDS(text=text, most=MOST_SEEDS))
    return seeds


def worlds_of(reference: str | None) -> Worlds:
    """The world's factory. Raises UsageProblem."""
    if reference is None:
        return market
    module, _, name = reference.partition(":")
    if not module or not name:
        raise UsageProblem(Say.WORLD_FORM(reference=reference))
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))  # at the end: what is installed goes first
    try:
        home = importlib.import_module(module)
    except Exception as error:  # whatever a file of somebody else's does when it is run
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise UsageProblem(Say.WORLD_IMPORT(reference=reference, module=module, error=said)) from None
    found: Worlds | None = getattr(home, name, None)
    if found is None:
        raise UsageProblem(Say.WORLD_NAME(reference=reference, module=module, name=name))
    if not callable(found):
        raise UsageProblem(Say.WORLD_KIND(reference=reference, found=type(found).__name__))
    return found


def engine_of(workers: int, cluster: str | None) -> Engine:
    """Where the work is done. Raises UsageProblem."""
    if cluster is None:
        return Here() if workers == 1 else Pool(workers)
    if workers != 1:
        raise UsageProblem(Say.ONE_ENGINE())
    from bidctl.cli.sim.cluster import Cluster

    return Cluster(cluster)


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
            raise UsageProblem(Say.SAME_NAME(name=name))
    return found
