"""Instants as the store keeps them: whole microseconds since 1970 UTC, the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@overload
def micros(at: datetime) -> int: ...
@overload
def micros(at: None) -> None: ...
def micros(at: datetime | None) -> int | None:
    """Microseconds of an aware instant. Raises ValueError for a naive one."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; the ledger keeps aware instants only")
    return (at - EPOCH) // MICROSECOND


@overload
def instant(us: int) -> datetime: ...
@overload
def instant(us: None) -> None: ...
def instant(us: int | None) -> datetime | None:
    """The aware UTC instant of some microseconds."""
    return None if us is None else EPOCH + us * MICROSECOND
