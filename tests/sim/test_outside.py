"""Policies on worlds from outside, whose equations differ (tests/sim/outside.py): no policy that seeks profit is worse than leaving
everything as it is by more than 2 % of the best constant targets (by 3 % where people began near the best), and the world's own record of
what was set keeps the rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bidctl.policy import Policy
from policies.curve import Curve
from policies.guard import Guard
from policies.hold import Hold
from sim.contract import welcome
from sim.run import Plan, Run
from sim.scenario import shipped
from tests.sim import outside

DAYS = 60


def profits(world: outside.Outside) -> np.ndarray:
    """Yuan by campaign since the run began, the luck of orders apart."""
    return world.expected[:, outside.PAST * 24 :].sum(axis=1)


def steered(kind: type, seed: int, policy: Policy) -> outside.Outside:
    made: list[outside.Outside] = []

    def world(scenario: object, seed: int) -> outside.Outside:
        made.append(kind(scenario, seed))
        return made[0]

    plan = Plan(DAYS)
    run = Run(welcome(world, shipped("small"), seed), policy, plan)
    for _ in range(plan.steps):
        run.step()
    result = run.close("one", kind.__name__, seed)
    assert result.violations == () and int(result.edits.sum()) == len(made[0].writes)
    return made[0]


def best_constant(kind: type, seed: int) -> float:
    """Each campaign's best of some constant targets, on the same luck."""
    earned = []
    for share in np.exp(np.linspace(np.log(0.6), np.log(1.8), 17)):
        world = kind(shipped("small"), seed)
        world.target = np.minimum(np.round(world.best * share, 2), world.ceiling)
        world.advance(world.now + DAYS * outside.DAY)
        earned.append(profits(world))
    return float(np.max(earned, axis=0).sum())


def broken_rules(world: outside.Outside) -> Sequence[str]:
    """RULEBOOK 5.2, 5.3, R-QUOTA and R-DRIFT, from the writes that arrived."""
    last: dict[int, float] = {}
    days: dict[tuple[int, int], list[float]] = {}
    found = []
    for at, i, old, new in world.writes:
        units, before = round(100 * new), round(100 * old)
        day = days.setdefault((i, int((at + outside.SHANGHAI) // outside.DAY)), [old])
        day.append(new)
        wrong = {
            "too soon": at - last.get(i, -np.inf) <= 3600,
            "no step of 5 to 10 %": not before <= 20 * abs(units - before) or not 10 * abs(units - before) <= before,
            "above the suggestion": units > before and new > world.ceiling[i] + 1e-9,
            "too often": len(day) > 5,
            "too far in a day": not 0.8 - 1e-9 <= new / day[0] <= 1.25 + 1e-9,
            "below break-even": units < before and new < 0.8 * world.break_even[i] / world.delivers,
        }
        found += [f"campaign {i} at {at:.0f}: {old} -> {new}: {what}" for what, is_so in wrong.items() if is_so]
        last[i] = at
    return found


def test_the_judge_sees_what_is_wrong() -> None:
    world = outside.Deaf(shipped("small"), 1)
    begin, top = float(world.target[0]), float(world.ceiling[0])
    for hours, new in ((1, begin * 1.03), (2, begin * 1.2), (2.5, begin * 1.3), (4, top * 1.2), (5, 0.1), (6, 0.11)):
        world.now += hours * 3600 - (world.now + outside.SHANGHAI) % outside.DAY
        world.set_target(0, new)
    said = " ".join(broken_rules(world))
    for wrong in ("too soon", "no step", "above the suggestion", "too often", "too far in a day", "below break-even"):
        assert wrong in said, wrong


@pytest.mark.long
@pytest.mark.parametrize("kind", [outside.Auction, outside.Late, outside.Deaf, outside.Generous])
def test_seeking_profit_is_never_much_worse_than_holding(kind: type) -> None:
    best, held = best_constant(kind, 1), profits(steered(kind, 1, Hold()))
    near = (np.arange(outside.N) % 2 == 0) & (kind.begins is None)
    for policy in (Curve(), Guard()):
        world = steered(kind, 1, policy)
        assert broken_rules(world) == []
        gain = profits(world) - held
        beyond, there = gain.sum() / best, gain[near].sum() / max(held[near].sum(), 1.0)
        told = (
            f"{kind.__name__}, {type(policy).__name__}: {beyond:+.1%} of the best beyond hold ({held.sum() / best:.0%})"
        )
        print(told, f"{there:+.1%} where people began near the best; {len(world.writes)} writes")
        assert beyond > -0.02 and there > -0.03, told
