"""The handbook's way: small steps toward the goal, down for volume and up for profit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent
from bidctl.policy import Observation, Reason, Rules, keep, scale

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Handbook:
    """Raise the target where projected ROAS misses the goal, lower it where it beats the goal.

    gap = projected_roas / goal - 1, or that of the last 7 days if it is nearer to nought (nought if they disagree): what is looked
    at all day long leaves its interval by chance alone, a week does not; d = `tolerance` or half the 90 % interval's width relative
    to projected ROAS, whichever is larger. Beyond d one `step`, beyond `far` x d one `big_step`. 保利 (profit) lowers only beyond
    `profit_patience` x d. All fields are plain shares or multiples. Source: the Douyin e-commerce handbook's steps.

    >>> Handbook(tolerance=0.08).big_step
    0.1
    """

    tolerance: float = 0.05
    step: float = 0.05
    big_step: float = 0.10
    far: float = 2.0
    profit_patience: float = 3.0

    def rules(self, o: Observation) -> Rules:
        gap = _nearer(o.projected_roas / o.goal - 1.0, o.projected_roas_7d / o.goal - 1.0)
        half_width = (o.projected_hi - o.projected_lo) * 0.5 / o.projected_roas
        d = np.fmax(self.tolerance, np.where(o.projected_roas > 0, half_width, np.nan))
        far, because = self.far * d, {"gap": gap, "d": d}
        patient = (o.intent == Intent.PROFIT) & (gap <= self.profit_patience * d)
        yield scale(Reason.ROAS_BELOW_GOAL, gap < -far, 1 + self.big_step, because=because)
        yield scale(Reason.ROAS_BELOW_GOAL, gap < -d, 1 + self.step, because=because)
        yield keep(Reason.POLICY_HOLDS, (gap > d) & patient, because=because)
        yield scale(Reason.ROAS_ABOVE_GOAL, gap > far, 1 - self.big_step, because=because)
        yield scale(Reason.ROAS_ABOVE_GOAL, gap > d, 1 - self.step, because=because)
        yield keep(Reason.WITHIN_BAND, np.abs(gap) <= d, because=because)


def _nearer(one: Float, other: Float) -> Float:
    """The one nearer to nought, 0 where their signs differ; the first where the other is not known."""
    side = np.sign(one)
    return np.where(np.isnan(other), one, side * np.clip(side * other, 0.0, np.abs(one)))
