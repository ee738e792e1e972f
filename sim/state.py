"""What changes about each campaign: its settings, what of them is in force, where the autobidder stands, and its daily luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR
from sim.columns import taken
from sim.luck import BIAS, DEMAND, WALK
from sim.market import next_state
from sim.population import Traits
from sim.scenario import Noise, Scenario
from sim.seam import CampaignSpec
from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]

LONG_AGO = -1e18


@dataclass(slots=True)
class State:
    """Settings as given (`target`, `objective`, `budget` fen, `enabled`), those in force (`force` the target, `goal` ln of it on the
    paid basis, `cap` fen, `on`), `finished` (replaced). The log ROI delivered was `aim` at `since` and nears `goal` + `bias` (less
    what the platform cuts by itself) from there. Daily luck (`demand`, `bias`, `walk`, logs). `learnt_at`: learning ends; `moved_at`: last
    move, `slow_until`: its cost ends. Today: `spent` fen, `orders`. This hour: `run` expected orders in units, `sold` orders.
    `pieces` left in stock, `sold_out_at` (inf: not)."""

    target: Float
    objective: Int
    budget: Int
    enabled: Mask
    finished: Mask
    force: Float
    goal: Float
    cap: Int
    on: Mask
    aim: Float
    since: Float
    demand: Float
    bias: Float
    walk: Float
    learnt_at: Float
    moved_at: Float
    slow_until: Float
    spent: Int
    orders: Int
    run: Int
    sold: Int
    pieces: Int
    sold_out_at: Float


def newborn(specs: Sequence[CampaignSpec], traits: Traits, scenario: Scenario, shocks: Shocks, now: float) -> State:
    """The state of campaigns as they begin at `now`; older ones have learnt already."""
    n, noise = len(specs), scenario.noise
    z = shocks.normals(Stream.BIRTH, traits.key, 0)
    target = np.array([s.target for s in specs], np.float64)
    objective = np.array([s.objective for s in specs], np.int64)
    budget = np.array([s.budget for s in specs], np.int64)
    goal = paid_goal(target, objective, traits)
    bias = noise.bias * z[1]
    return State(
        target=target,
        objective=objective,
        budget=budget,
        enabled=np.ones(n, np.bool_),
        finished=np.zeros(n, np.bool_),
        force=target.copy(),
        goal=goal,
        cap=budget.copy(),
        on=np.ones(n, np.bool_),
        aim=goal + bias,
        since=np.full(n, now),
        demand=noise.demand * z[0],
        bias=bias,
        walk=scenario.suggestion.sd * z[2],
        learnt_at=traits.starts_at + scenario.learning.days * DAY,
        moved_at=np.full(n, LONG_AGO),
        slow_until=np.full(n, LONG_AGO),
        spent=np.zeros(n, np.int64),
        orders=np.zeros(n, np.int64),
        run=np.zeros(n, np.int64),
        sold=np.zeros(n, np.int64),
        pieces=traits.pieces.copy(),
        sold_out_at=np.full(n, np.inf),
    )


def paid_goal(target: Float, objective: Int, traits: Traits) -> Float:
    """ln of the target on the paid basis: a net target is met by a higher paid ROI."""
    return np.asarray(np.log(target) - np.where(objective == 1, np.log(traits.net_share), 0.0), np.float64)


def settle_aim(state: State, rows: Int, at: float, lag_hours: float, cut: float) -> None:
    """Where the autobidder of these campaigns stands at `at`; it goes on from there. `cut`: by how much (log) the platform has
    lowered targets by itself until then."""
    goal = state.goal[rows] + state.bias[rows] - cut
    gap = state.aim[rows] - goal
    state.aim[rows] = goal + gap * np.exp((state.since[rows] - at) / (lag_hours * HOUR))
    state.since[rows] = at


def made_anew(s: State, rows: Int) -> State:
    """The state of campaigns that replace those in `rows`: their settings and learning, nothing spent yet. The old ones are over."""
    fresh = taken(s, rows)
    fresh.enabled[:], fresh.on[:] = True, True
    fresh.spent[:], fresh.orders[:], fresh.run[:], fresh.sold[:] = 0, 0, 0, 0
    s.finished[rows], s.on[rows] = True, False
    return fresh


def put_in_force(state: State, traits: Traits, scenario: Scenario, rows: Int, at: float, cut: float) -> None:
    """Let the settings of these rows act from `at` on. A move has its cost, a big one sets the platform learning again."""
    settle_aim(state, rows, at, scenario.learning.lag_hours, cut)
    goal = paid_goal(state.target[rows], state.objective[rows], taken(traits, rows))
    step = np.abs(goal - state.goal[rows])
    again = np.where(step > scenario.learning.move, at + scenario.learning.move_days * DAY, LONG_AGO)
    state.learnt_at[rows] = np.maximum(state.learnt_at[rows], again)
    _slow_down(state, scenario, rows[step > 1e-9], at)
    state.force[rows] = state.target[rows]
    state.goal[rows] = goal
    state.cap[rows] = state.budget[rows]
    state.on[rows] = state.enabled[rows] & ~state.finished[rows]


def _slow_down(state: State, scenario: Scenario, moved: Int, at: float) -> None:
    cost = scenario.moving
    soon = at - state.moved_at[moved] < cost.within_days * DAY
    until = at + np.where(soon, cost.again_days, cost.days) * DAY
    state.slow_until[moved] = np.maximum(state.slow_until[moved], until)
    state.moved_at[moved] = at


def turn_day(state: State, rows: Int, z: NDArray[np.float32], scenario: Scenario) -> None:
    """Midnight: the luck (4, m) of the new day and the suggestion move on."""
    noise, suggesting = scenario.noise, scenario.suggestion
    state.demand[rows] = next_state(state.demand[rows], noise.rho, noise.demand, z[DEMAND])
    state.bias[rows] = next_state(state.bias[rows], noise.bias_rho, noise.bias, z[BIAS])
    state.walk[rows] = next_state(state.walk[rows], suggesting.rho, suggesting.sd, z[WALK])


def next_market(now: float, noise: Noise, z: float) -> float:
    """Everybody's demand (log) of the next day."""
    return float(next_state(np.array([now]), noise.rho, noise.market, np.array([z]))[0])


def restock(state: State, traits: Traits, rows: Int, at: float, days: float) -> None:
    """Midnight: what has been sold out for `days` is full again."""
    full = rows[state.sold_out_at[rows] + days * DAY <= at]
    state.pieces[full] = traits.pieces[full]
    state.sold_out_at[full] = np.inf
