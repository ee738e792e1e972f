"""Settlement rate: cohorts by pay week, never bills of a week over payments of that week; projected inside its interval."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.domain.enrolment import Prior
from bidctl.domain.orders import BillKind, Bills, FactKind, OrderFacts, Orders, Refunds, Rulings, from_rows
from bidctl.engine.backtest import backtest
from bidctl.engine.order_totals import Side, totals
from bidctl.engine.settlement_weeks import EDGES, MONDAY, WEEK, PaidBy, by_week, pay_days, rates, stated, triangle

DAY = 86400.0
BEGIN = MONDAY + 2900 * WEEK
PRIOR = Prior(settled_share=0.75)


def shop(weeks_: int = 30, orders: int = 80, rate: float = 0.3, seed: int = 3) -> OrderFacts:
    """Orders of a shop, `rate` of them refunded whole after some days, the rest billed after 15."""
    rng = np.random.default_rng(seed)
    os, rs, bs = [], [], []
    for i in range(weeks_ * orders):
        at = BEGIN + (i // orders) * WEEK + float(rng.random()) * WEEK
        fen, order, product = int(8000 * np.exp(0.5 * rng.standard_normal())) + 1, f"o{i:05d}", "p" if i % 2 else "q"
        os.append((order, product, "L", "", "", at, at, fen, fen, 0))
        if rng.random() < rate:
            back = at + min(float(rng.exponential(5.0)), 80.0) * DAY
            rs.append((order, f"r{i}", back, back, fen, 1))
        else:
            bs.append((order, f"b{i}", at + 15 * DAY, at + 16 * DAY, int(BillKind.SETTLED), fen, fen, 0, 0))
    return OrderFacts(from_rows(Orders, os), from_rows(Refunds, rs), from_rows(Bills, bs))


def weeks(facts: list[OrderFacts], at: float, side: Side | None, offset_s: float) -> PaidBy:
    return by_week(pay_days(facts, at, side, offset_s), offset_s)


def test_an_order_stands_in_the_week_it_was_paid_wherever_its_bill_falls() -> None:
    os = [
        ("a", "p", "", "c", "", BEGIN, BEGIN, 10000, 10000, 0),
        ("b", "p", "", "c", "", BEGIN + 8 * DAY, BEGIN, 500, 500, 0),
    ]
    bs = [("a", "x", BEGIN + 8 * DAY, BEGIN + 9 * DAY, 0, 9000, 9000, 0, 0)]
    facts = OrderFacts(from_rows(Orders, os), from_rows(Refunds, []), from_rows(Bills, bs))
    found = weeks([facts], BEGIN + 20 * DAY, "campaign", 0.0)
    assert {k: (w.orders, w.paid, w.billed, w.refunds.sum()) for k, w in found.items()} == {
        ("c", BEGIN): (1, 100.0, 90.0, 10.0), ("c", BEGIN + WEEK): (1, 5.0, 0.0, 0.0),
    }  # fmt: skip


def test_a_natural_week_is_the_accounts() -> None:
    late = BEGIN - 3600.0  # Sunday evening in UTC is Monday in China
    os = [("a", "p", "", "c", "", late, late, 100, 100, 0)]
    facts = OrderFacts(from_rows(Orders, os), from_rows(Refunds, []), from_rows(Bills, []))
    assert [w for _, w in weeks([facts], late, None, 8 * 3600.0)] == [BEGIN - 8 * 3600.0]


def test_a_refund_that_a_person_dropped_belongs_to_no_order() -> None:
    """Its order is not known (yet): it may stand between those that are, or behind them all."""
    os = [
        (n, "p", "", "c", "", BEGIN, known, 1000, 1000, 0)
        for n, known in (("a", BEGIN), ("c", BEGIN), ("e", BEGIN + DAY))
    ]
    rs = [("c", "r1", BEGIN + 2 * 3600, BEGIN, 1000, 1), *((n, f"r{n}", BEGIN + 50 * DAY, BEGIN, 500, 1) for n in "bd")]
    gone = [(int(FactKind.REFUND), f"r{n}", n, BEGIN, -1) for n in "bd"]
    facts = OrderFacts(from_rows(Orders, os), from_rows(Refunds, rs), from_rows(Bills, []), from_rows(Rulings, gone))
    found = weeks([facts], BEGIN + 3600, None, 0.0)["", BEGIN]
    assert (found.paid, found.refunds.sum()) == (20.0, 10.0) and found.refunds[0] == 10.0, "and it moves none in time"


def test_cohorts_add_up_to_the_ledger_and_project_near_what_comes() -> None:
    facts = shop()
    now = BEGIN + 30 * WEEK
    end = {k: w.billed / w.paid for k, w in weeks([facts], now + 200 * DAY, "product", 0.0).items()}
    found = weeks([facts], now, "product", 0.0)
    book = totals([facts], now, "product")
    for name, t in book.items():
        mine = [w for (key, _), w in found.items() if key == name]
        assert sum(w.refunds.sum() for w in mine) * 100 == pytest.approx(t.refunded)
        assert sum(w.billed for w in mine) * 100 == pytest.approx(t.billed)
    told = rates(pay_days([facts], now, "product", 0.0), now, PRIOR, 0.0)
    assert all(-1e-9 <= r.lo <= r.rate + 1e-9 and r.rate <= r.hi + 1e-9 for r in told)
    assert np.mean([r.rate - end[r.key, r.week] for r in told]) == pytest.approx(0.0, abs=0.02)
    assert [r.mature for r in told if r.week < now - 12 * WEEK] == [True] * 36
    assert not any(r.mature for r in told if r.week == BEGIN + 29 * WEEK)


def test_intervals_of_young_weeks_cover_what_comes() -> None:
    """Of the two newest weeks of six shops as many as a 90 % interval covers, within the binomial 99 % range (17 to 24 of 24)."""
    inside = []
    now = BEGIN + 30 * WEEK
    for seed in range(3, 9):
        facts = shop(seed=seed)
        end = {k: w.billed / w.paid for k, w in weeks([facts], now + 200 * DAY, "product", 0.0).items()}
        told = rates(pay_days([facts], now, "product", 0.0), now, PRIOR, 0.0)
        inside += [r.lo - 1e-9 <= end[r.key, r.week] <= r.hi + 1e-9 for r in told if r.week >= now - 2 * WEEK]
    assert len(inside) == 24 and sum(inside) >= 17


def test_the_backtest_reads_only_cohorts_that_are_over() -> None:
    facts = shop()
    now = BEGIN + 30 * WEEK
    t = triangle(pay_days([facts], now, None, 0.0), now, 0.0)
    assert 14 <= len(t.paid) <= 17 and t.paid_at[-1] * DAY + EDGES[-1] * DAY <= now
    known = t.known(len(t.paid) - 1, float(t.paid_at[-1]) + 1000)
    curve, weight = stated(known, PRIOR)
    for one in backtest(t, curve, weight, (1.0, 4.0, 7.0), 6, len(t.paid)):
        assert one.n == len(t.paid) - 6 and one.rmse < one.naive_rmse and abs(one.bias) < 0.1


def test_nothing_is_nothing() -> None:
    assert rates({}, 0.0, PRIOR, 0.0) == [] and len(triangle({}, 0.0, 0.0).paid) == 0
