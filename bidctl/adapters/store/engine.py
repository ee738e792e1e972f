"""Opening connections: pragmas, how a transaction begins, and what makes one durable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bidctl.adapters.store.errors import StoreError
from bidctl.adapters.store.words import Say

BUSY_S = 15.0
"""How long a writer waits for another one before it gives up."""
FULL = 2
"""SQLite's number of `synchronous=FULL`."""


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`. Raises StoreError for anything else."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_S, "check_same_thread": False})
        event.listen(engine, "connect", _driver_leaves_transactions_to_us)
    else:
        engine = _postgres(parsed)
    event.listen(engine, "begin", _begin_sqlite if parsed.get_backend_name() == "sqlite" else _begin_postgres)
    return engine


def _postgres(parsed: URL) -> Engine:
    try:
        return create_engine(parsed, pool_pre_ping=True, isolation_level="READ COMMITTED")
    except ImportError:
        raise StoreError(Say.NO_DRIVER(place=place_of(parsed))) from None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(Say.NO_ADDRESS()) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(Say.OTHER_ADDRESS(place=place_of(parsed)))


def place_of(url: URL | str) -> str:
    """How people know the database: the file's path, or the address without its password."""
    parsed = make_url(url) if isinstance(url, str) else url
    if parsed.get_backend_name() == "sqlite":
        return parsed.database or "sqlite in memory"
    return parsed.render_as_string(hide_password=True)


def file_of(url: URL | str) -> Path | None:
    """The file of a SQLite address, else None."""
    parsed = make_url(url) if isinstance(url, str) else url
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


@contextmanager
def transaction(engine: Engine, *, durable: bool) -> Iterator[Connection]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    with engine.connect().execution_options(durable=durable) as connection, connection.begin():
        yield connection


def _driver_leaves_transactions_to_us(connection: Any, record: Any) -> None:
    connection.isolation_level = None


def _begin_sqlite(connection: Connection) -> None:
    """Three short statements that begin every transaction, told to the driver itself: they have nothing to be compiled."""
    options, driver = connection.get_execution_options(), connection.connection.cursor()
    durable = bool(options.get("durable"))
    driver.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    if durable and driver.execute("PRAGMA synchronous").fetchone() != (FULL,):
        raise StoreError(Say.NOT_DURABLE(place=place_of(connection.engine.url)))
    driver.execute("BEGIN" if options.get("snapshot") else "BEGIN IMMEDIATE")


def _begin_postgres(connection: Connection) -> None:
    wanted = "on" if connection.get_execution_options().get("durable") else "off"
    found = connection.exec_driver_sql(f"SELECT set_config('synchronous_commit', '{wanted}', true)").scalar()
    if found != wanted:
        raise StoreError(Say.NOT_COMMITTED(place=place_of(connection.engine.url), found=found, wanted=wanted))
