"""What the ledger of orders comes to by campaign (or product, or creator), added up over slices of whole orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bidctl.domain.orders import OrderFacts
from bidctl.engine.order_ledger import OrderLedger, order_ledger

Side = Literal["campaign", "product", "live_account", "creator"]
SIDES: tuple[Side, ...] = ("campaign", "product", "live_account", "creator")
MONEY = ("paid", "billed", "refunded", "before_dispatch", "open", "received", "commission", "fee", "buyer", "subsidy")


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """Of some orders: how many, and fen. paid = billed + refunded + open, always; `before_dispatch` is a part of `refunded`; `buyer`
    what buyers paid and `subsidy` what the platform added are told apart from the paid basis."""

    orders: int = 0
    paid: int = 0
    billed: int = 0
    refunded: int = 0
    before_dispatch: int = 0
    open: int = 0
    received: int = 0
    commission: int = 0
    fee: int = 0
    buyer: int = 0
    subsidy: int = 0

    @property
    def balances(self) -> bool:
        return self.paid == self.billed + self.refunded + self.open

    def __add__(self, other: OrderTotals) -> OrderTotals:
        return OrderTotals(self.orders + other.orders, *(getattr(self, n) + getattr(other, n) for n in MONEY))


def totals(slices: Iterable[OrderFacts], at: float, side: Side = "campaign") -> Mapping[str, OrderTotals]:
    """By `side` ("" = the order does not tell), as it was known at epoch second `at`."""
    found: dict[str, OrderTotals] = {}
    for facts in slices:
        for name, part in _of_slice(order_ledger(facts.as_of(at)), side).items():
            found[name] = found.get(name, OrderTotals()) + part
    return dict(sorted(found.items()))


def _of_slice(ledger: OrderLedger, side: Side) -> dict[str, OrderTotals]:
    names, group = np.unique(getattr(ledger.orders, side), return_inverse=True)
    sums = []
    for name in MONEY:
        column = np.zeros(len(names), np.int64)
        np.add.at(column, group, getattr(ledger.orders if name in ("paid", "buyer", "subsidy") else ledger, name))
        sums.append(column.tolist())
    counts = np.bincount(group, minlength=len(names)).tolist()
    return {str(name): OrderTotals(*row) for name, *row in zip(names.tolist(), counts, *sums, strict=True)}
