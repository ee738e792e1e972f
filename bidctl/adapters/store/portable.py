"""The portable form of a ledger: JSON lines, one row each, with a head (what it is) and an end (that it is whole)."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Table, insert, select, text, update

from bidctl.adapters.store.engine import place_of, transaction
from bidctl.adapters.store.errors import Occupied, StoreError
from bidctl.adapters.store.instants import micros
from bidctl.adapters.store.schema import META
from bidctl.adapters.store.versions import current, known_revisions, upgrade
from bidctl.adapters.store.words import Say

KIND = "bidctl ledger"
BATCH = 1000


def write_from(engine: Engine, dest: Path) -> None:
    """Every row of every table, as one snapshot shows them."""
    with engine.connect().execution_options(snapshot=True, **_repeatable(engine)) as connection, connection.begin():
        revision = current(connection)
        if revision is None:
            raise StoreError(Say.NOTHING_THERE(place=place_of(engine.url)))
        with dest.open("w", encoding="utf-8") as stream:
            _write(connection, revision, stream)


def read_into(engine: Engine, source: Path, now: datetime) -> None:
    """Fills an empty database, in one transaction, at the revision of the source; checks the source first."""
    revision = _check(source)
    with transaction(engine, durable=True) as connection:
        if current(connection) is not None:
            raise Occupied(Say.HOLDS_LEDGER(place=place_of(engine.url)))
        upgrade(connection, revision)
        tables = _tables(connection)
        for name, lines in groupby(_rows(source), key=lambda row: str(row["table"])):
            _fill(connection, tables[name], lines)
        if connection.dialect.name == "postgresql":
            _continue_numbers(connection, tables)
        connection.execute(update(META).values(since_at=micros(now), copied=True))


def _write(connection: Connection, revision: str, stream: TextIO) -> None:
    seal, count = hashlib.sha256(), 0
    stream.write(json.dumps({"kind": KIND, "revision": revision}) + "\n")
    for name, table in _tables(connection).items():
        rows = connection.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
        for row in rows:
            line = json.dumps({"table": name, "row": _plain(dict(row._mapping))}, ensure_ascii=False)
            seal.update(line.encode())
            count += 1
            stream.write(line + "\n")
    stream.write(json.dumps({"end": count, "sha256": seal.hexdigest()}) + "\n")


def _check(source: Path) -> str:
    """The revision of a whole, undamaged export."""
    seal, count, revision, end = hashlib.sha256(), 0, None, None
    try:
        with source.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream):
                found = json.loads(line)
                if number == 0 and found.get("kind") == KIND:
                    revision = str(found["revision"])
                elif "end" in found:
                    end = (found["end"], found["sha256"])
                else:
                    seal.update(line.rstrip("\n").encode())
                    count += 1
    except (OSError, ValueError, AttributeError) as error:
        raise StoreError(Say.NOT_EXPORT(file=source, error=error)) from error
    if revision is None:
        raise StoreError(Say.NO_EXPORT(file=source))
    if end != (count, seal.hexdigest()):
        raise StoreError(Say.CUT_SHORT(file=source))
    if revision not in known_revisions():
        raise StoreError(Say.NEWER_EXPORT(file=source, revision=revision))
    return revision


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    with source.open(encoding="utf-8") as stream:
        yield from (found for found in map(json.loads, stream) if "table" in found)


def _fill(connection: Connection, table: Table, lines: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(_typed(table, line["row"]))
        if len(batch) == BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _tables(connection: Connection) -> dict[str, Table]:
    """The tables as this database has them, whatever its revision."""
    found = MetaData()
    found.reflect(connection)
    return {name: table for name, table in sorted(found.tables.items()) if name != "alembic_version"}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: b64encode(bytes(v)).decode() if isinstance(v, bytes | memoryview) else v for name, v in row.items()}


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    binary = {c.name for c in table.columns if isinstance(c.type, LargeBinary)}
    return {name: b64decode(v) if name in binary and v is not None else v for name, v in row.items()}


def _continue_numbers(connection: Connection, tables: dict[str, Table]) -> None:
    """Rows came with their numbers: the next one must be higher."""
    for name in ("writes", "edits", "switch_log", "quarantine"):
        if name in tables:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                    f"GREATEST((SELECT COALESCE(MAX(id), 0) FROM {name}), 1), "
                    f"(SELECT COUNT(*) > 0 FROM {name}))"
                )
            )


def _repeatable(engine: Engine) -> dict[str, Any]:
    return {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
