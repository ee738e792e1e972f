"""What goes wrong with the ledger's database, said in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bidctl.adapters.store.words import Say
from bidctl.problem import Problem, SafetyProblem
from bidctl.wording import Wording


class StoreError(Problem):
    """The ledger cannot be read or written: nothing of the transaction at hand was stored, so nothing may be sent."""


class Unsettled(Problem):
    """A row put aside cannot be settled so; it stays open."""


class Occupied(StoreError):
    """A ledger stands where one was to be restored: never overwritten."""

    exit_code = SafetyProblem.exit_code


ADVICE = {
    "file is not a database": Say.NOT_SQLITE,
    "file is encrypted": Say.NOT_SQLITE,
    "disk image is malformed": Say.DAMAGED,
    "database or disk is full": Say.DISK_FULL,
    "readonly database": Say.READ_ONLY,
    "unable to open database file": Say.NOT_OPENED,
    "database is locked": Say.LOCKED,
    "disk i/o error": Say.DISK_FAILED,
    "could not extend": Say.SERVER_FULL,
    "read-only transaction": Say.SERVER_READ_ONLY,
    "does not exist": Say.NO_DATABASE,
    "connection": Say.NO_SERVER,
}
"""What people are told, by a part of the driver's message."""


@contextmanager
def told_plainly(place: str) -> Iterator[None]:
    """Turns every database error of the block into one `StoreError` line that begins with `place`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreError(advice(place, error)) from error


def advice(place: str, error: Exception) -> Wording:
    """One line for a driver's error: our advice where we know it, and the driver's own first line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    first = (str(cause).strip() or type(cause).__name__).splitlines()[0]
    known = next((said for part, said in ADVICE.items() if part in str(cause).lower()), None)
    if known is None:
        return Say.DATABASE_ANSWERED(place=place, driver=first)
    return Say.DATABASE(place=place, advice=known(), driver=first)
