"""How fast the handbook policy and the full rulebook decide: rows a second at 10^5 rows, and the time of one row."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.engine.decide import decide
from policies.handbook import Handbook
from tests.builders import rows


def mixed(n: int) -> Observation:
    """A day's mix: most campaigns free and judged, some new, feeding, observing, held, stale, capped or starved."""
    draw = np.random.default_rng(7)

    def some(share: float) -> np.ndarray:
        return draw.random(n) < share

    projected = draw.lognormal(np.log(2.0), 0.25, n)
    spend = draw.lognormal(9.0, 1.0, n)
    account = draw.integers(0, max(1, n // 200), n)
    return rows(
        n,
        account_index=account,
        account_spend=np.bincount(account, weights=spend)[account],
        spend_7d=spend,
        target_units=draw.integers(80, 400, n),
        stage=draw.choice(4, n, p=[0.05, 0.1, 0.15, 0.7]),
        started=~some(0.03),
        avg30=draw.uniform(1, 3, n),
        observed_s=draw.uniform(0, 30 * 86400, n),
        since_edit_s=draw.uniform(0, 86400, n),
        edits_today=draw.integers(0, 5, n),
        suggestion=draw.uniform(1.5, 4, n),
        suggestion_state=draw.choice(3, n, p=[0.05, 0.1, 0.85]),
        maximum=np.where(some(0.5), 3.0, np.nan),
        floor=draw.uniform(0.8, 2.5, n),
        day_anchor_units=draw.integers(80, 400, n),
        projected_roas=projected,
        projected_lo=projected * 0.93,
        projected_hi=projected * 1.07,
        p_below_goal=np.where(projected < 2, 0.95, 0.05),
        read_age_s=draw.uniform(0, 2000, n),
        complete=~some(0.03),
        human_hold=some(0.03),
        effective=~some(0.1),
        spend_last2=draw.lognormal(6, 1.5, n),
        intent=draw.integers(0, 3, n),
        budget_spent_share=draw.random(n),
    )


def best(work: object, times: int) -> float:
    """CPU seconds of the fastest of several runs (one core, whatever else the machine does)."""
    spans = []
    for _ in range(times):
        begin = time.process_time()
        work()  # type: ignore[operator]
        spans.append(time.process_time() - begin)
    return min(spans)


def main() -> None:
    """Print rows a second, the time of one row, and how the rows were decided."""
    policy, many, one = Handbook(), mixed(100_000), mixed(1)
    spread = np.bincount(decide(policy, many).reason)
    seconds = best(lambda: decide(policy, many), 9)
    single = best(lambda: decide(policy, one), 300)
    print(f"decide, full rulebook and trace bits: {len(many) / seconds / 1e6:.2f} million rows/s at {len(many):,} rows")
    print(f"one row: {single * 1e3:.3f} ms")
    print(", ".join(f"{Reason(i).name} {count:,}" for i, count in enumerate(spread) if count))


if __name__ == "__main__":
    main()
