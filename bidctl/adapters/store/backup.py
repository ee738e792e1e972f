"""Backups: a consistent copy while others write, a portable export, and the way back.

Whatever is restored notes the moment as the beginning of its ledger, so that the gate makes no edit for 61 minutes: what
happened since the copy was made has to be read from the platform first.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bidctl.adapters.store.engine import file_of, open_engine, place_of
from bidctl.adapters.store.errors import Occupied, StoreError, told_plainly
from bidctl.adapters.store.instants import micros
from bidctl.adapters.store.ledger import open_ledger
from bidctl.adapters.store.portable import read_into, write_from
from bidctl.adapters.store.schema import LEASES
from bidctl.adapters.store.versions import current
from bidctl.adapters.store.words import Say
from bidctl.wording import told_by_system

SQLITE_HEADER = b"SQLite format 3\x00"


def backup(url: str, dest: Path) -> None:
    """Writes a consistent copy of the ledger to a new file: SQLite's own format for SQLite, the portable export for
    PostgreSQL (`pg_dump` is the other way there). Works while others write. Raises StoreError."""
    open_engine(url).dispose()
    file = file_of(url)
    if file is None:
        export(url, dest)
    else:
        copy_file(file, dest)


def copy_file(file: Path, dest: Path, *, replace: bool = False) -> None:
    """A consistent, checked copy of a SQLite ledger, marked as a copy; `dest` appears whole or not at all."""
    _must_be_free(dest, replace=replace)
    _must_be_there(file)
    part = dest.with_name(f"{dest.name}.part")
    try:
        with told_plainly(str(file)):
            _copy(file, part)
        _sync(part)
        part.replace(dest)
    except OSError as error:
        raise StoreError(Say.NOT_WRITTEN(file=dest, error=told_by_system(error))) from error
    finally:
        for end in ("", "-journal", "-wal", "-shm"):  # a full disk leaves what SQLite keeps beside it
            part.with_name(part.name + end).unlink(missing_ok=True)


def export(url: str, dest: Path) -> None:
    """Writes every table as JSON lines, from one snapshot, for any database: `restore` reads it back. Raises StoreError."""
    _must_be_free(dest, replace=False)
    _must_be_there(file_of(url))
    part = dest.with_name(f"{dest.name}.part")
    engine = open_engine(url)
    try:
        with told_plainly(place_of(engine.url)):
            write_from(engine, part)
        _sync(part)
        part.replace(dest)
    except OSError as error:
        raise StoreError(Say.NOT_WRITTEN(file=dest, error=told_by_system(error))) from error
    finally:
        engine.dispose()
        part.unlink(missing_ok=True)


def restore(source: Path, url: str, now: datetime) -> None:
    """Builds the ledger at `url`, which must be new, from a backup or an export, upgrades it, and begins it at `now`.
    Raises StoreError, leaving nothing behind, where the source is damaged or the target is in use (`Occupied`)."""
    file = file_of(url)
    if file is not None:
        _must_be_new(file)
    if not _is_sqlite(source):
        _restore_export(source, url, file, now)
    elif file is None:
        raise StoreError(Say.NEEDS_EXPORT(file=source, place=place_of(url)))
    else:
        copy_file(source, file)
    try:
        open_ledger(url, now).close()
    except StoreError:  # of a newer bidctl
        if file is not None:
            file.unlink(missing_ok=True)
        raise


def at_work(url: str, now: datetime) -> bool:
    """Whether a process holds a lease of the ledger at `url`; `now` by the machine's clock. False where there is none.
    Raises StoreError where something else is there."""
    file = file_of(url)
    if file is not None and not file.exists():
        return False
    engine = open_engine(url)
    held = select(LEASES.c.owner).where(LEASES.c.until > micros(now))
    try:
        with told_plainly(place_of(engine.url)), engine.connect().execution_options(snapshot=True) as looking:
            return current(looking) is not None and looking.execute(held).first() is not None
    finally:
        engine.dispose()


def _must_be_new(file: Path) -> None:
    """No ledger, and nothing of a former one: SQLite would play a stray `-wal` into whatever stands beside it."""
    for there in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        if there.exists():
            raise Occupied(Say.LEDGER_THERE(file=there))


def _restore_export(source: Path, url: str, file: Path | None, now: datetime) -> None:
    engine = open_engine(url)
    try:
        with told_plainly(place_of(engine.url)):
            read_into(engine, source, now)
    except BaseException:
        if file is not None:
            engine.dispose()
            file.unlink(missing_ok=True)
        raise
    finally:
        engine.dispose()


def _copy(file: Path, part: Path) -> None:
    read_only = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as here, closing(sqlite3.connect(part)) as there:
        if here.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
            raise StoreError(Say.NO_LEDGER(file=file))
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")
        if there.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise StoreError(Say.COPY_DAMAGED(file=file))
        there.execute("UPDATE meta SET copied = 1")
        there.commit()


def _must_be_there(file: Path | None) -> None:
    if file is not None and not file.exists():
        raise StoreError(Say.NO_LEDGER_FILE(file=file))


def _must_be_free(dest: Path, *, replace: bool) -> None:
    if dest.exists() and not replace:
        raise StoreError(Say.COPY_THERE(file=dest))
    if not dest.parent.is_dir():
        raise StoreError(Say.NO_FOLDER(file=dest, folder=dest.parent))


def _is_sqlite(source: Path) -> bool:
    try:
        with source.open("rb") as stream:
            return stream.read(len(SQLITE_HEADER)) == SQLITE_HEADER
    except OSError as error:
        raise StoreError(Say.FILE_NOT_READ(file=source, error=told_by_system(error))) from error


def _sync(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
