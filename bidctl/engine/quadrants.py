"""Volume x conversion: where something stands against the median of its like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.quadrants import Quadrant

Float = NDArray[np.float64]
LIKE = 4
"""As many of one kind are compared among themselves; fewer with all (ours)."""


def quadrants(volume: Float, conversion: Float, like: Sequence[str], least: int = LIKE) -> list[Quadrant | None]:
    """Of each of n its quadrant; None where its conversion (or volume) is not known: NaN. `like`: what kind each is of; where fewer
    than `least` of a kind are known, they are compared with all."""
    known = np.isfinite(volume) & np.isfinite(conversion)
    kinds = np.array(like, np.str_)
    return [
        _of(i, volume, conversion, _others(i, kinds, known, least)) if known[i] else None for i in range(len(volume))
    ]


def _others(i: int, kinds: NDArray[np.str_], known: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    same = known & (kinds == kinds[i])
    return same if same.sum() >= least else known


def _of(i: int, volume: Float, conversion: Float, among: NDArray[np.bool_]) -> Quadrant:
    much = volume[i] >= np.median(volume[among])
    well = conversion[i] >= np.median(conversion[among])
    if much:
        return Quadrant.STAR if well else Quadrant.LEAKING
    return Quadrant.PROMISING if well else Quadrant.IDLE
