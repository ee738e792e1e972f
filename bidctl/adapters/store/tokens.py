"""Encrypted token pairs, one per app; see `adapters.tokens`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, select, update

from bidctl.adapters.store.engine import place_of, transaction
from bidctl.adapters.store.errors import told_plainly
from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.leases import LeaseRows
from bidctl.adapters.store.schema import TOKENS
from bidctl.adapters.store.work import Setting
from bidctl.adapters.tokens import StoredTokens


class SqlTokens:
    """A `TokenStore` in the ledger's database; every change is durable."""

    def __init__(self, engine: Engine, setting: Setting) -> None:
        self._engine = engine
        self._setting = setting

    def load(self, app_id: str) -> StoredTokens | None:
        with self._begin() as work:
            row = work.row(select(TOKENS).where(TOKENS.c.app_id == app_id))
        if row is None:
            return None
        expiries = instant(row.access_expires_at), instant(row.refresh_expires_at)
        return StoredTokens(row.app_id, bytes(row.sealed), *expiries, row.version)

    def save(self, pair: StoredTokens, expected_version: int) -> bool:
        if pair.version != expected_version + 1:
            raise ValueError(f"version {pair.version} cannot follow {expected_version}")
        columns = {
            "sealed": pair.sealed, "version": pair.version,
            "access_expires_at": micros(pair.access_expires_at), "refresh_expires_at": micros(pair.refresh_expires_at),
        }  # fmt: skip
        with self._begin() as work:
            if expected_version == 0:
                insert = work.insert(TOKENS).values(app_id=pair.app_id, **columns)
                first = insert.on_conflict_do_nothing(index_elements=["app_id"]).returning(TOKENS.c.version)
                return work.row(first) is not None
            expected = (TOKENS.c.app_id == pair.app_id) & (TOKENS.c.version == expected_version)
            return work.change(update(TOKENS).where(expected).values(columns)) == 1

    def acquire_refresh(self, app_id: str, owner: str, now: datetime, ttl_s: float) -> bool:
        with self._begin() as work:
            return work.acquire(_lease(app_id), owner, now, ttl_s) is not None

    def release_refresh(self, app_id: str, owner: str) -> None:
        with self._begin() as work:
            work.release(_lease(app_id), owner)

    @contextmanager
    def _begin(self) -> Iterator[LeaseRows]:
        with told_plainly(place_of(self._engine.url)), transaction(self._engine, durable=True) as connection:
            yield LeaseRows(connection, self._setting)


def _lease(app_id: str) -> str:
    return f"refresh:{app_id}"
