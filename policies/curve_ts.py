"""`curve` that tries the neighbourhood of what it holds best while elasticity is poorly known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidctl.policy import Observation
from bidctl.policy.maths import exp, log
from policies.curve import Curve, Float

NORMAL = 0.5513  # sd of a logistic variate into a normal one


@dataclass(frozen=True)
class CurveTs(Curve):
    """`Curve` with Thompson draws: where the sd of elasticity is above `unsure`, the optimum is one drawn from what is known of it.

    The draw is a hash of campaign and day, so that a day's answers agree and a decision can be repeated. It moves the
    optimum by at most `reach` (a share). Source: Thompson sampling, only where the sd is large; numbers ours.

    >>> CurveTs().reach
    0.05
    """

    unsure: float = 0.8
    reach: float = 0.05

    def best(self, o: Observation) -> Float:
        """(n,) the optimum, or near it one drawn from its distribution."""
        z = NORMAL * log(o.draw / (1.0 - o.draw))
        tried = o.optimum * np.clip(exp(z * o.optimum_log_sd), 1 - self.reach, 1 + self.reach)
        return np.where(o.elasticity * o.elasticity_log_sd > self.unsure, tried, o.optimum)
