"""The ledger of orders: paid = billed + refunded + open, for every order, to the fen, at every instant.

Facts may come in any order and more than once; the same set of facts gives the same ledger. A row that cannot be right is put aside
with its reason and counts for nothing until a person resolves it, save one whose order is not known yet: it counts once that comes.

    not billed:  refunded = sum of refunds,                                  billed = 0,               open = paid - refunded
    billed:      refunded = max(sum of refunds, paid - settled + taken back), billed = paid - refunded, open = 0

What a person ruled on a fact (`Rulings`) goes before what was told of it.

A bill knows of refunds that the list of refunds may not have told yet, and the list of refunds that no bill shows yet: neither is
counted twice, because the larger of the two is what is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.orders import BillKind, Bills, Doubt, FactKind, OrderFacts, Orders, Refunds, RefundStage
from bidctl.engine.rulings import ruled

Fen = NDArray[np.int64]
Int = NDArray[np.intp]
Bool = NDArray[np.bool_]
Text = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Rows put aside: `row` index into the table of facts that was given, `doubt` int8 `Doubt`."""

    orders: tuple[Int, NDArray[np.int8]]
    refunds: tuple[Int, NDArray[np.int8]]
    bills: tuple[Int, NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class OrderLedger:
    """n orders that count, by id. `orders` their facts; fen (n,): `refunded` (of it `before_dispatch`), `billed`, `open`, and of the
    bills `received`, `commission`, `fee`; `settled` bool: a bill was seen. `doubtful`: what does not count."""

    orders: Orders
    refunded: Fen
    before_dispatch: Fen
    billed: Fen
    open: Fen
    received: Fen
    commission: Fen
    fee: Fen
    settled: Bool
    doubtful: Doubtful


def order_ledger(facts: OrderFacts) -> OrderLedger:
    """The ledger of everything told."""
    facts, void = ruled(facts)
    kept, bad_orders = _orders(facts.orders)
    orders = facts.orders.take(kept)
    bad_refunds, before, after = _refunds(facts.refunds, orders, void[FactKind.REFUND])
    bills, bad_bills = _bills(facts.bills, orders, void[FactKind.BILL])
    b, n = facts.bills.take(bills), len(orders)
    at = np.searchsorted(orders.order, b.order)
    settles = b.kind == BillKind.SETTLED
    settled = np.bincount(at[settles], minlength=n) > 0
    sign = np.where(settles, 1, -1)
    net = _sum(at, b.fen * sign, n)
    listed = before + after
    refunded = np.where(settled, np.maximum(listed, orders.paid - np.maximum(net, 0)), listed)
    refunded = np.minimum(refunded, orders.paid)
    billed = np.where(settled, orders.paid - refunded, 0)
    return OrderLedger(
        orders=orders,
        refunded=refunded,
        before_dispatch=np.minimum(before, refunded),
        billed=billed,
        open=orders.paid - refunded - billed,
        received=_sum(at, b.received * sign, n),
        commission=_sum(at, b.commission * sign, n),
        fee=_sum(at, b.fee * sign, n),
        settled=settled,
        doubtful=Doubtful(bad_orders, bad_refunds, bad_bills),
    )


def _orders(o: Orders) -> tuple[Int, tuple[Int, NDArray[np.int8]]]:
    """Rows of the orders that count, sorted by id, and the rows in doubt."""
    negative = (o.paid < 0) | (o.buyer < 0) | (o.subsidy < 0)
    first, differs = _first_told(o, o.order, o.paid, ~negative)
    return first, _doubts([(negative, Doubt.NEGATIVE), (differs, Doubt.ORDER_DIFFERS)])


def _refunds(r: Refunds, orders: Orders, void: Bool) -> tuple[tuple[Int, NDArray[np.int8]], Fen, Fen]:
    """Rows in doubt, and by order what came back before dispatch and after receipt."""
    n, negative = len(orders), r.fen < 0
    first, differs = _first_told(r, r.refund, r.fen, ~negative & ~void)
    at, known = placed(r.order, orders.order)
    orphan = ~negative & ~differs & ~known & ~void
    mine = first[known[first]]
    # of one order's refunds those count, in the order they happened, that fit into what was paid
    order = mine[np.lexsort((r.refund[mine], r.happened_at[mine], at[mine]))]
    fits = _fitting(at[order], r.fen[order], orders.paid)
    large = np.zeros(len(r), np.bool_)
    large[order[~fits]] = True
    counted = order[fits]
    before = r.stage[counted] == RefundStage.BEFORE_DISPATCH
    doubts = _doubts([
        (negative, Doubt.NEGATIVE), (differs, Doubt.REFUND_DIFFERS), (orphan, Doubt.NO_ORDER), (large, Doubt.REFUND_TOO_LARGE),
    ])  # fmt: skip
    parts = [_sum(at[counted[m]], r.fen[counted[m]], n) for m in (before, ~before)]
    return doubts, parts[0], parts[1]


def _bills(b: Bills, orders: Orders, void: Bool) -> tuple[Int, tuple[Int, NDArray[np.int8]]]:
    negative = (b.fen < 0) | (b.commission < 0) | (b.fee < 0)
    first, differs = _first_told(b, b.bill, b.fen, ~negative & ~void)
    at, known = placed(b.order, orders.order)
    orphan = ~negative & ~differs & ~known & ~void
    mine = first[known[first]]
    settles = b.kind[mine] == BillKind.SETTLED
    # what is settled in all may not exceed what was paid, nor what is taken back what was settled
    lines = mine[settles][np.lexsort((b.bill[mine[settles]], b.happened_at[mine[settles]], at[mine[settles]]))]
    fits = _fitting(at[lines], b.fen[lines], orders.paid)
    settled = _sum(at[lines[fits]], b.fen[lines[fits]], len(orders))
    back = mine[~settles][np.lexsort((b.bill[mine[~settles]], b.happened_at[mine[~settles]], at[mine[~settles]]))]
    fits_back = _fitting(at[back], b.fen[back], settled)
    large = np.zeros(len(b), np.bool_)
    large[lines[~fits]], large[back[~fits_back]] = True, True
    doubts = _doubts([
        (negative, Doubt.NEGATIVE), (differs, Doubt.BILL_DIFFERS), (orphan, Doubt.NO_ORDER), (large, Doubt.BILL_TOO_LARGE),
    ])  # fmt: skip
    return np.concatenate([lines[fits], back[fits_back]]), doubts


def _first_told(told: Orders | Refunds | Bills, key: Text, fen: Fen, ok: Bool) -> tuple[Int, Bool]:
    """Of every key the row known first (of those known at once the smallest amount, then the least of all else), sorted by key; and the
    rows that say another amount than it, or another order. A row told again in the same words is the same row."""
    rows, of = np.flatnonzero(ok), told.order
    words: tuple[NDArray[np.generic], ...] = (of, fen, told.known_at, key)
    order = rows[np.lexsort([x[rows] for x in words])]
    new = _begins(key[order])
    if not new.all():  # which of them stands must not turn on the order in which they came
        rest = [getattr(told, f.name) for f in fields(told)]
        order = rows[np.lexsort([x[rows] for x in (*rest, *words)])]
    first = order[new]
    differs = np.zeros(len(key), np.bool_)
    if len(order):
        said = first[np.cumsum(new) - 1]
        differs[order] = (fen[order] != fen[said]) | (of[order] != of[said])
    return first, differs


def _begins(keys: Text) -> Bool:
    """Of sorted keys the first of each."""
    return np.concatenate([[True], keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, np.bool_)


def placed(key: Text, table: Text) -> tuple[Int, Bool]:
    """Row of each key in a sorted table, and whether it is there."""
    at = np.searchsorted(table, key)
    inside = np.minimum(at, max(len(table) - 1, 0))
    known = (at < len(table)) & (table[inside] == key) if len(table) else np.zeros(len(key), np.bool_)
    return inside, known


def _fitting(at: Int, fen: Fen, most: Fen) -> Bool:
    """Lines (sorted by `at`) that count: each whose sum with the counted ones before it stays within `most[at]`."""
    fits = np.ones(len(at), np.bool_)
    total = np.cumsum(fen)
    first = np.concatenate([[True], at[1:] != at[:-1]]) if len(at) else np.zeros(0, np.bool_)
    start = np.maximum.accumulate(np.where(first, np.arange(len(at)), 0)) if len(at) else np.zeros(0, np.intp)
    within = total - (total[start] - fen[start]) <= most[at] if len(at) else fits
    for order in np.unique(at[~within]):  # the few orders with too much: line by line
        left = int(most[order])
        for i in np.flatnonzero(at == order).tolist():
            fits[i] = fen[i] <= left
            left -= int(fen[i]) if fits[i] else 0
    return fits


def _sum(at: Int, fen: Fen, n: int) -> Fen:
    out = np.zeros(n, np.int64)
    np.add.at(out, at, fen)
    return out


def _doubts(found: list[tuple[Bool, Doubt]]) -> tuple[Int, NDArray[np.int8]]:
    """Rows in doubt, each with the first reason."""
    code = np.zeros(len(found[0][0]), np.int8)
    for mask, doubt in reversed(found):
        code[mask] = doubt
    rows = np.flatnonzero(code)
    return rows, code[rows]
