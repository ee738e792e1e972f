"""The best path of targets under the rules of moving, for a market known beforehand: a dynamic program over stages.

A stage is the time between two decisions. States: the cell of a log target grid, the stages since the last change, and whether
the target was edited on this natural day. Exact for the stakes given: it equals exhaustive search (tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]

CELL = float(np.log(1.1)) / 4
MOVES = (-4, -3, -2, 2, 3, 4)
"""R-BAND in cells: 5 to 10 %, give or take half a per cent of rounding to cells."""
NEVER = -np.inf


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is at stake for n campaigns in s stages at c cells; money in fen.

    `gain` (n, s, c): expected profit of a stage spent settled at a cell. `unsettled` (n, s, c): what a stage loses there where
    efficiency is lost wholly; a change loses the share `loss[k]` of it in the k-th stage from its own on. `credit` (n, s, c):
    protection paid at the end of a day (a stage in `last_of_day`, (s,)) without an edit. `may_move` (n, s). A raise may end at
    cells up to `highest`, a lowering at cells from `lowest` on, (n, s). `start` (n,): the cell at first. `spacing`: stages from
    one edit to the next, at least 1. `lag`: share of its first stage that a change spends as it was."""

    gain: Float
    unsettled: Float
    credit: Float
    loss: Float
    last_of_day: Mask
    may_move: Mask
    highest: Int
    lowest: Int
    start: Int
    spacing: int
    lag: float


@dataclass(frozen=True, slots=True)
class Path:
    """`value` (n,): expected profit of the best path, fen; `cells` (n, s): in force during each stage."""

    value: Float
    cells: Int


@dataclass(frozen=True, slots=True)
class _Choice:
    """At each stage: `move` (n, c) the best move in cells; `act` (n, c, age, edited) whether it beats staying."""

    move: NDArray[np.int8]
    act: Mask


def best_path(stakes: Stakes) -> Path:
    """The path of the largest expected profit for every campaign."""
    n, stages, cells = stakes.gain.shape
    ages = max(stakes.spacing, len(stakes.loss))
    edited = 2 if stakes.credit.any() else 1
    value = np.zeros((n, cells, ages, edited))
    choices: list[_Choice] = []
    for s in reversed(range(stages)):
        value, choice = _backward(stakes, s, value)
        choices.append(choice)
    return _forward(stakes, value, choices[::-1])


def _backward(stakes: Stakes, s: int, after: Float) -> tuple[Float, _Choice]:
    """Value of every state at the beginning of stage `s`, from that at its end."""
    _, _, ages, edited = after.shape
    reached = after[:, :, 0, 0 if stakes.last_of_day[s] else edited - 1]
    move, moved = _best_move(stakes, s, reached)
    value = np.empty_like(after)
    for age in range(ages):
        for e in range(edited):
            stay = stakes.gain[:, s] - _loss(stakes, age + 1) * stakes.unsettled[:, s]
            if stakes.last_of_day[s] and e == 0:
                stay = stay + stakes.credit[:, s]
            e_after = 0 if stakes.last_of_day[s] else e
            value[:, :, age, e] = stay + after[:, :, min(age + 1, ages - 1), e_after]
    best = np.where(np.arange(ages)[:, None] >= stakes.spacing - 1, moved[:, :, None, None], NEVER)
    act = best > value
    return np.where(act, best, value), _Choice(move, act)


def _best_move(stakes: Stakes, s: int, reached: Float) -> tuple[NDArray[np.int8], Float]:
    """By cell: the best move, and profit from this stage on if it is made (minus infinity where none is allowed)."""
    gain = stakes.gain[:, s]
    arrived = (1 - stakes.lag) * gain - _loss(stakes, 0) * stakes.unsettled[:, s] + reached
    cell = np.arange(gain.shape[1])
    best, move = np.full(gain.shape, NEVER), np.zeros(gain.shape, np.int8)
    for step in MOVES:
        to = cell + step
        there = arrived[:, np.clip(to, 0, len(cell) - 1)]
        within = to <= stakes.highest[:, s, None] if step > 0 else to >= stakes.lowest[:, s, None]
        legal = stakes.may_move[:, s, None] & within & (to >= 0) & (to < len(cell))
        better = legal & (there > best)
        best, move = np.where(better, there, best), np.where(better, step, move).astype(np.int8)
    return move, best + stakes.lag * gain


def _forward(stakes: Stakes, value: Float, choices: list[_Choice]) -> Path:
    n, stages, _ = stakes.gain.shape
    ages, edits = value.shape[2], value.shape[3]
    rows, cell = np.arange(n), stakes.start.copy()
    age, edited = np.full(n, ages - 1), np.zeros(n, np.int64)
    worth, out = value[rows, cell, age, edited], np.empty((n, stages), np.int64)
    for s, choice in enumerate(choices):
        act = choice.act[rows, cell, age, edited]
        cell = cell + np.where(act, choice.move[rows, cell], 0)
        age = np.where(act, 0, np.minimum(age + 1, ages - 1))
        edited = np.where(act, edits - 1, edited) * (not stakes.last_of_day[s])
        out[:, s] = cell
    return Path(worth, out)


def _loss(stakes: Stakes, stage: int) -> float:
    return float(stakes.loss[stage]) if stage < len(stakes.loss) else 0.0
