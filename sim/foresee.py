"""The outlook of a `MarketWorld`: its truth and its luck of days to come, cut into the stages of an oracle.

A line is a campaign of goods, or a live room with all the campaigns that it has day after day; it goes by its first campaign.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import promotions
from sim.calendar import DAY, HOUR, day_of, day_start, weekday
from sim.delivery import MOST_VOLUME
from sim.outlook import Cover, Outlook
from sim.profile import week_of
from sim.protection import FAMILIES
from sim.refunds import MOST_REFUNDED
from sim.scenario import Scenario
from sim.truth import Foresight
from sim.world import MarketWorld

Int = NDArray[np.int64]
Float = NDArray[np.float64]

OBSERVED_S = 73 * HOUR
"""R-OBSERVE: 72 h from the end of the hour in which a campaign was fed, at the earliest its first."""


def eligible(world: MarketWorld) -> Int:
    """Lines that an oracle can speak of: they may deliver now, are enrolled, and their protection rule is known."""
    can = [
        spec.cost_controlled and not spec.overall and spec.starts_at <= world.now and not world.finished(i)
        for i, spec in enumerate(world.specs)
    ]
    return np.array([i for i, good in enumerate(can) if good and world.terms(i).wanted], np.int64)


def sampled(campaigns: Int, count: int) -> Int:
    """At most `count` of the campaigns, evenly spread over them (and so over groups), ascending."""
    picks = np.linspace(0, len(campaigns) - 1, min(count, len(campaigns)))
    return campaigns[np.rint(picks).astype(np.int64)]


def foresee(world: MarketWorld, known: Foresight, campaigns: Int, stage_hours: int) -> Outlook:
    """The outlook of eligible lines of a world that stands at midnight and foresees `known`. Raises ValueError for another time,
    or for stages that do not divide a day."""
    if world.now != day_start(day_of(world.now)) or 24 % stage_hours:
        raise ValueError(f"now {world.now}, stages of {stage_hours} h: expected a midnight, and a divisor of 24")
    scenario, days, day_stages = world.scenario, len(known.cut), 24 // stage_hours
    setting = [world.setting(i)[:2] for i in campaigns.tolist()]
    basis = np.where([o == 1 for _, o in setting], np.log(known.net_share[campaigns]), 0.0)
    starts = np.array([world.specs[i].starts_at for i in campaigns.tolist()])
    hours = world.now + HOUR * np.arange(days * 24, dtype=np.float64)
    margin = known.worth * (1 - _usual_refund(scenario, known))

    def daily(column: Float) -> Float:
        """(d, n of the world) or (n,) to (n, s) of these lines."""
        wide = np.broadcast_to(column, (days, len(known.base)))
        return np.repeat(wide[:, campaigns].T, day_stages, axis=1).astype(np.float64)

    loss, within = _move_loss(scenario, stage_hours)
    share, host = _air(world, campaigns, days, stage_hours)
    return Outlook(
        campaign=campaigns,
        stage_hours=stage_hours,
        day_stages=day_stages,
        target=np.log([t for t, _ in setting]) - basis,
        basis=basis,
        low=known.low[campaigns],
        high=known.high[campaigns],
        order_value=known.order_value[campaigns],
        value_square=known.order_value[campaigns] ** 2 * (1 + _value_cv(world, campaigns) ** 2),
        reference=daily(known.reference + known.quality) + host,
        demand=daily(known.base * np.exp(known.demand)) * share,
        bias=_felt_bias(known, campaigns, stage_hours, scenario.learning.lag_hours),
        reach=_reach(scenario, known.learnt_at[campaigns], hours, stage_hours),
        margin=daily(margin),
        budget=daily(known.budget.astype(np.float64)),
        floor=daily(-np.log(known.settled)),
        cap=daily(known.suggested),
        may_move=hours[::stage_hours] >= starts[:, None] + OBSERVED_S,
        width=known.width,
        most_volume=float(MOST_VOLUME),
        lag_hours=scenario.learning.lag_hours,
        move_loss=loss,
        move_within=within,
        cover=_cover(scenario),
    )


def _usual_refund(scenario: Scenario, known: Foresight) -> Float:
    """(d, n): probability that an order comes back, promotions known; that refunds come in clusters is luck of the orders."""
    usual = 1 - known.settled / known.worth
    days = known.first_day + np.arange(len(known.cut))
    factor = [promotions.refund_factor(promotions.on(scenario, int(day))) for day in days]
    return np.asarray(np.minimum(usual * np.array(factor)[:, None], MOST_REFUNDED), np.float64)


def _air(world: MarketWorld, campaigns: Int, days: int, stage_hours: int) -> tuple[Float, Float]:
    """(q, n, s): share of a usual day's traffic that a slice of a stage has; ln of the efficiency of its hosts. Slices are hours
    where there are hosts, else the whole stage."""
    live = np.array([world.specs[i].kind == 1 for i in campaigns.tolist()])
    room = np.array([world.specs[i].live_account for i in campaigns.tolist()], np.int64)
    times, hours = world.times, HOUR * np.arange(25, dtype=np.float64)
    share, host = np.zeros((days, 24, len(campaigns))), np.zeros((days, 24, len(campaigns)))
    for d in range(days):
        day = day_of(world.now) + d
        profile = week_of(world.scenario.profile)[weekday(day)]
        share[d] = np.where(live, 0.0, profile[:, None] / 24)
        if live.any():
            air = times.air_seconds(room[live], day_start(day) + hours)
            share[d][:, live] = air / times.planned_seconds[room[live]] * profile.mean()
            host[d][:, live] = times.host_skill(room[live], day, np.arange(24))
    slices = (-1, stage_hours, len(campaigns))
    if not host.any():
        return share.reshape(slices).sum(axis=1).T[None], np.zeros((1, len(campaigns), days * 24 // stage_hours))
    return share.reshape(slices).transpose(1, 2, 0), host.reshape(slices).transpose(1, 2, 0)


def _felt_bias(known: Foresight, campaigns: Int, stage_hours: int, lag_hours: float) -> Float:
    """(n, s): the mean bias of a stage. At midnight the day's own is yet to be followed, with the autobidder's lag."""
    today = (known.bias - known.cut[:, None])[:, campaigns].T
    before = np.concatenate([today[:, :1], today[:, :-1]], axis=1)
    k, begins = stage_hours / lag_hours, np.arange(0, 24, stage_hours) / lag_hours
    left = np.exp(-begins) * (1 - np.exp(-k)) / k
    return np.asarray((today[:, :, None] + (before - today)[:, :, None] * left).reshape(len(today), -1), np.float64)


def _reach(scenario: Scenario, learnt_at: Float, hours: Float, stage_hours: int) -> Float:
    """(n, s): share of the ROI aimed at that is reached while the platform learns a new campaign."""
    rule = scenario.learning
    fresh = np.clip((learnt_at[:, None] - hours - HOUR / 2) / (DAY * max(rule.days, 1e-9)), 0.0, 1.0)
    return np.asarray(1 - rule.loss * fresh.reshape(len(learnt_at), -1, stage_hours).mean(axis=2), np.float64)


def _move_loss(scenario: Scenario, stage_hours: int) -> tuple[Float, int]:
    """(2, k) share of GMV lost in the k-th stage from a change on, second row soon after another; stages that are soon."""
    rule, stage_days = scenario.moving, stage_hours / 24
    if not rule.loss:
        return np.zeros((1, 0)), 0
    spans = np.array([[rule.days], [rule.again_days]]) / stage_days
    lost = rule.loss * np.clip(spans - np.arange(np.ceil(spans.max())), 0.0, 1.0)
    return np.asarray(lost, np.float64), int(np.ceil(rule.within_days / stage_days))


def _value_cv(world: MarketWorld, campaigns: Int) -> Float:
    """(n,): coefficient of variation of order values, log-normal; a heavier tail is left out."""
    spread = {g.name: g.value_log_sd for g in world.scenario.group}
    log_sd = np.array([spread[world.terms(i).group] for i in campaigns.tolist()])
    return np.asarray(np.sqrt(np.exp(log_sd**2) - 1), np.float64)


def _cover(scenario: Scenario) -> Cover | None:
    family = FAMILIES.get(scenario.protection.family)
    if family is None:
        return None
    return Cover(family.orders, family.share, family.pays_to, scenario.protection.value, family.any_edit)
