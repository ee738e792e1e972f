"""R-CASH: receipts as the shop's bills in the ledger tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bidctl.adapters.qianchuan.reads import CAPABILITIES
from bidctl.adapters.store import SqlLedger
from bidctl.domain.tables import Receipts
from bidctl.domain.values import AccountId
from bidctl.engine.cash import DAYS
from bidctl.engine.ports import Clock

AGAIN = timedelta(minutes=30)
"""Bills come in days; sums over all of them are made no oftener than this."""


class BilledReceipts:
    """Receipts of these accounts by their bills; nothing is asked while R-CASH is off (`share` 0)."""

    def __init__(self, opened: SqlLedger, time: Clock, accounts: Sequence[AccountId], share: float) -> None:
        self._ledger, self._time, self._accounts = opened, time, accounts if share else ()
        self._said: dict[AccountId, Receipts] = {}
        self._due = time.now()

    def __call__(self) -> Mapping[AccountId, Receipts]:
        now = self._time.now()
        if self._accounts and now >= self._due:
            zone = now.astimezone(ZoneInfo(CAPABILITIES.time_zone)).utcoffset() or timedelta(0)
            since = now - timedelta(days=2 * DAYS)
            with self._ledger.begin() as t:
                self._said = {a: Receipts(found) for a in self._accounts if (found := t.receipts(a, since, zone))}
            self._due = now + AGAIN
        return self._said
