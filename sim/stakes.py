"""From an outlook to what an oracle weighs: expected profit by stage and cell of a log target grid, and limits in cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.feasible import CELL, Stakes
from sim.insured import expected_credit
from sim.market import log_volume, optimum
from sim.outlook import Cover, Outlook

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]

ROOM = 8  # cells beyond the widest target that O_free would like
LIMIT = 10**6
AMPLE = 0.9  # share of the budget up to which a day is safe from running out


@dataclass(frozen=True, slots=True)
class Free:
    """O_free by campaign and stage (n, s): `target` ln of the ROI that it has delivered, `profit` fen."""

    target: Float
    profit: Float


def free(o: Outlook) -> Free:
    """The best ROI of every slice of a stage, reached at once and at no cost: T* where the day's budget allows its spend, else as
    far above the reference as makes the market just spend the budget. Credits of protection are not part of it."""
    low, high, margin = o.low[:, None], o.high[:, None], o.margin * o.reach
    budget = o.budget[:, :: o.day_stages]
    best = optimum(o.reference, low, high, o.width, np.maximum(margin, 1e-9)) - o.reference
    affordable = budget / np.maximum(o.by_day(o.demand.sum(axis=0)), 1e-9)
    lasting = _spends(np.log(np.maximum(affordable, 1e-9)), low, high, o.width)
    x = np.maximum(best, np.repeat(lasting, o.day_stages, axis=1))
    spend = o.demand * np.exp(np.minimum(log_volume(x, low, high, o.width), o.most_volume))
    left = budget / np.maximum(o.by_day(spend.sum(axis=0)), 1e-9)
    spend *= np.repeat(np.minimum(left, 1.0), o.day_stages, axis=1)
    target = x + o.reference
    return Free(target.mean(axis=0), (spend * (margin * np.exp(target) - 1)).sum(axis=0))


def stakes_of(o: Outlook, wanted: Float) -> Stakes:
    """Arrays for the dynamic program, on a grid around each campaign's present target that holds the `wanted` ones (n, s), ln."""
    reach = ROOM + int(np.ceil(np.abs(wanted - o.target[:, None]).max() / CELL))
    targets = o.target[:, None] + CELL * np.arange(-reach, reach + 1)
    spend, gmv = delivered(o, targets)
    earned = o.margin[:, :, None] * gmv
    gain, credit = earned - spend, np.broadcast_to(np.zeros(1), spend.shape)
    if o.cover:
        paid = _credits(o, o.cover, spend, gmv, targets)
        gain, credit = (gain, paid) if o.cover.any_edit else (gain + paid, credit)
    k = o.stage_hours / o.lag_hours
    return Stakes(
        gain=gain,
        unsettled=earned,
        credit=credit,
        loss=o.move_loss,
        within=o.move_within,
        last_of_day=_last_of_day(o),
        may_move=o.may_move & (_begins_day(o) | ~_budget_binds(o, wanted)),
        highest=_cells(np.floor, o.cap - o.target[:, None], reach),
        lowest=_cells(np.ceil, o.floor - o.target[:, None], reach),
        start=np.full(len(o.target), reach),
        spacing=1 // o.stage_hours + 1,  # R-SPACE: more than an hour
        lag=float((1 - np.exp(-k)) / k),
    )


def delivered(o: Outlook, targets: Float) -> tuple[Float, Float]:
    """Expected spend and paid GMV (n, s, c), fen, of stages spent settled at ln targets (n, c) on the paid basis."""
    roi = targets[:, None, :] + o.bias[:, :, None]
    spend = _within_budget(o, sum((_wished(o, q, roi) for q in range(len(o.demand))), np.zeros(roi.shape)))
    return spend, spend * np.exp(roi) * o.reach[:, :, None]


def _wished(o: Outlook, q: int, roi: Float) -> Float:
    """Spend (n, s, c) of a slice at ln ROI (n, s, c), budgets apart."""
    volume = log_volume(roi - o.reference[q, :, :, None], o.low[:, None, None], o.high[:, None, None], o.width)
    return o.demand[q, :, :, None] * np.exp(np.minimum(volume, o.most_volume))


def _credits(o: Outlook, cover: Cover, spend: Float, gmv: Float, targets: Float) -> Float:
    """(n, s, c): what a day spent at one cell is expected to be paid: at its last stage where any edit forfeits it, else by the
    stages' shares of its spend, since each order counts at the target of its time."""
    value, square = o.order_value[:, None, None], o.value_square[:, None, None]
    day_spend = o.by_day(spend)
    paid = expected_credit(cover, day_spend, o.by_day(gmv), np.exp(targets)[:, None], value, square)
    if cover.any_edit:
        return np.where(_last_of_day(o)[:, None], np.repeat(paid, o.day_stages, axis=1), 0.0)
    return np.asarray(np.repeat(paid / np.maximum(day_spend, 1e-9), o.day_stages, axis=1) * spend, np.float64)


def _budget_binds(o: Outlook, wanted: Float) -> Mask:
    """(n, s): days whose budget may run out. The program knows no spend of earlier stages, so such a day is spent at one cell."""
    easiest = (np.minimum(wanted, o.target[:, None]) + o.bias)[:, :, None]
    wished = sum((_wished(o, q, easiest)[:, :, 0] for q in range(len(o.demand))), np.zeros(wanted.shape))
    short = o.by_day(wished) > AMPLE * o.budget[:, :: o.day_stages]
    return np.repeat(short, o.day_stages, axis=1)


def _begins_day(o: Outlook) -> Mask:
    return np.asarray(np.arange(o.demand.shape[2]) % o.day_stages == 0)


def _last_of_day(o: Outlook) -> Mask:
    return np.asarray(np.arange(o.demand.shape[2]) % o.day_stages == o.day_stages - 1)


def _within_budget(o: Outlook, wished: Float) -> Float:
    """A day's spend stops at its budget."""
    n, stages, cells = wished.shape
    by_day = wished.reshape(n, -1, o.day_stages, cells)
    before = np.cumsum(by_day, axis=2) - by_day
    left = o.budget.reshape(n, -1, o.day_stages, 1) - before
    return np.asarray(np.clip(left, 0.0, by_day).reshape(n, stages, cells), np.float64)


def _cells(rounded: np.ufunc, room: Float, reach: int) -> Int:
    """The cell at `room` (log, from the start), rounded to the safe side; NaN, no limit known, is as a cap below everything."""
    cells = rounded(np.round(np.clip(np.nan_to_num(room, nan=-LIMIT) / CELL, -LIMIT, LIMIT), 9))
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
