"""How well policies steer, class by class: regret to O_feas on sampled campaigns, what they earn beyond `hold`, violations.

    python -m benchmarks.bench_control base60 --policies curve guard pi --accounts 10 --seeds 11 12 13 --days 60

Scenarios: shipped names or TOML files, or `all`: every class of goods; the base class where none is named. `--accounts`: the
first ones of each. From 20 accounts on (over all seeds) intervals resample accounts. A decision every six hours, or as often as the
scenario's live rooms need.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.cli.sim.given import entrants_of
from bidctl.domain.reasons import Reason
from bidctl.policy.rulebook import RuleSettings
from policies.hold import Hold
from sim.bootstrap import Interval
from sim.cadence import cadence
from sim.experiment import market
from sim.oracle import measure
from sim.result import Result
from sim.run import Plan, run
from sim.scenario import Scenario, load, shipped
from sim.score import compare, conduct, regret
from sim.world import MarketWorld
from sim.yardstick import Yardstick

CLASSES = (
    "base60", "orders15", "orders5", "wrong-prior", "suggestion-below", "suggestion-drop", "no-suggestion", "free-moves",
    "expensive-moves", "refund50", "refund-wave", "budget-bound", "small-budgets", "big-sale", "stock-out", "delayed-reports",
)  # fmt: skip


def main() -> None:
    """Print a table a scenario."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("scenarios", nargs="*", default=["base60"])
    asked.add_argument("--policies", nargs="+", default=["curve", "guard", "pi"])
    asked.add_argument("--accounts", type=int, default=4)
    asked.add_argument("--seeds", type=int, nargs="+", default=[1])
    asked.add_argument("--days", type=int, default=60)
    asked.add_argument("--every", type=int, help="hours from one decision to the next; else as the scenario needs")
    asked.add_argument(
        "--sample", type=int, default=200, help="campaigns of each seed that the oracles are computed for"
    )
    asked.add_argument(
        "--evidence", type=float, default=RuleSettings().evidence_p, help="probability that R-EVIDENCE asks for"
    )
    given = asked.parse_args() if __name__ == "__main__" else asked.parse_args([])
    print(f"{given.days} days, seeds {given.seeds}, {given.accounts} accounts; regret and gain in % of O_free [95 %]")
    for name in CLASSES if given.scenarios == ["all"] else given.scenarios:
        scenario = load(Path(name)) if name.endswith(".toml") else shipped(name)
        _judge(
            scenario,
            given.policies,
            tuple(range(given.accounts)),
            given.seeds,
            Plan(given.days, given.every or cadence(scenario), RuleSettings(evidence_p=given.evidence)),
            given.sample,
        )


def _judge(
    scenario: Scenario,
    policies: Sequence[str],
    accounts: tuple[int, ...],
    seeds: Sequence[int],
    plan: Plan,
    sample: int,
) -> None:
    def world(seed: int) -> MarketWorld:
        return market(scenario, seed, accounts)

    yardsticks = [measure(lambda seed=seed: world(seed), seed, plan.days, plan.every, sample) for seed in seeds]  # type: ignore[misc]
    entrants = {"hold": Hold(), **{e.name: e.make() for e in entrants_of(tuple(policies))}}
    results = {
        name: [run(world(s), policy, plan, name=name, scenario=scenario.name, seed=s) for s in seeds]
        for name, policy in entrants.items()
    }
    free = sum(float(y.free.sum()) for y in yardsticks) / 100 / sum(len(y.free) for y in yardsticks) / plan.days
    static = regret(results["hold"], yardsticks).static
    print(
        f"{scenario.name}: O_free earns {free:,.2f} yuan a campaign-day; O_static misses {static:.1%} of it", flush=True
    )
    for name, found in results.items():
        _tell(name, found, results["hold"], yardsticks)
    first, *others = [name for name in entrants if name != "hold"]
    for name in others:
        better = compare(results[first], results[name]).better
        print(f"  {first} earns more than {name} in {better:.1%} of resamples", flush=True)


def _tell(name: str, found: Sequence[Result], holds: Sequence[Result], yardsticks: Sequence[Yardstick]) -> None:
    r, c = regret(found, yardsticks), conduct(found, holds)
    beyond = compare(found, holds, yardsticks).gain_share
    print(
        f"  {name:9} {_share(r.regret)} p90 {100 * r.p90:.0f}; beyond hold {_share(beyond)}; useful acts a week"
        f" {r.useful_where_acts:.2f} where the oracle acts, {r.useful_a_week:.2f} where off, {r.useful_share:.0%} of acts;"
        f" edits {c.edits_a_campaign_week:.2f} a week; {c.violations} violations; {_why(found)}",
        flush=True,
    )


def _share(x: Interval) -> str:
    return f"{100 * x.value:6.2f} [{100 * x.low:.1f}, {100 * x.high:.1f}]"


def _why(found: Sequence[Result]) -> str:
    held: Counter[int] = Counter()
    for one in found:
        held.update(one.holds)
    return ", ".join(f"{Reason(k).name} {v / held.total():.0%}" for k, v in held.most_common(3))


if __name__ == "__main__":
    main()
