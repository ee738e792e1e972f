"""Leases with fences: one owner at a time, and a number that grows with every change of owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Executable, bindparam, case, or_, select, update

from bidctl.adapters.store.instants import micros
from bidctl.adapters.store.schema import LEASES
from bidctl.adapters.store.work import Work, insert_of

NOBODY = ""
_EXTEND = (
    update(LEASES)
    .where(LEASES.c.name == bindparam("mine"), LEASES.c.owner == bindparam("me"))
    .values(until=bindparam("until"))
    .returning(LEASES.c.fence)
)


class LeaseRows(Work):
    """Leases of one database, safe across processes."""

    def acquire(self, name: str, owner: str, now: datetime, ttl_s: float) -> int | None:
        """Take, or extend one's own; the fence, or None while somebody else's has not run out."""
        wanted = {"name": name, "owner": owner, "fence": 1, "until": micros(now + timedelta(seconds=ttl_s))}
        taken = _taking(self.connection.dialect.name)
        found = self.connection.execute(taken, {**wanted, "now": micros(now)}).scalar()
        return None if found is None else int(found)

    def extend(self, name: str, owner: str, now: datetime, ttl_s: float) -> int | None:
        """Extend one's own; the fence, or None where it is not one's own (any more)."""
        row = {"mine": name, "me": owner, "until": micros(now + timedelta(seconds=ttl_s))}
        found = self.connection.execute(_EXTEND, row).scalar()
        return None if found is None else int(found)

    def release(self, name: str, owner: str) -> None:
        """Give it back; the fence stays, so that the next owner gets a higher one."""
        self.change(update(LEASES).where(LEASES.c.name == name, LEASES.c.owner == owner).values(owner=NOBODY, until=0))

    def holder(self, name: str, now: datetime) -> str | None:
        """Who holds it, None where it was given back or has run out."""
        held = (LEASES.c.name == name) & (LEASES.c.until > micros(now)) & (LEASES.c.owner != NOBODY)
        row = self.row(select(LEASES.c.owner).where(held))
        return None if row is None else str(row.owner)


@cache
def _taking(dialect: str) -> Executable:
    insert, c = insert_of(LEASES, dialect), LEASES.c
    mine, excluded = c.owner == insert.excluded.owner, insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"fence": c.fence + case((mine, 0), else_=1), "owner": excluded.owner, "until": excluded.until},
        where=or_(mine, c.until <= bindparam("now")),
    ).returning(c.fence)
