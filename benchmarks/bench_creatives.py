"""What the creative rules are worth: simulated campaigns of 20 creatives, 30 days, on paired luck.

Every arm meets the same market. Each morning every arm's targets follow its own spend of the day before by the same formula, so that
spend stays where it began: what creatives are worth then shows in what a yuan of spend returns, and not in volume.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.bootstrap import Interval, ratio, resamples
from sim.calendar import DAY
from sim.curators import Curator, Rule, bare, never, relay_alone, retire_alone, rules, with_quota
from sim.scenario import Creatives, Moving, Protection, Scenario, shipped
from sim.shocks import Shocks
from sim.world import MarketWorld

Float = NDArray[np.float64]

SEEDS, CAMPAIGNS, DAYS, BEFORE, RESERVE = (1, 2, 3), 50, 30, 14, 30
HALF_LIFE, NEVER_TIRES = 21.0, 3660.0
"""Days in which a tired creative's appeal halves; and, for creatives that do not tire, the longest a scenario takes."""
FOLLOW, REACH = 0.3, 1.6
"""Share of a day's log deviation of spend that the next day's log target takes; and how far it may go from where it began, either way:
nobody follows a campaign without creatives to any target."""
GOOD = 0.7
"""A retired creative whose true rate is at least this share of the others' was retired by mistake (R-RETIRE)."""
ARMS: dict[str, Rule] = {
    "never retire": never,
    "cost >= 50 and ROI < 0.5": bare,
    "R-RETIRE alone": retire_alone,
    "R-RELAY alone": relay_alone,
    "R-RETIRE + R-RELAY": rules,
    "the same, 2 new a week": with_quota,
}


@dataclass
class Outcome:
    """Of one arm, by campaign, in yuan for each yuan that it would have spent at its usual pace: every campaign weighs alike. `good`,
    `retired`: creatives by the truth."""

    spend: Float
    contribution: Float
    retired: int = 0
    good: int = 0
    added: int = 0


def scenario(spread: float, half_life: float, campaigns: int = CAMPAIGNS) -> Scenario:
    """Goods campaigns of 20 creatives, no renewal but the curator's."""
    base = shipped("base60")
    group = replace(base.group[0], count=campaigns, start_offset=(0.0, 0.0), age_days=(60, 60))
    rack = Creatives(count=20, spread=spread, fresh_days=14.0, half_life_days=half_life, renew_days=0)
    return replace(
        base, group=(group,), creatives=rack, history_days=0, accounts=1, moving=Moving(), protection=Protection()
    )


def run(s: Scenario, seed: int, rule: Rule, shocks: Shocks, days: int = DAYS) -> Outcome:
    """`BEFORE` days of watching, then `days` of the rule. The contribution is that of kept orders before spend."""
    world = MarketWorld(s, seed, shocks)
    curator = Curator(world, never, RESERVE)
    for _ in range(BEFORE):
        world.advance(world.now + DAY)
        curator.morning()
    usual, began = _spent(world, BEFORE) / BEFORE, world.run_out()
    curator.rule, out = rule, Outcome(np.zeros(0), np.zeros(0))
    first = np.array([spec.target for spec in world.specs])
    targets = first
    for _ in range(days):
        _keep_books(out, world, curator.morning())
        targets = np.clip(targets * (np.maximum(_spent(world, 1), 1.0) / usual) ** FOLLOW, first / REACH, first * REACH)
        world.set_target(np.arange(len(targets)), np.round(targets, 2))
        world.advance(world.now + DAY)
    end = world.run_out()
    spend = (end.spend - began.spend).astype(np.float64)
    out.spend, out.contribution = (x / (usual * days) for x in (spend, end.profit - began.profit + spend))
    out.added = len(curator.added)
    return out


def pooled(s: Scenario, rule: Rule, luck: Sequence[Shocks]) -> Outcome:
    """The same arm under several lots of luck, as one."""
    each = [run(s, shocks.seed, rule, shocks) for shocks in luck]
    spend, contribution = (np.concatenate([getattr(o, name) for o in each]) for name in ("spend", "contribution"))
    return Outcome(spend, contribution, *(sum(getattr(o, name) for o in each) for name in ("retired", "good", "added")))


def _spent(world: MarketWorld, days: int) -> Float:
    report = world.report(np.arange(len(world.specs)), world.now - days * DAY, world.now, "day")
    return np.bincount(report.campaign, weights=report.spend, minlength=len(world.specs))


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


def main() -> None:
    """Print each case: every arm against the first two."""
    print(
        f"{len(SEEDS)} x {CAMPAIGNS} campaigns of 20 creatives, {DAYS} days after {BEFORE} of watching, reserve {RESERVE} each"
    )
    for half_life in (NEVER_TIRES, HALF_LIFE):
        for spread in (0.24, 0.5):
            began = time.process_time()
            s, luck = scenario(spread, half_life), [Shocks(seed) for seed in SEEDS]
            found = {name: pooled(s, rule, luck) for name, rule in ARMS.items()}
            tires = "no fatigue" if half_life == NEVER_TIRES else f"half-life {half_life:g} days"
            print(f"\nquality sd {spread}, {tires} ({time.process_time() - began:.0f} s of CPU)")
            for name, arm in found.items():
                _tell(name, arm, found["never retire"], found["cost >= 50 and ROI < 0.5"])


def _tell(name: str, arm: Outcome, none: Outcome, thresholds: Outcome) -> None:
    false = f"{arm.good} of {arm.retired} good" if arm.retired else "none retired"
    print(f"  {name:26s} {arm.contribution.sum() / arm.spend.sum():.3f} yuan a yuan, spend {arm.spend.sum() / none.spend.sum():.3f} "
          f"of the first; {false}, {arm.added} added")  # fmt: skip
    for label, other in (("never retire", none), ("the thresholds", thresholds)):
        if arm is not other:
            gain, profit = better(arm, other)
            print(f"      against {label:15s} per yuan {_percent(gain)}; profit per yuan {_percent(profit)}")


def _percent(x: Interval) -> str:
    return f"{x.value:+.1%} ({x.low:+.1%} .. {x.high:+.1%})"


if __name__ == "__main__":
    main()
