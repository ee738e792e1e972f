"""Facts about orders: what was paid, what came back, what was billed; each with when it happened and when it was known.

Money is integer fen on one basis: the platform's 整体成交金额 of the order (payment + coupon + subsidy). What the buyer paid and what
was subsidised are kept apart. Ids are text. Instants are float64 epoch seconds (UTC).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bidctl.wording import Wording

Text = NDArray[np.str_]
Float = NDArray[np.float64]
Fen = NDArray[np.int64]
Rows = NDArray[np.intp] | NDArray[np.bool_]
T = TypeVar("T", "Orders", "Refunds", "Bills", "OrderGroups", "Rulings")


class RefundStage(IntEnum):
    """When an order came back."""

    BEFORE_DISPATCH = 0
    AFTER_RECEIPT = 1


class BillKind(IntEnum):
    """What a line of a settlement bill says of its order."""

    SETTLED = 0
    TAKEN_BACK = 1  # refunded after settlement


class FactKind(IntEnum):
    """What a fact is of. Numbers are stored: never reuse one."""

    ORDER = 0
    REFUND = 1
    BILL = 2


class Doubt(IntEnum):
    """Why a row is put aside. Numbers are stored: never reuse one."""

    REFUND_TOO_LARGE = 1
    ORDER_DIFFERS = 2
    REFUND_DIFFERS = 3
    BILL_DIFFERS = 4
    NO_ORDER = 5
    NEGATIVE = 6
    CURRENCY = 7
    NO_ZONE = 8
    UNREADABLE = 9
    BILL_TOO_LARGE = 10


DOUBTS: dict[Doubt, Wording] = {
    Doubt.REFUND_TOO_LARGE: Wording("退款超过订单金额", "refunds more than its order was worth"),
    Doubt.ORDER_DIFFERS: Wording(
        "同一订单两次说法不同 (金额或归属): 以先知道的为准, 同时知道的取金额小的",
        "told twice with another amount or owner: what was known first stands, of two known at once the smaller",
    ),
    Doubt.REFUND_DIFFERS: Wording(
        "同一退款两次说法不同 (金额或归属): 以先知道的为准, 同时知道的取金额小的",
        "told twice with another amount or owner: what was known first stands, of two known at once the smaller",
    ),
    Doubt.BILL_DIFFERS: Wording(
        "同一账单行两次说法不同 (金额或归属): 以先知道的为准, 同时知道的取金额小的",
        "told twice with another amount or owner: what was known first stands, of two known at once the smaller",
    ),
    Doubt.NO_ORDER: Wording(
        "没有对应的订单, 订单到后自动计入", "its order is not known; counted by itself once the order comes"
    ),
    Doubt.NEGATIVE: Wording("金额为负", "negative money"),
    Doubt.CURRENCY: Wording("币种与账户不同", "another currency than the account's"),
    Doubt.NO_ZONE: Wording("时间没有时区", "a time without its zone"),
    Doubt.UNREADABLE: Wording("读不懂", "cannot be read"),
    Doubt.BILL_TOO_LARGE: Wording("结算超过订单金额", "settles more than its order was worth"),
}


def _take(facts: T, rows: Rows) -> T:
    return type(facts)(*(getattr(facts, f.name)[rows] for f in fields(facts)))


def _concat(parts: list[T]) -> T:
    kind = type(parts[0])
    return kind(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(kind)))


@dataclass(frozen=True, slots=True)
class Orders:
    """n orders (of one SKU each). `order`, `product`, `live_account`, `campaign`, `creator` text ("" = not told); `paid` fen on the
    paid basis; `buyer` fen the buyer paid; `subsidy` fen the platform added."""

    order: Text
    product: Text
    live_account: Text
    campaign: Text
    creator: Text
    paid_at: Float
    known_at: Float
    paid: Fen
    buyer: Fen
    subsidy: Fen

    def __len__(self) -> int:
        return len(self.order)

    def take(self, rows: Rows) -> Orders:
        return _take(self, rows)

    @staticmethod
    def concat(parts: list[Orders]) -> Orders:
        return _concat(parts)


@dataclass(frozen=True, slots=True)
class Refunds:
    """n refunds that are done. `refund` its own id; `stage` int8 `RefundStage`; `fen` on the paid basis."""

    order: Text
    refund: Text
    happened_at: Float
    known_at: Float
    fen: Fen
    stage: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.order)

    def take(self, rows: Rows) -> Refunds:
        return _take(self, rows)

    @staticmethod
    def concat(parts: list[Refunds]) -> Refunds:
        return _concat(parts)


@dataclass(frozen=True, slots=True)
class Bills:
    """n lines of settlement bills. `bill` id of the line; `kind` int8 `BillKind`; `fen` on the paid basis, never negative; `received`
    what the shop got (or gave back), `commission` of the creator, `fee` of the platform, fen."""

    order: Text
    bill: Text
    happened_at: Float
    known_at: Float
    kind: NDArray[np.int8]
    fen: Fen
    received: Fen
    commission: Fen
    fee: Fen

    def __len__(self) -> int:
        return len(self.order)

    def take(self, rows: Rows) -> Bills:
        return _take(self, rows)

    @staticmethod
    def concat(parts: list[Bills]) -> Bills:
        return _concat(parts)


@dataclass(frozen=True, slots=True)
class OrderGroups:
    """n groups of orders that carry the same and were paid on the same natural day (`day`, days since 1970): how many `orders`, and their
    fen `paid`, of it what `buyer`s paid and the platform's `subsidy`."""

    campaign: Text
    live_account: Text
    product: Text
    day: Fen
    orders: Fen
    paid: Fen
    buyer: Fen
    subsidy: Fen

    def __len__(self) -> int:
        return len(self.campaign)


@dataclass(frozen=True, slots=True)
class Rulings:
    """n words of people on single facts, from `known_at` on. `kind` int8 `FactKind`, `key` the fact's own id, `order` of its order;
    `fen` the amount on the paid basis that counts in place of the one told, -1 = the fact counts for nothing."""

    kind: NDArray[np.int8]
    key: Text
    order: Text
    known_at: Float
    fen: Fen

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Rows) -> Rulings:
        return _take(self, rows)


_DTYPE = {"Text": np.str_, "Float": np.float64, "Fen": np.int64, "NDArray[np.int8]": np.int8}


def from_rows(kind: type[T], rows: Sequence[tuple[object, ...]]) -> T:
    """Facts of a kind, from rows with its fields in their order."""
    if not rows:
        return kind(*(np.zeros(0, _dtype(f.type)) for f in fields(kind)))
    columns = zip(*rows, strict=True)
    return kind(*(np.array(c, _dtype(f.type)) for c, f in zip(columns, fields(kind), strict=True)))


def _dtype(annotation: object) -> type[np.generic]:
    return _DTYPE[str(annotation)]


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """Everything told of an account's orders, in any order, perhaps more than once; and what people ruled on it."""

    orders: Orders
    refunds: Refunds
    bills: Bills
    rulings: Rulings = field(default_factory=lambda: from_rows(Rulings, []))

    def as_of(self, t: float) -> OrderFacts:
        """Exactly what was known at epoch second `t`."""
        return OrderFacts(
            self.orders.take(self.orders.known_at <= t),
            self.refunds.take(self.refunds.known_at <= t),
            self.bills.take(self.bills.known_at <= t),
            self.rulings.take(self.rulings.known_at <= t),
        )


def no_orders() -> OrderFacts:
    """Nothing told."""
    return OrderFacts(from_rows(Orders, []), from_rows(Refunds, []), from_rows(Bills, []))
