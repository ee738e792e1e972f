"""All chance of the simulated world. Every draw is a pure function of (seed, stream, campaign, time): nothing is consumed, so
no action of a campaign shifts a draw of another, nor a later one of its own, and two policies on a seed meet the same luck.

Few draws (traits, sessions) come from a counter-based generator over arrays; bulk draws from numpy's own SFC64, started anew
for each (seed, stream, campaign, block of days). Tables made from them are kept and shared by every world on the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.normal import inverse_normal
from sim.philox import philox

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Words = NDArray[np.uint64]

WARM_UP = 24  # first words thrown away: SFC64's author has 12 to mix any three words of state
APART = 8  # between rows of a block: rows a power of two apart would fall into the same lines of the cache


class Stream(IntEnum):
    """What a draw is for. A number is never used for another purpose later (3, 4 and 5 had one once)."""

    TRAITS = 0
    MARKET = 1
    BIRTH = 2
    SESSION = 6
    REVISION = 7
    ORDERS = 8
    LUCK = 9
    EFFICIENCY = 10
    CREATIVE = 11
    ROWS = 12
    ORDERS_BEYOND = 13
    CREATIVE_ORDERS = 14
    RESAMPLE = 100  # of a bootstrap, not of a world


T = TypeVar("T")


class Shocks:
    """The luck of one seed (0 .. 2**64 - 1); give the same object to several worlds and they share its tables. Tables are kept while
    the last world to turn a day is within `keep_days` of the days that they serve: let worlds advance side by side. So memory is
    bounded; what has been dropped is drawn again when asked for, with the same bits."""

    def __init__(self, seed: int, keep_days: int = 1) -> None:
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed {seed}: expected 0 .. 2**64 - 1")
        self.seed, self.keep_days = seed, keep_days
        self._key = (seed & 0xFFFFFFFF, seed >> 32)
        self._bits = np.random.SFC64(0)
        self._reached = -1
        self._tables: dict[Hashable, tuple[range, object]] = {}
        self._blocks: dict[Hashable, tuple[range, Words]] = {}
        self._spare: list[Words] = []  # memory of blocks that were dropped: fresh memory costs more than the draws

    def uniforms(self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike = 0) -> Float:
        """Four uniforms in (0, 1) for every (campaign, slot, ordinal), broadcast to n: shape (4, n)."""
        return (np.stack(self._counted(stream, campaign, slot, ordinal)).astype(np.float64) + 0.5) * 2.0**-32

    def normals(self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike = 0) -> Float:
        """Four standard normals for every (campaign, slot, ordinal): shape (4, n)."""
        return inverse_normal(self.uniforms(stream, campaign, slot, ordinal))

    def words(self, stream: Stream, campaigns: Int, block: int, count: int, page: int = 0) -> Words:
        """(n, count) words of 64 even bits: the block's own for every campaign. `page`: a further lot of the same block."""
        return self._draw(np.empty((len(campaigns), count), np.uint64), stream, campaigns, block, page)

    def kept_words(self, name: bytes, days: range, stream: Stream, campaigns: Int, block: int, count: int) -> Words:
        """As `words`, kept while it serves `days`. `name` stands for the campaigns. Read it at once: its memory is used again."""
        key = (stream, name, block)
        if key not in self._blocks:
            self._blocks[key] = days, self._draw(self._room(len(campaigns), count), stream, campaigns, block, 0)
        return self._blocks[key][1]

    def shared(self, key: Hashable, days: range, make: Callable[[], T]) -> T:
        """The table of this key, made once while it is kept. `key` must name all that the table is made from; `days` it serves."""
        if key not in self._tables:
            self._tables[key] = days, make()
        return self._tables[key][1]  # type: ignore[return-value]

    def reach(self, day: int) -> None:
        """A world has come to natural day `day`: drop what serves only other days."""
        if day == self._reached:
            return
        self._reached = day
        near = range(day - self.keep_days, day + self.keep_days + 1)
        self._tables = {key: t for key, t in self._tables.items() if _meet(t[0], near)}
        gone = [key for key, t in self._blocks.items() if not _meet(t[0], near)]
        self._spare = [self._blocks.pop(key)[1] for key in gone] or self._spare

    def _room(self, rows: int, count: int) -> Words:
        for i, room in enumerate(self._spare):
            if room.shape == (rows, count):
                return self._spare.pop(i)
        return np.empty((rows, count + APART), np.uint64)[:, :count]

    def _draw(self, out: Words, stream: Stream, campaigns: Int, block: int, page: int) -> Words:
        """A generator of its own for each row, set up by its state (creating one costs twenty times as much)."""
        for row, start in zip(out, self._starts(stream, campaigns, block, page), strict=True):
            self._bits.state = {"bit_generator": "SFC64", "state": {"state": start}, "has_uint32": 0, "uinteger": 0}
            row[:] = self._bits.random_raw(WARM_UP + len(row))[WARM_UP:]
        return out

    def _counted(
        self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike
    ) -> tuple[Words, Words, Words, Words]:
        parts = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(a)).astype(np.uint64) for a in (slot, ordinal, campaign))
        )
        return philox((parts[0], parts[1], parts[2], np.full(parts[0].shape, int(stream), np.uint64)), self._key)

    def _starts(self, stream: Stream, campaigns: Int, block: int, page: int) -> Words:
        """(n, 4) states of SFC64: seed, what for and when, campaign, and its own counter at 1."""
        starts = np.ones((len(campaigns), 4), np.uint64)
        starts[:, 0] = self.seed
        starts[:, 1] = (int(stream) << 56) + (page << 32) + block
        starts[:, 2] = campaigns
        return starts


def _meet(days: range, others: range) -> bool:
    return days.start < others.stop and others.start < days.stop
