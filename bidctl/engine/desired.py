"""What a campaign would have spent had its budget not ended the day: how hard the budget binds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

BINDS = 0.9
DAYS_BOUND, OF_DAYS = 2, 3
"""A budget binds where 90 % of it was spent on 2 of the last 3 complete days (R-DELIVER)."""


def desired(hours: Float, budget: Float) -> Float:
    """(n,) yuan of a day. `hours` (n, k) yuan by hour, NaN = unknown; `budget` (n,) yuan, inf = none. A budget spent by the end of
    hour h of k would have lasted for k / h of itself: less than the truth, because the night at the day's beginning is quiet."""
    spent = np.cumsum(np.nan_to_num(hours), axis=1)
    bound = spent >= BINDS * budget[:, None]
    ended = bound.argmax(axis=1) + 1
    total = spent[:, -1]
    whole = np.where(bound[:, -1], np.maximum(total, budget) * hours.shape[1] / ended, total)
    return np.where(np.isfinite(hours).any(axis=1), whole, np.nan)


def pressing(wanted: Float, budget: Float, target: Float, now: Float, k: Float) -> Float:
    """(n,) ln of what the present target `now` would spend a day, NaN where the budget does not bind or it is not known. `wanted`,
    `budget`, `target` (n, 3): of the last 3 complete days; `k` (n,) by how much ln spend falls per unit of target."""
    bound = (wanted >= BINDS * budget).sum(axis=1) >= DAYS_BOUND
    level = np.log(wanted) + k[:, None] * (target - now[:, None])
    return np.where(bound, level.mean(axis=1), np.nan)
