"""Orders, refunds, bills and the rows put aside: taken in by batches, given back by slices of whole orders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Column, Index, Table, case, cast, exists, func, select, update

from bidctl.adapters.store.instants import MICROSECOND, micros
from bidctl.adapters.store.schema import BILLS, ORDERS, QUARANTINE, REFUNDS, RULINGS
from bidctl.adapters.store.tellings import BILL, KEY, ORDER, REFUND, Row, Shape, Sifted, sift, words_of
from bidctl.adapters.store.work import AnyRow, Work
from bidctl.domain.orders import (
    BillKind,
    Bills,
    Doubt,
    FactKind,
    OrderFacts,
    OrderGroups,
    Orders,
    Refunds,
    Rulings,
    from_rows,
)
from bidctl.domain.quarantine import Aside, Settle, Source, Taken
from bidctl.engine.order_ledger import order_ledger
from bidctl.engine.rulings import ruled

SECOND_US, FEN = 1e6, 100
DAY_US = 86_400_000_000
EPOCH = date(1970, 1, 1).toordinal()
AT_ONCE = 5000
"""Keys asked for in one statement: databases bound the number of parameters."""
CACHE_KIB = 65_536
"""Of SQLite while orders come in: their ids fall anywhere in the tables."""
SLICE = 50_000
"""Orders of one slice."""
RELATED = (Doubt.NO_ORDER, Doubt.REFUND_TOO_LARGE, Doubt.BILL_TOO_LARGE)
"""Doubts that other facts raise and can lift: such a row is stored among the facts and counts by itself once it fits."""
ITSELF = "itself"
"""Who settled a doubt that other facts lifted."""
_CURRENT = tuple[Doubt, Shape, Row]


class OrderRows(Work):
    """The part of a transaction that keeps orders."""

    def add_orders(self, account: str, facts: OrderFacts, source: Source) -> Taken:
        """Take facts in. What was told before changes nothing; what cannot be right is put aside with its reason."""
        if self.connection.dialect.name == "sqlite":
            self.connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")
        told = (
            _order_rows(account, facts.orders, source),
            _refund_rows(account, facts.refunds, source),
            _bill_rows(account, facts.bills, source),
        )
        parts: list[Sifted] = []
        rows: list[Aside] = []
        orders: set[str] = set()
        for shape, some, lines in zip((ORDER, REFUND, BILL), told, _lines(source), strict=True):
            stored = self._stored(account, shape.table, KEY, [row[KEY] for row in some])
            orders |= {row[shape.order] for row in (*stored, *some)}  # a telling that gives way leaves its order too
            part = sift(shape, {row[KEY]: row for row in stored}, some)
            parts.append(part)
            rows += [_aside(doubt, shape, row, source, lines, i) for doubt, row, i in part.aside]
        spoken = [(s, row) for s, some in zip((ORDER, REFUND, BILL), told, strict=True) for row in some]
        gave_way = [(s, row) for s, part in zip((ORDER, REFUND, BILL), parts, strict=True) for _, row, _ in part.aside]
        touched = sorted({row[s.order] for s, row in (*spoken, *gave_way)})
        related = self._related(account, touched, parts)
        for shape, part in zip((ORDER, REFUND, BILL), parts, strict=True):
            self.pour(shape.table, [part.standing[key] for key in sorted(part.changed)])  # one way through the tree
        line_of = {
            (s.kind, row[KEY]): (lines, i)
            for s, some, lines in zip((ORDER, REFUND, BILL), told, _lines(source), strict=True)
            for i, row in enumerate(some)
        } if related else {}  # fmt: skip
        rows += [
            _aside(doubt, shape, row, source, *line_of.get((shape.kind, row[KEY]), (source.orders, -1)))
            for doubt, shape, row in related
        ]
        self._lift(account, touched, {_told(row) for row in rows}, _agreed(parts))
        aside = self.set_aside(account, rows)
        return Taken(parts[0].new, parts[1].new, parts[2].new, sum(p.again for p in parts), aside)

    def set_aside(self, account: str, rows: Sequence[Aside]) -> int:
        """Put rows aside; how many were not there yet. A row that settled itself and is in doubt again is open again."""
        prints = {_told(row): row for row in rows}
        known = {r.told: r.resolved_by for r in self._where(account, QUARANTINE.c.told, sorted(prints))}
        new = [_columns(account, told, row) for told, row in prints.items() if told not in known]
        self.add(QUARANTINE, new)
        again = [told for told in prints if known.get(told) == ITSELF]
        for told in again:
            self.change(
                update(QUARANTINE).where(_is(account, told)).values(resolved=False, resolved_by=None, resolved_at=None)
            )
        return len(new) + len(again)

    def order_slices(self, account: str, size: int = SLICE) -> Iterator[OrderFacts]:
        """Every order of the account, `size` at a time by id, each with all its refunds and bills."""
        last, rulings = "", self.rulings(account)
        while True:
            page = select(ORDERS).where((ORDERS.c.account == account) & (ORDERS.c.order_id > last))
            orders = [tuple(r) for r in self.rows(page.order_by(ORDERS.c.order_id).limit(size))]
            if not orders:
                return
            first, last = orders[0][KEY], orders[-1][KEY]
            parts = [self._between(account, table, first, last) for table in (REFUNDS, BILLS)]
            yield _facts(orders, parts[0], parts[1], [r for r in rulings if first <= r[2] <= last])

    def rulings(self, account: str) -> list[Row]:
        """What people ruled on the account's facts, as rows of `Rulings`."""
        found = self.rows(select(RULINGS).where(RULINGS.c.account == account).order_by(RULINGS.c.id))
        return [(r.kind, r.key, r.order_id, r.at / SECOND_US, r.fen) for r in found]

    def receipts(self, account: str, since: datetime, zone: timedelta) -> dict[int, float]:
        """Yuan that bills brought to the shop by natural day (ordinal), what was taken back subtracted; `zone` east of UTC.
        Days from the first bill since then to the newest; bills in doubt count for nothing."""
        day = _natural_day(BILLS.c.happened_at, zone)
        sign = case((BILLS.c.kind == int(BillKind.SETTLED), 1), else_=-1)
        doubt = (QUARANTINE.c.account == BILLS.c.account) & (QUARANTINE.c.order_id == BILLS.c.order_id)
        doubt &= (QUARANTINE.c.key == BILLS.c.bill_id) & (QUARANTINE.c.kind == "bill")
        doubt &= QUARANTINE.c.doubt.in_([int(d) for d in RELATED]) & (
            QUARANTINE.c.how.is_distinct_from(int(Settle.ACCEPT))
        )
        doubt &= func.coalesce(QUARANTINE.c.resolved_by, "") != ITSELF
        counts = (BILLS.c.account == account) & (BILLS.c.happened_at >= micros(since)) & ~exists().where(doubt)
        sums = select(day, func.sum(BILLS.c.received * sign).label("fen")).where(counts).group_by("day")
        found = {int(r.day) + EPOCH: int(r.fen) / FEN for r in self.rows(sums)}
        return {d: found.get(d, 0.0) for d in range(min(found), max(found) + 1)} if found else {}

    def order_groups(self, account: str, at: datetime, zone: timedelta) -> OrderGroups:
        """Orders known at `at`, added up by what they carry and the natural day of payment; `zone` east of UTC. What a person ruled by
        then counts."""
        c = ORDERS.c
        day = _natural_day(c.paid_at, zone)
        keys = (c.campaign, c.live_account, c.product, day)
        sums = (cast(func.sum(x), BigInteger) for x in (c.paid, c.buyer, c.subsidy))
        told = (
            select(*keys, func.count(), *sums)
            .where((c.account == account) & (c.known_at <= micros(at)))
            .group_by(*keys)
        )
        groups: dict[Row, Row] = {tuple(r[:4]): tuple(r[4:]) for r in self.rows(told)}
        for key, more in self._ruled_orders(account, at, zone):
            groups[key] = tuple(a + b for a, b in zip(groups[key], more, strict=True))
        return from_rows(OrderGroups, [(*key, *sums) for key, sums in groups.items()])

    def _ruled_orders(self, account: str, at: datetime, zone: timedelta) -> Iterator[tuple[Row, Row]]:
        """Of each order that a person ruled on by `at`: its group, and what that adds to the group's orders and sums."""
        said = [r for r in self.rulings(account) if r[0] == FactKind.ORDER and r[3] <= at.timestamp()]
        keys = sorted({r[1] for r in said})
        orders = [r for r in self._stored(account, ORDERS, KEY, keys) if r[7] <= micros(at)]
        told = _facts(orders, [], [], said)
        now, offset = ruled(told)[0].orders, zone // MICROSECOND
        for i, row in enumerate(orders):
            more = (int(getattr(now, x)[i] - getattr(told.orders, x)[i]) for x in ("paid", "buyer", "subsidy"))
            yield (row[4], row[3], row[2], (row[6] + offset) // DAY_US), (0, *more)

    def _between(self, account: str, table: Table, first: str, last: str) -> list[Row]:
        wanted = (table.c.account == account) & table.c.order_id.between(first, last)
        return [tuple(r) for r in self.rows(select(table).where(wanted))]

    def _stored(self, account: str, table: Table, column: int, keys: Sequence[str]) -> list[Row]:
        return [tuple(r) for r in self._where(account, list(table.c)[column], keys)]

    def _where(self, account: str, column: Any, keys: Sequence[str]) -> list[AnyRow]:
        """Rows of an account whose `column` is among the keys."""
        pages = (tuple(keys[i : i + AT_ONCE]) for i in range(0, len(keys), AT_ONCE))
        sqlite = self.connection.dialect.name == "sqlite"
        found = ((_among(column, len(page), sqlite=sqlite), (account, *page)) for page in pages)
        return [row for text, values in found for row in self.connection.exec_driver_sql(text, values)]

    def _related(self, account: str, touched: list[str], parts: list[Sifted]) -> list[_CURRENT]:
        """What is in doubt of the touched orders because of each other, once the changed rows are stored."""
        rulings = [r for r in self.rulings(account) if r[2] in set(touched)]
        here = parts[0].standing
        others = self._stored(account, ORDERS, KEY, [order for order in touched if order not in here])
        standing = [[*here.values(), *others]]
        for shape, part in zip((REFUND, BILL), parts[1:], strict=True):
            stored = {r[KEY]: r for r in self._stored(account, shape.table, shape.order, touched)}
            standing.append([*(stored | {k: part.standing[k] for k in sorted(part.changed)}).values()])
        found = order_ledger(_facts(standing[0], standing[1], standing[2], rulings)).doubtful
        return [
            (Doubt(code), shape, rows[i])
            for shape, rows, (at, codes) in zip((REFUND, BILL), standing[1:], (found.refunds, found.bills), strict=True)
            for i, code in zip(at.tolist(), codes.tolist(), strict=True)
        ]

    def look_again(self, account: str, orders: list[str], source: Source) -> list[_CURRENT]:
        """Put aside and lift what is in doubt of some orders now; all that is in doubt of them."""
        related = self._related(account, orders, [Sifted({}), Sifted({}), Sifted({})])
        rows = [_aside(doubt, shape, row, source, source.orders, -1) for doubt, shape, row in related]
        self._lift(account, orders, {_told(row) for row in rows}, set())
        self.set_aside(account, rows)
        return related

    def _lift(self, account: str, touched: list[str], still: set[str], agreed: set[str]) -> None:
        """Doubts of the touched orders that other facts have lifted."""
        if not self.rows(select(QUARANTINE.c.id).where(QUARANTINE.c.account == account).limit(1)):
            return
        open_ = [r for r in self._where(account, QUARANTINE.c.order_id, touched) if not r.resolved]
        gone = [r.told for r in open_ if r.told in agreed or (r.doubt in RELATED and r.told not in still)]
        for told in gone:
            self.change(update(QUARANTINE).where(_is(account, told)).values(resolved=True, resolved_by=ITSELF))


def _natural_day(at: Column[Any], zone: timedelta) -> Any:
    """Days since 1970 of an instant, `zone` east of UTC."""
    return ((at + zone // MICROSECOND) // DAY_US).label("day")


def _agreed(parts: list[Sifted]) -> set[str]:
    """Fingerprints of rows that were put aside for differing from what stood, and say what stands now."""
    return {
        _print(shape.differs, shape.kind, key, words_of(shape, part.standing[key]))
        for shape, part in zip((ORDER, REFUND, BILL), parts, strict=True)
        for key in part.replaced
    }


@cache
def _among(column: Column[Any], count: int, *, sqlite: bool) -> str:
    """The text of a look-up: rendering thousands of named parameters costs more than finding the rows. SQLite is told the index: it
    takes an account for ten rows and would walk through all of them."""
    table = column.table
    mark = "?" if sqlite else "%s"
    marks = ", ".join([mark] * count)
    names = ", ".join(table.c.keys())
    by = next((f" INDEXED BY {i.name}" for i in table.indexes if sqlite and _over(i) == ["account", column.name]), "")
    return f"SELECT {names} FROM {table.name}{by} WHERE account = {mark} AND {column.name} IN ({marks})"


def _over(index: Index) -> list[str]:
    return [column.name for column in index.columns]


def _is(account: str, told: str) -> Any:
    return (QUARANTINE.c.account == account) & (QUARANTINE.c.told == told)


def _lines(source: Source) -> tuple[NDArray[np.int64], ...]:
    return source.orders, source.refunds, source.bills


def _aside(doubt: Doubt, shape: Shape, row: Row, source: Source, lines: NDArray[np.int64], i: int) -> Aside:
    """A fact in doubt as a row; one that came with an earlier batch is told in our own words."""
    line = int(lines[i]) if i >= 0 else 0
    raw = source.raw(line) if line else " ".join(map(str, row[KEY:]))
    file = source.file if line else ""
    known, order = row[shape.known] / SECOND_US, row[shape.order]
    words, fen = _words(doubt, shape, row), row[shape.fen[0]]
    return Aside(doubt, shape.kind, row[KEY], order, file, line, raw, known, words, fen=fen)


def _words(doubt: Doubt, shape: Shape, row: Row) -> str:
    """A fact in doubt because of others is one row by its id and its order, else by all that it says."""
    return str(row[shape.order]) if doubt in RELATED else words_of(shape, row)


def _told(row: Aside) -> str:
    return _print(row.doubt, row.kind, row.key, row.words or row.raw)


def _print(doubt: Doubt, kind: str, key: str, words: str) -> str:
    """Fingerprint of a row and its doubt."""
    return hashlib.sha256("\x00".join((str(int(doubt)), kind, key, words)).encode()).hexdigest()[:32]


def _columns(account: str, told: str, row: Aside) -> dict[str, Any]:
    return {
        "account": account, "told": told, "doubt": int(row.doubt), "kind": row.kind, "key": row.key, "order_id": row.order,
        "file": row.file, "line": row.line, "raw": row.raw, "why": row.why, "known_at": round(row.known_at * SECOND_US), "resolved": False,
        "resolved_by": None, "resolved_at": None, "fen": row.fen, "how": None,
    }  # fmt: skip


def _micros(seconds: NDArray[np.float64]) -> list[int]:
    found: list[int] = np.rint(seconds * SECOND_US).astype(np.int64).tolist()
    return found


def _order_rows(account: str, o: Orders, source: Source) -> list[Row]:
    texts = (o.order, o.product, o.live_account, o.campaign, o.creator)
    money = (o.paid, o.buyer, o.subsidy)
    return _zipped(account, len(o), texts, o.paid_at, o.known_at, source.assumed, money)


def _refund_rows(account: str, r: Refunds, source: Source) -> list[Row]:
    return _zipped(account, len(r), (r.refund, r.order), r.happened_at, r.known_at, source.assumed, (r.fen, r.stage))


def _bill_rows(account: str, b: Bills, source: Source) -> list[Row]:
    money = (b.kind, b.fen, b.received, b.commission, b.fee)
    return _zipped(account, len(b), (b.bill, b.order), b.happened_at, b.known_at, source.assumed, money)


def _zipped(account: str, n: int, texts: Any, happened: Any, known: Any, assumed: bool, numbers: Any) -> list[Row]:
    columns = (
        *(t.tolist() for t in texts),
        _micros(happened),
        _micros(known),
        [assumed] * n,
        *(x.tolist() for x in numbers),
    )
    return list(zip([account] * n, *columns, strict=True))


def _facts(orders: list[Row], refunds: list[Row], bills: list[Row], rulings: list[Row]) -> OrderFacts:
    """Stored rows as facts: instants in seconds, the fields in their order."""
    return OrderFacts(
        from_rows(Orders, [(*r[1:6], r[6] / SECOND_US, r[7] / SECOND_US, *r[9:]) for r in orders]),
        from_rows(Refunds, [(r[2], r[1], r[3] / SECOND_US, r[4] / SECOND_US, *r[6:]) for r in refunds]),
        from_rows(Bills, [(r[2], r[1], r[3] / SECOND_US, r[4] / SECOND_US, *r[6:]) for r in bills]),
        from_rows(Rulings, rulings),
    )
