"""The ledger in a SQL database: the engine's `Ledger` port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from bidctl.adapters.store.beats import BeatRows
from bidctl.adapters.store.campaigns import CampaignRows
from bidctl.adapters.store.creatives import CreativeRows
from bidctl.adapters.store.decisions import DecisionRows
from bidctl.adapters.store.engine import open_engine, place_of, transaction
from bidctl.adapters.store.errors import told_plainly
from bidctl.adapters.store.facts import FactRows
from bidctl.adapters.store.gate import GateRows
from bidctl.adapters.store.leases import LeaseRows
from bidctl.adapters.store.quarantine import QuarantineRows
from bidctl.adapters.store.syncs import SyncRows
from bidctl.adapters.store.tokens import SqlTokens
from bidctl.adapters.store.versions import prepare
from bidctl.adapters.store.work import Setting
from bidctl.adapters.store.writes import WriteRows


class SqlTransaction(
    DecisionRows, WriteRows, GateRows, FactRows, CampaignRows, BeatRows, QuarantineRows, SyncRows, CreativeRows
):
    """One transaction over every part of the ledger; see `engine.ports.Transaction`."""


class SqlLedger:
    """A ledger on an engine whose schema has been looked at; use `open_ledger`. Raises StoreError, with nothing of the
    transaction stored, when the database fails."""

    def __init__(self, engine: Engine, setting: Setting) -> None:
        self.engine = engine
        self.tokens = SqlTokens(engine, setting)
        self._setting = setting

    @property
    def place(self) -> str:
        """The database as people know it: path, or address without password."""
        return place_of(self.engine.url)

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[SqlTransaction]:
        with self._connection(durable=durable) as connection:
            yield SqlTransaction(connection, self._setting)

    def acquire_lease(self, name: str, owner: str, now: datetime, ttl_s: float) -> int | None:
        # an extension that power loss undoes: nobody is left to miss it
        with self._connection(durable=False) as connection:
            fence = LeaseRows(connection, self._setting).extend(name, owner, now, ttl_s)
        if fence is not None:
            return fence
        # a new fence must never be given out twice
        with self._connection(durable=True) as connection:
            return LeaseRows(connection, self._setting).acquire(name, owner, now, ttl_s)

    def release_lease(self, name: str, owner: str) -> None:
        with self._connection(durable=True) as connection:
            LeaseRows(connection, self._setting).release(name, owner)

    def lease_holder(self, name: str, now: datetime) -> str | None:
        with self._connection(durable=False) as connection:
            return LeaseRows(connection, self._setting).holder(name, now)

    def close(self) -> None:
        """Gives the connections back; the ledger cannot be used afterwards."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, *, durable: bool) -> Iterator[Connection]:
        with told_plainly(self.place), transaction(self.engine, durable=durable) as connection:
            yield connection


def open_ledger(
    url: str, now: datetime, *, kill_file: Path | None = None, time_zone: str = "Asia/Shanghai"
) -> SqlLedger:
    """Opens the ledger at `sqlite:///FILE` or `postgresql://...`: builds it when new, upgrades it when older (a SQLite
    file is copied first), raises StoreError when it is newer, foreign, damaged or out of reach. `now`: when a new or
    restored ledger begins. `time_zone`: of the days by which holds are counted."""
    engine = open_engine(url)
    try:
        with told_plainly(place_of(engine.url)):
            prepare(engine, now)
    except BaseException:
        engine.dispose()
        raise
    return SqlLedger(engine, Setting(kill_file, ZoneInfo(time_zone)))
