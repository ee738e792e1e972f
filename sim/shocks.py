"""All chance of the simulated world. Every draw is a pure function of (seed, stream, campaign, time): nothing is consumed, so
no action of a campaign shifts a draw of another, nor a later one of its own, and two policies on a seed meet the same luck.

Few draws (traits, sessions) come from a counter-based generator over arrays; bulk draws from numpy's own SFC64, started anew
for each (seed, stream, campaign, block of days). Tables made from them are kept and shared by every world on the seed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import IntEnum
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.normal import inverse_normal
from sim.philox import philox

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Words = NDArray[np.uint64]

WARM_UP = 12  # first words of SFC64 that its author has thrown away
MOST_BYTES = 512 << 20


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
    RESAMPLE = 100  # of a bootstrap, not of a world


class Table(Protocol):
    """Something made from draws that worlds can share."""

    @property
    def nbytes(self) -> int: ...


T = TypeVar("T", bound=Table)


class Shocks:
    """The luck of one seed (0 .. 2**64 - 1); give the same object to several worlds and they share its tables. The newest
    tables are kept, up to `most_bytes`; what is dropped is drawn again when asked for, with the same bits."""

    def __init__(self, seed: int, most_bytes: int = MOST_BYTES) -> None:
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed {seed}: expected 0 .. 2**64 - 1")
        self.seed, self.most_bytes, self.held_bytes = seed, most_bytes, 0
        self._key = (seed & 0xFFFFFFFF, seed >> 32)
        self._bits = np.random.SFC64(0)
        self._generator = np.random.Generator(self._bits)
        self._tables: OrderedDict[Hashable, Table] = OrderedDict()

    def uniforms(self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike = 0) -> Float:
        """Four uniforms in (0, 1) for every (campaign, slot, ordinal), broadcast to n: shape (4, n)."""
        return (np.stack(self._counted(stream, campaign, slot, ordinal)).astype(np.float64) + 0.5) * 2.0**-32

    def normals(self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike = 0) -> Float:
        """Four standard normals for every (campaign, slot, ordinal): shape (4, n)."""
        return inverse_normal(self.uniforms(stream, campaign, slot, ordinal))

    def block_words(self, stream: Stream, campaigns: Int, block: int, count: int, page: int = 0) -> Words:
        """(n, count) words of 64 even bits: the block's own for every campaign. `page`: a further lot of the same block."""
        out = np.empty((len(campaigns), count), np.uint64)
        for row, start in zip(out, self._starts(stream, campaigns, block, page), strict=True):
            self._begin(start)
            row[:] = self._bits.random_raw(WARM_UP + count)[WARM_UP:]
        return out

    def block_normals(self, stream: Stream, campaigns: Int, block: int, count: int) -> Float:
        """(n, count) standard normals: the block's own for every campaign."""
        out = np.empty((len(campaigns), count), np.float64)
        for row, start in zip(out, self._starts(stream, campaigns, block, 0), strict=True):
            self._begin(start)
            self._bits.random_raw(WARM_UP, output=False)
            self._generator.standard_normal(out=row)
        return out

    def shared(self, key: Hashable, make: Callable[[], T]) -> T:
        """The table of this key, made once while it is kept. `key` must name all that the table is made from."""
        found = self._tables.get(key)
        if found is None:
            found = self._tables[key] = make()
            self.held_bytes += found.nbytes
            while self.held_bytes > self.most_bytes and len(self._tables) > 1:
                self.held_bytes -= self._tables.popitem(last=False)[1].nbytes
        else:
            self._tables.move_to_end(key)
        return found  # type: ignore[return-value]

    def _counted(
        self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike
    ) -> tuple[Words, Words, Words, Words]:
        parts = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(a)).astype(np.uint64) for a in (slot, ordinal, campaign))
        )
        return philox((parts[0], parts[1], parts[2], np.full(parts[0].shape, int(stream), np.uint64)), self._key)

    def _starts(self, stream: Stream, campaigns: Int, block: int, page: int) -> Words:
        """(n, 4) states of SFC64: three words of the counter-based generator, and its own counter at 1."""
        half = np.uint64(32)
        first, second = (self._counted(stream, campaigns, block, 2 * page + k) for k in (0, 1))
        words = (first[0] << half | first[1], first[2] << half | first[3], second[0] << half | second[1])
        return np.ascontiguousarray(np.stack([*words, np.ones(len(campaigns), np.uint64)], axis=1))

    def _begin(self, start: Words) -> None:
        self._bits.state = {"bit_generator": "SFC64", "state": {"state": start}, "has_uint32": 0, "uinteger": 0}
