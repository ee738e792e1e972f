"""Results made up by tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.result import Result
from sim.yardstick import Yardstick


def result(
    profit: list[float] | np.ndarray, *, policy: str = "one", seed: int = 0, days: int = 2, **changes: object
) -> Result:
    """A plain result of as many campaigns as `profit` (fen) names; goal 2, spend 100 yuan, kept 200, targets at 3."""
    n = len(profit)
    whole, half = np.full(n, 10_000), np.full((n, days), 5_000)
    base = Result(
        policy=policy, scenario="made-up", seed=seed, campaign=np.arange(n), line=np.arange(n), group=np.full(n, "g"),
        account=np.zeros(n, np.int64), profit=np.asarray(profit, np.float64), spend=whole, gmv=3 * whole, kept=2 * whole,
        credits=np.zeros(n), target=np.full((n, days), 3.0), day_spend=half, day_gmv=3 * half,
        edits=np.zeros((n, days), np.int16), goal=np.full(n, 2.0), margin=np.full(n, 0.5),
        budget_over=np.zeros(n, np.int64), orders=np.ones((n, days), np.int64),
        protection_lost=np.zeros((n, days), np.bool_), holds={}, violations=(),
    )  # fmt: skip
    return replace(base, **changes)


def yardstick(
    free: list[float] | np.ndarray, feas: list[float] | np.ndarray, *, seed: int = 0, days: int = 2, **changes: object
) -> Yardstick:
    """An oracle of all campaigns of a result, its path at 3."""
    free, feas = np.asarray(free, np.float64), np.asarray(feas, np.float64)
    n = len(free)
    base = Yardstick("made-up", seed, np.arange(n), feas, feas, free, feas, np.full((n, days), 3.0))
    return replace(base, **changes)
