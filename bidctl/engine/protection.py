"""Cost protection of the day (qianchuan.md 10.2): what the platform would pay back, and a pause would forfeit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

VALID_ORDERS = 10.0
BELOW = 0.8
PROTECTED_SHARE = 0.04
"""Expected compensation of a day as a share of its spend, where the day has just begun (simulation.md 3.5: 3 to 5 % at 30 to
120 orders a day)."""


def expected_compensation(spend: Float, gmv: Float, due: Float, orders: Float) -> Float:
    """(n,) yuan: spend - T with T = `due` = sum(GMV_i / goal_i), where at least 10 valid orders came and ROI is strictly below
    80 % of the day's target GMV / T; else 0; NaN where an input is unknown. No GMV means T = 0."""
    known = np.isfinite(spend) & np.isfinite(gmv) & np.isfinite(orders)
    t = np.where(gmv > 0, due, 0.0)
    pays = (orders >= VALID_ORDERS) & (t < BELOW * spend)
    return np.where(known & np.isfinite(t), np.where(pays, spend - t, 0.0), np.nan)
