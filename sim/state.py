"""What changes about each campaign: its settings, what of them is in force, and where the autobidder and its luck stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.market import next_state
from sim.population import Traits
from sim.scenario import Scenario
from sim.seam import CampaignSpec
from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class State:
    """Settings as given (`target`, `objective`, `budget` fen, `enabled`), those in force during the present step (`goal` ln
    of the paid-basis target, `cap` fen, `on`), `finished` (replaced), `aim` ln of the ROI now delivered, daily luck (`demand`,
    `bias`, `walk`, logs), `learn` days of learning left, `spent` fen today."""

    target: Float
    objective: Int
    budget: Int
    enabled: Mask
    finished: Mask
    goal: Float
    cap: Int
    on: Mask
    aim: Float
    demand: Float
    bias: Float
    walk: Float
    learn: Float
    spent: Int


def newborn(specs: Sequence[CampaignSpec], traits: Traits, scenario: Scenario, shocks: Shocks, now: float) -> State:
    """The state of campaigns as they begin at `now`; older ones have learnt already."""
    n, noise = len(specs), scenario.noise
    z = shocks.normals(Stream.DEMAND, traits.key, 0)
    target = np.array([s.target for s in specs])
    objective = np.array([s.objective for s in specs], np.int64)
    budget = np.array([s.budget for s in specs], np.int64)
    goal = paid_goal(target, objective, traits)
    learnt = np.maximum(0.0, now - traits.starts_at) / 86400
    return State(
        target=target,
        objective=objective,
        budget=budget,
        enabled=np.ones(n, np.bool_),
        finished=np.zeros(n, np.bool_),
        goal=goal,
        cap=budget.copy(),
        on=np.ones(n, np.bool_),
        aim=goal.copy(),
        demand=noise.demand * z[0],
        bias=noise.bias * z[1],
        walk=scenario.suggestion.sd * z[2],
        learn=np.maximum(0.0, scenario.learning.days - learnt),
        spent=np.zeros(n, np.int64),
    )


def paid_goal(target: Float, objective: Int, traits: Traits) -> Float:
    """ln of the target on the paid basis: a net target is met by a higher paid ROI."""
    return np.log(target) - np.where(objective == 1, np.log(traits.net_share), 0.0)


def put_in_force(state: State, traits: Traits, scenario: Scenario, rows: Int) -> None:
    """Let the settings of these rows act; a big move of the target sets the platform learning again."""
    net = np.where(state.objective[rows] == 1, np.log(traits.net_share[rows]), 0.0)
    goal = np.log(state.target[rows]) - net
    again = np.where(np.abs(goal - state.goal[rows]) > scenario.learning.move, scenario.learning.move_days, 0.0)
    state.learn[rows] = np.maximum(state.learn[rows], again)
    state.goal[rows] = goal
    state.cap[rows] = state.budget[rows]
    state.on[rows] = state.enabled[rows] & ~state.finished[rows]


def turn_day(state: State, traits: Traits, scenario: Scenario, shocks: Shocks, day: int) -> None:
    """Midnight: the day's luck and suggestion move on, the budget is fresh."""
    noise, suggesting = scenario.noise, scenario.suggestion
    z = shocks.normals(Stream.DEMAND, traits.key, day)
    state.demand[:] = next_state(state.demand, noise.rho, noise.demand, z[0])
    state.bias[:] = next_state(state.bias, noise.bias_rho, noise.bias, z[1])
    state.walk[:] = next_state(state.walk, suggesting.rho, suggesting.sd, z[2])
    state.spent[:] = 0
