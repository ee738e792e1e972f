"""What one policy came to on one world, in columns: what a run hands to the scores and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Result:
    """n campaigns, d natural days; fen. Everything is of the run's own window, the end of its orders (run-out) included.

    `campaign` (n,) number (sim/seam.py); `line` (n,) equal for the campaigns that one live room has day after day, which share
    their luck; `group`, `account` (n,). `profit`, `spend`, `gmv`, `kept` (n,); `credits` (n,) paid by protection.
    `target` (n, d) in force at each day's end; `day_spend`, `day_gmv`, `orders` (n, d); `edits` (n, d) ours alone;
    `protection_lost` (n, d). `goal` on settled ROAS and `margin` (n,) as enrolled; `budget_over` (n,) spent over budget.
    `holds`: decisions held, by reason. `violations`: what an independent check found against the rules in the run's own edits."""

    policy: str
    scenario: str
    seed: int
    campaign: Int
    line: Int
    group: NDArray[np.str_]
    account: Int
    profit: Float
    spend: Int
    gmv: Int
    kept: Int
    credits: Float
    target: Float
    day_spend: Int
    day_gmv: Int
    edits: NDArray[np.int16]
    goal: Float
    margin: Float
    budget_over: Int
    orders: Int
    protection_lost: NDArray[np.bool_]
    holds: Mapping[int, int]
    violations: tuple[str, ...]
