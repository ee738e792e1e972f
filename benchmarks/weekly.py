"""A policy that acts at least so often, near the best target or not, sure or not: what acts for their own sake cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidctl.domain.reasons import Reason
from bidctl.policy import Observation
from bidctl.policy.rules import Rules, keep, set_to

DAY_S = 86400.0
LEAST, MOST = 0.055, 0.10
"""Steps: just above the smallest of R-BAND, and the largest."""


@dataclass(frozen=True)
class Weekly:
    """Steps toward the target of greatest expected profit; from near it a smallest step that way, `days` after the last move.

    >>> Weekly(days=3).days
    3
    """

    days: float = 7.0

    def rules(self, o: Observation) -> Rules:
        gap = np.maximum(o.optimum, o.goal_target) / o.roi_target - 1.0
        far = np.abs(gap) > LEAST
        step = np.where(far, np.clip(gap, -MOST, MOST), np.copysign(LEAST, gap))
        yield set_to(Reason.PROFIT_HIGHER, far, o.roi_target * (1 + step))
        yield keep(Reason.WAITING_RESULT, o.since_edit_s < self.days * DAY_S)
        yield set_to(Reason.PROFIT_HIGHER, np.isfinite(gap), o.roi_target * (1 + step))
