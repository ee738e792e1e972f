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
SMALLEST, LARGEST, WORDS_A_DAY = 8, 1024, 64
DAY_HOURS = 24


def page_size(peak: Float) -> Int:
    """Potential orders held for each hour, by the orders expected in the best hour of a usual day: 8, 12, 16, 24, 32, 48 ..."""
    wanted = np.clip(1.2 * np.asarray(peak, np.float64) + 4, SMALLEST, LARGEST)
    power = 2.0 ** np.floor(np.log2(wanted))
    steps = np.stack([power, 1.5 * power, 2 * power])
    return np.asarray(np.where(steps >= wanted, steps, np.inf).min(axis=0), np.int64)


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
    (size + 1, 24, m): fen of the first j; `back`: comes back some day; `fate` (size, 24, m): 16 bits, below `chance` if it does.
    `pages`: those drawn so far of what comes after."""

    day: int
    epoch: NDArray[np.int32]
    total: NDArray[np.int32 | np.int64]
    back: NDArray[np.bool_]
    fate: NDArray[np.uint16]
    chance: NDArray[np.uint16]
    pages: list[Page]


@dataclass(slots=True)
class Page:
    """Potential orders beyond the first page, of the hours that were asked for: `row` (24 x m) of each hour, -1 = not drawn."""

    row: Int
    epoch: Int
    value: Int
    fate: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Further:
    """Orders beyond the first page, one row each. `cell`: index into the cells asked for; `epoch` units; `value` fen."""

    cell: Int
    epoch: Int
    value: Int
    fate: NDArray[np.uint16]


def menu_of(shocks: Shocks, buyers: Buyers, day: int, refund: Float) -> Menu:
    """The menu of a natural day. `refund`: probability (m,) that an order of the day comes back."""
    size, shape = buyers.size, (DAY_HOURS, len(buyers.key))
    menu = Menu(
        day=day,
        epoch=np.empty((size, *shape), np.int32),
        total=np.zeros((size + 1, *shape), _money(buyers, size)),
        back=np.empty((size, *shape), np.bool_),
        fate=np.empty((size, *shape), np.uint16),
        chance=(refund * LEVELS).astype(np.uint16),
        pages=[],
    )
    words = _day_words(shocks, buyers, day)
    word, wait, level = np.empty(shape, np.uint64), np.empty(shape, np.float32), np.empty(shape, np.intp)
    mean = buyers.order_value.astype(np.float32)
    for j in range(size):  # one potential order of every hour at a time, so that all of it stays in cache
        np.copyto(word, words[:, j * DAY_HOURS : (j + 1) * DAY_HOURS].T)
        waits, levels, fates = _parts(word)
        np.copyto(wait, waits, casting="unsafe")
        menu.epoch[j] = _exponential(wait)
        if j:
            menu.epoch[j] += menu.epoch[j - 1]
        np.copyto(level, levels)
        np.copyto(menu.total[j + 1], _values(buyers.levels, level, mean, wait), casting="unsafe")
        menu.total[j + 1] += menu.total[j]
        menu.fate[j] = fates
        np.less(menu.fate[j], menu.chance, out=menu.back[j])
    return menu


def further_orders(shocks: Shocks, buyers: Buyers, menu: Menu, hour: Int, at: Int, after: Int, until: Int) -> Further:
    """The orders beyond the first page with `after` < epoch <= `until` (units) of these cells (hour, campaign `at`): drawn page
    by page, exactly as far as they are needed."""
    cell = np.arange(len(at))
    found: list[tuple[Int, Int, Int, NDArray[np.uint16]]] = []
    number = 0
    while len(cell):
        rows, page = _rows(shocks, buyers, menu, number, hour[cell], at[cell])
        epoch, last = page.epoch[rows], until[cell]
        who, j = np.nonzero((epoch > after[cell][:, None]) & (epoch <= last[:, None]))
        found.append((cell[who], epoch[who, j], page.value[rows[who], j], page.fate[rows[who], j]))
        cell = cell[epoch[:, -1] <= last]
        number += 1
    columns = [np.concatenate(c) for c in zip(*found, strict=True)]
    return Further(columns[0], columns[1], columns[2], columns[3])


def _rows(shocks: Shocks, buyers: Buyers, menu: Menu, number: int, hour: Int, at: Int) -> tuple[Int, Page]:
    """Rows of these cells in the page of this number, drawn where nobody has asked for them yet."""
    place, size = hour * len(buyers.key) + at, buyers.size
    if number == len(menu.pages):
        row, none = np.full(DAY_HOURS * len(buyers.key), -1), np.zeros((0, size), np.int64)
        menu.pages.append(Page(row, none, none, none.astype(np.uint16)))
    page = menu.pages[number]
    new = page.row[place] < 0
    if new.any():
        hours, who = hour[new], at[new]
        reached = menu.epoch[-1, hours, who].astype(np.int64)
        if number:
            before = menu.pages[number - 1]
            reached = before.epoch[before.row[place[new]], -1]
        words = _cell_words(shocks, buyers, menu.day, number + 1, hours, who)
        waits, levels, fates = _parts(words)
        wait = _exponential(waits.astype(np.float32))
        epoch = np.cumsum(wait.astype(np.int32), axis=1, dtype=np.int64) + reached[:, None]
        mean = buyers.order_value[who].astype(np.float32)[:, None]
        value = _values(buyers.levels, levels.astype(np.intp), mean, wait).astype(np.int64)
        page.row[place[new]] = len(page.epoch) + np.arange(len(who))
        page.epoch, page.value = np.concatenate([page.epoch, epoch]), np.concatenate([page.value, value])
        page.fate = np.concatenate([page.fate, fates])
    return page.row[place], page


def _day_words(shocks: Shocks, buyers: Buyers, day: int) -> NDArray[np.uint64]:
    """(m, size x 24): first the first potential order of every hour, then the second."""
    days, count = _days(buyers.size), buyers.size * DAY_HOURS
    block, serves = day // days, range(day // days * days, (day // days + 1) * days)
    words = shocks.kept_words(buyers.token, serves, Stream.ORDERS, buyers.key, block, days * count)
    return words[:, day % days * count : (day % days + 1) * count]


def _cell_words(shocks: Shocks, buyers: Buyers, day: int, number: int, hour: Int, at: Int) -> NDArray[np.uint64]:
    """(cells, size): words of a further page, drawn for the whole day of the campaigns that need it."""
    who, place = np.unique(at, return_inverse=True)
    words = shocks.words(Stream.ORDERS_BEYOND, buyers.key[who], day, buyers.size * DAY_HOURS, number)
    return words.reshape(len(who), DAY_HOURS, buyers.size)[place, hour]


def _days(size: int) -> int:
    """Days of a block: a generator is set up once for each, which costs as much as some 500 words."""
    return max(1, WORDS_A_DAY // size)


def _money(buyers: Buyers, size: int) -> type[np.int32] | type[np.int64]:
    """Half the memory where a whole page of the dearest orders fits 31 bits."""
    most = size * float(buyers.order_value.max(initial=1)) * float(buyers.levels[-1]) + size
    return np.int32 if most < 2**31 else np.int64


def _parts(words: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.uint16]]:
    """Views of 64 bits of luck each: 32 bits of waiting time, 16 of value, 16 of fate."""
    quarters = words.view(np.uint16)
    return words.view(np.uint32)[..., 1::2], quarters[..., 0::4], quarters[..., 1::4]


def _exponential(bits: NDArray[np.float32]) -> NDArray[np.float32]:
    """In place, 32 even bits to waiting times of mean one, in units; their whole parts count."""
    bits += np.float32(0.5)
    bits *= np.float32(2.0**-32)
    np.log(bits, out=bits)
    bits *= np.float32(-UNIT)
    return bits


def _values(
    levels: NDArray[np.float32], level: Int, mean: NDArray[np.float32], out: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Whole fen, at least one."""
    np.take(levels, level, out=out, mode="clip")
    out *= mean
    np.rint(out, out=out)
    if levels[0] * mean.min(initial=np.inf) < 1:
        np.maximum(out, np.float32(1), out=out)
    return out
