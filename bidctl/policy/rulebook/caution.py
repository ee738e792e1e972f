"""No lowering while goods, hands or cash are short: R-STOCK, R-SHIP, R-CASH. Without their data they bind nothing."""

from __future__ import annotations

from bidctl.domain.reasons import Alert, Reason
from bidctl.policy.rulebook.sheet import Sheet
from bidctl.policy.rulebook.stoploss import red


def stock(d: Sheet) -> None:
    """R-STOCK: red cover, no lowering."""
    d.decide(d.down & red(d.o, d.settings), Reason.STOCK_RED)


def ship(d: Sheet) -> None:
    """R-SHIP: unshipped orders beyond the stated capacity, no lowering."""
    d.decide(d.down & d.o.ship_late, Reason.SHIP_LATE)


def cash(d: Sheet) -> None:
    """R-CASH: spend above its share of billed receipts: told, and no lowering."""
    d.alert(d.o.cash_short, Alert.CASH)
    d.decide(d.down & d.o.cash_short, Reason.CASH_SHORT)
