"""The ledger of orders: any order of arrival and any duplication give the same totals to the fen; knowledge only grows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bidctl.domain.orders import DOUBTS, BillKind, Bills, Doubt, OrderFacts, Orders, Refunds, RefundStage, no_orders
from bidctl.engine.order_ledger import OrderLedger, order_ledger

DAY = 86400.0


@dataclass(frozen=True)
class Paid:
    order: str
    paid: int
    at: float = 0.0
    known: float = 0.0


@dataclass(frozen=True)
class R:
    order: str
    refund: str
    fen: int
    at: float = DAY
    known: float = DAY
    stage: int = RefundStage.AFTER_RECEIPT


@dataclass(frozen=True)
class B:
    order: str
    bill: str
    fen: int
    at: float = 15 * DAY
    known: float = 16 * DAY
    kind: int = BillKind.SETTLED
    fee: int = 0


def facts(*rows: Paid | R | B) -> OrderFacts:
    os, rs, bs = ([x for x in rows if isinstance(x, kind)] for kind in (Paid, R, B))

    def text(values: list[str]) -> np.ndarray:
        return np.array(values, np.str_) if values else np.zeros(0, "U1")

    def number(values: list[float]) -> np.ndarray:
        return np.array(values, np.float64)

    def fen(values: list[int]) -> np.ndarray:
        return np.array(values, np.int64)

    none = text([""] * len(os))
    return OrderFacts(
        Orders(text([o.order for o in os]), none, none, none, none, number([o.at for o in os]), number([o.known for o in os]),
               fen([o.paid for o in os]), fen([max(o.paid, 0) for o in os]), fen([0] * len(os))),
        Refunds(text([r.order for r in rs]), text([r.refund for r in rs]), number([r.at for r in rs]),
                number([r.known for r in rs]), fen([r.fen for r in rs]), np.array([r.stage for r in rs], np.int8)),
        Bills(text([b.order for b in bs]), text([b.bill for b in bs]), number([b.at for b in bs]), number([b.known for b in bs]),
              np.array([b.kind for b in bs], np.int8), fen([b.fen for b in bs]), fen([b.fen * 9 // 10 for b in bs]),
              fen([b.fen // 10 for b in bs]), fen([b.fee for b in bs])),
    )  # fmt: skip


def totals(ledger: OrderLedger) -> dict[str, tuple[int, int, int, int]]:
    """(paid, billed, refunded, open) by order."""
    rows = zip(
        ledger.orders.order.tolist(),
        ledger.orders.paid.tolist(),
        ledger.billed.tolist(),
        ledger.refunded.tolist(),
        ledger.open.tolist(),
        strict=True,
    )
    return {order: (paid, billed, refunded, still) for order, paid, billed, refunded, still in rows}


def doubts(ledger: OrderLedger) -> Counter[Doubt]:
    d = ledger.doubtful
    return Counter(Doubt(int(code)) for _, codes in (d.orders, d.refunds, d.bills) for code in codes)


@pytest.mark.parametrize(
    ("rows", "expected", "put_aside"),
    [
        ([Paid("a", 1000)], (1000, 0, 0, 1000), []),
        ([Paid("a", 1000), R("a", "r", 300)], (1000, 0, 300, 700), []),
        ([Paid("a", 1000), R("a", "r", 300), B("a", "b", 700)], (1000, 700, 300, 0), []),
        ([Paid("a", 1000), B("a", "b", 700)], (1000, 700, 300, 0), []),  # the bill knows of a refund that the list did not tell
        ([Paid("a", 1000), B("a", "b", 1000), R("a", "r", 400, at=30 * DAY)], (1000, 600, 400, 0), []),  # no bill shows it yet
        ([Paid("a", 1000), B("a", "b", 1000), R("a", "r", 400), B("a", "c", 400, kind=BillKind.TAKEN_BACK)], (1000, 600, 400, 0), []),
        ([Paid("a", 1000), R("a", "r", 1000)], (1000, 0, 1000, 0), []),
        ([Paid("a", 1000), R("a", "r", 1001)], (1000, 0, 0, 1000), [Doubt.REFUND_TOO_LARGE]),
        ([Paid("a", 1000), R("a", "r", 600), R("a", "s", 500, at=2 * DAY), R("a", "t", 400, at=3 * DAY)], (1000, 0, 1000, 0),
         [Doubt.REFUND_TOO_LARGE]),
        ([Paid("a", 1000), Paid("a", 1000)], (1000, 0, 0, 1000), []),
        ([Paid("a", 1000), Paid("a", 900, known=5.0)], (1000, 0, 0, 1000), [Doubt.ORDER_DIFFERS]),
        ([Paid("a", 1000), R("a", "r", 300), R("a", "r", 200, known=9 * DAY)], (1000, 0, 300, 700), [Doubt.REFUND_DIFFERS]),
        ([Paid("a", 1000), B("a", "b", 700), B("a", "b", 800, known=99 * DAY)], (1000, 700, 300, 0), [Doubt.BILL_DIFFERS]),
        ([Paid("a", 1000), B("x", "b", 700)], (1000, 0, 0, 1000), [Doubt.NO_ORDER]),
        ([Paid("a", 1000), R("x", "b", 700)], (1000, 0, 0, 1000), [Doubt.NO_ORDER]),
        ([Paid("a", 1000), R("a", "r", -1)], (1000, 0, 0, 1000), [Doubt.NEGATIVE]),
        ([Paid("a", 1000), Paid("b", -5)], (1000, 0, 0, 1000), [Doubt.NEGATIVE]),
        ([Paid("a", 1000), B("a", "b", 1001)], (1000, 0, 0, 1000), [Doubt.BILL_TOO_LARGE]),
        ([Paid("a", 80_995 * 208)], (80_995 * 208, 0, 0, 80_995 * 208), []),
        ([Paid("a", 80_995 * 208), R("a", "r", 80_995 * 208)], (80_995 * 208, 0, 80_995 * 208, 0), []),
        ([Paid("a", 74_215 * 104 * 1000), R("a", "r", 74_215 * 104 * 1000)], (7_718_360_000, 0, 7_718_360_000, 0), []),
    ],
)  # fmt: skip
def test_one_order(rows: list[Paid | R | B], expected: tuple[int, int, int, int], put_aside: list[Doubt]) -> None:
    ledger = order_ledger(facts(*rows))
    assert totals(ledger)["a"] == expected
    assert doubts(ledger) == Counter(put_aside)


def test_before_dispatch_and_the_bills_money_are_kept_apart() -> None:
    ledger = order_ledger(
        facts(Paid("a", 1000), R("a", "r", 300, stage=RefundStage.BEFORE_DISPATCH), R("a", "s", 200), B("a", "b", 500))
    )
    assert ledger.before_dispatch.tolist() == [300] and ledger.refunded.tolist() == [500]
    assert ledger.received.tolist() == [450] and ledger.commission.tolist() == [50]


def test_a_bill_that_came_before_its_order_counts_once_the_order_is_known() -> None:
    early = facts(B("a", "b", 700, known=1.0))
    assert doubts(order_ledger(early)) == Counter([Doubt.NO_ORDER]) and totals(order_ledger(early)) == {}
    assert totals(order_ledger(facts(B("a", "b", 700, known=1.0), Paid("a", 1000, known=2.0)))) == {
        "a": (1000, 700, 300, 0)
    }


def test_nothing_is_nothing() -> None:
    assert totals(order_ledger(no_orders())) == {}


def test_every_doubt_has_words_in_both_languages() -> None:
    assert set(DOUBTS) == set(Doubt) and all(w.zh and w.en for w in DOUBTS.values())


ids = st.sampled_from(["a", "b", "c", "d"])
money = st.integers(-50, 3000)
times = st.integers(0, 9).map(float)
rows = st.lists(
    st.one_of(
        st.builds(Paid, order=ids, paid=money, at=times, known=times),
        st.builds(
            R, order=ids, refund=st.sampled_from("rstuv"), fen=money, at=times, known=times, stage=st.integers(0, 1)
        ),
        st.builds(
            B,
            order=ids,
            bill=st.sampled_from("klmno"),
            fen=money,
            at=times,
            known=times,
            kind=st.integers(0, 1),
            fee=st.integers(0, 1),
        ),
    ),
    max_size=30,
)


@settings(max_examples=300)
@example([Paid("a", 9), R("a", "r", 5, stage=0), R("a", "r", 5, stage=1)], Random(1))
@example([Paid("a", 9), R("a", "r", 5, at=1.0), R("a", "s", 5, at=2.0, stage=0), R("a", "r", 5, at=3.0)], Random(1))
@example([Paid("a", 9), B("a", "k", 5, fee=0), B("a", "k", 5, fee=1)], Random(1))
@example([Paid("a", 9), B("a", "k", 5), B("a", "l", 2, kind=1), B("a", "l", 2, kind=0)], Random(1))
@given(rows, st.randoms(use_true_random=False))
def test_any_order_of_arrival_and_any_duplication_give_the_same(given_: list[Paid | R | B], luck: object) -> None:
    plain = order_ledger(facts(*given_))
    again = given_ + [row for row in given_ if luck.random() < 0.5]  # type: ignore[attr-defined]
    luck.shuffle(again)  # type: ignore[attr-defined]
    for told in (again, again[::-1]):
        other = order_ledger(facts(*told))
        assert totals(plain) == totals(other)
        for name in ("received", "commission", "fee", "before_dispatch"):
            assert getattr(plain, name).tolist() == getattr(other, name).tolist(), name


@settings(max_examples=300)
@given(rows)
def test_it_balances_and_no_row_is_lost(given_: list[Paid | R | B]) -> None:
    told = facts(*given_)
    ledger = order_ledger(told)
    for paid, billed, refunded, still in totals(ledger).values():
        assert paid == billed + refunded + still and min(paid, billed, refunded, still) >= 0
    # every refund counts in an order, is in doubt, or repeats one of these word for word
    refunds = [x for x in given_ if isinstance(x, R)]
    aside = {(refunds[i].refund, refunds[i].order, refunds[i].fen) for i in ledger.doubtful.refunds[0].tolist()}
    counted = {(x.order, x.refund): x.fen for x in refunds if (x.refund, x.order, x.fen) not in aside}
    by_order: Counter[str] = Counter()
    for (order, _), fen in counted.items():
        by_order[order] += fen
    for order, (paid, billed, refunded, _) in totals(ledger).items():
        assert refunded == by_order[order] or (billed + refunded == paid and refunded > by_order[order])


@settings(max_examples=200)
@given(rows, times, times)
def test_knowledge_only_grows(given_: list[Paid | R | B], one: float, two: float) -> None:
    early, late = sorted((one, two))
    told = facts(*given_)
    before, after = (order_ledger(told.as_of(t)) for t in (early, late))
    assert set(totals(before)) <= set(totals(after))
    for name in ("orders", "refunds", "bills"):
        first, second = getattr(told.as_of(early), name), getattr(told.as_of(late), name)
        key = [f.name for f in fields(first)]
        have = set(zip(*(getattr(second, k).tolist() for k in key), strict=True))
        assert set(zip(*(getattr(first, k).tolist() for k in key), strict=True)) <= have
    assert totals(order_ledger(told.as_of(9.0))) == totals(order_ledger(told))
