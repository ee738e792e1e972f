"""Menus of potential orders. For each campaign and hour the arrival epochs A1 < A2 < ... of a Poisson process of rate one, and
for each potential order its value and its fate. When an hour's delivery comes to L expected orders, those with A <= L happen.

So the number is Poisson, a slightly higher target drops the last orders and leaves the others with the same fate, and a short
step sees just the part between two values of L: how an hour is cut into steps is no part of the luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.normal import inverse_normal
from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]

UNIT = (
    1 << 20
)  # epochs are whole numbers of 1 / UNIT expected orders: sums of whole numbers do not depend on their order
LEVELS = 1 << 16  # of value and of fate: 16 bits each
TAIL = 0.01  # share of orders that a heavy tail replaces
SMALLEST, LARGEST, WORDS_A_DAY = 8, 1024, 128
DAY_HOURS = 24


def page_size(peak: Float) -> Int:
    """Potential orders held for each hour, by the orders expected in the best hour of a usual day: a power of two."""
    wanted = np.clip(1.5 * np.asarray(peak) + 5, SMALLEST, LARGEST)
    return np.asarray(1 << np.ceil(np.log2(wanted)).astype(np.int64), np.int64)


@cache
def value_levels(log_sd: float, tail: float) -> NDArray[np.float32]:
    """Values at evenly spaced quantiles, mean 1: log-normal; `tail` > 0: its top 1 % a Pareto tail of this index."""
    u = (np.arange(LEVELS) + 0.5) / LEVELS
    value = np.exp(log_sd * inverse_normal(u))
    if tail:
        top = u > 1 - TAIL
        value[top] = value[~top][-1] * ((1 - u[top]) / TAIL) ** (-1 / tail)
    table: NDArray[np.float32] = (value / value.mean()).astype(np.float32)
    table.setflags(write=False)
    return table


@dataclass(frozen=True, slots=True)
class Buyers:
    """What a menu of m campaigns is drawn for. `size`: potential orders an hour; `order_value`: mean fen (m,); `levels`: of
    their value; `token` names all of it, so that worlds can share what is drawn."""

    key: Int
    size: int
    order_value: Float
    levels: NDArray[np.float32]
    token: bytes


@dataclass(frozen=True, slots=True)
class Menu:
    """A day's potential orders of m campaigns, the first `size` of each hour. `epoch` (size, 24, m) in units; `total`
    (size + 1, 24, m): fen of the first j; `back`: comes back some day; `fate` (size, 24, m): 16 bits, below `chance` if it does."""

    day: int
    epoch: NDArray[np.int32]
    total: NDArray[np.signedinteger]
    back: NDArray[np.bool_]
    fate: NDArray[np.uint16]
    chance: NDArray[np.uint16]

    @property
    def nbytes(self) -> int:
        return self.epoch.nbytes + self.total.nbytes + self.back.nbytes + self.fate.nbytes


@dataclass(frozen=True, slots=True)
class Further:
    """Potential orders beyond the first page, one row an order. `cell` index into the cells asked for; `epoch` units."""

    cell: Int
    epoch: Int
    value: Int
    fate: NDArray[np.uint16]


def menu_of(shocks: Shocks, buyers: Buyers, day: int, refund: Float) -> Menu:
    """The menu of a natural day. `refund`: probability (m,) that an order of the day comes back."""
    size, m = buyers.size, len(buyers.key)
    words = np.empty((size * DAY_HOURS, m), np.uint64)
    np.copyto(words, _day_words(shocks, buyers, day, 0).T)
    parts = words.view(np.uint16).reshape(size, DAY_HOURS, m, 4)
    epoch = _waits(words.view(np.uint32).reshape(size, DAY_HOURS, m, 2)[..., 1])
    for j in range(1, size):
        np.add(epoch[j - 1], epoch[j], out=epoch[j])
    value = _values(buyers.levels, parts[..., 0], buyers.order_value)
    total = np.zeros((size + 1, DAY_HOURS, m), _money(buyers, size))
    for j in range(size):
        np.add(total[j], value[j], out=total[j + 1], casting="unsafe")
    fate = np.ascontiguousarray(parts[..., 1])
    chance = (refund * LEVELS).astype(np.uint16)
    return Menu(day, epoch, total, fate < chance, fate, chance)


def further_orders(shocks: Shocks, buyers: Buyers, menu: Menu, hour: Int, at: Int, until: Int) -> Further:
    """The orders beyond the first page of cells (hour, campaign `at`) that run to `until` (units): drawn page by page."""
    cell, reached = np.arange(len(at)), menu.epoch[-1, hour, at].astype(np.int64)
    found: list[tuple[Int, Int, Int, NDArray[np.uint16]]] = []
    page = 0
    while len(cell):
        page += 1
        words = _cell_words(shocks, buyers, menu.day, page, hour[cell], at[cell])
        epoch = np.cumsum(_waits((words >> np.uint64(32)).astype(np.uint32)), axis=1, dtype=np.int64) + reached[:, None]
        who, j = np.nonzero(epoch <= until[cell][:, None])
        parts = words.view(np.uint16).reshape(*words.shape, 4)[who, j]
        value = _values(buyers.levels, parts[:, 0], buyers.order_value[at[cell[who]]])
        found.append((cell[who], epoch[who, j], value.astype(np.int64), parts[:, 1]))
        on = epoch[:, -1] <= until[cell]
        cell, reached = cell[on], epoch[on, -1]
    columns = [np.concatenate(c) for c in zip(*found, strict=True)]
    return Further(columns[0], columns[1], columns[2], columns[3])


@dataclass(frozen=True, slots=True)
class _Block:
    """Words of a block of days: (m, days, size x 24)."""

    words: NDArray[np.uint64]

    @property
    def nbytes(self) -> int:
        return self.words.nbytes


def _day_words(shocks: Shocks, buyers: Buyers, day: int, page: int) -> NDArray[np.uint64]:
    days, count = _days(buyers.size), buyers.size * DAY_HOURS
    block = day // days
    key = ("orders", buyers.token, block)
    table = shocks.shared(
        key, lambda: _Block(shocks.block_words(Stream.ORDERS, buyers.key, block, days * count).reshape(-1, days, count))
    )
    return table.words[:, day % days]


def _cell_words(shocks: Shocks, buyers: Buyers, day: int, page: int, hour: Int, at: Int) -> NDArray[np.uint64]:
    """(cells, size): words of a further page, drawn for a block of days of the campaigns that need it."""
    days, count = _days(buyers.size), buyers.size * DAY_HOURS
    block = day // days
    whole = {
        i: shocks.shared(
            ("further", int(buyers.key[i]), block, buyers.size, page),
            lambda i=i: _Block(  # type: ignore[misc]
                shocks.block_words(Stream.ORDERS, buyers.key[i : i + 1], block, days * count, page)
            ),
        ).words[0].reshape(days, buyers.size, DAY_HOURS)[day % days]
        for i in np.unique(at).tolist()
    }  # fmt: skip
    return np.stack([whole[i][:, h] for i, h in zip(at.tolist(), hour.tolist(), strict=True)])


def _days(size: int) -> int:
    return max(1, WORDS_A_DAY // size)


def _money(buyers: Buyers, size: int) -> type[np.int32] | type[np.int64]:
    """Small enough for L2 where a whole page of the dearest orders fits 31 bits."""
    most = size * float(buyers.order_value.max(initial=1)) * float(buyers.levels[-1]) + size
    return np.int32 if most < 2**31 else np.int64


def _waits(words: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Exponential waiting times of mean one, in units."""
    u = words.astype(np.float32)
    u += np.float32(0.5)
    u *= np.float32(2.0**-32)
    np.log(u, out=u)
    u *= np.float32(-UNIT)
    return u.astype(np.int32)


def _values(levels: NDArray[np.float32], level: NDArray[np.uint16], mean: Float) -> NDArray[np.float32]:
    """Whole fen, at least one."""
    value = np.take(levels, level.astype(np.intp), mode="clip")
    value *= mean.astype(np.float32)
    np.rint(value, out=value)
    return np.maximum(value, np.float32(1), out=value)
