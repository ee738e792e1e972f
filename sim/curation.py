"""What looking after creatives is worth: simulated campaigns under one rule each, on paired luck.

Every arm meets the same market. Each morning every arm's targets follow its own spend of the day before by the same formula, so that
spend stays where it began: what creatives are worth then shows in what a yuan of spend returns, and not in volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.bootstrap import Interval, ratio, resamples
from sim.calendar import DAY
from sim.curators import Curator, Rule, Seer, bare, never, relay_alone, retire_alone, rules, weekly
from sim.scenario import Creatives, Moving, Protection, Scenario, shipped
from sim.shocks import Shocks
from sim.world import MarketWorld

Float = NDArray[np.float64]

DAYS, BEFORE, RESERVE = 30, 14, 30
"""Days of the rule, days of watching before them, creatives in each campaign's reserve."""
HALF_LIFE, NEVER_TIRES = 21.0, 3660.0
"""Days in which a tired creative's appeal halves; and, for creatives that do not tire, the longest a scenario takes."""
BUDGET = 2.0
"""Daily budget over what a campaign was meant to spend: no campaign with one lucky creative outspends all others together."""
FOLLOW, LOWEST = 0.1, 1 / 1.6
"""Share of a day's log deviation of spend that the next day's log target takes (more of it swings where spend is elastic); and how far
down a target follows, as a share of the first: nobody follows a campaign without creatives to any target."""
GOOD = 0.7
"""A retired creative whose true rate is at least this share of the others' was retired by mistake (R-RETIRE)."""


@dataclass(frozen=True, slots=True)
class Arm:
    """Who looks after the creatives, by which rule."""

    rule: Rule
    curator: type[Curator] = Curator


NEVER, THRESHOLDS, RULES = "never retire", "cost >= 50 and ROI < 0.5", "R-RETIRE + R-RELAY"
TRUTH = "the same, seeing the truth"
ARMS: dict[str, Arm] = {
    NEVER: Arm(never),
    THRESHOLDS: Arm(bare),
    "R-RETIRE alone": Arm(retire_alone),
    "R-RELAY alone": Arm(relay_alone),
    RULES: Arm(rules),
    TRUTH: Arm(rules, Seer),
}
SUPPLIED: dict[str, Arm] = {
    NEVER: Arm(weekly(never)),
    THRESHOLDS: Arm(weekly(bare)),
    RULES: Arm(weekly(rules)),
    TRUTH: Arm(weekly(rules), Seer),
}
"""The same with two new creatives a week for every arm."""


@dataclass
class Outcome:
    """Of one arm, by campaign, in yuan for each yuan that it would have spent at its usual pace: every campaign weighs alike. `good`,
    `retired`: creatives by the truth."""

    spend: Float
    contribution: Float
    retired: int = 0
    good: int = 0
    added: int = 0

    @property
    def per_yuan(self) -> float:
        """Contribution per yuan of spend."""
        return float(self.contribution.sum() / self.spend.sum())


def scenario(spread: float, half_life: float, campaigns: int) -> Scenario:
    """Goods campaigns of 20 creatives, no renewal but the curator's."""
    base = shipped("base60")
    group = replace(
        base.group[0], count=campaigns, start_offset=(0.0, 0.0), age_days=(60, 60), budget_factor=(BUDGET, BUDGET)
    )
    rack = Creatives(count=20, spread=spread, fresh_days=14.0, half_life_days=half_life, renew_days=0)
    return replace(
        base, group=(group,), creatives=rack, history_days=0, accounts=1, moving=Moving(), protection=Protection()
    )


def run(s: Scenario, seed: int, arm: Arm, shocks: Shocks, days: int = DAYS) -> Outcome:
    """`BEFORE` days of watching, then `days` of the rule. The contribution is that of kept orders before spend."""
    world = MarketWorld(s, seed, shocks)
    curator = arm.curator(world, never, RESERVE)
    for _ in range(BEFORE):
        world.advance(world.now + DAY)
        curator.morning()
    usual, began = _spent(world, BEFORE) / BEFORE, world.run_out()
    curator.rule, out = arm.rule, Outcome(np.zeros(0), np.zeros(0))
    first = np.array([spec.target for spec in world.specs])
    targets = first
    for _ in range(days):
        _keep_books(out, world, curator.morning())
        targets = np.clip(targets * (np.maximum(_spent(world, 1), 1.0) / usual) ** FOLLOW, first * LOWEST, None)
        world.set_target(np.arange(len(targets)), np.round(targets, 2))
        world.advance(world.now + DAY)
    end = world.run_out()
    spend = (end.spend - began.spend).astype(np.float64)
    out.spend, out.contribution = (x / (usual * days) for x in (spend, end.profit - began.profit + spend))
    out.added = len(curator.added)
    return out


def pooled(s: Scenario, arm: Arm, luck: Sequence[Shocks], days: int = DAYS) -> Outcome:
    """The same arm under several lots of luck, as one."""
    each = [run(s, shocks.seed, arm, shocks, days) for shocks in luck]
    spend, contribution = (np.concatenate([getattr(o, name) for o in each]) for name in ("spend", "contribution"))
    return Outcome(spend, contribution, *(sum(getattr(o, name) for o in each) for name in ("retired", "good", "added")))


def _spent(world: MarketWorld, days: int) -> Float:
    report = world.report(np.arange(len(world.specs)), world.now - days * DAY, world.now, "day")
    return np.asarray(np.bincount(report.campaign, weights=report.spend, minlength=len(world.specs)), np.float64)


def _keep_books(out: Outcome, world: MarketWorld, going: list[tuple[int, int]]) -> None:
    """Each retirement by the truth of the day before: its rate beside that of the campaign's others together."""
    mix = world.mix()
    for campaign, number in going:
        row = (mix.campaign == campaign) & (mix.number == number)
        share, earns = mix.share[row].sum(), mix.earns[row].sum()
        out.retired += 1
        out.good += bool(share > 0 and earns * (1 - share) >= GOOD * share * (1 - earns))


def better(one: Outcome, other: Outcome, seed: int = 1) -> tuple[Interval, Interval]:
    """Contribution per yuan of spend of `one` over that of `other`, less 1, with its interval over campaigns; and of net profit per
    yuan that the other spent, `one` less `other`."""
    weights, n = resamples(len(one.spend), 2000, seed), len(one.spend)
    top, bottom = one.contribution.sum() / one.spend.sum(), other.contribution.sum() / other.spend.sum()
    mine = (one.contribution - top * one.spend) / one.contribution.sum()
    theirs = (other.contribution - bottom * other.spend) / other.contribution.sum()
    # a ratio of two ratios of the same campaigns, linearised: what each campaign moves it by
    gain = ratio(top / bottom - 1 + n * top / bottom * (mine - theirs), np.ones(n), weights)
    profit = (one.contribution - one.spend) - (other.contribution - other.spend)
    return gain, ratio(profit, other.spend, weights)
