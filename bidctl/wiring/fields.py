"""What each business field and product role spent and left, of an account's enrolled campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from bidctl.config import Settings
from bidctl.domain.business import BusinessField, TagSource, TagTable
from bidctl.domain.products import ProductRole, ProductTable
from bidctl.domain.values import AccountId, CampaignId
from bidctl.wiring import ledger
from bidctl.wiring.profit import ProfitBook, profit_book


@dataclass(frozen=True, slots=True)
class Tagged:
    """One campaign's tags, and who says each."""

    campaign: CampaignId
    field: BusinessField | None
    role: ProductRole | None
    field_by: TagSource
    role_by: TagSource


@dataclass(frozen=True, slots=True)
class FieldTotals:
    """Of the `campaigns` of a field and role (None = not tagged), yuan over the days, NaN = not known of one of them."""

    field: BusinessField | None
    role: ProductRole | None
    campaigns: int
    spend: float
    paid: float
    kept: float
    contribution: float
    profit: float


@dataclass(frozen=True, slots=True)
class FieldBook:
    """`totals` by field and role, `tags` of each campaign, natural `days`."""

    totals: tuple[FieldTotals, ...]
    tags: tuple[Tagged, ...]
    days: tuple[date, ...]


def field_book(settings: Settings, account: AccountId, span: int, table: TagTable, products: ProductTable) -> FieldBook:
    """The `span` natural days up to today, 1 to 41. Raises UsageProblem."""
    book = profit_book(settings, account, span)
    with ledger(settings) as opened, opened.begin() as t:
        promoted = {c: k.info.products for c, k in t.load_campaigns(account).items()}
    tags = tuple(_tagged(c, promoted.get(c, ()), table, products) for c in book.campaigns)
    groups: dict[tuple[BusinessField | None, ProductRole | None], list[int]] = {}
    for i, tag in enumerate(tags):
        groups.setdefault((tag.field, tag.role), []).append(i)
    ordered = sorted(groups, key=lambda g: tuple((x is None, x or 0) for x in g))
    return FieldBook(tuple(_totals(book, g, groups[g]) for g in ordered), tags, book.days)


def _tagged(campaign: CampaignId, promoted: Sequence[str], table: TagTable, products: ProductTable) -> Tagged:
    told = [products.find(p) for p in promoted]
    (field, field_by), (role, role_by) = (
        table.field_of(campaign),
        table.role_of(campaign, frozenset(None if p is None else p.role for p in told)),
    )
    return Tagged(campaign, field, role, field_by, role_by)


def _totals(book: ProfitBook, group: tuple[BusinessField | None, ProductRole | None], rows: list[int]) -> FieldTotals:
    names = ("spend", "paid", "kept", "contribution", "profit")
    sums = [float(np.sum(getattr(book.report, name)[rows])) for name in names]
    return FieldTotals(*group, len(rows), *sums)
