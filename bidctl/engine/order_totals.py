"""What the ledger of orders comes to by campaign (or product, or creator), added up over slices of whole orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.orders import OrderFacts, OrderGroups
from bidctl.engine.attributed import attributed
from bidctl.engine.attribution import WAYS, Attribution, Way
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


def totals(
    slices: Iterable[OrderFacts], at: float, side: Side = "campaign", rule: Attribution | None = None
) -> Mapping[str, OrderTotals]:
    """By `side` ("" = nothing tells), as it was known at epoch second `at`. `rule`: how orders that name no campaign are shared out
    (None: they are not); an order that is shared counts as one where its largest share is."""
    found: dict[str, OrderTotals] = {}
    for facts in slices:
        book = order_ledger(facts.as_of(at))
        counted = np.ones(len(book.orders), np.bool_)
        if rule is not None:
            shares = rule.shares(book.orders)
            book, counted = attributed(book, shares), shares.lead
        for name, part in _of_slice(book, side, counted).items():
            found[name] = found.get(name, OrderTotals()) + part
    return dict(sorted(found.items()))


def _of_slice(ledger: OrderLedger, side: Side, counted: NDArray[np.bool_]) -> dict[str, OrderTotals]:
    names, group = np.unique(getattr(ledger.orders, side), return_inverse=True)
    sums = []
    for name in MONEY:
        column = np.zeros(len(names), np.int64)
        np.add.at(column, group, getattr(ledger.orders if name in ("paid", "buyer", "subsidy") else ledger, name))
        sums.append(column.tolist())
    counts = np.bincount(group[counted], minlength=len(names)).tolist()
    return {str(name): OrderTotals(*row) for name, *row in zip(names.tolist(), counts, *sums, strict=True)}


@dataclass(frozen=True, slots=True)
class WayTotals:
    """Of the orders attributed one way: how many, and fen paid (整体成交金额), of it what `buyer`s paid and the platform's `subsidy`."""

    orders: int = 0
    paid: int = 0
    buyer: int = 0
    subsidy: int = 0


def ways(groups: OrderGroups, rule: Attribution) -> Mapping[Way, WayTotals]:
    """What was attributed each way, every order once; ways without orders too."""
    way = rule.ways(groups)
    sums = (groups.orders, groups.paid, groups.buyer, groups.subsidy)
    return {one: WayTotals(*(int(x[way == one].sum()) for x in sums)) for one in WAYS}
