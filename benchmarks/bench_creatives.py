"""What the creative rules are worth: simulated campaigns of 20 creatives, 30 days, on paired luck (`sim/curation.py`)."""

from __future__ import annotations

import time
from collections.abc import Mapping

from sim.bootstrap import Interval
from sim.curation import (
    ARMS,
    BEFORE,
    DAYS,
    HALF_LIFE,
    NEVER,
    NEVER_TIRES,
    RESERVE,
    SUPPLIED,
    THRESHOLDS,
    Arm,
    Outcome,
    better,
    pooled,
    scenario,
)
from sim.scenario import Scenario
from sim.shocks import Shocks

SEEDS, CAMPAIGNS = (1, 2, 3), 50


def main() -> None:
    """Print each case: every arm against the first two, first as it is and then with two new creatives a week for all."""
    print(
        f"{len(SEEDS)} x {CAMPAIGNS} campaigns of 20 creatives, {DAYS} days after {BEFORE} of watching, reserve {RESERVE} each"
    )
    for half_life in (NEVER_TIRES, HALF_LIFE):
        for spread in (0.24, 0.5):
            began = time.process_time()
            tires = "no fatigue" if half_life == NEVER_TIRES else f"half-life {half_life:g} days"
            print(f"\nquality sd {spread}, {tires}")
            s = scenario(spread, half_life, CAMPAIGNS)
            _table(s, ARMS)
            print("  with two new creatives a week for every arm:")
            _table(s, SUPPLIED)
            print(f"  {time.process_time() - began:.0f} s of CPU", flush=True)


def _table(s: Scenario, arms: Mapping[str, Arm]) -> None:
    found = {name: pooled(s, arm, [Shocks(seed) for seed in SEEDS]) for name, arm in arms.items()}
    for name, arm in found.items():
        _tell(name, arm, found[NEVER], found[THRESHOLDS])


def _tell(name: str, arm: Outcome, none: Outcome, thresholds: Outcome) -> None:
    false = f"{arm.good} of {arm.retired} good" if arm.retired else "none retired"
    print(f"  {name:26s} {arm.per_yuan:.3f} yuan a yuan, spend {arm.spend.sum() / none.spend.sum():.3f} of the first; "
          f"{false}, {arm.added} added")  # fmt: skip
    for label, other in (("never retire", none), ("the thresholds", thresholds)):
        if arm is not other:
            gain, profit = better(arm, other)
            print(f"      against {label:15s} per yuan {_percent(gain)}; profit per yuan {_percent(profit)}")


def _percent(x: Interval) -> str:
    return f"{x.value:+.1%} ({x.low:+.1%} .. {x.high:+.1%})"


if __name__ == "__main__":
    main()
