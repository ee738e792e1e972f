"""The daily profit report of an account from what the ledger has recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bidctl.config import Settings
from bidctl.domain.values import AccountId, CampaignId, Side
from bidctl.engine.attributed import attributed
from bidctl.engine.columns import Columns
from bidctl.engine.daily_profit import AdDays, DailyProfit, OrderDays, Terms, daily_profit, order_days
from bidctl.engine.order_ledger import order_ledger
from bidctl.wiring import clock, ledger
from bidctl.wiring.attribution import attribution_of
from bidctl.wiring.books import recorded


@dataclass(frozen=True, slots=True)
class ProfitBook:
    """`report` (n, d): enrolled `campaigns` by `days`, oldest first."""

    campaigns: tuple[CampaignId, ...]
    days: tuple[date, ...]
    report: DailyProfit


def profit_book(settings: Settings, account: AccountId, span: int) -> ProfitBook:
    """The `span` natural days up to today, 1 to 41. Raises UsageProblem."""
    c = recorded(settings, account)
    e, rows, newest = c.e, np.flatnonzero(c.e.enrolled), slice(-span, None)
    ads = AdDays(c.table.x[0][rows, newest], c.table.x[1][rows, newest], c.settled.final[rows, newest])
    terms = Terms(
        margin=e.margin[rows],
        lost=e.loss_per_refund[rows],
        refunded=e.refund_after_dispatch[rows],
        incremental=e.incremental[rows],
        commission=np.where(e.side == Side.CREATOR, e.commission, np.nan)[rows],
        cash_share=np.full(len(rows), settings.cash.share),
    )
    names = tuple(c.roster.names[r] for r in rows.tolist())
    days = tuple(date.fromordinal(c.table.last_day - span + 1 + i) for i in range(span))
    return ProfitBook(names, days, daily_profit(ads, terms, _orders(settings, account, c, names, span)))


def _orders(
    settings: Settings, account: AccountId, c: Columns, names: tuple[CampaignId, ...], span: int
) -> OrderDays | None:
    """Orders of these campaigns, by the id that they carry or shared out by rule; None where there are none."""
    total: OrderDays | None = None
    now = clock(settings).now()
    with ledger(settings) as opened, opened.begin() as t:
        rule = attribution_of(t, account, now, c.days.local(now.timestamp()).utcoffset() or timedelta(0))
        for facts in t.order_slices(account):
            book = order_ledger(facts)
            shared = attributed(book, rule.shares(book.orders))
            part = order_days(shared, list(names), c.table.last_day, span, c.days)
            total = part if total is None else total + part
    return total
