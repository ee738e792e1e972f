"""One line of an order export as facts: an order, a refund, a bill, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from bidctl.adapters.export import order_cells as cells
from bidctl.adapters.export.cells import blank
from bidctl.adapters.export.errors import CellError
from bidctl.adapters.export.lines import Line
from bidctl.adapters.export.order_columns import AMOUNTS, TIMES
from bidctl.adapters.export.words import Say
from bidctl.domain.assumed import KNOWN_AFTER_S, bill_known_at
from bidctl.domain.orders import BillKind, Doubt, RefundStage
from bidctl.domain.quarantine import Doubtful
from bidctl.engine.refund_curve import DISPATCH_DAYS

T = TypeVar("T")
DAY = 86400.0
OrderRow = tuple[str, str, str, str, str, float, float, int, int, int]
RefundRow = tuple[str, str, float, float, int, int]
BillRow = tuple[str, str, float, float, int, int, int, int, int]
NEEDED = frozenset({"order", *TIMES, *AMOUNTS})
YUAN = frozenset({"CNY", "RMB", "人民币", "元", "¥"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read. `places`: our name -> column and heading; `zone` of instants that name none; `zoned`: others in the file name
    theirs, so that one without is in doubt; `currency` of the account; `width` of the heading row."""

    places: Mapping[str, tuple[int, str]]
    zone: tzinfo
    zoned: bool
    currency: str
    width: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells. `unpaid`: an order that was not paid; `presale` fen of an open presale's deposit: neither is an order yet."""

    order: OrderRow | None = None
    refund: RefundRow | None = None
    bill: BillRow | None = None
    unpaid: bool = False
    presale: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[object]
    how: Reading

    def cell(self, name: str) -> object:
        """ "" where the file has no such column, or the line ends before it."""
        place = self.how.places.get(name)
        return self.cells[place[0]] if place is not None and place[0] < len(self.cells) else ""

    def read(self, name: str, read: Callable[[object], T], none: T) -> T:
        """A cell as `read` understands it; `none` where it is empty or the file has no such column."""
        place = self.how.places.get(name)
        if place is None or place[0] >= len(self.cells):
            return none
        cell = self.cells[place[0]]
        if cell is None or cell == "":
            return none
        try:
            return read(cell)
        except (ValueError, OverflowError, ArithmeticError) as error:
            expected = error.expected if isinstance(error, CellError) else Say.NUMBER()
            raise Doubtful(Doubt.UNREADABLE, Say.IN_COLUMN(column=place[1], expected=expected)) from None

    def at(self, name: str, *, day: bool = False) -> datetime | None:
        found = self.read(name, cells.moment_or_day if day else cells.moment, None)
        if found is None or found.tzinfo is not None:
            return found
        if self.how.zoned:
            raise Doubtful(Doubt.NO_ZONE, Say.VALUE(value=self.how.places[name][1]))
        return found.replace(tzinfo=self.how.zone)


def told(line: Line, how: Reading) -> Told:
    """The facts of a line. Raises Doubtful: then nothing of it counts."""
    if len(line.cells) != how.width:
        _must_fit(line, how)
    row = _Row(line.cells, how)
    _currency(row)
    order = row.read("order", cells.key, "")
    if not order:
        raise Doubtful(Doubt.UNREADABLE, Say.IN_COLUMN(column=how.places["order"][1], expected=Say.KEY()))
    paid, paid_at = row.read("paid", cells.fen, None), row.at("paid_at")
    refund, bill = _refund(row, order, paid_at), _bill(row, order)
    if paid_at is None or paid is None:
        return _without_payment(row, paid, paid_at, refund, bill)
    at, buyer = paid_at.timestamp(), row.read("buyer", cells.fen, None)
    about = (
        row.read("product", cells.key, ""),
        row.read("live_account", cells.words, ""),
        row.read("campaign", cells.key, ""),
        row.read("creator", cells.words, ""),
    )
    subsidy = row.read("subsidy", cells.fen, None) or 0
    kept = (paid, paid - subsidy if buyer is None else buyer, subsidy)
    return Told((order, *about, at, at + KNOWN_AFTER_S, *kept), refund, bill)


def _must_fit(line: Line, how: Reading) -> None:
    """A line cut short, or with cells beyond the headings, has lost or shifted some: nothing of it can be trusted."""
    needed = max(i for name, (i, _) in how.places.items() if name in NEEDED)
    if len(line.cells) <= needed or not all(blank(cell) for cell in line.cells[how.width :]):
        raise Doubtful(Doubt.UNREADABLE, Say.CELLS(found=len(line.cells), width=how.width))


def _currency(row: _Row) -> None:
    cell = row.cell("currency")
    if blank(cell):
        return
    said = str(cell).strip().upper()
    if ("CNY" if said in YUAN else said) != row.how.currency:
        raise Doubtful(Doubt.CURRENCY, Say.OTHER_CURRENCY(found=said, currency=row.how.currency))


def _without_payment(
    row: _Row, paid: int | None, paid_at: datetime | None, refund: RefundRow | None, bill: BillRow | None
) -> Told:
    """A line of refunds or bills alone, an unpaid order, an open presale; half a payment is none of these."""
    if paid_at is not None:
        raise Doubtful(Doubt.UNREADABLE, Say.HALF_PAYMENT())
    if refund is None and bill is None:
        return Told(unpaid=True, presale=row.read("deposit", cells.fen, None) or 0)
    if paid is not None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_PAY_TIME())
    return Told(None, refund, bill)


def _refund(row: _Row, order: str, paid_at: datetime | None) -> RefundRow | None:
    amount = row.read("refund_amount", cells.fen, None)
    if not amount:
        return None
    at = row.at("refund_at")
    if at is None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_REFUND_TIME())
    happened, stage = at.timestamp(), row.read("stage", cells.stage, None)
    if stage is None:
        quick = paid_at is not None and happened - paid_at.timestamp() <= DISPATCH_DAYS * DAY
        stage = RefundStage.BEFORE_DISPATCH if quick else RefundStage.AFTER_RECEIPT
    key = row.read("refund", cells.key, "") or f"{order}/refund"
    return order, key, happened, happened + KNOWN_AFTER_S, amount, int(stage)


def _bill(row: _Row, order: str) -> BillRow | None:
    amount = row.read("billed", cells.fen, None)
    at = None if amount is None else row.at("billed_at", day=True)
    if amount is None or (at is None and amount == 0):
        return None
    if at is None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_BILL_TIME())
    commission, fee = row.read("commission", cells.fen, None) or 0, row.read("fee", cells.fen, None) or 0
    received = row.read("received", cells.fen, None)
    left = amount - commission - fee if received is None else received
    key = row.read("bill", cells.key, "") or f"{order}/bill"
    known = bill_known_at(at.timestamp(), row.how.zone)
    return order, key, at.timestamp(), known, int(BillKind.SETTLED), amount, left, commission, fee
