"""Foresight to what an oracle weighs: expected profit by stage and cell of a log target grid, and limits in cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.feasible import CELL, Stakes
from sim.foresight import Foresight
from sim.market import log_volume, optimum

Float = NDArray[np.float64]
Int = NDArray[np.int64]

ROOM = 8  # cells beyond the widest target that O_free would like
LIMIT = 10**6


@dataclass(frozen=True, slots=True)
class Free:
    """O_free by campaign and day (n, d): `target` ln of the ROI that it has delivered, `profit` fen."""

    target: Float
    profit: Float


def free(f: Foresight) -> Free:
    """The best ROI of every day, reached at once and at no cost: T* where the budget allows its spend, else the ROI at which the
    market just spends the budget."""
    n, stages = f.demand.shape
    days = (n, stages // f.day_stages, f.day_stages)
    demand = f.demand.reshape(days).sum(axis=2)
    worth = (f.worth * f.demand).reshape(days).sum(axis=2) / np.maximum(demand, 1e-9)
    budget = f.budget.reshape(days)[:, :, 0]
    reference, low, high, margin = (a[:, None] for a in (f.reference, f.low, f.high, f.margin))
    best = optimum(np.broadcast_to(reference, demand.shape), low, high, f.width, np.maximum(margin * worth, 1e-9))
    target = np.maximum(
        best, reference + _spends(np.log(np.maximum(budget, 1e-9) / np.maximum(demand, 1e-9)), low, high, f.width)
    )
    spend = demand * np.exp(np.minimum(log_volume(target - reference, low, high, f.width), f.most_volume))
    return Free(target, np.minimum(spend, budget) * (margin * worth * np.exp(target) - 1))


def stakes_of(f: Foresight) -> Stakes:
    """Arrays for the dynamic program, on a grid around each campaign's present target."""
    wanted = free(f).target - f.target[:, None]
    reach = ROOM + int(np.ceil(np.abs(wanted).max() / CELL))
    offsets = CELL * np.arange(-reach, reach + 1)
    spend, gmv = delivered(f, f.target[:, None] + offsets)
    earned = f.margin[:, None, None] * gmv
    stages = f.demand.shape[1]
    k = f.stage_hours / f.lag_hours
    return Stakes(
        gain=earned - spend,
        unsettled=earned,
        credit=np.broadcast_to(np.zeros(1), spend.shape),
        loss=f.move_loss,
        within=f.move_within,
        last_of_day=np.arange(stages) % f.day_stages == f.day_stages - 1,
        may_move=f.may_move,
        highest=_cells_up_to(f.cap - f.target[:, None], reach),
        lowest=np.broadcast_to(np.ceil((f.floor - f.target) / CELL).astype(np.int64)[:, None] + reach, f.cap.shape),
        start=np.full(len(f.target), reach),
        spacing=1 // f.stage_hours + 1,  # R-SPACE: more than an hour
        lag=float((1 - np.exp(-k)) / k),
    )


def delivered(f: Foresight, targets: Float) -> tuple[Float, Float]:
    """Expected spend and paid GMV (n, s, c), fen, of stages spent settled at ln targets (n, c) on the paid basis."""
    roi = targets[:, None, :] + f.bias[:, :, None]
    volume = log_volume(roi - f.reference[:, None, None], f.low[:, None, None], f.high[:, None, None], f.width)
    wished = f.demand[:, :, None] * np.exp(np.minimum(volume, f.most_volume))
    spend = _within_budget(wished, f)
    return spend, spend * np.exp(roi) * f.worth[:, :, None]


def _within_budget(wished: Float, f: Foresight) -> Float:
    """A day's spend stops at its budget."""
    n, stages, cells = wished.shape
    by_day = wished.reshape(n, -1, f.day_stages, cells)
    before = np.cumsum(by_day, axis=2) - by_day
    left = f.budget.reshape(n, -1, f.day_stages, 1) - before
    return np.asarray(np.clip(left, 0.0, by_day).reshape(n, stages, cells), np.float64)


def _cells_up_to(room: Float, reach: int) -> Int:
    """Highest cell within `room` (log, from the start) of a cap; none where there is no cap, since nothing may be raised then."""
    cells = np.floor(np.clip(np.nan_to_num(room, nan=-LIMIT) / CELL, -LIMIT, LIMIT) + 1e-9)
    return np.asarray(cells, np.int64) + reach


def _spends(log_share: Float, low: Float, high: Float, width: float) -> Float:
    """x at which ln volume is `log_share`, by bisection: volume falls with x."""
    left: Float = np.full(log_share.shape, -8.0)
    right: Float = np.full(log_share.shape, 8.0)
    for _ in range(60):
        mid = (left + right) / 2
        more = log_volume(mid, low, high, width) > log_share
        left, right = np.where(more, mid, left), np.where(more, right, mid)
    return (left + right) / 2
