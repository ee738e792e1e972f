"""The chance that a policy may use: a number of each campaign and natural day, the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def mark(campaigns: Sequence[str]) -> NDArray[np.uint64]:
    """(n,) what tells the campaigns apart, from their ids."""
    return np.array([crc32(c.encode()) for c in campaigns], np.uint64)


def draw(marks: NDArray[np.uint64], day: int) -> NDArray[np.float64]:
    """(n,) evenly within 0 .. 1, both ends apart, from the campaigns' marks and the ordinal of the day (splitmix64's finish)."""
    x = marks << np.uint64(32)
    x = x + np.uint64(day * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in _MIX:
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    x ^= x >> np.uint64(31)
    return ((x >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52
