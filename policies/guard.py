"""A fixed mark-up over settled break-even: needs no learning, and can be checked by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidctl.domain.values import Intent
from bidctl.policy import Observation, Reason, Rules, keep, set_to

DAY_S = 86400.0


@dataclass(frozen=True)
class Guard:
    """Step toward `markup` x break-even (R-FLOOR's, refunds forecast by settlement), never under the target that meets the goal.

    T = markup x break-even x (1 + cash) / (1 + volume). `markup`: 1.5 is best at an elasticity of 3; set it by category.
    `volume`: for 拿量, worth of a yuan of GMV beyond its margin, as a share of the margin. `cash`: price of a yuan of spend
    beyond itself. Below `dead_band` nothing moves; a step is at most `step`; `dwell_days` lie between two.
    Source of the mark-up: research on toy markets, in which 1.5 was the best of 1.3 to 2.0; ours otherwise.

    >>> Guard(markup=1.7).dead_band
    0.05
    """

    markup: float = 1.5
    volume: float = 0.10
    cash: float = 0.0
    dead_band: float = 0.05
    step: float = 0.10
    dwell_days: float = 1.0

    def rules(self, o: Observation) -> Rules:
        extra = np.where(o.intent == Intent.VOLUME, self.volume, 0.0)
        aim = np.maximum(self.markup * o.floor * (1 + self.cash) / (1 + extra), o.goal_target)
        wish = np.clip(aim, o.roi_target * (1 - self.step), o.roi_target * (1 + self.step))
        gap = aim / o.roi_target - 1.0
        because = {"aim": aim, "gap": gap, "break_even": o.floor}
        yield keep(Reason.WITHIN_BAND, np.abs(gap) <= self.dead_band, because=because)
        yield keep(Reason.WAITING_RESULT, o.since_edit_s < self.dwell_days * DAY_S, because=because)
        yield set_to(Reason.ROAS_BELOW_GOAL, (gap > 0) & (aim <= o.goal_target), wish, because=because)
        yield set_to(Reason.PROFIT_HIGHER, np.abs(gap) > self.dead_band, wish, because=because)
