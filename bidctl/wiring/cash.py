"""An account's cash laid out for its operator (R-CASH)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidctl.config import Settings
from bidctl.domain.values import AccountId
from bidctl.engine.cash import Cash, cash_of
from bidctl.engine.order_totals import OrderTotals, totals
from bidctl.engine.rows import filled
from bidctl.wiring import clock, ledger, rule_settings
from bidctl.wiring.books import recorded
from bidctl.wiring.receipts import BilledReceipts
from bidctl.wiring.tables import TableFiles

FEN = 100


@dataclass(frozen=True, slots=True)
class CashBook:
    """`cash` of the 30 days, None = not known; of `spend` the `share` that is paid in cash (rebates and grants apart); `limit` of
    R-CASH, 0 = off; yuan `available` and `receivable` as told, else the orders' open part, None = not known. `table`: receipts
    come from the operator's table, else from bills."""

    cash: Cash | None
    share: float
    limit: float
    available: float | None
    receivable: float | None
    table: bool


def cash_book(settings: Settings, account: AccountId) -> CashBook:
    """The account's cash from what the ledger has recorded. Raises UsageProblem, TableError."""
    rules, c = rule_settings(settings), recorded(settings, account)
    with ledger(settings) as opened:
        billed = BilledReceipts(opened, clock(settings), [account], share=1.0)
        receipts = TableFiles(settings.tables, billed)().receipts.get(account)
        with opened.begin() as t:
            whole = sum(totals(t.order_slices(account), c.now).values(), OrderTotals())
    spend = np.asarray(filled(c.table.x[0]).sum(axis=0))
    told = None if receipts is None else receipts.receivable
    return CashBook(
        cash=cash_of(receipts, spend, c.table.last_day, rules.cash_stale_d),
        share=settings.cash.share,
        limit=rules.cash_share,
        available=None if receipts is None else receipts.available,
        receivable=whole.open / FEN if told is None and whole.orders else told,
        table=bool(settings.tables.cash),
    )
