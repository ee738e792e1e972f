"""One line of an order export as facts: an order, a refund, a bill, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple, TypeVar

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


class Told(NamedTuple):
    """What a line tells. `unpaid`: an order that was not paid; `presale` fen of an open presale's deposit: neither is an order yet."""

    order: OrderRow | None = None
    refund: RefundRow | None = None
    bill: BillRow | None = None
    unpaid: bool = False
    presale: int = 0


class _Row(NamedTuple):
    cells: list[object]
    places: Mapping[str, tuple[int, str]]
    how: Reading

    def read(self, name: str, read: Callable[[object], T], none: T) -> T:
        """A cell as `read` understands it; `none` where it is empty or the file has no such column."""
        place = self.places.get(name)
        if place is None:
            return none
        cell = self.cells[place[0]]
        if cell is None or cell == "":
            return none
        try:
            return read(cell)
        except (ValueError, OverflowError, ArithmeticError) as error:
            expected = error.expected if isinstance(error, CellError) else Say.NUMBER()
            raise Doubtful(Doubt.UNREADABLE, Say.IN_COLUMN(column=place[1], expected=expected)) from None

    def at(self, name: str, *, day: bool = False) -> float | None:
        """Epoch second."""
        place = self.places.get(name)
        if place is not None and not self.how.zoned:
            usual = cells.usual(self.cells[place[0]], self.how.zone)
            if usual is not None:
                return usual
        found = self.read(name, cells.moment_or_day if day else cells.moment, None)
        if found is not None and found.tzinfo is None:
            if self.how.zoned:
                raise Doubtful(Doubt.NO_ZONE, Say.OTHERS_ZONED(column=self.places[name][1]))
            found = found.replace(tzinfo=self.how.zone)
        return None if found is None else found.timestamp()


def told(line: Line, how: Reading) -> Told:
    """The facts of a line. Raises Doubtful: then nothing of it counts."""
    whole = line.cells if len(line.cells) == how.width else _fitting(line.cells, how)
    row = _Row(whole, how.places, how)
    _currency(row)
    order = row.read("order", cells.key, "")
    if not order:
        raise Doubtful(Doubt.UNREADABLE, Say.IN_COLUMN(column=how.places["order"][1], expected=Say.KEY()))
    paid, paid_at = row.read("paid", cells.fen, None), row.at("paid_at")
    refund, bill = _refund(row, order, paid_at), _bill(row, order)
    if paid_at is None or paid is None:
        return _without_payment(row, paid, paid_at, refund, bill)
    buyer = row.read("buyer", cells.fen, None)
    about = (
        row.read("product", cells.key, ""),
        row.read("live_account", cells.words, ""),
        row.read("campaign", cells.key, ""),
        row.read("creator", cells.words, ""),
    )
    subsidy = row.read("subsidy", cells.fen, None) or 0
    kept = (paid, paid - subsidy if buyer is None else buyer, subsidy)
    return Told((order, *about, paid_at, paid_at + KNOWN_AFTER_S, *kept), refund, bill)


def _fitting(found: list[object], how: Reading) -> list[object]:
    """As many cells as there are headings. A line cut short, or with cells beyond the headings, has lost or shifted some: nothing of it
    can be trusted."""
    needed = max(i for name, (i, _) in how.places.items() if name in NEEDED)
    if len(found) <= needed or not all(blank(cell) for cell in found[how.width :]):
        raise Doubtful(Doubt.UNREADABLE, Say.CELLS(found=len(found), width=how.width))
    return found[: how.width] + [""] * (how.width - len(found))


def _currency(row: _Row) -> None:
    said = row.read("currency", cells.words, "").upper()
    if not said:
        return
    if ("CNY" if said in YUAN else said) != row.how.currency:
        raise Doubtful(Doubt.CURRENCY, Say.OTHER_CURRENCY(found=said, currency=row.how.currency))


def _without_payment(
    row: _Row, paid: int | None, paid_at: float | None, refund: RefundRow | None, bill: BillRow | None
) -> Told:
    """A line of refunds or bills alone, an unpaid order, an open presale; half a payment is none of these."""
    if paid_at is not None:
        raise Doubtful(Doubt.UNREADABLE, Say.HALF_PAYMENT())
    if refund is None and bill is None:
        return Told(unpaid=True, presale=row.read("deposit", cells.fen, None) or 0)
    if paid is not None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_PAY_TIME())
    return Told(None, refund, bill)


def _refund(row: _Row, order: str, paid_at: float | None) -> RefundRow | None:
    amount = row.read("refund_amount", cells.fen, None)
    if not amount:
        return None
    at = row.at("refund_at")
    if at is None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_REFUND_TIME())
    stage = row.read("stage", cells.stage, None)
    if stage is None:
        quick = paid_at is not None and at - paid_at <= DISPATCH_DAYS * DAY
        stage = RefundStage.BEFORE_DISPATCH if quick else RefundStage.AFTER_RECEIPT
    key = row.read("refund", cells.key, "") or f"{order}/refund"
    return order, key, at, at + KNOWN_AFTER_S, amount, int(stage)


def _bill(row: _Row, order: str) -> BillRow | None:
    amount = row.read("billed", cells.fen, None)
    if amount is None:
        return None
    at = row.at("billed_at", day=True)
    if at is None and amount == 0:
        return None
    if at is None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_BILL_TIME())
    commission, fee = row.read("commission", cells.fen, None) or 0, row.read("fee", cells.fen, None) or 0
    received = row.read("received", cells.fen, None)
    left = amount - commission - fee if received is None else received
    key = row.read("bill", cells.key, "") or f"{order}/bill"
    return order, key, at, bill_known_at(at, row.how.zone), int(BillKind.SETTLED), amount, left, commission, fee
