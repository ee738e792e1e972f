"""Orders that happen: the part of a menu that a span's expected orders reach, what they are worth, and which come back when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.delivery import Span
from sim.menus import Further, Menu, further_orders
from sim.refunds import Delays, level_of
from sim.shocks import Shocks
from sim.tiles import Tile

Float = NDArray[np.float64]
Int = NDArray[np.int64]

FARTHEST = np.int64(2**31 - 1)  # beyond any first page, in units


@dataclass(frozen=True, slots=True)
class Returns:
    """Orders that come back some day, one row each: `step` and `column` of the span and tile where they were paid, `value` fen,
    `at` epoch second of the refund, `window` of its delay (sim/refunds.py)."""

    step: Int
    column: Int
    value: Int
    at: Int
    window: Int


@dataclass(frozen=True, slots=True)
class Sales:
    """Of a tile over a span: `orders`, `gmv` fen (steps, m); `sold` (m,): orders of the last step's hour so far."""

    orders: Int
    gmv: Int
    returns: Returns
    sold: Int


def sales_of(
    shocks: Shocks, tile: Tile, menu: Menu, delays: Delays, span: Span, before: Int, until: Int, sold: Int
) -> Sales:
    """Orders between `before` and `until` (steps, m), expected orders of the hour in units. `sold` (m,): of the first step's hour
    before the span (0 at its beginning)."""
    size, hours = tile.buyers.size, span.hours
    reached = menu.epoch[:, hours] <= np.minimum(until, FARTHEST).astype(np.int32)
    seen = np.add.reduce(reached.view(np.uint8), axis=0, dtype=np.uint8 if size < 256 else np.uint16).astype(np.int64)
    earlier = np.zeros_like(seen) if span.hourly else np.vstack([np.minimum(sold, size)[None], seen[:-1]])
    orders = seen - earlier
    gmv = _first(menu, hours, seen)
    if not span.hourly:
        gmv -= _first(menu, hours, earlier)
        reached &= menu.epoch[:, hours] > np.minimum(before, FARTHEST).astype(np.int32)
    reached &= menu.back[:, hours]
    parts = [_first_returns(tile, menu, delays, span, before, until, reached)]
    if (seen == size).any():
        more, step, column = _beyond(shocks, tile, menu, span, before, until, seen == size)
        np.add.at(orders, (step, column), 1)
        np.add.at(gmv, (step, column), more.value)
        parts.append(_further_returns(menu, delays, span, before, until, more, step, column))
    total = orders if span.hourly else np.cumsum(orders, axis=0) + sold
    return Sales(orders, gmv, _joined(parts), total[-1])


def _first(menu: Menu, hours: slice, count: Int) -> Int:
    """Fen of the first `count` orders of each hour's first page."""
    _, day, m = menu.total.shape
    cell = np.arange(hours.start, hours.stop)[:, None] * m + np.arange(m)
    return np.asarray(menu.total.ravel()[count * (day * m) + cell], np.int64)


def _first_returns(
    tile: Tile, menu: Menu, delays: Delays, span: Span, before: Int, until: Int, chosen: NDArray[np.bool_]
) -> Returns:
    j, step, column = np.unravel_index(np.flatnonzero(chosen), chosen.shape)
    hour = span.first + (step if span.hourly else 0)
    _, day, m = menu.epoch.shape
    at = (j * day + hour) * m + column
    total = menu.total.ravel()
    value = total[at + day * m].astype(np.int64) - total[at]
    epoch, fate = menu.epoch.ravel()[at].astype(np.int64), menu.fate.ravel()[at]
    return _returns(menu, delays, span, before, until, (step, column), value, epoch, fate)


def _beyond(
    shocks: Shocks, tile: Tile, menu: Menu, span: Span, before: Int, until: Int, full: NDArray[np.bool_]
) -> tuple[Further, Int, Int]:
    """Orders past the first page of the cells that have used it up."""
    step, column = np.nonzero(full)
    hour = span.first + (step if span.hourly else np.zeros_like(step))
    more = further_orders(shocks, tile.buyers, menu, hour, column, until[step, column])
    new = more.epoch > before[step, column][more.cell]
    more = Further(more.cell[new], more.epoch[new], more.value[new], more.fate[new])
    return more, step[more.cell], column[more.cell]


def _further_returns(
    menu: Menu, delays: Delays, span: Span, before: Int, until: Int, more: Further, step: Int, column: Int
) -> Returns:
    back = more.fate < menu.chance[column]
    place = (step[back], column[back])
    return _returns(menu, delays, span, before, until, place, more.value[back], more.epoch[back], more.fate[back])


def _returns(
    menu: Menu, delays: Delays, span: Span, before: Int, until: Int, place: tuple[Int, Int], value: Int, epoch: Int,
    fate: NDArray[np.uint16],
) -> Returns:  # fmt: skip
    step, column = place
    level = level_of(fate, menu.chance[column])
    start = before[place]
    paid = span.edges[step] + span.step * (epoch - start) / (until[place] - start)
    return Returns(step, column, value, (paid + delays.seconds[level]).astype(np.int64), delays.window[level])


def _joined(parts: list[Returns]) -> Returns:
    if len(parts) == 1:
        return parts[0]
    return Returns(*(np.concatenate([getattr(p, n) for p in parts]) for n in Returns.__dataclass_fields__))
