"""Profit at one target against profit at another, under what is known of a campaign's elasticity and break-even.

    profit(T) ~ S(T) (T / B - 1),    ln S falls by eps (exp(s u) - 1) / s over u = ln(T / present target)

B is the break-even target, eps the elasticity at the present target, s how fast it rises with the target. Raising pays
where eps is below, lowering where it is above the one value eps_c at which both targets earn the same:

    eps_c = s ln[(T / B - 1) / (T_now / B - 1)] / (exp(s u) - 1)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.policy.maths import exp, log, normal_cdf

Float = NDArray[np.float64]

STEEPER = 1.0
"""s: by how much ln eps rises with ln target (0.8 between eps 1.9 and 6.7 in the auction landscape of simulation.md 1.4)."""


def p_profit_higher(o: Observation, wish: Float) -> Float:
    """(n,) probability that projected profit is higher at `wish` (ROAS) than at the present target; NaN = not known.

    ln eps and ln B are taken as normal around the columns `elasticity` and `break_even`. At or below break-even a raise is
    sure to be better; below it no lowering ever is.
    """
    now, then = o.roi_target / o.break_even - 1.0, wish / o.break_even - 1.0
    ratio = wish / o.roi_target
    bend = exp(STEEPER * log(ratio)) - 1.0
    gain = log(then / now)
    same = STEEPER * gain / bend
    # how far an error of B moves ln eps_c
    moved = ((1.0 + 1.0 / then) - (1.0 + 1.0 / now)) / gain
    sd = np.sqrt(o.elasticity_log_sd * o.elasticity_log_sd + moved * moved * o.break_even_log_sd * o.break_even_log_sd)
    below = normal_cdf((log(same) - log(o.elasticity)) / sd)
    p = np.where(ratio > 1.0, below, 1.0 - below)
    p = np.where((now <= 0) & (ratio > 1.0), 1.0, p)
    p = np.where((then <= 0) & (ratio < 1.0), 0.0, p)
    return np.where(np.isfinite(o.elasticity) & np.isfinite(o.break_even) & np.isfinite(wish), p, np.nan)
