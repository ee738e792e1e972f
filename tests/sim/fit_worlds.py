"""Worlds whose parameters are known, lived for some weeks and written down as an account's past."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.figures import figures
from sim.market import elasticity, log_volume
from sim.past import Past, Told
from sim.scenario import Group, Scenario, shipped
from sim.world import MarketWorld

Float = NDArray[np.float64]
DAY, HOUR = 86400.0, 3600.0


@dataclass(frozen=True)
class Truth:
    """What the world knows: expected yuan a day and elasticity at the present target, refund share, yuan an order."""

    level: Float
    elasticity: Float
    refund: Float
    order_value: Float


def scenario(count: int = 30, **changes: object) -> Scenario:
    """Goods campaigns of one account, some 60 orders a day, budgets far off; group keys may be changed."""
    base = shipped("base60")
    group: Group = replace(base.group[0], **{"count": count, "start_offset": (-0.15, 0.15)} | changes)
    return replace(base, accounts=1, history_days=0, group=(group,))


def lived(s: Scenario, seed: int, days: int, move_every: int = 5, step: float = 0.09) -> tuple[Past, Truth]:
    """The past of a world, each campaign's target moved up or down in turn every so many days (0: never)."""
    world = MarketWorld(s, seed)
    n = len(world.specs)
    begin, rows = world.now, np.arange(n)
    first = np.array([world.setting(i)[0] for i in rows])
    targets = np.tile(first[:, None], days)
    luck = np.random.default_rng(seed)
    now = first.copy()
    for d in range(days):
        if move_every:
            due = (d + rows) % move_every == 0
            far = np.log(now / first)
            up = np.where(far > 0.1, -1, np.where(far < -0.1, 1, luck.choice([-1, 1], n)))
            now = np.where(due & (d > 0), np.round(now * np.exp(step * up), 2), now)
            world.set_target(rows, now)
        targets[:, d] = now
        world.advance(begin + (d + 1) * DAY)
    return _past(world, begin, days, targets), truth(world, now)


def _past(world: MarketWorld, begin: float, days: int, targets: Float) -> Past:
    n = len(world.specs)
    told = world.report(np.arange(n), begin, begin + days * DAY, "day")
    at = (told.campaign, np.rint((told.span_start - begin) / DAY).astype(int))

    def table(name: str, blank: float) -> Float:
        out = np.full((n, days), blank)
        column = getattr(told, name)
        scale = 1.0 if name == "orders" else 100.0
        out[at] = np.where(column < 0, np.nan, column / scale)
        return out

    hourly = world.report(np.arange(n), begin, begin + days * DAY, "hour")
    hours = np.zeros((n, days * 24))
    hours[hourly.campaign, np.rint((hourly.span_start - begin) / HOUR).astype(int)] = hourly.spend / 100
    traits = world._traits
    return Past(
        place="world",
        first_day=int((begin + 8 * HOUR) // DAY),
        known_at=world.now,
        campaign=tuple(str(i) for i in range(n)),
        account=np.zeros(n, np.int64),
        net=np.zeros(n, np.bool_),
        created=np.array([s.created_at for s in world.specs]),
        spend=table("spend", 0.0),
        gmv=table("gmv", 0.0),
        orders=table("orders", 0.0),
        settled=np.stack([table(c, np.nan) for c in ("gmv_1h", "gmv_7d", "gmv_14d", "gmv_30d", "gmv_90d")], axis=1),
        hours=hours.reshape(n, days, 24),
        target=targets,
        now=targets[:, -1],
        budget=np.array([s.budget / 100 for s in world.specs]),
        suggested=np.full((n, days), np.nan),
        told=tuple(Told(margin=float(m)) for m in traits.worth),
    )


def truth(world: MarketWorld, target: Float) -> Truth:
    t = world._traits
    x = np.log(target) - t.reference
    width = figures().elasticity_width
    return Truth(
        level=t.base / 100 * np.exp(log_volume(x, t.low, t.high, width)),
        elasticity=elasticity(x, t.low, t.high, width),
        refund=t.refund,
        order_value=t.order_value / 100,
    )
