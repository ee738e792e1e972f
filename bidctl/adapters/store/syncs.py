"""How far what a shop tells has been fetched: one line for each kind of it."""

from __future__ import annotations

from sqlalchemy import select

from bidctl.adapters.store.orders import SECOND_US
from bidctl.adapters.store.schema import SYNCS
from bidctl.adapters.store.work import Work
from bidctl.domain.quarantine import Fetched


class SyncRows(Work):
    """The part of a transaction that keeps how far a shop has been read."""

    def fetched(self, account: str, source: str) -> Fetched | None:
        """How far `source` (orders, refunds, bills) has been fetched, None = never."""
        row = self.row(select(SYNCS).where((SYNCS.c.account == account) & (SYNCS.c.source == source)))
        return None if row is None else Fetched(row.until / SECOND_US, row.begun_at / SECOND_US, row.since / SECOND_US)

    def save_fetched(self, account: str, source: str, told: Fetched) -> None:
        """Everything up to `told.until` is stored; never goes back."""
        before = self.fetched(account, source)
        until = max(told.until, before.until) if before else told.until
        begun = before.begun_at if before else told.begun_at
        since = before.since if before else told.since
        self.upsert(SYNCS, [{
            "account": account, "source": source, "until": round(until * SECOND_US), "begun_at": round(begun * SECOND_US),
            "since": round(since * SECOND_US),
        }])  # fmt: skip
