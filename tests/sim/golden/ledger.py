"""One scenario, told in full: what was set, spent, sold and decided day by day, and where it ended. Whole yuan, so that no
rounding of another processor shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from policies.curve import Curve
from sim.experiment import market
from sim.platform import campaign_id
from sim.result import Result
from sim.run import Plan, run
from sim.scenario import Promotion, Scenario, shipped
from sim.world import MarketWorld

PLACE = Path(__file__).with_name("ledger.txt")
SEED, PLAN = 9, Plan(12, 6)
HEAD = "# curve on six campaigns of two accounts, a sale on days 6 and 7; written by `python -m tests.sim.golden`"


def scenario() -> Scenario:
    """The base class, small and far from its best targets, with a sale in it."""
    base = shipped("base60")
    group = replace(base.group[0], count=6, start_offset=(-0.6, 0.6))
    sale = Promotion(day=6, days=2, demand=3.0, refund=1.5)
    return replace(base, name="golden", accounts=2, group=(group,), promotion=(sale,))


def ledger() -> str:
    """The text of the golden file."""
    world, decided = market(scenario(), SEED), list[str]()
    begin = world.now
    index = {campaign_id(i, spec): i for i, spec in enumerate(world.specs)}

    def watch(now: float, o: Observation, d: Decisions) -> None:
        day, hour = divmod(int(now - begin) // 3600, 24)
        for row in sorted(np.flatnonzero(d.acts & ~d.ask).tolist(), key=lambda r: index[o.campaign[r]]):
            old, new = (x / o.grid[row] for x in (d.old[row], d.result[row]))
            reason = Reason(int(d.reason[row])).name
            decided.append(f"{day:3} {hour:02}:00 {index[o.campaign[row]]} {old:.2f} -> {new:.2f} {reason}")

    result = run(world, Curve(), PLAN, name="curve", scenario="golden", seed=SEED, witness=watch)
    parts = ([HEAD, "", "day campaign target spend gmv orders"], _days(result), ["", "day time campaign edit reason"], decided,
             ["", "campaign spend gmv kept refunded open profit"], _ends(world, result))  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _days(r: Result) -> Iterator[str]:
    for day in range(r.target.shape[1]):
        for i in range(len(r.campaign)):
            spend, gmv = r.day_spend[i, day] / 100, r.day_gmv[i, day] / 100
            yield f"{day:3} {i} {r.target[i, day]:.2f} {spend:.0f} {gmv:.0f} {r.orders[i, day]}"


def _ends(world: MarketWorld, r: Result) -> Iterator[str]:
    """The world's ledger from its beginning, history included; profit of the run alone, run-out included."""
    told = world.ledger()
    for i in range(len(r.campaign)):
        sums = (told[name][i] / 100 for name in ("spend", "gmv", "kept", "refunded", "open"))
        yield " ".join([str(i), *(f"{x:.0f}" for x in sums), f"{r.profit[i] / 100:.0f}"])
