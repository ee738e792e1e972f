"""The target of greatest expected profit, from the campaign's own response curve as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent
from bidctl.policy import Observation, Reason, Rules, keep, set_to
from bidctl.policy.profit import p_profit_higher

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

DAY_S = 86400.0


@dataclass(frozen=True)
class Curve:
    """Step toward the target of greatest expected profit, where the profit expected of it pays for the move.

    The aim is optimum x (1 + cash) / (1 + volume), never under the target that meets the goal: a goal that is missed is a reason of
    its own to raise. 均衡 and 保利 maximise profit; for 拿量 a yuan of GMV is worth `volume` of its margin more, and a lowering that
    profit does not justify must be one that the goal does. `cash`: price of a yuan of spend beyond itself.
    A step is the largest up to `step` of which one can be `sure` (R-EVIDENCE), else `least`; the next one comes after `far_days`
    while the aim is further than `far`, else after `near_days`. It must promise over `horizon_days` more than it costs: the
    protection at stake and `transition` of a day's spend. Numbers are ours, tuned in the simulator (docs/policy.md);
    the equations are in bidctl/engine/optimum.py and response.py.

    >>> Curve(near_days=7).step
    0.1
    """

    volume: float = 0.10
    cash: float = 0.0
    dead_band: float = 0.05
    step: float = 0.10
    least: float = 0.055
    sure: float = 0.8
    far: float = 0.10
    far_days: float = 0.24
    near_days: float = 4.0
    horizon_days: float = 14.0
    transition: float = 0.03

    def best(self, o: Observation) -> Float:
        """(n,) the target of greatest expected profit, as this policy takes it."""
        return o.optimum

    def next(self, o: Observation, gap: Float) -> tuple[Float, Bool]:
        """(n,) the next target on the way, and whether profit is surely higher there: the largest step of which R-EVIDENCE can be
        sure, else the smallest."""
        steps = np.array([self.least, 0.5 * (self.least + self.step), self.step])[:, None]
        wishes = o.roi_target * (1 + np.clip(gap, -steps, steps))
        sure = p_profit_higher(o, wishes) >= self.sure
        wish = wishes[0]
        for further, reaches in zip(wishes[1:], sure[1:], strict=True):
            wish = np.where(reaches, further, wish)
        return wish, np.asarray(sure.any(axis=0))

    def rules(self, o: Observation) -> Rules:
        volume = o.intent == Intent.VOLUME
        best = self.best(o)
        aim = np.maximum(best * (1 + self.cash) / (1 + np.where(volume, self.volume, 0.0)), o.goal_target)
        gap = aim / o.roi_target - 1.0
        whole = o.roi_target * (1 + np.clip(gap, -self.step, self.step))
        wish, sure = self.next(o, gap)
        cost = o.protection_at_stake + self.transition * o.usual_spend
        dwell = np.where(np.abs(gap) > self.far, self.far_days, self.near_days) * DAY_S
        because = {
            "aim": aim, "optimum": best, "elasticity": o.elasticity, "elasticity_sd": o.elasticity * o.elasticity_log_sd,
            "gain_per_day": o.optimum_gain, "cost_of_move": cost,
        }  # fmt: skip
        yield keep(Reason.NEAR_OPTIMUM, np.abs(gap) <= self.dead_band, because=because)
        yield keep(Reason.WAITING_RESULT, o.since_edit_s < dwell, because=because)
        yield set_to(Reason.ROAS_BELOW_GOAL, (gap > 0) & (aim <= o.goal_target), whole, because=because)
        yield set_to(Reason.ROAS_ABOVE_GOAL, (gap < 0) & volume & ~sure, whole, because=because)
        yield keep(Reason.NOT_WORTH_MOVING, o.optimum_gain * self.horizon_days <= cost, because=because)
        yield set_to(Reason.PROFIT_HIGHER, np.abs(gap) > self.dead_band, wish, because=because)
