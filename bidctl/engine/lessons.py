"""What past days have taught about each campaign's response, learned anew only when something it stands on has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.response import Learned

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """`learned`, and `first` (n,): the oldest target in the window, NaN = none known."""

    learned: Learned
    first: Float


class Lessons:
    """Keeps the newest lesson with what it was learned from."""

    def __init__(self) -> None:
        self._stands_on: tuple[tuple[int, ...], tuple[Float, ...]] | None = None
        self._lesson: Lesson | None = None

    def newest(self, counts: tuple[int, ...], columns: tuple[Float, ...], learn: Callable[[], Lesson]) -> Lesson:
        """The lesson of `learn`, which is asked only where `counts` or `columns` (n,) are not those of the last time."""
        held = self._stands_on
        same = held is not None and held[0] == counts and all(map(_same, held[1], columns))
        if self._lesson is None or not same:
            self._stands_on, self._lesson = (counts, tuple(c.copy() for c in columns)), learn()
        return self._lesson


def _same(one: Float, other: Float) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))
