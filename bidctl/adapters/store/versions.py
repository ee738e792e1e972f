"""Which schema a database has: built when empty, upgraded when older, refused when newer or somebody else's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, select, update

from bidctl.adapters.store.engine import file_of, place_of, transaction
from bidctl.adapters.store.errors import StoreError
from bidctl.adapters.store.instants import micros
from bidctl.adapters.store.schema import META
from bidctl.adapters.store.words import Say

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0010"
"""The schema this program works with: the newest file of `migrations/versions`."""
MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x626964_01
"""PostgreSQL advisory lock held while the schema is looked at and changed ("bid", 1)."""


def prepare(engine: Engine, now: datetime) -> None:
    """Brings the database to HEAD, in one transaction, after a file copy where there is something to lose; notes when
    this ledger began (or was restored). Raises StoreError for a newer, foreign or damaged database."""
    found = _look(engine)
    if found not in (None, HEAD):
        _refuse_unknown(engine, found)
        _copy_first(engine, found)
    with transaction(engine, durable=True) as connection:
        _lock(connection)
        if found != HEAD and current(connection) != HEAD:
            upgrade(connection, HEAD)
        _note_beginning(connection, now)
    _write_ahead(engine)


def current(connection: Connection) -> str | None:
    """The revision a database has, None for an empty one. Raises StoreError where its tables are not ours."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables and "meta" in tables:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())
    if tables:
        place = place_of(connection.engine.url)
        raise StoreError(Say.FOREIGN(place=place, table=tables[0]))
    return None


def upgrade(connection: Connection, to: str) -> None:
    """Runs the migrations up to a revision inside the caller's transaction."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def known_revisions() -> frozenset[str]:
    """Every revision this program can open."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _look(engine: Engine) -> str | None:
    with transaction(engine, durable=False) as connection:
        return current(connection)


def _refuse_unknown(engine: Engine, found: str | None) -> None:
    if found not in known_revisions():
        raise StoreError(Say.NEWER(place=place_of(engine.url), found=found, head=HEAD))


def _copy_first(engine: Engine, found: str | None) -> None:
    file = file_of(engine.url)
    if file is not None:
        from bidctl.adapters.store.backup import copy_file

        copy_file(file, file.with_name(f"{file.name}.before-{HEAD}-was-{found}"), replace=True)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")


def _note_beginning(connection: Connection, now: datetime) -> None:
    row = connection.execute(select(META.c.copied, META.c.identity)).one_or_none()
    here = _identity(connection)
    if row is None:
        connection.execute(META.insert().values(id=1, since_at=micros(now), copied=False, identity=here))
    elif row.copied or row.identity != here:
        connection.execute(update(META).values(since_at=micros(now), copied=False, identity=here))


def _identity(connection: Connection) -> str | None:
    """Where these tables live. A dump restored anywhere, even into the same database, gets new numbers."""
    if connection.dialect.name != "postgresql":
        return None
    return str(
        connection.exec_driver_sql(
            "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || "
            "(SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || 'meta'::regclass::oid"
        ).scalar()
    )


def _write_ahead(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        mode = raw.cursor().execute("PRAGMA journal_mode=WAL").fetchone()[0]
    finally:
        raw.close()
    if mode != "wal":
        raise StoreError(Say.NOT_WAL(place=place_of(engine.url), mode=mode))
