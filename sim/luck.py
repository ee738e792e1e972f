"""The daily and hourly luck of campaigns: standard normals of a natural day, drawn by blocks of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]

DAYS = 16  # of a block
HOURS, DAILY = 24, 8
DEMAND, BIAS, WALK, CLUSTER = 0, 1, 2, 3  # rows of `day`; the others are spare


@dataclass(frozen=True, slots=True)
class Luck:
    """Of m campaigns on one day: `hour` (24, m) standard normals of volume, `day` (8, m) of what moves once a day."""

    hour: Float
    day: Float


@dataclass(frozen=True, slots=True)
class _Block:
    normals: Float

    @property
    def nbytes(self) -> int:
        return self.normals.nbytes


def luck_of(shocks: Shocks, key: Int, token: bytes, day: int) -> Luck:
    """`token` names the campaigns (`key`) that are drawn together."""
    of_day: Float = _block(shocks, Stream.LUCK, key, token, day // DAYS, HOURS + DAILY)[day % DAYS]
    return Luck(of_day[:HOURS], of_day[HOURS:])


def efficiency_of(shocks: Shocks, key: Int, token: bytes, day: int) -> Float:
    """(24, m) standard normals of efficiency, which only campaigns that are learning feel."""
    of_day: Float = _block(shocks, Stream.EFFICIENCY, key, token, day // DAYS, HOURS)[day % DAYS]
    return of_day


def _block(shocks: Shocks, stream: Stream, key: Int, token: bytes, block: int, width: int) -> Float:
    """(days, width, m)."""

    def draw() -> _Block:
        flat = shocks.block_normals(stream, key, block, DAYS * width)
        return _Block(np.ascontiguousarray(flat.T).reshape(DAYS, width, len(key)))

    return shocks.shared((stream, token, block), draw).normals
