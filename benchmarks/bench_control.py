"""How well policies steer, class by class: regret to O_feas on sampled campaigns, `hold` beside it, violations.

    python -m benchmarks.bench_control base60 --policies curve guard pi --accounts 8 --seeds 1 2 3 --days 60

Scenarios: shipped names or TOML files; all classes of goods where none is named. `--accounts`: the first ones of each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl import catalog
from bidctl.domain.reasons import Reason
from policies.hold import Hold
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
EVERY, SAMPLE = 6, 200


def main() -> None:
    """Print a table a scenario."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("scenarios", nargs="*", default=CLASSES)
    asked.add_argument("--policies", nargs="+", default=["curve", "guard"])
    asked.add_argument("--accounts", type=int, default=4)
    asked.add_argument("--seeds", type=int, nargs="+", default=[1])
    asked.add_argument("--days", type=int, default=60)
    given = asked.parse_args()
    print(f"{given.days} days, seeds {given.seeds}, {given.accounts} accounts; regret in % of O_free [95 %]")
    for name in given.scenarios:
        scenario = load(Path(name)) if name.endswith(".toml") else shipped(name)
        _judge(scenario, given.policies, tuple(range(given.accounts)), given.seeds, given.days)


def _judge(
    scenario: Scenario, policies: Sequence[str], accounts: tuple[int, ...], seeds: Sequence[int], days: int
) -> None:
    def world(seed: int) -> MarketWorld:
        return market(scenario, seed, accounts)

    yardsticks = [measure(lambda seed=seed: world(seed), seed, days, EVERY, SAMPLE) for seed in seeds]  # type: ignore[misc]
    entrants = {"hold": Hold(), **{name: catalog.load(name) for name in policies}}
    results = {
        name: [run(world(s), policy, Plan(days, EVERY), name=name, scenario=scenario.name, seed=s) for s in seeds]
        for name, policy in entrants.items()
    }
    for name, found in results.items():
        _tell(scenario.name, name, found, results["hold"], yardsticks)
    for name in list(policies)[1:]:
        better = compare(results[policies[0]], results[name]).better
        print(f"{'':17} {policies[0]} earns more than {name} in {better:.1%} of resamples", flush=True)


def _tell(
    scenario: str, name: str, found: Sequence[Result], holds: Sequence[Result], yardsticks: Sequence[Yardstick]
) -> None:
    r, c = regret(found, yardsticks), conduct(found, holds)
    held: dict[int, int] = {}
    for one in found:
        for reason, count in one.holds.items():
            held[reason] = held.get(reason, 0) + count
    most = sorted(held.items(), key=lambda kv: -kv[1])[:3]
    why = ", ".join(f"{Reason(k).name} {v / max(sum(held.values()), 1):.0%}" for k, v in most)
    print(
        f"{scenario:17} {name:9} {100 * r.regret.value:6.2f} [{100 * r.regret.low:.1f}, {100 * r.regret.high:.1f}] p90 {r.p90:.2f}"
        f"  useful {r.useful_a_week:.2f} a week, {r.useful_share:.0%} of acts; edits {c.edits_a_campaign_week:.2f} a week;"
        f" worse than hold {c.worse_than_hold:.0%}; violations {c.violations}; {why}",
        flush=True,
    )


if __name__ == "__main__":
    main()
