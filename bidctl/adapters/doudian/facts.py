"""Rows of the shop as facts of orders: what cannot be read or cannot be right is put aside, with the row and the reason.

    paid      = what the buyer paid + what the platform added (整体成交金额 of the ads platform, qianchuan.md 9.5)
    refund    = what the buyer got back + its share of the addition that went back
    settled   = income less what others than buyer and platform added; net of what was refunded before

Whether `real_pay_amount` of a bill is net of earlier refunds is not known: the income of the very line says, or the line is put aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from bidctl.adapters.doudian.wire import Aftersale, BillLine, Moment, ShopOrder, SkuOrder, kept
from bidctl.adapters.doudian.words import Say
from bidctl.adapters.openapi.times import BEIJING
from bidctl.domain.assumed import KNOWN_AFTER_S, bill_known_at
from bidctl.domain.orders import BillKind, Bills, Doubt, OrderFacts, Orders, Refunds, RefundStage, from_rows
from bidctl.domain.quarantine import Aside, Doubtful, Source
from bidctl.engine.attribution import split
from bidctl.wording import Wording

Model = TypeVar("Model", bound=BaseModel)
TO_PAY = 1
DONE = 3
"""refund_status of a refund that has been paid."""
UNSHIPPED = 2
REFUNDING = frozenset({0, 1, UNSHIPPED, 6})
"""Types of claims that are refunds: with return, without, unshipped, price protection; an exchange, a resend, a repair are not."""
GIFT = "FREE"
YUAN = frozenset({None, "", "CNY", "RMB"})


@dataclass(frozen=True, slots=True)
class Knowing:
    """How what is read becomes known. `now`: epoch second of the reading; `assumed`: it was there before we first looked, so that
    when it became known is modelled."""

    now: float
    assumed: bool

    def at(self, happened: float) -> float:
        return min(happened + KNOWN_AFTER_S, self.now) if self.assumed else self.now

    def bill(self, settled: float) -> float:
        return min(bill_known_at(settled, BEIJING), self.now) if self.assumed else self.now


@dataclass(slots=True)
class RowCounts:
    """How many `rows` were read. Of them `unpaid` orders, open `presales` with `presale_fen` paid on them, and `gifts` are no orders;
    `claims` no refunds, or not done; `negative`: lines of bills that write what was taken back below zero."""

    rows: int = 0
    unpaid: int = 0
    presales: int = 0
    presale_fen: int = 0
    gifts: int = 0
    claims: int = 0
    negative: int = 0

    def __add__(self, other: RowCounts) -> RowCounts:
        return RowCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(slots=True)
class ShopBatch:
    """What rows of one window tell."""

    counts: RowCounts = field(default_factory=RowCounts)
    orders: list[tuple[object, ...]] = field(default_factory=list)
    refunds: list[tuple[object, ...]] = field(default_factory=list)
    bills: list[tuple[object, ...]] = field(default_factory=list)
    lines: dict[str, list[int]] = field(default_factory=lambda: {"orders": [], "refunds": [], "bills": []})
    raw: list[str] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)

    def facts(self) -> OrderFacts:
        return OrderFacts(
            from_rows(Orders, self.orders), from_rows(Refunds, self.refunds), from_rows(Bills, self.bills)
        )

    def source(self, name: str, how: Knowing) -> Source:
        orders, refunds, bills = (np.array(self.lines[kind], np.int64) for kind in ("orders", "refunds", "bills"))
        return Source(name, orders, refunds, bills, self._raw, how.assumed)

    def _raw(self, line: int) -> str:
        return self.raw[line - 1] if 0 < line <= len(self.raw) else ""

    def put(self, kind: str, row: tuple[object, ...]) -> None:
        """A fact of the row that is being read."""
        getattr(self, kind).append(row)
        self.lines[kind].append(self.counts.rows)


Reader = Callable[[object, ShopBatch, Knowing], None]


def read_rows(rows: list[object], read: Reader, name: str, how: Knowing) -> ShopBatch:
    """The rows of a window, one by one. `name`: of the interface, for people."""
    found = ShopBatch()
    for row in rows:
        found.counts.rows += 1
        found.raw.append(kept(row))
        try:
            read(row, found, how)
        except Doubtful as doubtful:
            told = found.raw[-1]
            found.aside.append(
                Aside(doubtful.doubt, "row", "", "", name, found.counts.rows, told, how.now, why=doubtful.why.both)
            )
    return found


def read_order(row: object, found: ShopBatch, how: Knowing) -> None:
    """An order, as its products; one that was not paid is none. Raises Doubtful."""
    order = _model(ShopOrder, row)
    paid_at = _instant(order.pay_time)
    paid = sum(sku.pay_amount for sku in order.sku_order_list)
    if order.order_status == TO_PAY and paid_at is not None and paid:
        found.counts += RowCounts(presales=1, presale_fen=paid)
    elif paid_at is None or order.order_status == TO_PAY:
        found.counts.unpaid += 1
    elif not order.sku_order_list:
        raise Doubtful(Doubt.UNREADABLE, Say.EMPTY(place="sku_order_list"))
    else:
        for told in list(_skus(order, paid_at, how, found)):
            found.put("orders", told)


def _skus(order: ShopOrder, paid_at: float, how: Knowing, found: ShopBatch) -> Iterator[tuple[object, ...]]:
    for sku in order.sku_order_list:
        if sku.currency not in YUAN:
            raise Doubtful(Doubt.CURRENCY, Wording(str(sku.currency), str(sku.currency)))
        if sku.given_product_type == GIFT:
            found.counts.gifts += 1
            continue
        buyer, added = sku.pay_amount, sku.platform_cost_amount
        yield (sku.order_id, sku.product, *_seller(sku), paid_at, how.at(paid_at), buyer + added, buyer, added)


def _seller(sku: SkuOrder) -> tuple[str, str, str]:
    """Live account, campaign, creator. Only what was sold in a room is a live account's; no id of a campaign is known to come."""
    author = sku.author_id if sku.author_id not in (None, "0") else ""
    return (author if sku.in_a_room else "", "", author)


def read_refund(row: object, found: ShopBatch, how: Knowing) -> None:
    """A claim, as refunds of the orders that it speaks of. Raises Doubtful."""
    claim = _model(Aftersale, row)
    info, related = claim.aftersale_info, claim.order_info.related_order_info
    if info.refund_status != DONE or info.aftersale_type not in REFUNDING:
        found.counts.claims += 1
        return
    if not related:
        raise Doubtful(Doubt.UNREADABLE, Say.EMPTY(place="related_order_info"))
    if info.of_goods > 0 and not any(r.aftersale_pay_amount for r in related):
        raise Doubtful(Doubt.UNREADABLE, Say.NO_PARTS(fen=info.of_goods))
    at = _instant(info.aftersale_status_to_final_time) or _instant(info.update_time)
    if at is None:
        raise Doubtful(Doubt.UNREADABLE, Say.NO_DONE())
    stage = RefundStage.BEFORE_DISPATCH if info.aftersale_type == UNSHIPPED else RefundStage.AFTER_RECEIPT
    paid = np.array([r.aftersale_pay_amount for r in related], np.int64)
    weight = np.maximum(paid, 0).astype(np.float64)
    added = split(np.array([info.return_promotion_amount]), weight if weight.sum() else np.ones(len(related)))[0]
    for one, fen in zip(related, (paid + added).tolist(), strict=True):
        if fen:
            key = f"{info.aftersale_id}/{one.sku_order_id}"
            found.put("refunds", (one.sku_order_id, key, at, how.at(at), fen, int(stage)))


def read_bill(row: object, found: ShopBatch, how: Knowing) -> None:
    """A line of a bill. Raises Doubtful."""
    line = _model(BillLine, row)
    if line.trade_type not in (0, 1, 2, 3):
        raise Doubtful(Doubt.UNREADABLE, Say.TRADE(found=line.trade_type))
    at = _beijing(line.settle_time)
    key = f"{line.request_no}/{line.order_id}/{line.trade_type}"
    if line.trade_type == 0:
        kind, fen = BillKind.SETTLED, _settled(line)
        money = (line.settle_amount, line.commission, line.platform_service_fee)
    else:  # the sign of what is taken back is not known: it is taken back either way
        kind, fen = BillKind.TAKEN_BACK, abs(line.total_income) - abs(_of_others(line))
        money = (abs(line.settle_amount), abs(line.commission), abs(line.platform_service_fee))
        found.counts.negative += line.total_income < 0
    found.put("bills", (line.order_id, key, at, how.bill(at), int(kind), fen, *money))


def _of_others(line: BillLine) -> int:
    """What neither the buyer nor the platform's coupon paid: no part of the paid basis."""
    return line.author_coupon + line.zt_pay_promotion + line.zr_pay_promotion


def _settled(line: BillLine) -> int:
    whole = line.real_pay_amount + line.platform_coupon + _of_others(line)
    if line.total_income not in (whole, whole - line.refund_before_settle):
        told = Say.NO_SUM(income=line.total_income, whole=whole, before=line.refund_before_settle)
        raise Doubtful(Doubt.UNREADABLE, told)
    return line.total_income - _of_others(line)


def _model(model: type[Model], row: object) -> Model:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "-"
        raise Doubtful(Doubt.UNREADABLE, Say.FIELD(place=place, expected=first["msg"])) from None


def _instant(told: Moment) -> float | None:
    """Epoch second of a documented epoch second, or of a text that names its zone; None where there is none. Raises Doubtful."""
    if told in (None, 0, "", "0"):
        return None
    if isinstance(told, int) or str(told).isdecimal():
        return float(told or 0)
    at = _written(str(told))
    if at.tzinfo is None:
        raise Doubtful(Doubt.NO_ZONE, Wording(str(told), str(told)))
    return at.timestamp()


def _beijing(told: str) -> float:
    """Of a text that is documented to be Beijing time where it names no zone. Raises Doubtful."""
    at = _written(told)
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).timestamp()


def _written(told: str) -> datetime:
    try:
        return datetime.fromisoformat(told.strip())
    except ValueError:
        raise Doubtful(Doubt.UNREADABLE, Say.FIELD(place=told[:40], expected="yyyy-MM-dd HH:mm:ss")) from None
