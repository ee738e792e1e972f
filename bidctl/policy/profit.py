"""Profit at one target against profit at another, under what is known of a campaign's elasticity and break-even.

    profit(T) ~ exp(-k T) (T / B - 1)

B is the break-even target, k elasticity over the target. Raising pays where k is below, lowering where it is above the one
value at which both targets earn the same: k_c = ln[(T' - B) / (T - B)] / (T' - T).

A budget cuts spend off. Where the present target would spend more than it, by `room` = ln(would / budget), a raise first takes
what is cut off: k_c = (ln[...] + room) / (T' - T). A lowering can win no more than what is left of the budget.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.policy.maths import log, normal_cdf

Float = NDArray[np.float64]

PRESSED_LOG_SD = 0.3
"""How well it is known what a campaign would spend whose budget binds (ours)."""


def p_profit_higher(o: Observation, wish: Float) -> Float:
    """Probability that projected profit is higher at `wish` (ROAS), (n,) or several of each in (m, n), than at the present target; NaN =
    not known.

    ln k and ln B are taken as normal around the columns `elasticity` and `break_even`. At or below break-even a raise is
    sure to be better; no lowering that ends there ever is.
    """
    told = np.isfinite(wish)
    rows = np.isfinite(o.elasticity) & np.isfinite(o.break_even) & np.atleast_2d(told).any(axis=0)
    columns = (
        o.roi_target,
        o.break_even,
        o.break_even_log_sd,
        o.elasticity,
        o.elasticity_log_sd,
        o.usual_spend,
        o.budget,
    )
    out = np.full(wish.shape, np.nan)
    out[..., rows] = _p_higher(wish[..., rows], *(column[rows] for column in columns))
    return np.where(told, out, np.nan)


def _p_higher(
    wish: Float, target: Float, even: Float, even_log_sd: Float, elasticity: Float, log_sd: Float, spend: Float, budget: Float
) -> Float:  # fmt: skip
    now, then = target / even, wish / even
    up = wish > target
    over = log(np.where(np.isfinite(spend) & (budget > 0), spend / budget, 0.0))
    room = np.where(up, np.maximum(over, 0.0), 0.0)
    gain = log((then - 1.0) / (now - 1.0)) + room
    same = gain / (wish / target - 1.0)
    # how far an error of ln B, and of what would be spent, moves ln k_c
    moved = (now / (now - 1.0) - then / (then - 1.0)) / gain * even_log_sd
    pressed = np.where(room > 0, PRESSED_LOG_SD / gain, 0.0)
    sd = np.sqrt(log_sd * log_sd + moved * moved + pressed * pressed)
    below = normal_cdf((log(same) - log(elasticity)) / sd)
    p = np.where(up, below, np.where(np.minimum(over, 0.0) < gain, 1.0 - below, 0.0))
    return np.where(up & (now <= 1.0), 1.0, np.where(~up & (then <= 1.0), 0.0, p))
