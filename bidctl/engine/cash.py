"""R-CASH: advertising paid before its orders are. Spend of 30 natural days beside the receipts billed in the same days.

The 30 days end with the newest day whose receipts are told, so that both sides speak of the same days; where that day is too old, or
one of the 30 is not told, nothing is known and nothing binds. Spend counts as far as it is known, so that it is never too large.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.tables import OperatorTables, Receipts
from bidctl.domain.values import AccountId

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

DAYS = 30


@dataclass(frozen=True, slots=True)
class Cash:
    """Natural days `first` to `last` (ordinals); yuan: `spend` of them, and `received` as billed."""

    first: int
    last: int
    spend: float
    received: float

    @property
    def share(self) -> float:
        """Spend over receipts; inf where nothing was received."""
        if self.received > 0:
            return self.spend / self.received
        return float("inf") if self.spend > 0 else 0.0

    def short(self, most: float) -> bool:
        """Whether spend is above the stated share; 0 = off."""
        return most > 0 and self.spend > most * self.received


def cash_of(receipts: Receipts | None, spend: Float, last_day: int, stale_d: float) -> Cash | None:
    """The 30 days of one account, None = not known. `spend` (d,) yuan by natural day up to `last_day`, today."""
    days = [] if receipts is None else [d for d in receipts.by_day if d <= last_day]
    if receipts is None or not days or last_day - max(days) > stale_d:
        return None
    last = max(days)
    window = range(last - DAYS + 1, last + 1)
    begin = len(spend) - 1 - (last_day - window[0])
    if begin < 0 or any(day not in receipts.by_day for day in window):
        return None
    return Cash(window[0], last, float(spend[begin : begin + DAYS].sum()), sum(receipts.by_day[d] for d in window))


def short_accounts(
    tables: OperatorTables, accounts: Collection[str], spend: Float, last_day: int, most: float, stale_d: float
) -> Bool:
    """(a,) accounts whose spend is above `most` of their receipts; `spend` (a, d) yuan by natural day up to today."""
    found = [
        cash_of(tables.receipts.get(AccountId(a)), s, last_day, stale_d) for a, s in zip(accounts, spend, strict=True)
    ]
    return np.array([cash is not None and cash.short(most) for cash in found], np.bool_)
