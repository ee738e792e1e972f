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


Step = Callable[[float], None]
"""Told the share of the run that is done, 0 .. 1."""


def run(
    world: World, policy: Policy, plan: Plan, *, name: str, scenario: str, seed: int, witness: Witness = unseen,
    step: Step = lambda share: None,
) -> Result:  # fmt: skip
    """One policy on one world, from its now (a midnight) on. `name`, `scenario`, `seed` label the result."""
    desk = Desk(world, policy, plan.rules, witness)
    diary = Diary(world, desk.controls)
    begin, hours = world.now, plan.days * 24
    for hour in range(0, hours, plan.every):
        if hour and hour % 24 == 0:
            diary.end_day()
        desk.decide()
        diary.note_budgets()
        world.advance(begin + (hour + plan.every) * HOUR_S)
        step((hour + plan.every) / hours)
    desk.controls.follow()
    diary.end_day()
    found = violations(world, list(desk.own_edits()), begin)
    return diary.close(name, scenario, seed, desk.made, dict(desk.holds), found)
