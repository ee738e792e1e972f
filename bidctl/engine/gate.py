"""The write gate: the one place through which every write of every kind passes (DESIGN 5).

decided -> [approved] -> dropped | sending -> confirmed | refused | put_off | not_sent | unknown -> (read back) confirmed | absent
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bidctl.domain.campaign import Creative, Reading
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import AccountId, Field, Mode, Suggestion, SuggestionState
from bidctl.domain.writes import Answer, AnswerKind, Write, WriteRequest, WriteState
from bidctl.engine.aftermath import look_after
from bidctl.engine.breaker import FAILED
from bidctl.engine.clearance import MAX_OFFSET_S, Evidence, Objection, needs_suggestion, objection
from bidctl.engine.external import LOOK_BACK, REACHED, Foreign, adopt, differences, save_adopted
from bidctl.engine.gate_parts import GateSettings, LedgerFailed, Parts, notice, trip
from bidctl.engine.pauses import note
from bidctl.engine.ports import (
    Clock,
    DecisionRecord,
    GateView,
    KnownCampaign,
    Ledger,
    Notice,
    Notifier,
    PlatformReads,
    PlatformWriter,
    ReadFailed,
    Transaction,
)
from bidctl.engine.records import request as request_of
from bidctl.engine.recovery import Recovery
from bidctl.engine.shown import same, shown
from bidctl.wording import Wording

DRY = Objection("DRY", Wording("演练, 不写入", "dry run: nothing is written"))
__all__ = ["Gate", "GateSettings", "LedgerFailed"]

STOPPING = Objection("STOPPING", Wording("程序正在退出", "the program is stopping"))
UNSTORED = Objection(
    "UNSTORED", Wording("决策未先存档, 不写入", "its decision is not stored as it stands: not written")
)
USED = Objection("USED", Wording("该决策已写过一次", "this decision was taken up by a write before"))
UNAPPROVED = Objection("UNAPPROVED", Wording("尚未得到人工批准", "no person has approved it"))
TURN = Objection("OPEN_WRITE", Wording("上一笔改动结果未明", "the last write is still open"))
UNREAD = Objection("UNREAD", Wording("发送前读取失败, 放弃", "the read before sending failed: dropped"))
AGED = Objection(
    "AGED", Wording("读回时数据已旧, 放弃", "what was read back had aged before it could be used: dropped")
)
LATE = Objection("LATE", Wording("已过期限, 未发送", "past its deadline: not sent"))
DISTRUSTED = "平台答复有误, 本轮不写入 / the platform's answer cannot be trusted: nothing is written this time"

ANSWERS = {
    AnswerKind.ACCEPTED: WriteState.CONFIRMED,
    AnswerKind.REFUSED: WriteState.REFUSED,
    AnswerKind.PUT_OFF: WriteState.PUT_OFF,
    AnswerKind.NOT_SENT: WriteState.NOT_SENT,
    AnswerKind.UNKNOWN: WriteState.UNKNOWN,
}


LOOKS = 4
"""How often the campaign is read for one write, until what was read is fresh (ours): an answer may take its time, and so may
the reads beside it."""
UNDER_WAY = 3
"""Writes under way at the same time (ours): a platform takes about one a second, and more would wait while what they have
read ages."""


class Gate:
    """Passes one write at a time per campaign, a few campaigns at once.

    Raises `LedgerFailed` where a step could not be stored; nothing else. Call `recover` before the first tick and `settle`
    in every tick: both read back what is open.
    """

    def __init__(
        self,
        ledger: Ledger,
        reads: PlatformReads,
        writer: PlatformWriter | None,
        clock: Clock,
        notifier: Notifier,
        mode: Mode,
        owner: str,
        fence: int = 0,
        settings: GateSettings | None = None,
        trace: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.parts = Parts(
            ledger, reads, writer, clock, notifier, mode, owner, fence, settings or GateSettings(), trace
        )
        self._inflight: set[int] = set()
        self._under_way, self._slots = 0, asyncio.Semaphore(UNDER_WAY)
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._recovery = Recovery(self.parts, self._inflight)

    async def write(self, request: WriteRequest, decision: DecisionRecord) -> Write:
        """Pass one write. The decision must be stored already. Returns the write as it came out; `id` 0 where it never took
        the campaign's turn (dry run, turn taken, not approved ...): then `why` says so."""
        if self.parts.writer is None:
            return self._never(request, DRY)
        self._under_way += 1
        self._idle.clear()
        try:
            async with self._slots:
                if self._stopping:
                    return self._never(request, STOPPING)
                return await self._pass(request, decision, self.parts.writer)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def recover(self) -> tuple[Write, ...]:
        """Resolve every open row of any owner as far as it can be, and every decision that nobody took up; what stays open
        holds its campaign's turn."""
        still_open = await self._recovery.settle(None)
        self._recovery.drop_left_over()
        return still_open

    def forgo(self, account: AccountId) -> None:
        """State the decisions just stored for an account as dropped: its last read cannot be trusted."""
        self._recovery.drop_left_over(account, DISTRUSTED)

    def refuse(self, decided: DecisionRecord, against: Objection) -> Write:
        """State a decision that waited for its turn as dropped: the rules have changed their mind since. `id` 0 where it could not be
        stored, as `write`."""
        return self._recovery.drop(decided, str(against)) or self._never(request_of(decided, None), against)

    async def settle(self, account: AccountId) -> tuple[Write, ...]:
        """The same for one account, once a tick; the rows that are still open."""
        return await self._recovery.settle(account)

    def stop(self) -> None:
        """Take no new write from here on (SIGTERM)."""
        self._stopping = True

    async def finish(self) -> None:
        """Take no new write, and let those under way end."""
        self.stop()
        await self._idle.wait()

    async def _pass(self, request: WriteRequest, decision: DecisionRecord, writer: PlatformWriter) -> Write:
        clock, began = self.parts.clock, self.parts.clock.monotonic()
        skew = clock.now().timestamp() - began
        taken = self._take(request, decision, writer)
        if isinstance(taken, Objection):
            return self._never(request, taken)
        self._inflight.add(taken.id)
        try:
            sending = await self._check(taken, decision, skew)
            if sending.state is not WriteState.SENDING:
                return sending
            return await self._send(sending, writer, began + self.parts.settings.turn_s)
        finally:
            self._inflight.discard(taken.id)

    def _take(self, request: WriteRequest, decision: DecisionRecord, writer: PlatformWriter) -> Write | Objection:
        """T1: the campaign's turn, for a decision that is stored, approved where it must be, and not taken up before."""
        parts, now = self.parts, self.parts.now()
        with parts.durable("T1") as tx:
            stored = tx.decision(request.decision)
            if stored is None or not _matches(request, stored, decision):
                return UNSTORED
            earlier = tx.recent_writes(request.account, stored.at - timedelta(minutes=1), campaign=request.campaign)
            if any(w.request.decision == request.decision for w in earlier):
                return USED
            approved = {r.id for r in tx.approved(request.account)} if stored.needs_approval else {stored.id}
            if stored.id not in approved:
                return UNAPPROVED
            deadline = now + timedelta(seconds=parts.settings.turn_s)
            write = tx.take_turn(request, parts.mode, writer.app_id, parts.owner, parts.fence, deadline, now)
            return write or TURN

    async def _check(self, taken: Write, decision: DecisionRecord, skew: float) -> Write:
        """Read back, then T2: the row goes to SENDING or is DROPPED."""
        request = taken.request
        try:
            reading, creatives, suggestion = await self._read(request, decision)
        except ReadFailed as failure:
            return self._drop(taken, UNREAD.after(failure.why))
        notices: tuple[Notice, ...] = ()
        with self.parts.durable("T2") as tx:
            evidence = self._evidence(tx, taken, decision, reading, creatives, suggestion, skew)
            against = self._objection(evidence) or (AGED if self._aged(reading.read_at) else None)
            seen = {
                "read_at": reading.read_at,
                "read_value": shown(reading.info, request.field, evidence.can.grid),
                "suggestion": suggestion.value if suggestion.state is SuggestionState.NUMBER else None,
                "suggestion_state": int(suggestion.state),
            }
            if against is None:
                moved = tx.move(taken, WriteState.SENDING, sent_at=self.parts.now(), **seen)
            else:
                moved = tx.move(taken, WriteState.DROPPED, settled_at=self.parts.now(), why=str(against), **seen)
            if evidence.foreign:
                infos = [reading.info]
                notices = adopt(tx, evidence.foreign, infos, reading.read_at, self.parts.mode, evidence.can)
                save_adopted(tx, infos, reading.read_at)
        if against is not None and against.code == Reason.CLOCK_UNSETTLED.name:
            notices = (*notices, self._notice(taken, Alert.CLOCK, str(against)))
        await self.parts.notifier.notify(notices)
        return moved or self._lost(taken)

    def _objection(self, evidence: Evidence) -> Objection | None:
        return objection(evidence)

    async def _read(
        self, request: WriteRequest, decision: DecisionRecord
    ) -> tuple[Reading, tuple[Creative, ...], Suggestion]:
        reads, trace = self.parts.reads, self.parts.trace
        reading = await self._look(request)
        creatives: tuple[Creative, ...] = ()
        if request.field is Field.CREATIVE:
            trace("read:creatives")
            creatives = await reads.creatives(request.account, request.campaign)
        suggestion = Suggestion(SuggestionState.UNKNOWN)
        if needs_suggestion(request, decision.reason):
            trace("read:suggestion")
            suggestion = await reads.suggestion(request.account, reading.info)
        looks = 1
        while self._aged(reading.read_at) and looks < LOOKS:  # it, or the other reads, took their time
            reading, looks = await self._look(request), looks + 1
        return reading, creatives, suggestion

    async def _look(self, request: WriteRequest) -> Reading:
        self.parts.trace("read:campaign")
        return await self.parts.reads.campaign(request.account, request.campaign)

    def _aged(self, read_at: datetime | None) -> bool:
        """Whether a reading is too old to write upon."""
        return read_at is None or self.parts.now() - read_at > timedelta(seconds=self.parts.settings.reading_s)

    def _evidence(
        self,
        tx: Transaction,
        taken: Write,
        decision: DecisionRecord,
        reading: Reading,
        creatives: tuple[Creative, ...],
        suggestion: Suggestion,
        skew: float,
    ) -> Evidence:
        parts, request, can = self.parts, taken.request, self.parts.reads.capabilities
        midnight = reading.read_at.astimezone(ZoneInfo(can.time_zone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        view: GateView = tx.gate_view(request.account, request.campaign, midnight.astimezone(UTC))
        known = tx.load_campaign(request.account, request.campaign)
        foreign = self._foreign(tx, request, known, reading)
        since = reading.read_at - timedelta(days=400 if decision.reason == Reason.START else 8)
        return Evidence(
            request, decision, parts.mode, parts.fence, view, known.life if known else None, reading, creatives, suggestion,
            foreign, tx.edits(request.account, since, request.campaign), self._retired(tx, taken, midnight), can,
            parts.settings.rules, self._clock_ok(skew),
        )  # fmt: skip

    def _retired(self, tx: Transaction, taken: Write, midnight: datetime) -> int:
        """R-KEEP: our retirements in its campaign since midnight."""
        if taken.request.field is not Field.CREATIVE:
            return 0
        account, campaign = taken.request.account, taken.request.campaign
        mine = tx.recent_writes(account, midnight, campaign=campaign, field=Field.CREATIVE)
        return sum(w.id != taken.id and w.state in REACHED and w.request.value.startswith("delete:") for w in mine)

    def _foreign(
        self, tx: Transaction, request: WriteRequest, known: KnownCampaign | None, reading: Reading
    ) -> tuple[Foreign, ...]:
        """What is not ours by the known state; where nothing was known, by the decision's `old`."""
        can, info = self.parts.reads.capabilities, reading.info
        if known is not None:
            mine = tx.recent_writes(request.account, reading.read_at - LOOK_BACK, campaign=request.campaign)
            return differences(known, info, reading.read_at, mine, can)
        value = shown(info, request.field, can.grid)
        if request.field is Field.CREATIVE or same(value, request.old):
            return ()
        at = min(info.modified_at or reading.read_at, reading.read_at)
        return (Foreign(request.account, request.campaign, request.field, request.old, value, at),)

    def _clock_ok(self, skew: float) -> bool:
        """R-CLOCK: the offset of the answer just had, and no step of our own clock since the turn was taken."""
        clock = self.parts.clock
        stepped = abs(clock.now().timestamp() - clock.monotonic() - skew)
        return abs(self.parts.reads.clock_offset_s()) <= MAX_OFFSET_S and stepped <= MAX_OFFSET_S

    async def _send(self, sending: Write, writer: PlatformWriter, latest: float) -> Write:
        """Send once, unless the deadline has passed meanwhile (a stopped process must not send) or what was read has aged,
        then T3."""
        parts = self.parts
        parts.trace("request:write")
        if self._late(sending, latest):
            answer = Answer(AnswerKind.NOT_SENT, str(LATE))
        else:
            answer = await writer.write(replace(sending.request, latest=self._until(sending, latest)))
        return await self._outcome(sending, answer)

    def _until(self, sending: Write, latest: float) -> float:
        """Reading of the monotonic clock past which it must not be sent: its deadline, or what was read is too old by then."""
        clock, age = self.parts.clock, self.parts.now() - (sending.read_at or sending.taken_at)
        return min(latest, clock.monotonic() + self.parts.settings.sent_s - age.total_seconds())

    def _late(self, sending: Write, latest: float) -> bool:
        return self.parts.clock.monotonic() > latest or self._aged(sending.read_at)

    async def _outcome(self, sending: Write, answer: Answer) -> Write:
        """T3: the outcome, the breaker; then what a confirmed edit asks for."""
        state, now = ANSWERS[answer.kind], self.parts.now()
        at = answer.at or now + timedelta(seconds=1)  # our reckoning of platform time may lag by a part of a second
        unknown = at if state is WriteState.UNKNOWN else None
        with self.parts.durable("T3", sent=True) as tx:
            moved = tx.move(
                sending, state, settled_at=at, why=answer.why, platform_request_id=answer.request_id, unknown_at=unknown
            )
            if moved is not None:
                note(tx, moved)
            tripped = trip(tx, sending.request.account, at) if moved and state in FAILED else False
        notices = [self._notice(sending, Alert.BREAKER, answer.why)] if tripped else []
        if state is WriteState.UNKNOWN:
            notices.append(self._notice(sending, Alert.UNKNOWN_OUTCOME, answer.why))
        if moved is not None and state is WriteState.CONFIRMED:
            notices += await look_after(self.parts, moved)
        await self.parts.notifier.notify(notices)
        return moved or self._lost(sending)

    def _drop(self, taken: Write, why: str) -> Write:
        with self.parts.durable("T2") as tx:
            moved = tx.move(taken, WriteState.DROPPED, settled_at=self.parts.now(), why=why)
        return moved or self._lost(taken)

    def _lost(self, write: Write) -> Write:
        """Somebody else moved the row first: what it came to."""
        with self.parts.ledger.begin() as tx:
            return tx.write(write.id) or write

    def _never(self, request: WriteRequest, against: Objection) -> Write:
        parts, now = self.parts, self.parts.now()
        app = parts.writer.app_id if parts.writer else ""
        return Write(
            0,
            request,
            parts.mode,
            app,
            WriteState.DROPPED,
            parts.owner,
            parts.fence,
            now,
            now,
            settled_at=now,
            why=str(against),
        )

    def _notice(self, write: Write, alert: Alert, detail: str) -> Notice:
        return notice(self.parts, write.request.account, write.request.campaign, alert, detail)


def _matches(request: WriteRequest, stored: DecisionRecord, decision: DecisionRecord) -> bool:
    if (stored.mode, stored.reason, stored.needs_approval) != (decision.mode, decision.reason, decision.needs_approval):
        return False
    wanted = (stored.account, stored.campaign, stored.field, stored.old, stored.new)
    return (request.account, request.campaign, request.field, request.old, request.value) == wanted
