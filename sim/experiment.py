"""An experiment: policies on the same luck, cut into tasks of whole accounts that can be done anywhere, in any order."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from bidctl.policy import Policy
from sim.contract import alike, welcome
from sim.result import Result
from sim.run import Plan, Run, Step
from sim.scenario import Scenario
from sim.seam import World
from sim.shocks import Shocks
from sim.world import MarketWorld

CHUNK = 4000
"""Campaigns at a time: bounds the memory (ours)."""
Worlds = Callable[..., World]
"""`worlds(scenario, seed)`. One that also takes `accounts` (a sequence of them) can be run in chunks of whole accounts, and
one that takes `shocks` shares luck between the policies that meet it."""


def market(
    scenario: Scenario, seed: int, accounts: Sequence[int] | None = None, shocks: Shocks | None = None
) -> MarketWorld:
    """The world that comes with the package, its history behind it."""
    return MarketWorld.with_history(scenario, seed, accounts=accounts, shocks=shocks)


@dataclass(frozen=True, slots=True)
class Entrant:
    """A policy and what it is called in tables. `make` gives it; other processes call it too, so it must be importable."""

    name: str
    make: Callable[[], Policy]


@dataclass(frozen=True, slots=True)
class Task:
    """All of `entrants` on one piece of one world: `accounts` None = the whole."""

    worlds: Worlds
    scenario: Scenario
    seed: int
    accounts: tuple[int, ...] | None
    entrants: tuple[Entrant, ...]
    plan: Plan

    def text(self) -> str:
        """For people, one line."""
        piece = "" if self.accounts is None else f", accounts {self.accounts[0]}..{self.accounts[-1]}"
        return f"{self.scenario.name}, seed {self.seed}{piece}: {', '.join(e.name for e in self.entrants)}"


def tasks(
    worlds: Worlds, scenario: Scenario, seeds: Sequence[int], entrants: Sequence[Entrant], plan: Plan, chunk: int = CHUNK
) -> list[Task]:  # fmt: skip
    """Every seed and piece; `chunk`: campaigns a piece, in whole accounts."""
    pieces = _pieces(scenario, chunk) if _takes(worlds, "accounts") else [None]
    return [Task(worlds, scenario, seed, piece, tuple(entrants), plan) for seed in seeds for piece in pieces]


def perform(task: Task, step: Step = lambda share: None) -> list[Result]:
    """One result an entrant, in their order. Worlds advance side by side, so that they share what luck is drawn."""
    runs = [Run(world, e.make(), task.plan) for world, e in zip(_alike(task), task.entrants, strict=True)]
    steps = task.plan.steps
    for number in range(steps):
        for one in runs:
            one.step()
        step((number + 1) / steps)
    return [one.close(e.name, task.scenario.name, task.seed) for one, e in zip(runs, task.entrants, strict=True)]


def _alike(task: Task) -> list[World]:
    """A world for every entrant, at the same instant with the same past."""
    given: dict[str, Any] = {}
    if task.accounts is not None:
        given["accounts"] = task.accounts
    if _takes(task.worlds, "shocks"):
        given["shocks"] = Shocks(task.seed)
    more = len(task.entrants) - 1
    if task.worlds is not market:
        guests = [welcome(task.worlds, task.scenario, task.seed, **given) for _ in range(more + 1)]
        for other in guests[1:]:
            alike(guests[0], other)
        return [*guests]
    first = market(task.scenario, task.seed, **given)  # its past is lived once
    constant = {id(same): same for same in first.unchanging()}
    return [first, *(copy.deepcopy(first, dict(constant)) for _ in range(more))]


def gathered(tasks: Sequence[Task], done: Sequence[tuple[Task, Sequence[Result]]]) -> dict[str, list[Result]]:
    """Results by policy, one a seed, pieces put together; of a seed of which a piece is missing nothing is told."""
    finished = {id(task) for task, _ in done}
    torn = {(t.scenario.name, t.seed, e.name) for t in tasks if id(t) not in finished for e in t.entrants}
    parts: dict[tuple[str, int, str], list[Result]] = {}
    for task, results in sorted(done, key=lambda one: one[0].accounts or ()):
        for r in results:
            parts.setdefault((task.scenario.name, task.seed, r.policy), []).append(r)
    out: dict[str, list[Result]] = {}
    for key in sorted((key for key in parts if key not in torn), key=lambda key: key[:2]):
        some = parts[key]
        out.setdefault(key[2], []).append(some[0] if len(some) == 1 else joined(some))
    return out


def joined(parts: Sequence[Result]) -> Result:
    """Pieces of one world in one result, by account."""
    account = np.concatenate([p.account for p in parts])
    order = np.argsort(account, kind="stable")
    columns = {
        f.name: np.concatenate([getattr(p, f.name) for p in parts])[order]
        for f in fields(Result)
        if isinstance(getattr(parts[0], f.name), np.ndarray)
    }
    holds: dict[int, int] = {}
    for p in parts:
        for reason, count in p.holds.items():
            holds[reason] = holds.get(reason, 0) + count
    found = tuple(line for p in parts for line in p.violations)
    return Result(
        policy=parts[0].policy, scenario=parts[0].scenario, seed=parts[0].seed, holds=holds, violations=found, **columns
    )


def _pieces(scenario: Scenario, chunk: int) -> list[tuple[int, ...] | None]:
    campaigns = sum(g.count for g in scenario.group)
    if campaigns <= chunk or scenario.accounts == 1:
        return [None]
    each = max(1, int(scenario.accounts * chunk / campaigns))
    return list(_cut(scenario.accounts, each))


def _cut(accounts: int, each: int) -> Iterator[tuple[int, ...]]:
    for first in range(0, accounts, each):
        yield tuple(range(first, min(first + each, accounts)))


def _takes(worlds: Worlds, name: str) -> bool:
    return name in inspect.signature(worlds).parameters
