"""The platform's suggestions by row, as last answered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import SuggestionState

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Suggested:
    """(n,) each: `at` epoch s of the newest answer, -inf = none, with its `state` and `value`; `known_at` of the newest that
    was no failure, and `number` what it said, NaN where that was "none"; `earlier` the same of the newest answer that was given on
    a natural day before that one."""

    def __init__(self) -> None:
        self.at = np.zeros(0)
        self.state = np.zeros(0, np.int8)
        self.value = np.zeros(0)
        self.known_at = np.zeros(0)
        self.number = np.zeros(0)
        self.earlier = np.zeros(0)

    def grow(self, rows: int) -> None:
        more = rows - len(self.at)
        if more > 0:
            self.at = np.concatenate([self.at, np.full(more, -np.inf)])
            self.state = np.concatenate([self.state, np.full(more, SuggestionState.UNKNOWN, np.int8)])
            self.value = np.concatenate([self.value, np.full(more, np.nan)])
            self.known_at = np.concatenate([self.known_at, np.full(more, -np.inf)])
            self.number = np.concatenate([self.number, np.full(more, np.nan)])
            self.earlier = np.concatenate([self.earlier, np.full(more, np.nan)])

    def take(self, rows: Int) -> None:
        self.at, self.state = self.at[rows], self.state[rows]
        self.value, self.known_at = self.value[rows], self.known_at[rows]
        self.number, self.earlier = self.number[rows], self.earlier[rows]

    def before(self, midnight: float) -> Float:
        """(n,) the newest suggestion given before `midnight` (epoch s), that of the natural day under way: what is learned from. It
        does not hang on when in the day each campaign was asked about. NaN = none."""
        return np.where(self.known_at < midnight, self.number, self.earlier)

    def put(self, rows: Int, state: NDArray[np.int8], value: Float, at: float, midnight: float) -> None:
        """Answers (m,) of these rows at epoch second `at`, of the natural day that began at `midnight`; older ones than those held
        change nothing."""
        newer = at >= self.at[rows]
        r = rows[newer]
        self.at[r], self.state[r], self.value[r] = at, state[newer], value[newer]
        told = (state != SuggestionState.UNKNOWN) & (at >= self.known_at[rows])
        known = rows[told]
        another = known[self.known_at[known] < midnight]
        self.earlier[another] = self.number[another]
        self.known_at[known] = at
        self.number[known] = np.where(state[told] == SuggestionState.NUMBER, value[told], np.nan)
