"""Writes and their life: the turn, the compare-and-set, the edit that follows from each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, select, update

from bidctl.adapters.store.edits import EditRows
from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import WRITES
from bidctl.adapters.store.work import AnyRow, insert_of
from bidctl.domain.values import AccountId, CampaignId, Field, Mode, Objective
from bidctl.domain.writes import OPEN_STATES, Write, WriteRequest, WriteState

ASKED = ("account", "campaign", "old", "value", "decision")
INSTANTS = ("deadline", "taken_at", "read_at", "sent_at", "settled_at", "absent_first_at", "unknown_at")
PLAIN = (
    "owner",
    "fence",
    "app_id",
    "read_value",
    "suggestion",
    "suggestion_state",
    "why",
    "platform_request_id",
    "absent_reads",
)


_OPEN = select(WRITES).where(WRITES.c.open_key > "")  # "is not null", or sorting here, would scan them all
_OPEN_OF = _OPEN.where(WRITES.c.account == bindparam("account"))
_RECENT = (
    select(WRITES)
    .where(WRITES.c.account == bindparam("account"), WRITES.c.touched_at >= bindparam("since"))
    .order_by(WRITES.c.id)
)
_MOVE = update(WRITES).where(
    WRITES.c.id == bindparam("was_id"),
    WRITES.c.state == bindparam("was_state"),
    WRITES.c.fence == bindparam("was_fence"),
)
_WROTE_BEFORE = (
    select(WRITES.c.id)
    .where(WRITES.c.account == bindparam("account"), WRITES.c.mode == bindparam("mode"))
    .where(WRITES.c.state == WriteState.CONFIRMED.value, WRITES.c.taken_at < bindparam("until"))
    .limit(1)
)


class WriteRows(EditRows):
    """The write part of a transaction; see `engine.ports.Transaction`."""

    def take_turn(
        self, request: WriteRequest, mode: Mode, app_id: str, owner: str, fence: int, deadline: datetime, now: datetime
    ) -> Write | None:
        taken = Write(0, request, mode, app_id, WriteState.TAKEN, owner, fence, deadline, taken_at=now)
        number = self.connection.execute(_taking(self.connection.dialect.name), _columns(taken)).scalar()
        return None if number is None else replace(taken, id=number)

    def move(self, write: Write, to: WriteState, **changes: object) -> Write | None:
        moved = replace(write, **{**changes, "state": to, "id": write.id})  # type: ignore[arg-type]
        was = {"was_id": write.id, "was_state": write.state.value, "was_fence": write.fence}
        if self.change(_MOVE, **_columns(moved), **was) != 1:
            return None
        self.follow_write(moved)
        return moved

    def open_writes(self, account: AccountId | None = None) -> tuple[Write, ...]:
        found = self.rows(_OPEN) if account is None else self.rows(_OPEN_OF, account=account)
        return tuple(sorted((_write(row) for row in found), key=lambda write: write.id))

    def write(self, write_id: int) -> Write | None:
        row = self.row(select(WRITES).where(WRITES.c.id == write_id))
        return None if row is None else _write(row)

    def wrote_before(self, account: AccountId, mode: Mode, until: datetime) -> bool:
        return self.row(_WROTE_BEFORE, account=account, mode=mode.value, until=micros(until)) is not None

    def recent_writes(
        self, account: AccountId, since: datetime, *, campaign: CampaignId | None = None, field: Field | None = None
    ) -> tuple[Write, ...]:
        only: dict[str, str] = {"campaign": campaign} if campaign is not None else {}
        only |= {"field": field.value} if field is not None else {}
        return tuple(_write(r) for r in self.rows(_recent(*only), account=account, since=micros(since), **only))


@cache
def _taking(dialect: str) -> Executable:
    return insert_of(WRITES, dialect).on_conflict_do_nothing(index_elements=["open_key"]).returning(WRITES.c.id)


@cache
def _recent(*only: str) -> Executable:
    return _RECENT.where(*(WRITES.c[name] == bindparam(name) for name in only))


def _columns(write: Write) -> dict[str, Any]:
    request = write.request
    at = {name: micros(getattr(write, name)) for name in INSTANTS}
    touched = (at[name] for name in INSTANTS if name != "deadline")
    return {
        **{name: getattr(request, name) for name in ASKED},
        **{name: getattr(write, name) for name in PLAIN},
        **at,
        "field": request.field.value,
        "objective": request.objective and request.objective.value,
        "mode": write.mode.value,
        "state": write.state.value,
        "touched_at": max(us for us in touched if us is not None),
        "open_key": f"{request.account}/{request.campaign}" if write.state in OPEN_STATES else None,
    }


def _write(row: AnyRow) -> Write:
    request = WriteRequest(
        account=row.account, campaign=row.campaign, field=Field(row.field), old=row.old, value=row.value,
        decision=row.decision, objective=row.objective and Objective(row.objective),
    )  # fmt: skip
    return Write(
        id=row.id, request=request, mode=Mode(row.mode), state=WriteState(row.state),
        **{name: getattr(row, name) for name in PLAIN}, **{name: instant(getattr(row, name)) for name in INSTANTS},
    )  # fmt: skip
