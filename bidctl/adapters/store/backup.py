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

from bidctl.adapters.store.engine import file_of, open_engine, place_of
from bidctl.adapters.store.errors import StoreError, told_plainly
from bidctl.adapters.store.ledger import open_ledger
from bidctl.adapters.store.portable import read_into, write_from

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
    if not file.exists():
        raise StoreError(f"{file}: no such file, expected a ledger of bidctl")
    part = dest.with_name(f"{dest.name}.part")
    try:
        with told_plainly(str(file)):
            _copy(file, part)
        _sync(part)
        part.replace(dest)
    except OSError as error:
        raise StoreError(f"{dest}: cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def export(url: str, dest: Path) -> None:
    """Writes every table as JSON lines, from one snapshot, for any database: `restore` reads it back. Raises StoreError."""
    _must_be_free(dest, replace=False)
    part = dest.with_name(f"{dest.name}.part")
    engine = open_engine(url)
    try:
        with told_plainly(place_of(engine.url)):
            write_from(engine, part)
        _sync(part)
        part.replace(dest)
    except OSError as error:
        raise StoreError(f"{dest}: cannot be written: {error.strerror}") from error
    finally:
        engine.dispose()
        part.unlink(missing_ok=True)


def restore(source: Path, url: str, now: datetime) -> None:
    """Builds the ledger at `url`, which must be new, from a backup or an export, upgrades it, and begins it at `now`.
    Raises StoreError, leaving nothing behind, where the source is damaged or the target is in use."""
    file = file_of(url)
    if file is not None and file.exists():
        raise StoreError(f"{file}: already there, expected a new file; move it away first")
    if not _is_sqlite(source):
        _restore_export(source, url, file, now)
    elif file is None:
        raise StoreError(f"{source}: found a SQLite file, expected an export for {place_of(url)}; make one with export")
    else:
        copy_file(source, file)
    open_ledger(url, now).close()


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
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")
        if there.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise StoreError(f"{file}: the file is damaged; restore an earlier backup")
        there.execute("UPDATE meta SET copied = 1")
        there.commit()


def _must_be_free(dest: Path, *, replace: bool) -> None:
    if dest.exists() and not replace:
        raise StoreError(f"{dest}: already there, expected a new file name; nothing was written")


def _is_sqlite(source: Path) -> bool:
    try:
        with source.open("rb") as stream:
            return stream.read(len(SQLITE_HEADER)) == SQLITE_HEADER
    except OSError as error:
        raise StoreError(f"{source}: cannot be read: {error.strerror}") from error


def _sync(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
