"""The daily report against the same orders counted one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.orders import BillKind, Bills, OrderFacts, Orders, Refunds, RefundStage
from bidctl.engine.daily_profit import AdDays, DailyProfit, OrderDays, Terms, daily_profit, order_days
from bidctl.engine.days import NaturalDays
from bidctl.engine.order_ledger import order_ledger

DAYS = NaturalDays("Asia/Shanghai")
LAST = DAYS.of(1_780_000_000.0)
FIRST = DAYS.start(LAST - 2)


@dataclass(frozen=True)
class Sale:
    campaign: str
    hour: int  # since the first of three days
    paid: int
    fate: str  # open, billed, early, late


sales = st.lists(
    st.builds(Sale, st.sampled_from(["a", "b", "x", ""]), st.integers(-5, 80), st.integers(1, 90_000),
              st.sampled_from(["open", "billed", "early", "late"])),
    max_size=30,
)  # fmt: skip


def facts(of: list[Sale]) -> OrderFacts:
    n = len(of)
    ids = np.array([f"o{i}" for i in range(n)], "U8")
    at = np.array([FIRST + 3600.0 * s.hour for s in of])
    paid = np.array([s.paid for s in of], np.int64)
    blank = np.full(n, "", "U1")
    orders = Orders(
        ids, blank, blank, np.array([s.campaign for s in of], "U4"), blank, at, at, paid, paid, np.zeros(n, np.int64)
    )
    back = np.array([s.fate in ("early", "late") for s in of], np.bool_)
    stage = np.array(
        [RefundStage.AFTER_RECEIPT if s.fate == "late" else RefundStage.BEFORE_DISPATCH for s in of], np.int8
    )
    refunds = Refunds(ids, ids, at, at, paid, stage).take(back)
    kind = np.full(n, BillKind.SETTLED, np.int8)
    bills = Bills(ids, ids, at, at, kind, paid, paid * 9 // 10, paid // 20, paid // 50)
    return OrderFacts(orders, refunds, bills.take(np.array([s.fate == "billed" for s in of], np.bool_)))


def of_day(of: list[Sale], campaign: str, day: int, *fates: str) -> float:
    lies = [s for s in of if s.campaign == campaign and 24 * day <= s.hour < 24 * day + 24]
    return sum(s.paid for s in lies if not fates or s.fate in fates) / 100


@settings(max_examples=60)
@given(sales)
def test_orders_by_campaign_and_day_balance(of: list[Sale]) -> None:
    found = order_days(order_ledger(facts(of)), ["b", "a"], LAST, 3, DAYS)
    assert found.paid == pytest.approx(found.billed + found.refunded + found.open)
    for row, campaign in enumerate(["b", "a"]):
        for day in range(3):
            assert found.paid[row, day] == pytest.approx(of_day(of, campaign, day))
            assert found.billed[row, day] == pytest.approx(of_day(of, campaign, day, "billed"))
            assert found.returned[row, day] == pytest.approx(of_day(of, campaign, day, "late"))
            assert found.known[row, day] == (of_day(of, campaign, day) > 0)
    assert (found.other >= -1e-9).all()


def terms(n: int = 1, **changes: float) -> Terms:
    told = {
        "margin": 0.4,
        "lost": 0.1,
        "refunded": 0.08,
        "incremental": 1.0,
        "commission": np.nan,
        "cash_share": 1.0,
    } | changes
    return Terms(**{name: np.full(n, value) for name, value in told.items()})


def cell(value: float) -> Any:
    return np.array([[value]])


def report(
    final: float, paid: float = 100.0, orders: OrderDays | None = None, spend: float = 20.0, **changes: float
) -> DailyProfit:
    return daily_profit(AdDays(cell(spend), cell(paid), cell(final)), terms(**changes), orders)


def known(paid: float, billed: float, refunded: float, returned: float) -> OrderDays:
    zero, still = cell(0.0), cell(paid - billed - refunded)
    return OrderDays(
        cell(1.0) > 0,
        cell(paid),
        cell(billed),
        cell(refunded),
        cell(returned),
        still,
        zero,
        zero,
        zero,
    )


def test_without_orders_all_of_it_is_projected_and_said_so() -> None:
    r = report(75.0, cash_share=0.9)
    assert r.kept == r.projected == 75.0 and np.isnan(r.billed) and np.isnan(r.unmatched)
    assert r.contribution == pytest.approx(0.4 * 75 - 0.1 * 8)
    assert r.cash == 18.0 and r.profit == pytest.approx(r.contribution - 18.0)


@given(
    paid=st.integers(0, 10_000), shares=st.lists(st.floats(0, 1), min_size=3, max_size=3), final=st.floats(0, 20_000),
    late=st.floats(0, 1),
)  # fmt: skip
def test_nothing_is_expected_of_what_is_no_longer_open(
    paid: int, shares: list[float], final: float, late: float
) -> None:
    whole = max(sum(shares), 1.0)
    billed, refunded = paid * shares[0] / whole, paid * shares[1] / whole
    r = report(final, float(paid), known(paid, billed, refunded, refunded * late))
    still = paid - billed - refunded
    assert r.kept == pytest.approx(r.billed + r.projected)
    assert -1e-6 <= r.projected <= max(still, 0.0) + 1e-6
    if still <= 1e-9:  # all settled: no model has a say
        assert r.profit == pytest.approx(
            0.4 * billed - 0.1 * max(refunded * late, min(8 * paid / 100, refunded)) - 20, abs=1e-6
        )


def test_a_paid_day_that_looks_fine_loses_money_when_settled() -> None:
    """Paid ROAS 5 at a margin of 40 %, but half of it came back after dispatch."""
    r = report(50.0, 100.0, known(100.0, 50.0, 50.0, 50.0), lost=0.3)
    assert r.profit == pytest.approx(0.4 * 50 - 0.3 * 50 - 20) and r.profit < 0


def test_a_creator_earns_commission_on_what_stays() -> None:
    assert report(80.0, margin=np.nan, commission=0.2).profit == pytest.approx(0.2 * 80 - 20)


def test_what_is_not_known_stays_so() -> None:
    assert np.isnan(report(80.0, margin=np.nan).profit)
    assert np.isnan(report(np.nan).profit)
    days = order_days(order_ledger(facts([])), [], LAST, 3, DAYS)
    assert days.paid.shape == (0, 3)
    assert replace(days).known.size == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_orders_known_in_part_leave_the_rest_to_the_model(part: float, final: float) -> None:
    """Some of the day's orders billed whole, and no word of the others: they are worth what the model says of them."""
    r = report(100.0 * final, 100.0, known(100.0 * part, 100.0 * part, 0.0, 0.0), refunded=0.0)
    assert r.kept == pytest.approx(100 * part + 100 * final * (1 - part))
    assert r.projected == pytest.approx(100 * final * (1 - part)) and r.unmatched == pytest.approx(100 * (1 - part))


def test_orders_that_the_platform_did_not_report_show_as_unmatched() -> None:
    assert report(80.0, 100.0, known(90.0, 90.0, 0.0, 0.0)).unmatched == pytest.approx(10.0)
