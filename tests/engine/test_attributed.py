"""Orders shared out among campaigns: every share balances, the shares of an order add up to it, nothing falls below zero."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.orders import BillKind, Bills, OrderFacts, Orders, Refunds, RefundStage, from_rows
from bidctl.engine.attributed import attributed
from bidctl.engine.attribution import Shares, split
from bidctl.engine.order_ledger import OrderLedger, order_ledger

BIG = 10**14
MONEY = st.one_of(st.integers(0, 50), st.integers(0, 10**7), st.integers(0, BIG))
ORDER = st.tuples(MONEY, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.booleans(), st.integers(-5000, 5000))
NAMES = ("orders", "refunded", "before_dispatch", "billed", "open", "received", "commission", "fee")


def book_of(told: list[tuple[int, float, float, float, bool, int]]) -> OrderLedger:
    orders, refunds, bills = [], [], []
    for i, (paid, early, late, settled, billed, received) in enumerate(told):
        key, subsidy = f"{i:03d}", paid // 33
        orders.append((key, "p", "", "", "", 0.0, 0.0, paid, paid - subsidy, subsidy))
        first = int(paid * early)
        for stage, fen in (
            (RefundStage.BEFORE_DISPATCH, first),
            (RefundStage.AFTER_RECEIPT, int((paid - first) * late)),
        ):
            refunds.append((key, f"{key}/{stage}", 1.0, 1.0, fen, int(stage)))
        if billed:
            fen = int(paid * settled)
            bills.append((key, f"{key}/b", 2.0, 2.0, int(BillKind.SETTLED), fen, received, fen // 10, fen // 20))
    facts = OrderFacts(from_rows(Orders, orders), from_rows(Refunds, refunds), from_rows(Bills, bills))
    return order_ledger(facts)


def shares_of(book: OrderLedger, weights: list[list[int]]) -> Shares:
    rows: list[tuple[int, str, int]] = []
    for i, paid in enumerate(book.orders.paid.tolist()):
        weight = np.array(weights[i % len(weights)], np.float64)
        parts = split(np.array([paid]), weight if weight.sum() else np.ones(len(weight)))[0].tolist()
        rows += sorted(((i, f"c{k}", fen) for k, fen in enumerate(parts)), key=lambda r: (-r[2], r[1]))
    row, names, fen = zip(*rows, strict=True)
    return Shares(np.array(row, np.intp), np.array(names), np.array(fen, np.int64), np.zeros(len(book.orders), np.int8))


@settings(max_examples=200)
@given(
    st.lists(ORDER, min_size=1, max_size=6),
    st.lists(st.lists(st.integers(0, 1000), min_size=1, max_size=5), min_size=1, max_size=3),
)
def test_every_share_balances_and_all_shares_are_the_order(
    told: list[tuple[int, float, float, float, bool, int]], weights: list[list[int]]
) -> None:
    book = book_of(told)
    shares = shares_of(book, weights)
    found = attributed(book, shares)
    assert (found.orders.paid == found.billed + found.refunded + found.open).all()
    assert (found.orders.paid == shares.fen).all() and (found.orders.campaign == shares.campaign).all()
    for column in (
        found.billed,
        found.refunded,
        found.open,
        found.before_dispatch,
        found.refunded - found.before_dispatch,
    ):
        assert (column >= 0).all()
    for name in NAMES[1:]:
        total = np.zeros(len(book.orders), np.int64)
        np.add.at(total, shares.row, getattr(found, name))
        assert total.tolist() == getattr(book, name).tolist(), name
    for name in ("buyer", "subsidy"):
        total = np.zeros(len(book.orders), np.int64)
        np.add.at(total, shares.row, getattr(found.orders, name))
        assert total.tolist() == getattr(book.orders, name).tolist(), name
    for at, (row, fen) in enumerate(zip(shares.row.tolist(), shares.fen.tolist(), strict=True)):
        paid = int(book.orders.paid[row])
        if paid:
            fair = Fraction(int(book.billed[row]) * fen, paid)
            assert abs(int(found.billed[at]) - fair) < len(weights[0]) + 5, "in proportion to the share"


def test_an_order_of_one_campaign_stays_as_it_is() -> None:
    book = book_of([(1000, 0.1, 0.5, 0.3, True, 7), (0, 0, 0, 0, False, 0)])
    found = attributed(book, shares_of(book, [[1]]))
    for name in NAMES[1:]:
        assert getattr(found, name).tolist() == getattr(book, name).tolist()
    assert replace(found.orders, campaign=book.orders.campaign).paid.tolist() == book.orders.paid.tolist()
