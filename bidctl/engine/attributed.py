"""The ledger of orders once each order is shared out among campaigns: one row a share, to the fen.

Every share balances as its order does: paid = billed + refunded + open, none below zero, and the shares of an order add up to it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.attribution import Shares
from bidctl.engine.order_ledger import OrderLedger

Fen = NDArray[np.int64]
_STATES = 4


def attributed(book: OrderLedger, shares: Shares) -> OrderLedger:
    """A row for each share, its campaign that of the share. Rows of one order follow each other."""
    row, paid = shares.row, book.orders.paid
    states = np.stack([book.billed, book.before_dispatch, book.refunded - book.before_dispatch, book.open])
    billed, before, after, still = _balanced(states, paid, shares)
    rest = (book.received, book.commission, book.fee, book.orders.buyer, book.orders.subsidy)
    received, commission, fee, buyer, subsidy = (_proportional(x, paid, shares) for x in rest)
    orders = replace(book.orders.take(row), campaign=shares.campaign, paid=shares.fen, buyer=buyer, subsidy=subsidy)
    return replace(
        book, orders=orders, refunded=before + after, before_dispatch=before, billed=billed, open=still, received=received,
        commission=commission, fee=fee, settled=book.settled[row],
    )  # fmt: skip


def _turns(shares: Shares) -> list[NDArray[np.intp]]:
    """Rows of shares by their number within the order: first shares, second shares, ..."""
    begin = np.maximum.accumulate(np.where(shares.lead, np.arange(len(shares.row)), 0))
    number = np.arange(len(shares.row)) - begin
    return [np.flatnonzero(number == k) for k in range(int(number.max(initial=-1)) + 1)]


def _balanced(states: Fen, paid: Fen, shares: Shares) -> Fen:
    """(4, k) parts of the states (4, n) of each order, in proportion to its shares, each column adding up to its share."""
    left, whole = states.copy(), paid.copy()
    found = np.zeros((_STATES, len(shares.row)), np.int64)
    for turn in _turns(shares):
        row, fen = shares.row[turn], shares.fen[turn]
        part = _part(left[:, row], fen, whole[row])
        short = fen - part.sum(axis=0)
        for state in reversed(range(_STATES)):  # what rounding left goes to what is open, then to what came back
            more = np.minimum(short, left[state, row] - part[state])
            part[state] += more
            short -= more
        found[:, turn] = part
        left[:, row] -= part
        whole[row] -= fen
    return found


def _proportional(amount: Fen, paid: Fen, shares: Shares) -> Fen:
    """(k,) parts of each order's amount (any sign) in proportion to its shares; the last share has what is left."""
    left, whole = amount.copy(), paid.copy()
    found = np.zeros(len(shares.row), np.int64)
    for turn in _turns(shares):
        row, fen = shares.row[turn], shares.fen[turn]
        last = whole[row] == fen
        found[turn] = np.where(last, left[row], _part(left[row], fen, whole[row]))
        left[row] -= found[turn]
        whole[row] -= fen
    return found


def _part(amount: Fen, fen: Fen, whole: Fen) -> Fen:
    """amount x fen / whole, rounded down, without overflow for amounts below ten trillion yuan."""
    safe = np.maximum(whole, 1)
    q, r = np.divmod(amount, safe)
    return np.asarray(q * fen + _times(r, fen, safe))


def _times(r: Fen, fen: Fen, whole: Fen) -> Fen:
    """r x fen // whole for r < whole, fen <= whole: exact in 64 bits where the product fits, else one by one."""
    small = (r < 2**31) & (fen < 2**31)
    found = np.where(small, np.where(small, r, 0) * np.where(small, fen, 0) // whole, 0)
    for at in np.argwhere(~np.broadcast_to(small, found.shape)).tolist():
        place = tuple(at)
        found[place] = int(r[place]) * int(fen[place[-1]]) // int(whole[place[-1]])
    return np.asarray(found)
