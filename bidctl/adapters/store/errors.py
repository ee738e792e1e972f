"""What goes wrong with the ledger's database, said in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bidctl.problem import Problem


class StoreError(Problem):
    """The ledger cannot be read or written: nothing of the transaction at hand was stored, so nothing may be sent."""


ADVICE = {
    "file is not a database": "found no SQLite database, expected a ledger of bidctl; name another file or move this one away",
    "file is encrypted": "found no SQLite database, expected a ledger of bidctl; name another file or move this one away",
    "disk image is malformed": "the file is damaged; restore a backup",
    "database or disk is full": "the disk is full and nothing was stored; make room",
    "readonly database": "it may not be written and nothing was stored; expected a writable file and folder",
    "unable to open database file": "it cannot be opened; expected an existing, writable folder",
    "database is locked": "another process kept it locked for too long and nothing was stored; look for a stuck process",
    "disk i/o error": "the disk is full or failed and nothing was stored; make room, look at the disk",
    "could not extend": "the server's disk is full and nothing was stored; make room",
    "read-only transaction": "the server is read-only and nothing was stored; expected the primary",
    "does not exist": "no such database or role at the server; create it first",
    "connection": "the server cannot be reached; look whether it runs and the address is right",
}
"""What people are told, by a part of the driver's message."""


@contextmanager
def told_plainly(place: str) -> Iterator[None]:
    """Turns every database error of the block into one `StoreError` line that begins with `place`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(f"{place}: {advice(error)}") from error


def advice(error: Exception) -> str:
    """One line for a driver's error: our advice where we know it, else the driver's own first line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    known = next((said for part, said in ADVICE.items() if part in str(cause).lower()), None)
    return f"{known} ({first})" if known else f"the database answered: {first}"
