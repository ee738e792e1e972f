"""The newest tick of each account: that bidctl is alive, and when it last read well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, union

from bidctl.adapters.store.enrolments import ACTIVE
from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import BEATS, CAMPAIGNS, ENROLMENTS
from bidctl.adapters.store.work import Work
from bidctl.domain.values import AccountId


class BeatRows(Work):
    """The heartbeat part of a transaction; see `engine.ports.Transaction`."""

    def beat(self, account: AccountId, tick: str, at: datetime, good_read: bool) -> None:
        row = {"account": account, "tick": tick, "at": micros(at)}
        self.upsert(BEATS, [row | {"good_read_at": micros(at)} if good_read else row])

    def last_beat(self, account: AccountId) -> datetime | None:
        row = self.row(select(BEATS.c.at).where(BEATS.c.account == account))
        return None if row is None else instant(row.at)

    def last_good_read(self, account: AccountId) -> datetime | None:
        """When a tick of the account last had a complete good read."""
        row = self.row(select(BEATS.c.good_read_at).where(BEATS.c.account == account))
        return None if row is None else instant(row.good_read_at)

    def accounts(self) -> tuple[AccountId, ...]:
        """Every account that ticked, has an enrolled campaign, or whose campaigns were seen."""
        known = union(select(BEATS.c.account), select(ENROLMENTS.c.account).where(ACTIVE), select(CAMPAIGNS.c.account))
        return tuple(sorted(row.account for row in self.rows(known)))
