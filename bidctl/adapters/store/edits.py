"""Everybody's edits of target and objective, each counted once (R-SPACE, R-QUOTA)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, or_, select

from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import DECISIONS, EDITS, WRITES
from bidctl.adapters.store.work import AnyRow, Work, insert_of
from bidctl.domain.values import EDIT_FIELDS, AccountId, CampaignId, Field
from bidctl.domain.writes import Edit, Write, WriteState
from bidctl.engine.shown import same

MINUTE_US = 60_000_000
OURS_WITHIN_US = 2 * MINUTE_US
"""A log entry this near to our write's sending or settling, with its value, is that write."""
COUNTING = frozenset({WriteState.SENDING, WriteState.UNKNOWN, WriteState.CONFIRMED})
"""States in which a write is an edit, or may be one."""


_SINCE = select(EDITS).where(EDITS.c.account == bindparam("account"), EDITS.c.effective_at >= bindparam("since"))


def _of(table: Any) -> Any:
    return (table.c.account == bindparam("account")) & (table.c.campaign == bindparam("campaign"))


_CLEARED = select(func.max(WRITES.c.settled_at)).where(
    _of(WRITES), WRITES.c.state == WriteState.ABSENT.value, WRITES.c.field.in_([f.value for f in EDIT_FIELDS])
)
_LAST = select(select(func.max(EDITS.c.effective_at)).where(_of(EDITS)).scalar_subquery(), _CLEARED.scalar_subquery())
_TODAY = select(func.count()).where(
    _of(EDITS), or_(EDITS.c.effective_at >= bindparam("since"), EDITS.c.unresolved.is_(True))
)
_KNOWN_TARGET = (
    select(EDITS.c.new)
    .where(_of(EDITS), EDITS.c.field == Field.ROI_TARGET.value, EDITS.c.unresolved.is_(False))
    .order_by(EDITS.c.effective_at.desc(), EDITS.c.id.desc())
    .limit(1)
)
_FORGET = delete(EDITS).where(EDITS.c.write_id == bindparam("write"))


class EditRows(Work):
    """The edit part of a transaction; see `engine.ports.Transaction`."""

    def add_edits(self, edits: Sequence[Edit]) -> int:
        if not edits:
            return 0
        known = self._near(edits)
        fresh: list[AnyRow | dict[str, Any]] = []
        for edit in edits:
            columns = _columns(edit)
            if not any(_same(columns, other) for other in known):
                known.append(columns)
                fresh.append(columns)
        self.add(EDITS, [row for row in fresh if isinstance(row, dict)])
        return len(fresh)

    def edits(self, account: AccountId, since: datetime, campaign: CampaignId | None = None) -> tuple[Edit, ...]:
        only = {"campaign": campaign} if campaign is not None else {}
        return tuple(_edit(r) for r in self.rows(_since(*only), account=account, since=micros(since), **only))

    def follow_write(self, write: Write) -> None:
        """Keeps the edit of a write of ours in step with its state: there from SENDING on, gone once it is known that
        nothing happened. It takes effect at the latest when its outcome became known."""
        if write.request.field not in EDIT_FIELDS:
            return
        if write.state not in COUNTING:
            self.change(_FORGET, write=write.id)
            return
        columns = _from_write(write)
        del columns["reason"]  # the decision's own
        self.change(_following(self.connection.dialect.name), **columns, decision=write.request.decision)

    def last_edit_at(self, account: AccountId, campaign: CampaignId) -> datetime | None:
        """The latest instant at which anybody's edit can have taken effect. A write of ours that was unknown and then
        proved absent is no edit, yet its spacing runs from that proof (DESIGN 5)."""
        row = self.row(_LAST, account=account, campaign=campaign)
        return instant(max((us for us in row or () if us is not None), default=None))

    def edits_today(self, account: AccountId, campaign: CampaignId, day_start: datetime) -> int:
        row = self.row(_TODAY, account=account, campaign=campaign, since=micros(day_start))
        return int(row[0]) if row else 0

    def known_target(self, account: AccountId, campaign: CampaignId) -> str | None:
        """The target after the newest edit whose outcome is known."""
        row = self.row(_KNOWN_TARGET, account=account, campaign=campaign)
        return None if row is None else row.new

    def _near(self, edits: Sequence[Edit]) -> list[Any]:
        """Edits that the given ones may repeat, those of our writes with their instants of sending and settling."""
        earliest = min(edit.effective_at for edit in edits) - timedelta(microseconds=OURS_WITHIN_US)
        logged = [edit.log_id for edit in edits if edit.log_id is not None]
        late = or_(EDITS.c.effective_at >= micros(earliest), EDITS.c.log_id.in_(logged))
        with_write = EDITS.outerjoin(WRITES, WRITES.c.id == EDITS.c.write_id)
        near = select(EDITS, WRITES.c.sent_at, WRITES.c.settled_at).select_from(with_write)
        return [row._mapping for row in self.rows(near.where(EDITS.c.account.in_({e.account for e in edits}), late))]


@cache
def _since(*only: str) -> Executable:
    return _SINCE.where(*(EDITS.c[name] == bindparam(name) for name in only)).order_by(EDITS.c.effective_at, EDITS.c.id)


@cache
def _following(dialect: str) -> Executable:
    reason = select(DECISIONS.c.reason).where(DECISIONS.c.id == bindparam("decision")).scalar_subquery()
    insert = insert_of(EDITS, dialect).values(reason=reason)
    again = {name: insert.excluded[name] for name in ("effective_at", "unresolved")}
    return insert.on_conflict_do_update(index_elements=["write_id"], set_=again)


def _same(new: Any, old: Any) -> bool:
    if new["account"] != old["account"]:
        return False
    if new["log_id"] is not None and new["log_id"] == old["log_id"]:
        return True
    if new["campaign"] != old["campaign"] or new["field"] != old["field"] or not same(new["new"], old["new"]):
        return False
    at = new["effective_at"]
    ours = (old.get("sent_at"), old.get("settled_at"))
    same_minute = at // MINUTE_US == old["effective_at"] // MINUTE_US
    return same_minute or any(us is not None and abs(at - us) <= OURS_WITHIN_US for us in ours)


def _columns(edit: Edit) -> dict[str, Any]:
    return {
        "account": edit.account, "campaign": edit.campaign, "field": edit.field.value, "old": edit.old, "new": edit.new,
        "effective_at": micros(edit.effective_at), "ours": edit.ours, "source": edit.source,
        "write_id": edit.write_id, "log_id": edit.log_id, "reason": edit.reason, "unresolved": False,
    }  # fmt: skip


def _from_write(write: Write) -> dict[str, Any]:
    request, settled = write.request, write.state is WriteState.CONFIRMED
    known = [at for at in (write.sent_at, write.read_at, write.taken_at, write.settled_at) if at is not None]
    at = write.settled_at if settled and write.settled_at is not None else max(known)
    edit = Edit(
        request.account, request.campaign, request.field, request.old, request.value, at, True, "write", write.id
    )
    return {**_columns(edit), "unresolved": not settled}


def _edit(row: AnyRow) -> Edit:
    return Edit(
        account=row.account, campaign=row.campaign, field=Field(row.field), old=row.old, new=row.new,
        effective_at=instant(row.effective_at), ours=row.ours, source=row.source, write_id=row.write_id, log_id=row.log_id,
        reason=row.reason,
    )  # fmt: skip
