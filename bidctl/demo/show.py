"""The show: a day dry, a fortnight live, a stretch under the real scheduler, with people and accidents on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bidctl import wiring
from bidctl.adapters.clock import EmulatorClock
from bidctl.adapters.scheduler import Scheduler
from bidctl.config import Settings
from bidctl.demo.cast import Cast
from bidctl.demo.closing import Held
from bidctl.demo.stage import APP, Stage
from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import Mode
from bidctl.engine.session import Session
from bidctl.engine.tick_report import TickReport

TICK = timedelta(minutes=30)
SET_TARGET = "roi2_goal/update"
STRETCH_SPEED, STRETCH_TICK, STRETCH_TICKS = 600.0, timedelta(minutes=5), 3
"""Virtual seconds a second while the real scheduler runs, its period (half a real second), and how many ticks."""
STRETCH_AT, STRETCH = timedelta(days=1.5), STRETCH_TICKS * STRETCH_TICK
A_DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
ACCIDENTS = {3: "lost_reply_applied", 5: "lost_reply_not_applied", 7: "http_500_applied", 9: "lost_reply_applied"}
"""Live day -> what happens to one write of that day."""
HUMAN_DAY, HUMAN_GROUP = 2, "steady-high"
KILL_DAY = 4
NINE, NOON = timedelta(hours=9), timedelta(hours=12)


@dataclass
class Tally:
    """What the ticks came to, counted as they went."""

    edits: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    held: Counter[Reason] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    bound: Counter[Rule] = field(default_factory=Counter)
    free: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    foreign: int = 0

    def add(self, reports: list[TickReport]) -> None:
        for r in reports:
            self.held.update(r.held)
            self.foreign += r.foreign
            self.free |= r.free
            self.decided |= r.judged
            for a in r.acts:
                self.acts[Reason(a.reason).name] += 1
                self.bound.update(rule for rule in Rule if a.bound & rule.bit)
            for w in r.writes:
                self.states[w.state.value] += 1
                self.edits += w.state.value == "confirmed" and w.request.field.value == "roi_target"


Progress = Callable[[float, str], None]


class Show:
    """One performance. `progress` hears of (virtual days done, what is on: one text, or a line of both languages); `held`
    follows beside it."""

    def __init__(self, settings: Settings, stage: Stage, cast: Cast, held: Held, progress: Progress) -> None:
        self.settings, self.stage, self.cast, self.held, self.progress = settings, stage, cast, held, progress
        self.dry, self.live = Tally(), Tally()
        self._done = timedelta(0)

    async def run(self, mode: Mode, days: float, tally: Tally) -> None:
        """So many virtual days of one mode, tick by tick; on the second live day a stretch under the real scheduler."""
        async with wiring.parts(self.settings, mode) as parts:
            self.stage.mark("run", app_id=APP, mode=mode.value)
            session = wiring.session(parts, STRETCH_SPEED)
            await session.open()
            try:
                for k in range(round(days * A_DAY / TICK)):
                    if mode is Mode.LIVE and k * TICK == STRETCH_AT:
                        await self._stretch(session, parts, tally)
                    await self._step(session, parts, mode, k * TICK, tally)
            finally:
                await session.close()

    async def _step(self, session: Session, parts: wiring.Parts, mode: Mode, since: timedelta, tally: Tally) -> None:
        clock = parts.clock
        assert isinstance(clock, EmulatorClock)
        day, hour = divmod(since, A_DAY)
        if mode is Mode.LIVE and hour == NINE:
            self._incidents(day)
        if mode is Mode.LIVE and day == KILL_DAY and hour in (NINE, NOON):
            self._kill(parts, hour == NINE)
        clock.jump(self.stage.advance(TICK.total_seconds()))
        self._tell(parts, f"{mode.value} {clock.now().astimezone(ZONE):%m-%d %H:%M}", TICK)
        tally.add(await session.tick())

    def _tell(self, parts: wiring.Parts, what: str, more: timedelta) -> None:
        self.cast.enter(self.stage, parts.ledger, parts.clock.now())
        if parts.clock.now().minute < TICK.total_seconds() / 60:  # once an hour
            self.held.follow(parts.clock.now())
        self._done += more
        self.progress(self._done / A_DAY, what)

    def _incidents(self, day: int) -> None:
        if day in ACCIDENTS:
            self.stage.fault(ACCIDENTS[day], SET_TARGET)
        if day == HUMAN_DAY:
            chosen = next((p for p in self.stage.plans() if p.group == HUMAN_GROUP), None)
            if chosen is not None:
                self.stage.human_edit(chosen.campaign, "roi_target", 3.30, after_seconds=600)

    def _kill(self, parts: wiring.Parts, on: bool) -> None:
        """A person pulls the kill switch, and releases it three hours later."""
        with parts.ledger.begin(durable=True) as t:
            t.set_kill(None, on, "demo", parts.clock.now())
        self.stage.mark("kill" if on else "resume")

    async def _stretch(self, session: Session, parts: wiring.Parts, tally: Tally) -> None:
        """Some ticks under the real scheduler, time running by itself."""
        scheduler, left = Scheduler(), STRETCH_TICKS

        async def tick() -> None:
            nonlocal left
            self._tell(
                parts,
                f"live, 真实调度器 x{STRETCH_SPEED:.0f} / live, real scheduler x{STRETCH_SPEED:.0f}",
                STRETCH_TICK,
            )
            tally.add(await session.tick())
            left -= 1
            if left == 0:
                scheduler.stop()

        self._speed(parts, STRETCH_SPEED)
        try:
            scheduler.every(STRETCH_TICK.total_seconds() / STRETCH_SPEED, tick, "tick")
            await scheduler.run()
        finally:
            self._speed(parts, 0.0)

    def _speed(self, parts: wiring.Parts, speed: float) -> None:
        assert isinstance(parts.clock, EmulatorClock)
        parts.clock.speed = speed
        parts.clock.jump(self.stage.speed(speed))
        parts.client.time.offset.forget()


def now_of(settings: Settings) -> datetime:
    """Virtual now."""
    return wiring.clock(settings).now()
