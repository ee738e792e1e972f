"""The platform's suggestions by row, as last answered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import SuggestionState

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Suggested:
    """(n,) each: `at` epoch s of the newest answer, -inf = none, with its `state` and `value`; `known_at` of the newest that
    was no failure."""

    def __init__(self) -> None:
        self.at = np.zeros(0)
        self.state = np.zeros(0, np.int8)
        self.value = np.zeros(0)
        self.known_at = np.zeros(0)

    def grow(self, rows: int) -> None:
        more = rows - len(self.at)
        if more > 0:
            self.at = np.concatenate([self.at, np.full(more, -np.inf)])
            self.state = np.concatenate([self.state, np.full(more, SuggestionState.UNKNOWN, np.int8)])
            self.value = np.concatenate([self.value, np.full(more, np.nan)])
            self.known_at = np.concatenate([self.known_at, np.full(more, -np.inf)])

    def take(self, rows: Int) -> None:
        self.at, self.state = self.at[rows], self.state[rows]
        self.value, self.known_at = self.value[rows], self.known_at[rows]

    def put(self, rows: Int, state: NDArray[np.int8], value: Float, at: float) -> None:
        """Answers (m,) of these rows at epoch second `at`; older ones than those held change nothing."""
        newer = at >= self.at[rows]
        r = rows[newer]
        self.at[r], self.state[r], self.value[r] = at, state[newer], value[newer]
        known = rows[state != SuggestionState.UNKNOWN]
        self.known_at[known] = np.maximum(at, self.known_at[known])
