"""What an oracle knows beforehand: every campaign's response and the luck of the days to come, but not the luck of its orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Foresight:
    """n campaigns, s stages of `stage_hours`, `day_stages` of them a natural day; money in fen, targets as ln on the paid basis.

    By campaign (n,): `campaign` index in the world; `target` now; `basis` ln(target in the campaign's own terms) less ln(paid basis);
    response as in sim/market.py: `reference`, `low`, `high`; `margin` m', profit before spend per fen of paid GMV; `floor` break-even.
    By campaign and stage (n, s): `demand` spend wished at the reference; `bias` of the ROI delivered, log; `worth` of a fen of
    GMV where efficiency is lost, 1 = all; `budget` of the stage's day; `cap` ln of the suggestion, NaN = none; `may_move`.
    `width`, `most_volume` (log) of the response; `lag_hours` of the autobidder; `move_loss` (2, k): share of GMV lost in the
    k-th stage from a change on, where it comes less than `move_within` stages after the one before, else the row before."""

    campaign: Int
    stage_hours: int
    day_stages: int
    target: Float
    basis: Float
    reference: Float
    low: Float
    high: Float
    margin: Float
    floor: Float
    demand: Float
    bias: Float
    worth: Float
    budget: Float
    cap: Float
    may_move: Mask
    width: float
    most_volume: float
    lag_hours: float
    move_loss: Float
    move_within: int

    def targets(self, moved: Float) -> Float:
        """(n, 1 + s) targets in each campaign's own terms: the present one, then those `moved` (n, s) from it (log)."""
        start = np.exp(self.target + self.basis)[:, None]
        return np.concatenate([start, start * np.exp(moved)], axis=1)
