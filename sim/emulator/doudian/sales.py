"""What the shop has sold: the world's orders, and those that a test has put in, with all that follows from them over time.

Every instant is a whole epoch second. What the world does not say of an order (who sold it, what it was called, what the platform
added to the price, what the creator got) is made up here by fixed rules, the same at every look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.emulator import ids, times
from sim.emulator.service import Service
from sim.order_book import OrderBook
from sim.seam import LiveSession

Int = NDArray[np.int64]
Mask = NDArray[np.bool_]
ORDER = 6_920_000_000_000_000_000
AFTERSALE = 147_000_000_000_000_000
SLIP = 7_510_000_000_000_000_000
PUT_IN = 10**12
"""Numbers of orders that a test has put in begin here."""
NEVER = np.int64(2**62)
PAY_S, DISPATCH_S, CLAIM_S = 20, 48 * times.HOUR, 600
"""From creation to payment; from payment to dispatch; from a claim to its refund."""
RECEIPT_S = 7 * times.DAY
"""From the buyer's receipt to settlement."""
BILLS_AT_S = times.DAY + 15 * times.HOUR
"""A bill shows from 15:00 of the day after its settlement."""
LIVE_PRODUCTS = 8
"""Products that a live room sells."""


@dataclass(frozen=True)
class Sales:
    """n orders. `number` its own; `campaign` index (-1: none); `fen` paid (整体成交金额); `pieces`; `paid_at` (`NEVER`: unpaid);
    `created_at`; `back` fen refunded at `back_at` (`NEVER`: not); `settled_at`; `product` id; `presale` bool: only its deposit is paid."""

    number: Int
    campaign: Int
    fen: Int
    pieces: Int
    created_at: Int
    paid_at: Int
    back: Int
    back_at: Int
    settled_at: Int
    product: Int
    presale: Mask

    def __len__(self) -> int:
        return len(self.number)

    @cached_property
    def addition(self) -> Int:
        """Fen that the platform adds to what the buyer pays: coupon and subsidy, as `metrics` has them."""
        return self.fen * 2 // 100 + self.fen // 100

    @cached_property
    def sent_at(self) -> Int:
        """When it is dispatched; `NEVER` where it comes back before."""
        at = np.where(self.paid_at == NEVER, NEVER, self.paid_at + DISPATCH_S)
        return np.where((self.back_at <= at) & (self.back == self.fen), NEVER, at)

    @cached_property
    def received_at(self) -> Int:
        """When the buyer has it for good."""
        return np.where((self.sent_at == NEVER) | (self.settled_at == NEVER), NEVER, self.settled_at - RECEIPT_S)

    def updated_at(self, now: float) -> Int:
        """Of each order the last thing that happened to it by `now`."""
        told = np.stack([self.created_at, self.paid_at, self.sent_at, self.received_at, self.back_at])
        return np.asarray(np.where(told <= now, told, -1).max(axis=0))


class Till:
    """The shop's sales as of now."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._book: OrderBook | None = getattr(service.world, "order_book", None)
        settings = getattr(getattr(service.world, "scenario", None), "refunds", None)
        self.settle_s = times.DAY * int(getattr(settings, "settle_days", 15))
        self._put_in: list[tuple[int, ...]] = []
        self._rooms: dict[tuple[int, int], list[LiveSession]] = {}
        self._known: Sales | None = None
        self._kept = (-1, -1)

    @property
    def open(self) -> bool:
        """Whether the world keeps its orders: without them there is no shop."""
        return self._book is not None

    @property
    def now(self) -> float:
        """The instant up to which the world has run: a shop shows neither more nor less than the reports do."""
        return self._service.reported_at

    def sales(self) -> Sales:
        """Every order placed so far, the world's first."""
        noted = self._book.noted() if self._book else OrderBook().noted()
        size = (len(noted), len(self._put_in))
        if self._known is None or size != self._kept:
            number = np.arange(len(noted))
            back_at = np.where(noted.back_at < 0, NEVER, noted.back_at)
            back = np.where(noted.back_at < 0, 0, noted.fen)
            own = Sales(
                number, noted.campaign, noted.fen, np.ones_like(number), noted.paid_at - PAY_S, noted.paid_at, back, back_at,
                noted.paid_at + self.settle_s, self._products(noted.campaign, number), np.zeros(len(noted), np.bool_),
            )  # fmt: skip
            self._known = _joined(own, _table(self._put_in)) if self._put_in else own
            self._kept = size
        return self._known

    def room(self, live_account: int, at: int) -> int:
        """The room that was last opened by `at`, 0 = none."""
        key = (live_account, at // times.HOUR)
        found = self._rooms.get(key)
        if found is None:
            found = self._service.sessions(live_account, float(at - 2 * times.DAY))
            if (key[1] + 1) * times.HOUR <= self.now:  # nothing that begins later can belong to this hour
                self._rooms[key] = found
        return max((s.room for s in found if s.started_at <= at), default=0)

    def put_in(self, told: Mapping[str, object]) -> int:
        """An order of a test's own: {"product", "paid" fen, "pieces", "refunded" fen, "refund_after" and "ago" seconds, "status"
        "paid", "unpaid" or "presale"}; its order id. Raises ValueError."""
        status = told.get("status", "paid")
        if status not in ("paid", "unpaid", "presale") or set(told) - {"status", *_COUNTS}:
            raise ValueError(f"{dict(told)!r}: expected status and {', '.join(_COUNTS)}")
        fen, pieces, back, after, ago, product = (_count(told, name) for name in _COUNTS)
        number = PUT_IN + len(self._put_in)
        created = int(self.now) - ago
        paid_at = int(NEVER) if status == "unpaid" else created + PAY_S
        back_at = paid_at + after if back else int(NEVER)
        settled_at = paid_at + self.settle_s if status == "paid" else int(NEVER)
        row = (number, -1, fen, pieces, created, paid_at, back, back_at, settled_at, product, int(status == "presale"))
        self._put_in.append(row)
        return ORDER + number * 10 + 1

    def _products(self, campaign: Int, number: Int) -> Int:
        specs = self._service.world.specs
        fixed = np.array([ids.PRODUCT + s.products[0] if s.products else -1 for s in specs], np.int64)
        rooms = np.array([ids.PRODUCT + 100_000 + s.live_account * LIVE_PRODUCTS for s in specs], np.int64)
        return np.where(fixed[campaign] < 0, rooms[campaign] + number % LIVE_PRODUCTS, fixed[campaign])


_COUNTS = {"paid": 0, "pieces": 1, "refunded": 0, "refund_after": 0, "ago": 0, "product": ids.PRODUCT}


def _count(told: Mapping[str, object], name: str) -> int:
    value = told.get(name, _COUNTS[name])
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} {value!r}: expected a whole number, 0 or more")
    return value


def _table(rows: list[tuple[int, ...]]) -> Sales:
    columns = np.array(rows, np.int64).T
    told = {f.name: column for f, column in zip(fields(Sales), columns, strict=True)}
    return Sales(**(told | {"presale": told["presale"].astype(np.bool_)}))


def _joined(first: Sales, second: Sales) -> Sales:
    return Sales(*(np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(Sales)))
