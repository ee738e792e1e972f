"""Orders that happen: the part of a menu that a span's expected orders reach, what they are worth, and which come back when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.delivery import Span
from sim.menus import DAY_HOURS, Menu, further_orders
from sim.refunds import Delays, level_of
from sim.shocks import Shocks
from sim.tiles import Tile

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]
Fate = NDArray[np.uint16]

FARTHEST = np.int64(2**31 - 1)  # beyond any first page, in units


@dataclass(frozen=True, slots=True)
class Stretch:
    """How far a span takes each hour of a tile: expected orders of the hour `before` and `until` each step, in units (steps, m).
    `sold` (m,): orders of the first step's hour before the span. Hourly steps begin at 0, where before and sold are nothing."""

    before: Int
    until: Int
    sold: Int


@dataclass(frozen=True, slots=True)
class Returns:
    """Orders that come back some day, one row each: `step` and `column` of the span and tile where they were paid, `value` fen,
    `at` second of the refund since the midnight before, `window` of its delay (sim/refunds.py)."""

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


@dataclass(frozen=True, slots=True)
class Placed:
    """Orders one by one: `column` of the tile, `value` fen, `paid` and `back` (-1: never) whole seconds since the midnight before."""

    column: Int
    value: Int
    paid: Int
    back: Int


def sales_of(shocks: Shocks, tile: Tile, menu: Menu, delays: Delays, span: Span, way: Stretch) -> Sales:
    """The orders of each step, of which those of the first page come straight from the menu's running totals."""
    size = tile.buyers.size
    reached = _by(menu, span, way.until)
    seen = np.add.reduce(reached.view(np.uint8), axis=0, dtype=np.uint8 if size < 256 else np.uint16).astype(np.int64)
    gmv = _running(menu, span, seen)
    orders = seen
    if not span.hourly:
        earlier = np.vstack([np.minimum(way.sold, size)[None], seen[:-1]])
        orders = seen - earlier
        gmv -= _running(menu, span, earlier)
        reached &= ~_by(menu, span, way.before)
    reached &= menu.back[:, span.hours]
    parts = [_returns(menu, delays, span, way, *_first_page(menu, span, reached))]
    if seen.max() == size:
        step, column, value, epoch, fate = _beyond(shocks, tile, menu, span, way, seen == size)
        cell = step * seen.shape[1] + column
        orders = orders.copy()
        np.add.at(orders.reshape(-1), cell, 1)
        np.add.at(gmv.reshape(-1), cell, value)
        b = np.flatnonzero(fate < menu.chance[column])
        parts.append(_returns(menu, delays, span, way, step[b], column[b], value[b], epoch[b], fate[b]))
    sold = orders[-1] if span.hourly else orders.sum(axis=0) + way.sold
    return Sales(orders, gmv, _joined(parts), sold)


def every_order(shocks: Shocks, tile: Tile, menu: Menu, delays: Delays, span: Span, way: Stretch) -> Placed:
    """The orders that `sales_of` adds up, one by one: the same orders, fen and refunds."""
    by_now = _by(menu, span, way.until)
    reached = by_now if span.hourly else by_now & ~_by(menu, span, way.before)
    parts = [_first_page(menu, span, reached)]
    full = np.asarray(by_now.all(axis=0))
    if full.any():
        parts.append(_beyond(shocks, tile, menu, span, way, full))
    step, column, value, epoch, fate = (np.concatenate(c) for c in zip(*parts, strict=True))
    begin = span.begin - span.midnight
    last = begin + (step + 1) * span.step - 1  # the step's own day, whatever the fraction is rounded to
    paid = np.minimum(_paid(span, way, step, column, epoch) + begin, last).astype(np.int64)
    back = np.full(len(step), -1)
    some = np.flatnonzero(fate < menu.chance[column])
    back[some] = _returns(menu, delays, span, way, step[some], column[some], value[some], epoch[some], fate[some]).at
    return Placed(column, value, paid, back)


def _by(menu: Menu, span: Span, until: Int) -> Mask:
    """(size, steps, m): orders of the first page that have happened when so much is expected."""
    return np.asarray(menu.epoch[:, span.hours] <= np.minimum(until, FARTHEST).astype(np.int32))


def _running(menu: Menu, span: Span, count: Int) -> Int:
    """Fen of the first `count` (steps, m) orders of each hour's first page."""
    m = menu.total.shape[2]
    cell = np.arange(span.first * m, (span.first + (span.count if span.hourly else 1)) * m).reshape(-1, m)
    at = count * (DAY_HOURS * m)
    at += cell
    return np.asarray(menu.total.ravel().take(at), np.int64)


def _first_page(menu: Menu, span: Span, chosen: Mask) -> tuple[Int, Int, Int, Int, Fate]:
    """Step, column, value, epoch, fate of the chosen orders (size, steps, m)."""
    _, steps, m = chosen.shape
    flat = np.flatnonzero(chosen)
    j = flat // (steps * m)
    cell = flat - j * (steps * m)
    step = cell // m
    column = cell - step * m
    at = j * (DAY_HOURS * m) + (span.first * m) + (cell if span.hourly else column)
    total = menu.total.ravel()
    value = total.take(at + DAY_HOURS * m) - total.take(at)
    return step, column, value.astype(np.int64), menu.epoch.ravel().take(at), menu.fate.ravel().take(at)


def _beyond(
    shocks: Shocks, tile: Tile, menu: Menu, span: Span, way: Stretch, full: Mask
) -> tuple[Int, Int, Int, Int, Fate]:
    """The same of all orders past the first page, of the cells that have used it up."""
    step, column = np.nonzero(full)
    hour = span.first + (step if span.hourly else np.zeros_like(step))
    after, until = way.before[step, column], way.until[step, column]
    more = further_orders(shocks, tile.buyers, menu, hour, column, after, until)
    return step[more.cell], column[more.cell], more.value, more.epoch, more.fate


def _returns(
    menu: Menu, delays: Delays, span: Span, way: Stretch, step: Int, column: Int, value: Int, epoch: Int,
    fate: Fate,
) -> Returns:  # fmt: skip
    """When orders that come back do so: paid in the step where their epoch lies, refunded by their fate."""
    level = level_of(fate, menu.chance, column)
    at = _paid(span, way, step, column, epoch) + (delays.seconds.take(level) + (span.begin - span.midnight))
    return Returns(step, column, value, at.astype(np.int64), delays.window.take(level))


def _paid(span: Span, way: Stretch, step: Int, column: Int, epoch: Int) -> Float:
    """Seconds since the span's beginning at which orders were paid."""
    cell = step * way.until.shape[1] + column
    if span.hourly:
        paid = epoch / np.maximum(way.until.ravel().take(cell), 1.0)  # sold out: 0 of 0
    else:
        start = way.before.ravel().take(cell)
        paid = (epoch - start) / (way.until.ravel().take(cell) - start)
    return np.asarray((paid + step) * span.step)


def _joined(parts: list[Returns]) -> Returns:
    if len(parts) == 1:
        return parts[0]
    return Returns(*(np.concatenate([getattr(p, n) for p in parts]) for n in Returns.__dataclass_fields__))
