"""Running a policy on a world: the hours go by, every few of them it decides, and in the end it is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from sim.desk import Desk, Witness, unseen
from sim.diary import Diary
from sim.result import Result
from sim.seam import World
from sim.violations import violations

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`days` natural days, a decision every `every` hours (a divisor of 24), by these rules."""

    days: int
    every: int = 6
    rules: RuleSettings = field(default_factory=RuleSettings)

    @property
    def steps(self) -> int:
        """Decisions of the whole run."""
        return self.days * 24 // self.every


Step = Callable[[float], None]
"""Told the share of the run that is done, 0 .. 1."""


class Run:
    """One policy on one world, from its now (a midnight) on, step by step."""

    def __init__(self, world: World, policy: Policy, plan: Plan, witness: Witness = unseen) -> None:
        self._world, self._plan = world, plan
        self._desk = Desk(world, policy, plan.rules, witness)
        self._diary = Diary(world, self._desk.controls)
        self._begin, self._hour = world.now, 0

    def step(self) -> None:
        """Decide, and let the hours to the next decision go by."""
        if self._hour and self._hour % 24 == 0:
            self._diary.end_day()
        self._desk.decide()
        self._diary.note_budgets()
        self._hour += self._plan.every
        self._world.advance(self._begin + self._hour * HOUR_S)

    def close(self, name: str, scenario: str, seed: int) -> Result:
        """What it came to, under these labels."""
        self._desk.controls.follow()
        self._diary.end_day()
        found = violations(self._world, list(self._desk.own_edits()), self._begin)
        return self._diary.close(name, scenario, seed, self._desk.made, dict(self._desk.holds), found)


def run(
    world: World, policy: Policy, plan: Plan, *, name: str, scenario: str, seed: int, witness: Witness = unseen
) -> Result:
    """One policy on one world, from its now on. `name`, `scenario`, `seed` label the result."""
    one = Run(world, policy, plan, witness)
    for _ in range(plan.steps):
        one.step()
    return one.close(name, scenario, seed)
