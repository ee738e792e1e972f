"""The policy of campaigns that move: always 6 % down, so that three visits stay within a day's drift."""

from __future__ import annotations

from dataclasses import dataclass

from bidctl.policy import Observation, Reason, Rules, scale


@dataclass(frozen=True)
class Lower:
    """Lower every target a little."""

    def rules(self, o: Observation) -> Rules:
        yield scale(Reason.ROAS_ABOVE_GOAL, o.complete, 0.94)
