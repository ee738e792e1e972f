"""Stock: what is sold out is not ordered, while spend goes on for a while before the platform notices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.delivery import Span
from sim.menus import Menu, further_orders
from sim.orders import Stretch
from sim.shocks import Shocks
from sim.tiles import Tile

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]


def noticed(span: Span, out_at: Float, stop_s: float) -> Mask:
    """(steps, m): the platform has noticed that a campaign's stock ran out at `out_at` (inf: it has not), and spends no more."""
    return np.asarray(span.edges[:-1, None] >= out_at + stop_s)


def gone(span: Span, out_at: Float) -> Mask:
    """(steps, m): the step begins with nothing left to sell."""
    return np.asarray(span.edges[:-1, None] >= out_at)


def out_at(orders: Int, pieces: Int, span: Span) -> Float:
    """(m,) end of the step in which the last of `pieces` is ordered, inf = they last for the span."""
    short = np.cumsum(orders, axis=0) >= pieces
    return np.where(short.any(axis=0), span.edges[1:][short.argmax(axis=0)], np.inf)


def last_piece(
    shocks: Shocks, tile: Tile, menu: Menu, span: Span, way: Stretch, orders: Int, pieces: Int
) -> tuple[Int, Int]:
    """Cells (step, column) in which more is ordered than is left: flat indices, and the epoch of the last order that is served."""
    total = np.cumsum(orders, axis=0)
    over = (total > pieces) & (total - orders < pieces)
    steps, columns = np.nonzero(over)
    epochs = []
    for step, column in zip(steps.tolist(), columns.tolist(), strict=True):
        hour = span.first + (step if span.hourly else 0)
        last = pieces[column] - (total - orders)[step, column] - 1
        row = menu.epoch[:, hour, column].astype(np.int64)
        if way.until[step, column] >= row[-1]:
            at = (np.array([hour]), np.array([column]), row[-1:], way.until[step, column : column + 1])
            row = np.concatenate([row, further_orders(shocks, tile.buyers, menu, *at).epoch])
        epochs.append(int(row[row > way.before[step, column]][last]))
    return np.flatnonzero(over), np.array(epochs, np.int64)
