"""What an oracle knows beforehand, stage by stage: responses and the luck of the days to come, but not the luck of the orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    """Protection of a day with at least `orders` orders: where GMV / target stays below `share` of spend, it pays what spend exceeds
    GMV / target / `pays_to` by; a fen of credit is worth `value`. `any_edit` forfeits the day."""

    orders: int
    share: float
    pays_to: float
    value: float
    any_edit: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """n campaigns, s stages of `stage_hours`, `day_stages` of them a natural day; money in fen, targets as ln on the paid basis.

    By campaign (n,): `campaign` index in the world; `target` now; `basis` ln(target in the campaign's own terms) less ln(paid basis);
    `low`, `high` elasticity as in sim/market.py; `order_value` mean and `value_square` mean square of an order's value.
    By slice of a stage (q, n, s), one unless hosts change within it: `demand` spend wished at the target `reference`.
    By campaign and stage (n, s): `bias` of the ROI delivered, log; `reach` share of that
    ROI not lost to learning; `margin` m', profit before spend per fen of paid GMV; `budget` of the stage's day; `floor` break-even;
    `cap` ln of the suggestion, NaN = none; `may_move`.
    `width`, `most_volume` (log) of the response; `lag_hours` of the autobidder; `move_loss` (2, k): share of GMV lost in the k-th stage
    from a change on, second row where it comes less than `move_within` stages after the one before; `cover` where protected."""

    campaign: Int
    stage_hours: int
    day_stages: int
    target: Float
    basis: Float
    low: Float
    high: Float
    order_value: Float
    value_square: Float
    demand: Float
    reference: Float
    bias: Float
    reach: Float
    margin: Float
    budget: Float
    floor: Float
    cap: Float
    may_move: Mask
    width: float
    most_volume: float
    lag_hours: float
    move_loss: Float
    move_within: int
    cover: Cover | None

    def targets(self, moved: Float) -> Float:
        """(n, 1 + s) targets in each campaign's own terms: the present one, then those `moved` (n, s) from it (log)."""
        start = np.exp(self.target + self.basis)[:, None]
        return np.concatenate([start, start * np.exp(moved)], axis=1)

    def by_day(self, amounts: Float) -> Float:
        """(n, d, ...) sums over the stages of each day of amounts (n, s, ...)."""
        n, s, *rest = amounts.shape
        return np.asarray(amounts.reshape(n, s // self.day_stages, self.day_stages, *rest).sum(axis=2), np.float64)
