"""Writes and their life: the turn, the compare-and-set, the edit that follows from each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bidctl.adapters.store.edits import EditRows
from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import WRITES
from bidctl.adapters.store.work import AnyRow
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


class WriteRows(EditRows):
    """The write part of a transaction; see `engine.ports.Transaction`."""

    def take_turn(
        self, request: WriteRequest, mode: Mode, app_id: str, owner: str, fence: int, deadline: datetime, now: datetime
    ) -> Write | None:
        taken = Write(0, request, mode, app_id, WriteState.TAKEN, owner, fence, deadline, taken_at=now)
        insert = self.insert(WRITES).values(_columns(taken)).on_conflict_do_nothing(index_elements=["open_key"])
        number = self.connection.execute(insert.returning(WRITES.c.id)).scalar()
        return None if number is None else replace(taken, id=number)

    def move(self, write: Write, to: WriteState, **changes: object) -> Write | None:
        moved = replace(write, **{**changes, "state": to, "id": write.id})  # type: ignore[arg-type]
        mine = (WRITES.c.id == write.id) & (WRITES.c.state == write.state.value) & (WRITES.c.fence == write.fence)
        if self.change(update(WRITES).where(mine).values(_columns(moved))) != 1:
            return None
        self.follow_write(moved)
        return moved

    def open_writes(self, account: AccountId | None = None) -> tuple[Write, ...]:
        still_open = select(WRITES).where(WRITES.c.open_key > "")  # "is not null", or sorting here, would scan them all
        found = self.rows(still_open if account is None else still_open.where(WRITES.c.account == account))
        return tuple(sorted((_write(row) for row in found), key=lambda write: write.id))

    def write(self, write_id: int) -> Write | None:
        row = self.row(select(WRITES).where(WRITES.c.id == write_id))
        return None if row is None else _write(row)

    def wrote_before(self, account: AccountId, mode: Mode, until: datetime) -> bool:
        theirs = (WRITES.c.account == account) & (WRITES.c.mode == mode.value)
        done = (WRITES.c.state == WriteState.CONFIRMED.value) & (WRITES.c.taken_at < micros(until))
        return self.row(select(WRITES.c.id).where(theirs, done).limit(1)) is not None

    def recent_writes(
        self, account: AccountId, since: datetime, *, campaign: CampaignId | None = None, field: Field | None = None
    ) -> tuple[Write, ...]:
        recent = (WRITES.c.account == account) & (WRITES.c.touched_at >= micros(since))
        if campaign is not None:
            recent &= WRITES.c.campaign == campaign
        if field is not None:
            recent &= WRITES.c.field == field.value
        return tuple(_write(row) for row in self.rows(select(WRITES).where(recent).order_by(WRITES.c.id)))


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
