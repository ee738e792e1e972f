"""What every part of a transaction stands on: one connection, reading rows, changing rows, upserts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Executable, Row, Table, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

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

    def rows(self, statement: Executable, **values: Any) -> Sequence[AnyRow]:
        """What a statement finds; `values` of its bound parameters. Statements of every tick are made once, as constants: building
        one costs more than running it."""
        found = self.connection.execute(statement, values).all()
        tally = self.connection.get_execution_options().get("tally")
        if tally is not None:
            tally.rows_read += len(found)
        return found

    def row(self, statement: Executable, **values: Any) -> AnyRow | None:
        return next(iter(self.rows(statement, **values)), None)

    def change(self, statement: Executable, **values: Any) -> int:
        """Rows changed."""
        return int(self.connection.execute(statement, values).rowcount)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of the database at hand, for ON CONFLICT."""
        return insert_of(table, self.connection.dialect.name)

    def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self.connection.execute(table.insert(), list(rows))

    def upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert, or replace everything but the key, in one call."""
        if rows:
            self.connection.execute(_upsert(table, tuple(rows[0]), self.connection.dialect.name), list(rows))

    def pour(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """As `upsert` for very many rows: each a value for every column in the table's order, as the driver takes them."""
        if rows:
            self.connection.exec_driver_sql(_positional(table, self.connection.dialect.name), list(rows))

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


def insert_of(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of a database by its dialect's name, for ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _upsert(table: Table, columns: tuple[str, ...], dialect: str) -> sqlite.Insert | postgresql.Insert:
    insert = insert_of(table, dialect)
    rest = {name: insert.excluded[name] for name in columns if not table.c[name].primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=rest)


@cache
def _positional(table: Table, dialect: str) -> str:
    """The text of an upsert of whole rows, its values by position."""
    driver = sqlite.dialect(paramstyle="qmark") if dialect == "sqlite" else psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    return str(_upsert(table, tuple(table.c.keys()), dialect).compile(dialect=driver))
