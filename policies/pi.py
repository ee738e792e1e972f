"""A PI loop on projected ROAS for operators who demand a ROAS rather than the most profit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidctl.domain.values import SuggestionState
from bidctl.policy import Observation, Reason, Rules, keep, set_to
from bidctl.policy.maths import exp, log

DAY_S = 86400.0


@dataclass(frozen=True)
class Pi:
    """Move the target so that projected settled ROAS meets the goal, by proportion and integral of the logarithmic error.

    e = ln(projected ROAS / goal) at the present target; I = ln(7-day projected ROAS / goal): spend over the days weighs each
    moment by its traffic, so it is the mean error in traffic-share time. ln T moves by -(`proportional` e + `integral` I) /
    elasticity (2 where it is less): where volume answers strongly the step is smaller. Anti-windup: the window forgets after
    7 days, I is cut at `most`, and left out where it pushes against the suggestion or the operator's bounds, or against e: then
    it speaks of targets that are gone. Below `dead_band` nothing moves; `dwell_days` lie between two moves. Gains are ours.

    >>> Pi(dead_band=0.08).integral
    0.6
    """

    proportional: float = 1.5
    integral: float = 0.6
    most: float = 0.15
    dead_band: float = 0.05
    dwell_days: float = 2.0

    def rules(self, o: Observation) -> Rules:
        error = log(o.projected_roas / o.goal)
        total = np.clip(log(o.projected_roas_7d / o.goal), -self.most, self.most)
        stuck = ((total < 0) & _at_ceiling(o)) | ((total > 0) & _at_bottom(o)) | (total * error < 0)
        total = np.where(stuck, 0.0, total)
        move = (self.proportional * error + self.integral * total) / np.maximum(o.elasticity, 2.0)
        wish = o.roi_target * exp(-np.clip(move, -1.0, 1.0))
        gap = wish / o.roi_target - 1.0
        because = {"error": error, "integral": total, "elasticity": o.elasticity}
        yield keep(Reason.WITHIN_BAND, np.abs(gap) <= self.dead_band, because=because)
        yield keep(Reason.WAITING_RESULT, o.since_edit_s < self.dwell_days * DAY_S, because=because)
        yield set_to(Reason.ROAS_BELOW_GOAL, gap > 0, wish, because=because)
        yield set_to(Reason.ROAS_ABOVE_GOAL, gap < 0, wish, because=because)


def _at_ceiling(o: Observation) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """No raise can be had: the suggestion, or the operator's ceiling, is within a smallest step."""
    cap = np.where(o.suggestion_state == SuggestionState.NUMBER, o.suggestion, o.maximum)
    return np.asarray(np.fmin(cap, o.maximum) < o.roi_target * 1.05)


def _at_bottom(o: Observation) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """No lowering can be had: break-even or the operator's minimum is within a smallest step."""
    return np.asarray(np.fmax(o.floor, o.minimum) > o.roi_target * 0.95)
