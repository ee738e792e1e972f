"""Starting up is recovering: every open write is brought to an end, by reading back and never by sending again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bidctl.domain.campaign import LoggedEdit, Reading
from bidctl.domain.reasons import Alert
from bidctl.domain.values import AccountId, Field
from bidctl.domain.writes import OPEN_STATES, Write, WriteState
from bidctl.engine.breaker import FAILED
from bidctl.engine.external import SLACK
from bidctl.engine.gate_parts import Parts, notice, trip
from bidctl.engine.pauses import note
from bidctl.engine.ports import DecisionRecord, ReadFailed, Transaction
from bidctl.engine.readback import Verdict, judge
from bidctl.engine.records import request
from bidctl.engine.shown import creative_after, creative_before, creative_shown, shown

SKEW_S = 30.0
"""Another worker's clock may be this far from ours (R-CLOCK)."""
EXPIRED = "期限已过, 未发送 / its turn ran out before anything was sent"
LEFT = "决策存档后程序中断, 未发送 / the process ended between storing this decision and taking it up: not sent"
SILENT = "发送后没有结果记录 / sent, and no outcome was recorded"


class Recovery:
    """Advances open rows of any owner. `inflight`: ids that this very process is passing right now; they are left alone."""

    def __init__(self, parts: Parts, inflight: Collection[int]) -> None:
        self._parts, self._inflight = parts, inflight

    async def settle(self, account: AccountId | None) -> tuple[Write, ...]:
        """One pass over the open rows (of an account, or all); those that are still open. A dry run touches none."""
        if self._parts.writer is None:
            return ()
        with self._parts.ledger.begin() as tx:
            rows = tx.open_writes(account)
        moved = [w if w.id in self._inflight else await self._advance(w) for w in rows]
        return tuple(w for w in moved if w.state in OPEN_STATES)

    def drop_left_over(self, account: AccountId | None = None, why: str = LEFT) -> None:
        """Decisions that were stored and never taken up are stated as dropped; the next tick decides anew. A campaign whose
        turn is taken keeps its own for the next start. Only where no decision (of the account) is on its way."""
        parts, now = self._parts, self._parts.now()
        if parts.writer is None:
            return
        with parts.durable("settle", sent=True) as tx:
            for decided in tx.left_over(account):
                self._drop(tx, decided, parts.writer.app_id, now, why)

    def drop(self, decided: DecisionRecord, why: str) -> Write | None:
        """State one decision as dropped before it is taken up; None where its campaign's turn is taken, or in a dry run."""
        if self._parts.writer is None:
            return None
        with self._parts.durable("settle", sent=True) as tx:
            return self._drop(tx, decided, self._parts.writer.app_id, self._parts.now(), why)

    def _drop(self, tx: Transaction, decided: DecisionRecord, app_id: str, now: datetime, why: str) -> Write | None:
        parts = self._parts
        taken = tx.take_turn(request(decided, None), decided.mode, app_id, parts.owner, parts.fence, now, now)
        return None if taken is None else tx.move(taken, WriteState.DROPPED, settled_at=now, why=why)

    async def _advance(self, write: Write) -> Write:
        now, can = self._parts.now(), self._parts.reads.capabilities
        if write.state is WriteState.TAKEN:
            return self._move(write, WriteState.DROPPED, EXPIRED) if now > write.deadline else write
        if write.state is WriteState.SENDING:
            if now <= write.deadline + timedelta(seconds=can.request_timeout_s + SKEW_S):
                return write  # it may still be on the wire, in this or another worker's hands
            write = self._move(write, WriteState.UNKNOWN, SILENT)
            await self._tell(write, Alert.UNKNOWN_OUTCOME)
        return await self._read_back(write) if write.state is WriteState.UNKNOWN else write

    async def _read_back(self, write: Write) -> Write:
        try:
            verdict, value = await self._verdict(write)
        except ReadFailed:
            return write
        return self._move(write, verdict.state, verdict.why, verdict, value)

    async def _verdict(self, write: Write) -> tuple[Verdict, str | None]:
        asked, reads, can = write.request, self._parts.reads, self._parts.reads.capabilities
        self._parts.trace("read:back")
        reading: Reading = await reads.campaign(asked.account, asked.campaign)
        since = (write.sent_at or write.taken_at) - SLACK
        log: tuple[LoggedEdit, ...] = ()
        if can.has_edit_log:
            log = await reads.edit_log(asked.account, since, asked.campaign)
        old, new, value = asked.old, asked.value, shown(reading.info, asked.field, can.grid)
        if asked.field is Field.CREATIVE:
            value = creative_shown(asked.value, await reads.creatives(asked.account, asked.campaign))
            old, new = creative_before(asked.value), creative_after(asked.value)
        return judge(write, value, old, new, reading, log, can), value

    def _move(
        self, write: Write, to: WriteState, why: str, verdict: Verdict | None = None, value: str | None = None
    ) -> Write:
        """Compare-and-set; where somebody else was first, the row as it stands now."""
        now = self._parts.now() + timedelta(seconds=1)  # our reckoning of platform time may lag by a part of a second
        changes: dict[str, object] = {"settled_at": now, "why": why}
        if verdict is not None:
            changes |= {
                "absent_reads": verdict.absent_reads,
                "absent_first_at": verdict.absent_first_at,
                "read_value": value,
            }
        if to is WriteState.UNKNOWN:
            changes["unknown_at"] = write.unknown_at or now
        with self._parts.durable("settle", sent=True) as tx:
            moved = tx.move(write, to, **changes)
            if moved is not None:
                note(tx, moved)
            if moved is not None and to in FAILED:
                trip(tx, write.request.account, now)
            return moved or tx.write(write.id) or write

    async def _tell(self, write: Write, alert: Alert) -> None:
        asked = write.request
        await self._parts.notifier.notify([notice(self._parts, asked.account, asked.campaign, alert, write.why)])
