"""Orders in the store: told again is nothing new, any order of arrival leaves the same, and what is put aside can be seen and settled."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bidctl.adapters.store import SqlLedger
from bidctl.adapters.store.errors import Unsettled
from bidctl.domain.orders import Bills, Doubt, OrderFacts, Orders, Refunds, from_rows, no_orders
from bidctl.domain.quarantine import Aside, Fetched, Settle, Source, Taken
from bidctl.engine.order_ledger import order_ledger
from tests.adapters.store.builders import open_at, sqlite_url
from tests.contracts.ledger_contract import NOW
from tests.engine.test_order_ledger import DAY, B, Paid, R, facts, rows, totals

SHOP = "9001"


def source(told: OrderFacts, file: str = "a.csv") -> Source:
    n = [len(told.orders), len(told.refunds), len(told.bills)]
    lines = [np.arange(2, 2 + k, dtype=np.int64) for k in n]
    return Source(file, *lines, raw=lambda line: f"line {line}", assumed=True)


def take(ledger: SqlLedger, *told: Paid | R | B, account: str = SHOP) -> Taken:
    with ledger.begin() as t:
        found = facts(*told)
        return t.add_orders(account, found, source(found))


def stored(
    ledger: SqlLedger, at: float | None = None, size: int = 3, account: str = SHOP
) -> dict[str, tuple[int, int, int, int]]:
    """(paid, billed, refunded, open) by order, through slices."""
    found: dict[str, tuple[int, int, int, int]] = {}
    with ledger.begin() as t:
        for part in t.order_slices(account, size):
            found |= totals(order_ledger(part if at is None else part.as_of(at)))
    return found


def aside(ledger: SqlLedger, *, resolved: bool = False, account: str = SHOP) -> Counter[tuple[Doubt, str]]:
    with ledger.begin() as t:
        return Counter((q.row.doubt, q.row.key) for q in t.quarantine(account, resolved=resolved))


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    name = "postgres_ledger_url"
    url = sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue(name))
    found = open_at(url)
    yield found
    found.close()


HISTORY = (
    Paid("a", 1000), Paid("b", 2000), Paid("c", 80_995 * 208), R("a", "r1", 300), R("c", "r2", 80_995 * 208), B("b", "b1", 2000),
    B("b", "b2", 500, at=40 * DAY, known=41 * DAY, kind=1),
)  # fmt: skip


def test_told_again_is_nothing_new(ledger: SqlLedger) -> None:
    assert take(ledger, *HISTORY) == Taken(3, 2, 2, 0, 0)
    first = stored(ledger)
    assert first["a"] == (1000, 0, 300, 700) and first["b"] == (2000, 1500, 500, 0) and first["c"][2] == 80_995 * 208
    assert take(ledger, *HISTORY, *HISTORY[::-1]) == Taken(0, 0, 0, 14, 0)
    assert stored(ledger) == first and not aside(ledger)
    assert stored(ledger, 20 * DAY)["b"] == (2000, 2000, 0, 0), "as it was known before it was taken back"


def test_sqlite_looks_up_the_rows_that_it_is_asked_for_and_no_others(tmp_path: Path) -> None:
    """Told nothing, it walks through all rows of the account for every page of a look-up: the n-th batch costs n times the first."""
    ledger = open_at(sqlite_url(tmp_path))
    take(ledger, *HISTORY, R("z", "r9", 100))
    asked: list[tuple[str, object]] = []

    def hear(_: object, __: object, statement: str, values: object, *___: object) -> None:
        asked.append((statement, values))

    event.listen(ledger.engine, "before_cursor_execute", hear)
    take(ledger, *HISTORY, R("z", "r9", 100))
    event.remove(ledger.engine, "before_cursor_execute", hear)
    steps = []
    with ledger.begin() as t:
        for statement, values in asked:
            if statement.startswith("SELECT") and " IN (" in statement:
                steps += [r[-1] for r in t.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]  # type: ignore[arg-type]
    ledger.close()
    assert len(steps) >= 7 and all("(account=? AND " in step for step in steps), steps


def test_a_bill_before_its_order_counts_by_itself_once_the_order_comes(ledger: SqlLedger) -> None:
    assert take(ledger, B("a", "b", 700), R("a", "r", 100)).aside == 2
    assert aside(ledger) == Counter({(Doubt.NO_ORDER, "b"): 1, (Doubt.NO_ORDER, "r"): 1})
    with ledger.begin() as t:
        row = t.quarantine(SHOP)[0].row
    assert (row.file, row.line, row.raw, row.order) == ("a.csv", 2, "line 2", "a")
    take(ledger, Paid("a", 1000))
    assert stored(ledger) == {"a": (1000, 700, 300, 0)} and not aside(ledger)
    with ledger.begin() as t:
        assert [q.resolved_by for q in t.quarantine(SHOP, resolved=True)] == ["itself", "itself"]


def test_a_row_that_a_later_one_puts_in_doubt_is_put_aside(ledger: SqlLedger) -> None:
    take(ledger, Paid("a", 1000), R("a", "late", 600, at=9 * DAY))
    assert take(ledger, R("a", "early", 700, at=2 * DAY)).aside == 1
    assert aside(ledger) == Counter({(Doubt.REFUND_TOO_LARGE, "late"): 1})
    assert stored(ledger) == {"a": (1000, 0, 700, 300)}


def test_a_refund_told_of_another_order_first_is_in_doubt_there_alone(ledger: SqlLedger) -> None:
    take(ledger, R("d", "r", 100))
    take(ledger, R("a", "r", 100))
    take(ledger, R("d", "r", 100))
    assert aside(ledger) == Counter({(Doubt.REFUND_DIFFERS, "r"): 1, (Doubt.NO_ORDER, "r"): 1})
    take(ledger, Paid("d", 1000), Paid("a", 1000))
    assert stored(ledger) == {"a": (1000, 0, 100, 900), "d": (1000, 0, 0, 1000)}
    assert aside(ledger) == Counter({(Doubt.REFUND_DIFFERS, "r"): 1})


def test_a_refund_that_gives_way_lets_another_of_its_order_in(ledger: SqlLedger) -> None:
    take(ledger, Paid("a", 1000), R("b", "r", 700, at=2 * DAY))
    take(ledger, R("a", "s", 600, at=9 * DAY), Paid("b", 700), R("b", "t", 700, at=9 * DAY))
    assert aside(ledger) == Counter({(Doubt.REFUND_TOO_LARGE, "t"): 1})
    take(ledger, R("a", "r", 100, at=2 * DAY, known=0.0))
    assert aside(ledger) == Counter({(Doubt.REFUND_DIFFERS, "r"): 1})
    assert stored(ledger) == {"a": (1000, 0, 700, 300), "b": (700, 0, 700, 0)}


def test_a_person_settles_a_row_and_it_stays_settled(ledger: SqlLedger) -> None:
    bad = Aside(Doubt.UNREADABLE, "row", "", "", "a.csv", 7, "x,y,z", 5.0)
    with ledger.begin() as t:
        assert t.set_aside(SHOP, [bad, bad]) == 1
        (one,) = t.quarantine(SHOP)
        assert one.row.raw == "x,y,z" and one.row.line == 7
        assert t.resolve(SHOP, one.id, "li", NOW) and not t.resolve(SHOP, one.id, "li", NOW)
        assert not t.resolve("another", one.id, "li", NOW)
        assert t.set_aside(SHOP, [bad]) == 0 and t.quarantine(SHOP) == []
        assert [q.resolved_by for q in t.quarantine(SHOP, resolved=True)] == ["li"]


def test_orders_are_added_up_by_what_they_carry_and_the_day_of_their_zone(ledger: SqlLedger) -> None:
    late = 16 * 3600.0  # midnight in the account's zone
    told = from_rows(Orders, [
        (str(i), "p" if i % 2 else "", "live" if i % 3 else "", "c" if i % 5 == 0 else "", "", at, at + 10, 10**14 + i, i, 7)
        for i, at in enumerate((0.0, late - 1e-6, late, late + 1, late + DAY, 5 * DAY, late, late))
    ])  # fmt: skip
    with ledger.begin() as t:
        t.add_orders(SHOP, OrderFacts(told, *facts_of_none()), source(OrderFacts(told, *facts_of_none())))
        t.add_orders("other", OrderFacts(told, *facts_of_none()), source(OrderFacts(told, *facts_of_none())))
        found = t.order_groups(SHOP, datetime.fromtimestamp(late + DAY + 10, UTC), timedelta(hours=8))
    expected: dict[tuple[str, str, str, int], list[int]] = {}
    for i in range(len(told)):
        if told.known_at[i] <= late + DAY + 10:
            key = (
                str(told.campaign[i]),
                str(told.live_account[i]),
                str(told.product[i]),
                int((told.paid_at[i] + 8 * 3600) // DAY),
            )
            sums = expected.setdefault(key, [0, 0, 0, 0])
            for k, fen in enumerate((1, told.paid[i], told.buyer[i], told.subsidy[i])):
                sums[k] += int(fen)
    columns = (
        found.campaign,
        found.live_account,
        found.product,
        found.day,
        found.orders,
        found.paid,
        found.buyer,
        found.subsidy,
    )
    assert {row[:4]: list(row[4:]) for row in zip(*(c.tolist() for c in columns), strict=True)} == expected
    with ledger.begin() as t:
        assert len(t.order_groups("nobody", NOW, timedelta(0))) == 0


def facts_of_none() -> tuple[Refunds, Bills]:
    return no_orders().refunds, no_orders().bills


def test_how_far_a_shop_was_fetched_never_goes_back(ledger: SqlLedger) -> None:
    with ledger.begin() as t:
        assert t.fetched("9", "orders") is None
        t.save_fetched("9", "orders", Fetched(2000.5, 3000.0, 500.0))
    with ledger.begin() as t:
        t.save_fetched("9", "orders", Fetched(1000.0, 4000.0, 500.0))
        t.save_fetched("9", "bills", Fetched(1.0, 4000.0, 500.0))
        assert t.fetched("9", "orders") == Fetched(2000.5, 3000.0, 500.0) and t.fetched("8", "orders") is None
        t.save_fetched("9", "orders", Fetched(2500.0, 4000.0, 500.0))
        assert t.fetched("9", "orders") == Fetched(2500.0, 3000.0, 500.0) and t.fetched("9", "bills") == Fetched(
            1.0, 4000.0, 500.0
        )


def test_an_account_sees_its_own_only(ledger: SqlLedger) -> None:
    take(ledger, *HISTORY)
    with ledger.begin() as t:
        assert list(t.order_slices("another")) == [] and t.quarantine("another") == []


NUMBER = itertools.count()


@pytest.fixture(scope="module")
def one_ledger(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    found = open_at(sqlite_url(tmp_path_factory.mktemp("ledger")))
    yield found
    found.close()


@settings(max_examples=25)
@given(rows, st.randoms(use_true_random=False), st.integers(1, 6))
def test_batches_in_any_order_leave_what_the_engine_finds(
    one_ledger: SqlLedger, given_: list[Paid | R | B], luck: object, size: int
) -> None:
    """Shuffled, repeated, cut anywhere: the same orders, the same totals, the same rows in doubt as one look at everything."""
    again = given_ + [row for row in given_ if luck.random() < 0.5]  # type: ignore[attr-defined]
    luck.shuffle(again)  # type: ignore[attr-defined]
    whole = order_ledger(facts(*given_))
    ledger, account = one_ledger, f"example {next(NUMBER)}"
    for i in range(0, len(again), size):
        take(ledger, *again[i : i + size], account=account)
    assert stored(ledger, account=account) == totals(whole)
    for t in (0.0, 3.0, 5.0, 9.0):
        assert stored(ledger, t, account=account) == totals(order_ledger(facts(*given_).as_of(t)))
    kinds = {"order": Paid, "refund": R, "bill": B}
    doubtful = {"order": whole.doubtful.orders, "refund": whole.doubtful.refunds, "bill": whole.doubtful.bills}
    expected = set()
    for kind, (at, codes) in doubtful.items():
        of_kind = [x for x in given_ if isinstance(x, kinds[kind])]
        expected |= {
            (Doubt(c), getattr(of_kind[i], kind if kind != "refund" else "refund"))
            for i, c in zip(at.tolist(), codes.tolist(), strict=True)
        }
    assert set(aside(ledger, account=account)) == expected


def test_receipts_are_what_bills_brought_by_natural_day(ledger: SqlLedger) -> None:
    """Of Shanghai; what was taken back on a day is subtracted there, a day between without any is a zero, doubtful ones are none."""
    day = 20_000 * DAY
    take(
        ledger, Paid("a", 1000), Paid("b", 2000), B("a", "x", 900, at=day + 15.9 * 3600), B("b", "y", 2000, at=day + 16 * 3600),
        B("b", "z", 500, at=day + 2.5 * DAY, kind=1), B("none", "o", 7000, at=day), B("a", "more", 9000, at=day + DAY),
    )  # fmt: skip
    with ledger.begin() as t:
        found = t.receipts(SHOP, datetime.fromtimestamp(day - DAY, UTC), timedelta(hours=8))
        later = t.receipts(SHOP, datetime.fromtimestamp(day + 16 * 3600, UTC), timedelta(hours=8))
        nothing = t.receipts("another", datetime.fromtimestamp(0, UTC), timedelta(hours=8))
    first = date(1970, 1, 1).toordinal() + 20_000
    assert found == {first: 8.1, first + 1: 18.0, first + 2: -4.5} and not nothing
    assert later == {first + 1: 18.0, first + 2: -4.5}


def settle(ledger: SqlLedger, key: str, how: Settle, fen: int | None = None, at: datetime = NOW) -> None:
    with ledger.begin() as t:
        (row,) = [q for q in t.quarantine(SHOP) if q.row.key == key]
        assert t.resolve(SHOP, row.id, "li", at, how, fen)


def trace(ledger: SqlLedger) -> list[tuple[str, str | None, Settle | None, int | None]]:
    with ledger.begin() as t:
        return [(q.row.key, q.resolved_by, q.how, q.counts) for q in t.quarantine(SHOP, resolved=True)]


TWICE = (Paid("a", 1000), R("a", "r", 900), Paid("a", 800, known=5.0))
"""An order told twice; the first telling stands."""


@pytest.mark.parametrize(
    ("how", "fen", "stands", "counts"),
    [
        (Settle.KEEP, None, (1000, 0, 900, 100), None),
        (Settle.DROP, None, (1000, 0, 900, 100), None),
        (Settle.ACCEPT, 950, (950, 0, 900, 50), 950),
    ],
)
def test_an_order_told_twice_is_settled_by_a_person(
    ledger: SqlLedger, how: Settle, fen: int | None, stands: tuple[int, ...], counts: int | None
) -> None:
    take(ledger, *TWICE)
    assert stored(ledger) == {"a": (1000, 0, 900, 100)}
    settle(ledger, "a", how, fen)
    assert stored(ledger) == {"a": stands} and not aside(ledger)
    assert trace(ledger) == [("a", "li", how, counts)]
    assert take(ledger, *TWICE).aside == 0 and stored(ledger) == {"a": stands}, "told again it stays settled"
    assert stored(ledger, NOW.timestamp() - 1) == {"a": (1000, 0, 900, 100)}, "as it was known before"


def test_what_an_accepted_amount_puts_in_doubt_is_put_aside(ledger: SqlLedger) -> None:
    """The order was 8 yuan, not 10: its refund of 9 is too much now, until somebody says that it was 7."""
    take(ledger, *TWICE)
    settle(ledger, "a", Settle.ACCEPT)
    assert stored(ledger) == {"a": (800, 0, 0, 800)} and aside(ledger) == Counter({(Doubt.REFUND_TOO_LARGE, "r"): 1})
    with pytest.raises(Unsettled, match=r"9\.00"):
        settle(ledger, "r", Settle.ACCEPT)
    assert aside(ledger), "it stays open"
    settle(ledger, "r", Settle.ACCEPT, 700, NOW + timedelta(hours=1))
    assert stored(ledger) == {"a": (800, 0, 700, 100)} and not aside(ledger)
    assert stored(ledger, NOW.timestamp() + 1) == {"a": (800, 0, 0, 800)}
    take(ledger, R("a", "s", 100, at=9 * DAY))
    assert stored(ledger) == {"a": (800, 0, 800, 0)} and not aside(ledger), (
        "what comes later is judged by what was said"
    )


def test_a_dropped_refund_never_counts_again(ledger: SqlLedger) -> None:
    take(ledger, Paid("a", 1000), R("a", "early", 700), R("a", "late", 600, at=9 * DAY), R("none", "orphan", 50))
    settle(ledger, "late", Settle.DROP)
    settle(ledger, "orphan", Settle.DROP)
    take(ledger, R("a", "early", 300, known=0.0), Paid("none", 100))  # now both would fit
    assert stored(ledger) == {"a": (1000, 0, 300, 700), "none": (100, 0, 0, 100)}
    assert [(q, how) for q, _, how, _ in trace(ledger)] == [("late", Settle.DROP), ("orphan", Settle.DROP)]


def test_a_bill_of_another_amount(ledger: SqlLedger) -> None:
    take(ledger, Paid("a", 1000), B("a", "b", 1000), B("a", "b", 900, known=99 * DAY))
    settle(ledger, "b", Settle.ACCEPT)
    assert stored(ledger) == {"a": (1000, 900, 100, 0)}


def test_what_cannot_be_accepted_is_refused_and_stays_open(ledger: SqlLedger) -> None:
    take(
        ledger,
        Paid("a", -5),
        R("gone", "r", 100),
        R("b", "q", 100),
        R("c", "q", 100, known=9 * DAY),
        Paid("b", 100),
        Paid("c", 100),
    )
    with ledger.begin() as t:
        t.set_aside(SHOP, [Aside(Doubt.UNREADABLE, "row", "", "", "a.csv", 7, "x,y,z", 5.0)])
        rows_ = {(q.row.doubt, q.row.key): q.id for q in t.quarantine(SHOP)}
    open_ = aside(ledger)
    assert set(rows_) == {
        (Doubt.NEGATIVE, "a"),
        (Doubt.NO_ORDER, "r"),
        (Doubt.REFUND_DIFFERS, "q"),
        (Doubt.UNREADABLE, ""),
    }
    for number in rows_.values():
        with pytest.raises(Unsettled), ledger.begin() as t:
            t.resolve(SHOP, number, "li", NOW, Settle.ACCEPT)
    assert aside(ledger) == open_ and not trace(ledger)


@settings(max_examples=25)
@given(rows, st.lists(st.tuples(st.sampled_from(Settle), st.integers(0, 3000), st.integers(0, 99)), max_size=6))
def test_whatever_people_say_everything_adds_up_and_arrival_does_not_matter(
    one_ledger: SqlLedger, given_: list[Paid | R | B], said: list[tuple[Settle, int, int]]
) -> None:
    ledger, account = one_ledger, f"settled {next(NUMBER)}"
    take(ledger, *given_, account=account)
    for i, (how, fen, which) in enumerate(said):
        with ledger.begin() as t:
            open_ = t.quarantine(account)
        if open_:
            with contextlib.suppress(Unsettled), ledger.begin() as t:
                t.resolve(account, open_[which % len(open_)].id, "li", NOW + timedelta(seconds=i), how, fen)
    found = stored(ledger, account=account)
    assert all(
        paid == billed + refunded + left and min(billed, refunded, left) >= 0
        for paid, billed, refunded, left in found.values()
    )
    before = aside(ledger, account=account)
    take(ledger, *given_[::-1], account=account)
    assert stored(ledger, account=account) == found and aside(ledger, account=account) == before
