"""What every part of a transaction stands on: one connection, reading rows, changing rows, upserts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, Row, Table, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

AnyRow = Row[*tuple[Any, ...]]

SWITCH_LOCK = 0x626964_02
"""PostgreSQL advisory lock: people's switches change alone, gates read them together ("bid", 2)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a ledger was opened with. `kill_file`: its presence (or a failure to look) stops all writes. `zone`: of the
    natural days by which holds are counted."""

    kill_file: Path | None
    zone: ZoneInfo


class Work:
    """One open database transaction."""

    def __init__(self, connection: Connection, setting: Setting) -> None:
        self.connection = connection
        self.setting = setting

    def rows(self, statement: Executable) -> Sequence[AnyRow]:
        found = self.connection.execute(statement).all()
        tally = self.connection.get_execution_options().get("tally")
        if tally is not None:
            tally.rows_read += len(found)
        return found

    def row(self, statement: Executable) -> AnyRow | None:
        return next(iter(self.rows(statement)), None)

    def change(self, statement: Executable) -> int:
        """Rows changed."""
        return int(self.connection.execute(statement).rowcount)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of the database at hand, for ON CONFLICT."""
        return sqlite.insert(table) if self.connection.dialect.name == "sqlite" else postgresql.insert(table)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self.connection.execute(table.insert(), list(rows))

    def upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert, or replace everything but the key, in one call."""
        if not rows:
            return
        insert = self.insert(table)
        rest = {name: insert.excluded[name] for name in rows[0] if not table.c[name].primary_key}
        self.connection.execute(
            insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=rest), list(rows)
        )

    def remove(self, table: Table, column: str, values: Sequence[Any]) -> None:
        if values:
            self.connection.execute(
                delete(table).where(table.c[column] == bindparam("gone")), [{"gone": v} for v in values]
            )

    def switch_lock(self, *, alone: bool) -> None:
        """On PostgreSQL, order people's switches against gates; SQLite has one writer anyway."""
        if self.connection.dialect.name == "postgresql":
            kind = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
            self.connection.exec_driver_sql(f"SELECT {kind}({SWITCH_LOCK})")
