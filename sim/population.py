"""Who is in the market: the traits of every campaign, drawn once from its group, and the campaigns planned to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR
from sim.columns import joined, taken
from sim.figures import figures
from sim.lives import Broadcast
from sim.market import elasticity, log_volume, optimum
from sim.menus import page_size
from sim.normal import inverse_normal
from sim.profile import week_of
from sim.scenario import Group, Measured, Range, Scenario
from sim.seam import CampaignSpec
from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]

REFERENCE_SPREAD = 0.1  # log sd of the reference target around the optimum
UNLIMITED = 1 << 60
LEAST_ELASTICITY = 1.15


@dataclass(slots=True)
class Traits:
    """What does not change. `key`: line of luck (a live campaign made anew keeps it). `base`: fen a day at the reference target
    exp(`reference`), paid basis. `low`, `high`: elasticity far below and above it. `order_value`: mean fen; `size`: potential
    orders drawn for an hour. `net_share`: 1 - share refunded within the hour. `worth`: margin of a kept order x share that would
    not have come by itself; `settled`: that x (1 - refund) = m'. `pieces` in stock when full. `best`: ln T*. `hint`:
    ln(suggestion / T*), NaN = never suggested."""

    key: Int
    group: Int
    account: Int
    live_account: Int
    live: NDArray[np.bool_]
    starts_at: Float
    base: Float
    reference: Float
    low: Float
    high: Float
    order_value: Float
    size: Int
    refund: Float
    net_share: Float
    margin: Float
    worth: Float
    settled: Float
    pieces: Int
    best: Float
    hint: Float


@dataclass(frozen=True, slots=True)
class Planned:
    """Campaigns of the scenario, oldest first; `traits` rows match `specs`."""

    specs: tuple[CampaignSpec, ...]
    traits: Traits


def draw_traits(group: Group, number: int, keys: Int, scenario: Scenario, shocks: Shocks) -> Traits:
    """Traits of campaigns of one group, each from its own uniforms."""
    n, f, known = len(keys), figures(), group.measured
    u = np.concatenate([shocks.uniforms(Stream.TRAITS, keys, block) for block in range(3)])
    eps = elasticity_draw(u[0]) * group.elasticity
    low = np.maximum(LEAST_ELASTICITY, f.elasticity_low * eps)
    high = np.maximum(low + 0.1, f.elasticity_high * eps)
    margin, refund = between(group.margin, u[1]), between(group.refund, u[2])
    worth = margin * between(group.incremental, u[8])
    settled = worth * (1 - refund)
    net_share = 1 - refund * scenario.refunds.within_hour
    if known is None:
        middle = elasticity(np.zeros(n), low, high, f.elasticity_width)
        reference = np.log(middle / (middle - 1) / settled) + REFERENCE_SPREAD * inverse_normal(u[3])
    else:
        low, high = around(log_between(known.elasticity, u[0]))
        reference = np.log(first_target(known, u[3]) / np.where(group.objective == "net", net_share, 1.0))
    best = optimum(reference, low, high, f.elasticity_width, settled)
    order_value = log_between(group.order_value, u[5]) * 100
    volume = np.exp(log_volume(best - reference, low, high, f.elasticity_width))
    base = base_of(group, u[4], order_value / np.exp(best) / volume)
    orders = base * volume * np.exp(best) / order_value
    return Traits(
        key=keys,
        group=np.full(n, number),
        account=np.zeros(n, np.int64),
        live_account=np.zeros(n, np.int64),
        live=np.full(n, group.kind == "live"),
        starts_at=np.zeros(n),
        base=base,
        reference=reference,
        low=low,
        high=high,
        order_value=order_value,
        size=page_size(orders * busiest_hour(group, week_of(scenario.profile))),
        refund=refund,
        net_share=net_share,
        margin=margin,
        worth=worth,
        settled=settled,
        pieces=pieces(scenario, orders, u[9]),
        best=best,
        hint=np.where(u[6] < group.suggested, between(group.suggestion_offset, u[7]), np.nan),
    )


def around(eps: Float) -> tuple[Float, Float]:
    """Elasticities far below and above the target where it is `eps`, in the fitted proportion."""
    f = figures()
    low = np.maximum(LEAST_ELASTICITY, 2 * f.elasticity_low / (f.elasticity_low + f.elasticity_high) * eps)
    return low, 2 * eps - low


def first_target(known: Measured, u: Float) -> Float:
    """The first target of campaigns that are known, two decimals."""
    return np.round(log_between(known.target, u), 2)


def outsider(spec: CampaignSpec, key: Int, there: Traits, scenario: Scenario, shocks: Shocks) -> Traits:
    """Of a campaign created from outside (one row). Live: the market of its room, where one is `there`; else of the first group of
    its kind."""
    room = np.flatnonzero(there.live & (there.live_account == spec.live_account))
    if spec.kind == 1 and len(room):
        traits = taken(there, room[-1:])
        traits.key[:] = key
    else:
        number = next((n for n, g in enumerate(scenario.group) if (g.kind == "live") == (spec.kind == 1)), 0)
        traits = draw_traits(scenario.group[number], number, key, scenario, shocks)
        traits.live_account[:], traits.live[:] = spec.live_account, spec.kind == 1
    traits.account[:], traits.starts_at[:] = spec.account, spec.starts_at
    return traits


def busiest_hour(group: Group, profile: Float) -> float:
    """Largest share of a usual day's orders in an hour."""
    if group.kind == "goods":
        return float(profile.max()) / 24
    return float(profile.mean(axis=1).max()) / max(1.0, sum(hours for _, hours in group.sessions))


def pieces(scenario: Scenario, orders: Float, u: Float) -> Int:
    """Pieces in full stock; without a limit more than anybody sells."""
    cover = scenario.stock.cover_days
    if cover is None:
        return np.full(len(u), UNLIMITED)
    return np.asarray(np.ceil(orders * log_between(cover, u)), np.int64)


def base_of(group: Group, u: Float, an_order: Float) -> Float:
    """Fen a day at the reference: as given, or so many orders of the best target at `an_order` fen of such spend each."""
    if group.orders is not None:
        return log_between(group.orders, u) * an_order
    assert group.spend is not None
    return log_between(group.spend, u) * 100


def elasticity_draw(u: Float) -> Float:
    """Log-normal through the fitted 10, 50 and 90 % points, each side with its own spread."""
    q10, q50, q90 = np.log(figures().elasticity_near_goal)
    z = inverse_normal(u) / 1.2815515655
    return np.asarray(np.exp(q50 + np.where(z < 0, (q50 - q10) * z, (q90 - q50) * z)), np.float64)


def between(bounds: Range, u: Float) -> Float:
    return bounds[0] + (bounds[1] - bounds[0]) * u


def log_between(bounds: Range, u: Float) -> Float:
    return np.asarray(np.exp(between((float(np.log(bounds[0])), float(np.log(bounds[1]))), u)), np.float64)


def broadcasts_of(scenario: Scenario) -> list[Broadcast]:
    """By Douyin account: first one per advertiser account for goods (never live), then one per live campaign."""
    never = Broadcast((), (), 0.0, 24)
    lives = [
        Broadcast(g.sessions, g.weekdays, g.host_sd, g.host_hours)
        for g in scenario.group
        if g.kind == "live"
        for _ in range(g.count)
    ]
    return [never] * scenario.accounts + lives


def plan(scenario: Scenario, shocks: Shocks, accounts: Sequence[int] | None = None) -> Planned:
    """Every campaign of the scenario (of these accounts only, where given) in the order of its creation."""
    specs: list[CampaignSpec] = []
    parts: list[Traits] = []
    first, live = 0, scenario.accounts
    wanted = np.arange(scenario.accounts) if accounts is None else np.array(sorted(set(accounts)), np.int64)
    for number, group in enumerate(scenario.group):
        keys = np.arange(first, first + group.count)
        keys = keys[np.isin(keys % scenario.accounts, wanted)]
        traits = draw_traits(group, number, keys, scenario, shocks)
        specs += specs_of(group, traits, first, live, scenario, shocks)
        parts.append(traits)
        first += group.count
        live += group.count if group.kind == "live" else 0
    whole = parts[0]
    for part in parts[1:]:
        whole = joined(whole, part)
    whole.account[:] = [s.account for s in specs]
    whole.live_account[:] = [s.live_account for s in specs]
    whole.starts_at[:] = [s.starts_at for s in specs]
    order = np.argsort([s.created_at for s in specs], kind="stable")
    return Planned(tuple(specs[i] for i in order), taken(whole, order))


def specs_of(
    group: Group, traits: Traits, first_key: int, first_live: int, scenario: Scenario, shocks: Shocks
) -> Sequence[CampaignSpec]:
    """How each campaign of the group is set up at its creation. `first_key`, `first_live`: of the group's first campaign."""
    u = shocks.uniforms(Stream.TRAITS, traits.key, 3)
    net = np.where(group.objective == "net", traits.net_share, 1.0)
    target = np.round(np.exp(traits.best + between(group.start_offset, u[0])) * net, 2)
    if group.measured:
        target = np.round(np.exp(traits.reference) * net, 2)
    budget = np.maximum(300, np.round(traits.base / 100 * log_between(group.budget_factor, u[1]) / 100) * 100) * 100
    created = np.floor((scenario.start.timestamp() - between(group.age_days, u[2]) * DAY) / 60) * 60
    starts = created + np.floor(between(group.starts_in_hours, u[3]) * HOUR / 60) * 60
    live = group.kind == "live"
    return [
        CampaignSpec(
            account=key % scenario.accounts,
            kind=int(live),
            live_account=first_live + key - first_key if live else key % scenario.accounts,
            products=() if live else (key + 1,),
            objective=int(group.objective == "net"),
            name=f"{group.name}-{key - first_key + 1:03d}",
            target=max(0.01, float(target[i])),
            budget=int(budget[i]),
            created_at=float(created[i]),
            starts_at=float(starts[i]),
            cost_controlled=group.cost_controlled,
            overall=group.overall,
            number=key,
        )
        for i, key in enumerate(traits.key.tolist())
    ]
