"""What a person ruled on a fact goes before what was told of it: another amount, or none at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.orders import FactKind, OrderFacts, Orders

Fen = NDArray[np.int64]
Text = NDArray[np.str_]
Bool = NDArray[np.bool_]


def ruled(facts: OrderFacts) -> tuple[OrderFacts, Mapping[FactKind, Bool]]:
    """The facts with the amounts that count, and by kind which rows count for nothing. Rows and their order stay."""
    o, r, b = facts.orders, facts.refunds, facts.bills
    paid, no_order = _of(facts, FactKind.ORDER, o.order, o.paid)
    back, no_refund = _of(facts, FactKind.REFUND, r.refund, r.fen)
    settled, no_bill = _of(facts, FactKind.BILL, b.bill, b.fen)
    void = {FactKind.ORDER: no_order, FactKind.REFUND: no_refund, FactKind.BILL: no_bill}
    if not len(facts.rulings):
        return facts, void
    return OrderFacts(worth(o, paid), replace(r, fen=back), replace(b, fen=settled)), void


def worth(o: Orders, paid: Fen) -> Orders:
    """The orders with other amounts: what differs is what the buyer paid, as far as it goes beyond what the platform added."""
    subsidy = np.where(paid == o.paid, o.subsidy, np.minimum(o.subsidy, paid))
    return replace(o, paid=paid, subsidy=subsidy, buyer=np.where(paid == o.paid, o.buyer, paid - subsidy))


def _of(facts: OrderFacts, kind: FactKind, key: Text, fen: Fen) -> tuple[Fen, Bool]:
    void = np.zeros(len(key), np.bool_)
    mine = facts.rulings.take(facts.rulings.kind == kind)
    if not len(mine):
        return fen, void
    newest = np.argsort(mine.known_at, kind="stable")
    said = dict(zip(mine.key[newest].tolist(), mine.fen[newest].tolist(), strict=True))
    rows = np.flatnonzero(np.isin(key, list(said)))
    found = np.array([said[k] for k in key[rows].tolist()], np.int64)
    counts = fen.copy()
    counts[rows[found >= 0]] = found[found >= 0]
    void[rows[found < 0]] = True
    return counts, void
