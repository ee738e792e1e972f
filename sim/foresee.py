"""The outlook of a `MarketWorld`: the luck of coming days is a pure function of its seed, so it can be read beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR, day_of, day_start, weekday
from sim.columns import taken
from sim.figures import figures
from sim.market import follow, next_state
from sim.outlook import Outlook
from sim.population import Traits
from sim.shocks import Stream
from sim.state import State
from sim.world import MOST_VOLUME, MarketWorld

Int = NDArray[np.int64]
Float = NDArray[np.float64]

OBSERVED_S = 73 * HOUR
"""R-OBSERVE: 72 h from the end of the hour in which a campaign was fed, at the earliest its first."""


@dataclass(slots=True)
class _Hours:
    """Paths by campaign and hour (n, h), suggestion by day (n, d)."""

    demand: Float
    bias: Float
    worth: Float
    walk: Float


def eligible(world: MarketWorld) -> Int:
    """Campaigns that an oracle can speak of: goods that deliver now, enrolled, their protection rule known."""
    can = [
        spec.kind == 0 and spec.cost_controlled and not spec.overall and spec.starts_at <= world.now
        for spec in world.specs
    ]
    return np.array([i for i, good in enumerate(can) if good and world.terms(i).wanted], np.int64)


def sampled(campaigns: Int, count: int) -> Int:
    """At most `count` of the campaigns, evenly spread over them (and so over groups), ascending."""
    picks = np.linspace(0, len(campaigns) - 1, min(count, len(campaigns)))
    return campaigns[np.rint(picks).astype(np.int64)]


def foresee(world: MarketWorld, campaigns: Int, days: int, stage_hours: int) -> Outlook:
    """The coming `days` of eligible campaigns of a world that stands at midnight. Raises ValueError for another time, or for stages
    that do not divide a day."""
    if world.now != day_start(day_of(world.now)) or 24 % stage_hours:
        raise ValueError(f"now {world.now}, stages of {stage_hours} h: expected a midnight, and a divisor of 24")
    t, s = taken(world._traits, campaigns), taken(world._state, campaigns)
    hours = _hours(world, t, s, days)
    stages, day_stages = days * 24 // stage_hours, 24 // stage_hours
    cut = (len(campaigns), stages, stage_hours)
    demand = hours.demand.reshape(cut)
    weight = demand / np.maximum(demand.sum(axis=2, keepdims=True), 1e-9)
    net = np.where(s.objective == 1, np.log(t.net_share), 0.0)
    begins = world.now + stage_hours * HOUR * np.arange(stages)
    margin = t.margin * (1 - t.refund)

    def all_along(column: NDArray[np.generic]) -> Float:
        return np.repeat(column[:, None].astype(np.float64), stages, axis=1)

    return Outlook(
        campaign=campaigns,
        stage_hours=stage_hours,
        day_stages=day_stages,
        target=np.log(s.target) - net,
        basis=net,
        low=t.low,
        high=t.high,
        order_value=t.order_value,
        value_square=t.order_value**2 * np.exp(t.value_sd**2),
        reference=all_along(t.reference),
        demand=demand.sum(axis=2),
        bias=(hours.bias.reshape(cut) * weight).sum(axis=2),
        reach=(hours.worth.reshape(cut) * weight).sum(axis=2),
        margin=all_along(margin),
        budget=all_along(s.budget),
        floor=all_along(-np.log(margin)),
        cap=np.repeat((t.best + t.hint)[:, None] + hours.walk, day_stages, axis=1),
        may_move=begins >= t.starts_at[:, None] + OBSERVED_S,
        width=figures().elasticity_width,
        most_volume=MOST_VOLUME,
        lag_hours=world.scenario.learning.lag_hours,
        move_within=0,
        move_loss=np.zeros((1, 0)),
        cover=None,  # this world's moves within the band cost nothing but the lag
    )


def _hours(world: MarketWorld, t: Traits, s: State, days: int) -> _Hours:
    """The world's own recursions of luck, hour by hour, without its orders."""
    noise, learning, first = world.scenario.noise, world.scenario.learning, day_of(world.now)
    n, mean_one = len(t.key), (noise.demand**2 + noise.market**2 + noise.hour**2) / 2
    blank = np.zeros((n, days * 24))
    out = _Hours(blank.copy(), blank.copy(), blank.copy(), np.zeros((n, days)))
    demand, bias, walk, market = s.demand.copy(), s.bias.copy(), s.walk.copy(), world._market
    felt, learn = s.aim - s.goal, s.learn.copy()
    for d in range(days):
        if d:
            z, shared = (
                world.shocks.normals(stream, keys, first + d)
                for stream, keys in ((Stream.DEMAND, t.key), (Stream.MARKET, np.zeros(1, np.int64)))
            )
            demand = next_state(demand, noise.rho, noise.demand, z[0])
            bias = next_state(bias, noise.bias_rho, noise.bias, z[1])
            walk = next_state(walk, world.scenario.suggestion.rho, world.scenario.suggestion.sd, z[2])
            market = float(next_state(np.array([market]), noise.rho, noise.market, shared[0])[0])
        out.walk[:, d] = walk
        profile = figures().hour_profile[weekday(first + d)] / 24
        for h in range(24):
            k = 24 * d + h
            z = world.shocks.normals(Stream.HOUR, t.key, int(day_start(first + d) // HOUR) + h)
            felt = follow(felt, bias, HOUR, learning.lag_hours * HOUR)
            fresh = learn / learning.days if learning.days else learn
            out.demand[:, k] = t.base * profile[h] * np.exp(demand + market + noise.hour * z[0] - mean_one)
            out.bias[:, k] = felt
            out.worth[:, k] = np.exp(fresh * learning.noise * z[1]) * (1 - learning.loss * np.minimum(fresh, 1))
            learn = np.maximum(0.0, learn - HOUR / DAY)
    return out
