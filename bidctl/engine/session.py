"""A run: the desks of all accounts under one lease, opened by recovery, ticked together, ended cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Alert
from bidctl.domain.tables import OperatorTables
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.days import NaturalDays
from bidctl.engine.gate import Gate, GateSettings
from bidctl.engine.mixed import Book
from bidctl.engine.ports import (
    CONTROLLER_LEASE,
    Clock,
    DecisionRecord,
    Ledger,
    Notice,
    Notifier,
    PlatformReads,
    PlatformWriter,
)
from bidctl.engine.reading import Reading
from bidctl.engine.records import Signature
from bidctl.engine.tick import Desk
from bidctl.engine.tick_report import TickReport
from bidctl.engine.together import together
from bidctl.engine.words import Say
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings

HOLDS_KEPT = timedelta(days=30)
"""How long a hold is kept in full; its count stays (ours)."""
AT_ONCE = 8
"""Accounts that are read at the same time (ours)."""


class Standby(Exception):
    """Another process holds the lease of this database."""


class Session:
    """One process at work on one database. `owner` is unique to the process; `lease_s`: real seconds after which another
    process may take over from one that died. `pace`: seconds of the clock a real one (an emulator's speed), by which the life
    of a write is stretched. `tables`: what the operator's own tables say, asked at every tick."""

    def __init__(
        self, accounts: Sequence[AccountId], reads: PlatformReads, writer: PlatformWriter | None, ledger: Ledger, clock: Clock,
        notifier: Notifier, book: Book, rules: RuleSettings, sign: Signature, owner: str, *, lease_s: float = 60.0, pace: float = 1.0,
        real: Clock | None = None, tables: Callable[[], OperatorTables] = OperatorTables, trace: Callable[[str], None] = lambda step: None,
    ) -> None:  # fmt: skip
        self._accounts, self._reads, self._writer, self._ledger, self._clock = accounts, reads, writer, ledger, clock
        self._notifier, self._book, self._rules, self._sign, self._owner = notifier, book, rules, sign, owner
        self._tables = tables
        self._lease_s, self._pace, self._real, self._trace = lease_s, pace, real or clock, trace
        self._gate: Gate | None = None
        self._closed = False
        self._compacted: int | None = None
        self.desks: list[Desk] = []

    async def open(self) -> None:
        """Take the lease, resolve every open write, load what is known. Raises Standby while another process is at work."""
        gate = self._begin(self._lease(), self._writer)
        await gate.recover()
        for desk in self.desks:
            desk.open()

    def look(self) -> None:
        """Load what is known beside whoever is at work, without the lease: only `wish`, `preview` and `inspect` may be asked then, and
        nothing can be written."""
        self._begin(0, None)
        for desk in self.desks:
            desk.open()

    def _begin(self, fence: int, writer: PlatformWriter | None) -> Gate:
        self._gate = gate = Gate(
            self._ledger, self._reads, writer, self._clock, self._notifier, self._sign.mode, self._owner, fence,
            self._gate_settings(), self._trace,
        )  # fmt: skip
        self.desks = [
            Desk(
                a,
                self._reads,
                self._ledger,
                gate,
                self._clock,
                self._notifier,
                self._book,
                self._rules,
                self._sign,
                self._tables,
            )
            for a in self._accounts
        ]
        return gate

    async def tick(self, done: Callable[[int, int], None] = lambda ready, of: None) -> list[TickReport]:
        """One tick of every account; `done` hears how many of them are ready. Raises Standby where the lease was lost. A process
        whose lease somebody else has had in between opens anew: its gate's fence is no longer good, and what it knows is not all."""
        fence = self._lease()
        if self._gate is not None and not self._closed and fence != self._gate.parts.fence:
            await self.open()
        slots, ready = asyncio.Semaphore(AT_ONCE), 0

        async def one(desk: Desk) -> TickReport:
            nonlocal ready
            async with slots:
                report = await desk.tick()
            ready += 1
            done(ready, len(self.desks))
            return report

        reports = await together(one(d) for d in self.desks)
        self._compact()
        return reports

    def _compact(self) -> None:
        """Forget old holds, once a natural day."""
        now = self._clock.now()
        today = NaturalDays(self._reads.capabilities.time_zone).of(now.timestamp())
        if today != self._compacted:
            with self._ledger.begin() as t:
                t.compact(now - HOLDS_KEPT)
            self._compacted = today

    async def preview(self) -> list[TickReport]:
        """What a tick would do now, beside the process that does it (see `look`)."""
        return [await desk.preview() for desk in self.desks]

    async def inspect(self, account: AccountId) -> tuple[Reading, Observation, Decisions]:
        """What a tick of one of its accounts would read, see and decide now (see `look`)."""
        return await self._desk(account).look()

    async def take_up(self, account: AccountId, decisions: Collection[str]) -> dict[str, tuple[str, str]]:
        """Carry out approved proposals of an account at once; what each came to, and why."""
        return await self._desk(account).take_up(decisions)

    async def wish(self, account: AccountId, campaign: CampaignId, policy: Policy) -> DecisionRecord | None:
        """What `policy` would do to one campaign now; None where it is not enrolled."""
        return await self._desk(account).wish(campaign, policy) if account in self._accounts else None

    def _desk(self, account: AccountId) -> Desk:
        return next(d for d in self.desks if d.account == account)

    def beat(self) -> None:
        """Keep the lease between ticks. Raises Standby where it was lost."""
        self._lease()

    async def watch_heartbeat(self, period: timedelta) -> None:
        """Alarm for each account that has not ticked for two periods."""
        now = self._clock.now()
        with self._ledger.begin() as t:
            last = {a: t.last_beat(a) for a in self._accounts}
        await self._notifier.notify([
            Notice(Alert.HEARTBEAT, a, None, self._sign.mode, now, Say.LAST_TICK(at=at).both, f"HEARTBEAT/{a}")
            for a, at in last.items()
            if at is not None and now - at > 2 * period
        ])  # fmt: skip

    def stop(self) -> None:
        """Begin no new write; the one under way ends."""
        self._closed = True
        if self._gate is not None:
            self._gate.stop()

    async def close(self) -> None:
        """Let the open write end, give the lease back."""
        self._closed = True
        if self._gate is not None:
            await self._gate.finish()
        self._ledger.release_lease(CONTROLLER_LEASE, self._owner)

    def _gate_settings(self) -> GateSettings:
        real = GateSettings(rules=self._rules)
        return replace(
            real,
            turn_s=real.turn_s * self._pace,
            reading_s=real.reading_s * self._pace,
            sent_s=real.sent_s * self._pace,
        )

    def _lease(self) -> int:
        fence = self._ledger.acquire_lease(CONTROLLER_LEASE, self._owner, self._real.now(), self._lease_s)
        if fence is None:
            raise Standby
        return fence
