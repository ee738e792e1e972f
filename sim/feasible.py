"""The best path of targets under the rules of moving, for a market known beforehand: a dynamic program over stages.

A stage is the time between two decisions. States: the cell of a log target grid, the stages since the last change, whether that
change came soon after one before, and whether the target was edited on this natural day. Exact for the stakes given: it equals
exhaustive search (tests).
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
    efficiency is lost wholly; a change loses the share `loss[soon, k]` of it in the k-th stage from its own on, `soon` being 1
    where it comes less than `within` stages after the change before, else 0. `credit` (n, s, c): protection paid at the end of a
    day (a stage in `last_of_day`, (s,)) without an edit. `may_move` (n, s). A raise may end at cells up to `highest`, a lowering
    at cells from `lowest` on, (n, s). `start` (n,): the cell at first. `spacing`: stages from one edit to the next, at least 1.
    `lag`: share of its first stage that a change spends as it was."""

    gain: Float
    unsettled: Float
    credit: Float
    loss: Float
    within: int
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
    """At each stage: `move` (2, n, c) the best move in cells, soon after another or not; `act` (n, c, age, soon, edited) whether it
    beats staying."""

    move: NDArray[np.int8]
    act: Mask


def best_path(stakes: Stakes) -> Path:
    """The path of the largest expected profit for every campaign, all of which are settled at first."""
    n, stages, cells = stakes.gain.shape
    ages = max(stakes.spacing, stakes.within, stakes.loss.shape[1])
    edited = 2 if stakes.credit.any() else 1
    value = np.zeros((n, cells, ages, len(stakes.loss), edited))
    choices: list[_Choice] = []
    for s in reversed(range(stages)):
        value, choice = _backward(stakes, s, value)
        choices.append(choice)
    return _forward(stakes, value, choices[::-1])


def _backward(stakes: Stakes, s: int, after: Float) -> tuple[Float, _Choice]:
    """Value of every state at the beginning of stage `s`, from that at its end."""
    value = np.stack([_staying(stakes, s, after, age) for age in range(after.shape[2])], axis=2)
    moves, worths = zip(*(_best_move(stakes, s, after, soon) for soon in range(after.shape[3])), strict=True)
    best = np.full(value.shape, NEVER)
    for age in range(stakes.spacing - 1, after.shape[2]):
        best[:, :, age] = worths[_soon(stakes, age)][:, :, None, None]
    act = best > value
    return np.where(act, best, value), _Choice(np.stack(moves), act)


def _staying(stakes: Stakes, s: int, after: Float, age: int) -> Float:
    """(n, c, soon, edited): profit from this stage on without a change now, `age` + 1 stages after the last one."""
    loss = np.array([_loss(stakes, soon, age + 1) for soon in range(after.shape[3])])
    now = stakes.gain[:, s, :, None] - loss * stakes.unsettled[:, s, :, None]
    stay: Float = np.repeat(now[..., None], after.shape[4], axis=3)
    then = after[:, :, min(age + 1, after.shape[2] - 1)]
    if not stakes.last_of_day[s]:
        return stay + then
    stay[..., 0] += stakes.credit[:, s, :, None]
    return stay + then[..., :1]


def _best_move(stakes: Stakes, s: int, after: Float, soon: int) -> tuple[NDArray[np.int8], Float]:
    """By cell: the best move, and profit from this stage on if it is made (minus infinity where none is allowed)."""
    gain, reached = stakes.gain[:, s], after[:, :, 0, soon, 0 if stakes.last_of_day[s] else -1]
    arrived = (1 - stakes.lag) * gain - _loss(stakes, soon, 0) * stakes.unsettled[:, s] + reached
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
    ages, edits = value.shape[2], value.shape[4]
    rows, cell, soon = np.arange(n), stakes.start.copy(), np.zeros(n, np.int64)
    age, edited = np.full(n, ages - 1), np.zeros(n, np.int64)
    worth, out = value[rows, cell, age, soon, edited], np.empty((n, stages), np.int64)
    kinds = np.array([_soon(stakes, a) for a in range(ages)])
    for s, choice in enumerate(choices):
        act = choice.act[rows, cell, age, soon, edited]
        cell = cell + np.where(act, choice.move[kinds[age], rows, cell], 0)
        soon = np.where(act, kinds[age], soon)
        age = np.where(act, 0, np.minimum(age + 1, ages - 1))
        edited = np.where(act, edits - 1, edited) * (not stakes.last_of_day[s])
        out[:, s] = cell
    return Path(worth, out)


def _soon(stakes: Stakes, age: int) -> int:
    """Whether a change now, `age` + 1 stages after the last one, counts as soon after it."""
    return min(int(age + 1 < stakes.within), len(stakes.loss) - 1)


def _loss(stakes: Stakes, soon: int, stage: int) -> float:
    return float(stakes.loss[soon, stage]) if stage < stakes.loss.shape[1] else 0.0
