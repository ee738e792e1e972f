"""What the operator's own tables say now: stock, unshipped orders, hosts. Nothing in a table is nothing known, never zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bidctl.domain.promotions import Calendar
from bidctl.domain.values import AccountId


@dataclass(frozen=True, slots=True)
class Stock:
    """Of one product: `pieces` left at epoch second `at`; `sold_per_day` pieces, None = as the campaigns sell it."""

    pieces: float
    at: float
    sold_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class Unshipped:
    """Of one account: `orders` waiting at epoch second `at`; `per_day` orders that can be shipped."""

    orders: float
    per_day: float
    at: float


@dataclass(frozen=True, slots=True)
class Receipts:
    """Of one account: yuan billed to the shop (结算到账) by natural day (ordinal), a day that is not told being unknown; `available`
    yuan in hand and `receivable` yuan still to come, None = not told."""

    by_day: Mapping[int, float]
    available: float | None = None
    receivable: float | None = None


@dataclass(frozen=True, slots=True)
class OperatorTables:
    """`stock` by product; `unshipped`, `receipts` by account; `hosts`: epoch seconds at which the host changes, ascending, by live account.
    `calendar` of promotions. `troubles`: a line for each table that cannot be read now."""

    stock: Mapping[str, Stock] = field(default_factory=dict)
    unshipped: Mapping[AccountId, Unshipped] = field(default_factory=dict)
    hosts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    receipts: Mapping[AccountId, Receipts] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    troubles: tuple[str, ...] = ()
