"""What the world knows and a platform would not tell: the true response, the days to come, the final outcome, and how an
operator would enrol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent, Side
from sim import promotions
from sim.books import Books
from sim.calendar import DAY, day_of, day_start, weekday
from sim.creatives import Rack
from sim.figures import figures
from sim.lives import Timetable
from sim.luck import BIAS, DEMAND, WALK, luck_of, market_of
from sim.market import elasticity, next_state
from sim.population import Traits
from sim.profile import week_of
from sim.protection import Cover
from sim.refunds import refund_chance
from sim.scenario import Group, Scenario
from sim.seam import CampaignSpec, RunOut, Terms
from sim.shocks import Shocks
from sim.state import State, next_market
from sim.tiles import tiles_of

Int = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Foresight:
    """The market without the chance of orders and hours, for oracles. Of n campaigns over d natural days from `first_day` (its
    number, sim/calendar.py). With x = ln(T / reference) - `quality`, T the paid-basis ROI delivered, the expected fen of a day are

        base x traffic x exp(demand + log_volume(x, low, high, width)),   and a target in force delivers  ln T = ln target + bias

    before learning and the cost of moving; GMV = spend x T; profit = worth x (1 - refund) x GMV - spend.
    `settled` = worth x (1 - refund) at the usual refund probability: the m' of T* = eps / (eps - 1) / m'. `net_share`: T of a
    target on ROI net of refunds within the hour is the target over this. `order_value` mean fen; `budget` fen a day as set now;
    `pieces` in stock now; `learnt_at` epoch s, end of learning. By day (d, n): `demand` ln of the volume factor (own, everybody's,
    promotions), `traffic` share of a usual day, `bias` log, `refund` probability, `quality` log, creatives as they are now,
    `suggested` ln on the paid basis, NaN = none; (d,): `cut` log, of targets by the platform itself."""

    first_day: int
    base: Float
    reference: Float
    low: Float
    high: Float
    width: float
    order_value: Float
    worth: Float
    settled: Float
    net_share: Float
    budget: Int
    pieces: Int
    learnt_at: Float
    demand: Float
    traffic: Float
    bias: Float
    refund: Float
    quality: Float
    suggested: Float
    cut: Float


def foresight_of(
    scenario: Scenario, shocks: Shocks, times: Timetable, t: Traits, s: State, rack: Rack | None, market: float, now: float, days: int
) -> Foresight:  # fmt: skip
    """The days from that of `now` on, as they would be by `state`, `market` and creatives at `now`."""
    n, first, noise = len(t.key), day_of(now), scenario.noise
    demand, bias, refund = (np.zeros((days, n)) for _ in range(3))
    traffic, quality, suggested, cut = np.zeros((days, n)), np.zeros((days, n)), np.zeros((days, n)), np.zeros(days)
    rack = rack.copy() if rack else None
    tiles = tiles_of(np.arange(n), t, scenario, 0) if n else []
    own, drift, walk, spread = s.demand.copy(), s.bias.copy(), s.walk.copy(), (noise.demand**2 + noise.market**2) / 2
    for k in range(days):
        day, running = first + k, promotions.on(scenario, first + k)
        for tile in tiles:
            z = luck_of(shocks, tile.traits.key, tile.token, day, tile.live, noise.hour, scenario.profile).day
            if k:
                own[tile.rows] = next_state(own[tile.rows], noise.rho, noise.demand, z[DEMAND])
                drift[tile.rows] = next_state(drift[tile.rows], noise.bias_rho, noise.bias, z[BIAS])
                walk[tile.rows] = next_state(walk[tile.rows], scenario.suggestion.rho, scenario.suggestion.sd, z[WALK])
            refund[k, tile.rows] = refund_chance(
                tile.traits.refund, z, scenario.refunds, promotions.refund_factor(running)
            )
        if k:
            market = next_market(market, noise, market_of(shocks, day))
        demand[k], bias[k] = own + market - spread + promotions.log_demand(running), drift
        suggested[k] = t.best + t.hint + walk - dropped(scenario, day_start(day))
        traffic[k], cut[k] = traffic_of(times, t, day, scenario), promotions.log_cut(running)
        if rack:
            quality[k] = rack.turn_day(day_start(day))
    return Foresight(
        first, t.base, t.reference, t.low, t.high, figures().elasticity_width, t.order_value, t.worth, t.settled, t.net_share,
        s.budget.copy(), s.pieces.copy(), s.learnt_at.copy(), demand, traffic, bias, refund, quality, suggested, cut,
    )  # fmt: skip


def dropped(scenario: Scenario, at: float) -> float:
    """By how much (log) suggestions are lower at `at` than their relation to the optimum says."""
    rule = scenario.suggestion
    return rule.drop if at >= scenario.start.timestamp() + rule.drop_day * DAY else 0.0


def traffic_of(times: Timetable, t: Traits, day: int, scenario: Scenario) -> Float:
    """(n,) share of a usual day's traffic that the natural day has."""
    usual = float(week_of(scenario.profile)[weekday(day)].mean())
    air = times.air_seconds(t.live_account, np.array([day_start(day), day_start(day + 1)]))[0]
    return np.where(t.live, air / np.maximum(times.planned_seconds[t.live_account], 1.0), 1.0) * usual


def terms_of(group: Group, margin: float) -> Terms:
    """Both numbers as an operator states them, to two decimals."""
    said = round(margin, 2)
    enrol = group.enrol
    goal = round(enrol.goal_markup / said, 2)
    return Terms(group.name, enrol.wanted, Side[enrol.side.upper()], Intent[enrol.intent.upper()], goal, said)


def run_out_of(books: Books, traits: Traits, cover: Cover, scenario: Scenario) -> RunOut:
    kept, spend = books.never_refunded.copy(), books.spend.copy()
    profit = traits.worth * kept - spend + scenario.protection.value * cover.credits
    return RunOut(spend, books.gmv.copy(), kept, profit, cover.credits.copy(), cover.lost.copy())


def told(
    specs: Sequence[CampaignSpec], groups: Sequence[str], t: Traits, state: State, books: Books, end: RunOut
) -> list[dict[str, object]]:
    """One plain dict a campaign; money fen, `optimum` on the paid basis."""
    eps = elasticity(t.best - t.reference, t.low, t.high, figures().elasticity_width)
    columns: dict[str, list[object]] = {
        "index": list(range(len(specs))),
        "account": [s.account for s in specs],
        "name": [s.name for s in specs],
        "group": [groups[g] for g in t.group],
        "eps": np.round(eps, 6).tolist(),
        "optimum": np.round(np.exp(t.best), 6).tolist(),
        "settled_share": np.round(1 - t.refund, 6).tolist(),
        "net_share": np.round(t.net_share, 6).tolist(),
        "margin": np.round(t.margin, 6).tolist(),
        "incremental": np.round(t.worth / t.margin, 6).tolist(),
        "target": state.target.tolist(),
        "spend": end.spend.tolist(),
        "gmv": end.gmv.tolist(),
        "settled_gmv": (books.gmv - books.refunded).tolist(),
        "final_gmv": end.kept.tolist(),
        "credits": np.round(end.credits, 2).tolist(),
        "profit": np.round(end.profit, 2).tolist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
