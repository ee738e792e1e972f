"""One seed, one schedule: faults armed where they hit, people and other tools at work, crashes, a second process."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from bidctl.audit import AuditReport
from bidctl.domain.decision import Lever
from bidctl.domain.values import CampaignId, Hold, Mode
from bidctl.engine.approvals import PLAN_TICK
from bidctl.engine.decide import decide
from bidctl.engine.gate_parts import LedgerFailed
from bidctl.engine.reading import Reading
from bidctl.engine.records import decision_id
from bidctl.engine.session import Standby
from bidctl.engine.tick import Desk
from bidctl.engine.tick_report import TickReport
from tests.long.arming import KINDS, OF_A_WRITE, arm
from tests.long.happenings import Happenings
from tests.long.stage import APP, LEASE_S, WORLDS, Crash, Process, in_thread, no_waiting, staged
from tests.long.verdict import breaches, judged, losses

MOST_STEPS, LEAST_STEPS, WILD_STEPS = 60, 6, 20
"""After the wild ones only the faults go on, at the rate of one edit per campaign and step."""


FENCED = "SELECT campaign FROM writes WHERE taken_at >= ? AND why LIKE 'FENCE%'"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a schedule came to. `covered`: kinds that hit where they must; `edits`: ours that were applied."""

    seed: int
    primary: str
    covered: frozenset[str]
    events: Counter[str]
    edits: int
    races: int
    found: tuple[str, ...]


@dataclass
class Trap:
    """An action at the `left`-th step whose name begins with `step`."""

    step: str
    left: int
    act: Callable[[], None]


@dataclass
class Schedule(Happenings):
    """The state of one play."""

    primary: str = ""
    process: Process | None = None
    mode: Mode = Mode.LIVE
    traps: list[Trap] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    stated: set[str] = field(default_factory=set)
    cut_short: set[str] = field(default_factory=set)
    planned: Any = None
    edges: float = 0.25
    always: str = ""
    unauthorised: bool = False
    fenced: list[str] = field(default_factory=list)

    # steps

    async def run(self) -> None:
        """Steps until the primary fault has hit and an edit of ours was applied."""
        begun = len(self.ours())
        await self.restart()
        for step in range(MOST_STEPS):
            if step >= LEAST_STEPS and self.primary in self.covered and len(self.ours()) > begun:
                break
            await self.step(calm=step > WILD_STEPS)
        await self.quieten()

    def ours(self) -> list[dict[str, Any]]:
        return [e for e in self.stage.entries() if e["app_id"] == APP and e["outcome"] == "applied"]

    async def step(self, *, calm: bool) -> None:
        """Time passes, something may happen, faults are armed, one tick."""
        self.stage.advance(self.rng.uniform(3700, 9000) if calm else self.pause())
        if not calm:
            await self.happen()
        else:
            self.unsettle()
            if self.mode is not Mode.LIVE and self.process is not None:
                await self.change_mode()
        self.people(calm)
        if self.unauthorised and (calm or self.rng.random() < 0.6):
            self.events["authorised again"] += 1
            await self.stage.connect()
        self.stage.advance(2.0)  # stepped time stands: an edit of this very instant could not be told from a later one
        if self.process is None:
            await self.restart()
        self.arm()
        if not calm:
            self.trap()
        await self.tick()
        self.traps.clear()
        self.stage.control("DELETE", "faults")

    def pause(self) -> float:
        """Mostly minutes; now and then exactly to the end of somebody's hour."""
        rng = self.rng
        if rng.random() < self.edges:
            newest = self.stage.entries()[-1]["at"]
            left = 3600.0 - (self.stage.now() - datetime.fromisoformat(newest)).total_seconds()
            edge = left - 2.0 + rng.choice((-30.0, -1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0, 30.0))
            if edge > 0:
                return edge
        return rng.choice((rng.uniform(20, 600), rng.uniform(600, 1900), rng.uniform(1900, 4500)))

    async def tick(self) -> None:
        """One tick; what fired in it is counted, and what the gate said is kept."""
        if self.process is None:
            return
        desk = self.process.session.desks[0]
        due, first = self.is_due(desk), len(self.stage.faults.hits)
        before = self.newest_tick()
        try:
            reports = await self.process.session.tick()
        except Crash:
            self.cut_short |= self.ticks_since(before)
            await self.bury()
            reports = []
        except LedgerFailed:
            self.cut_short |= self.ticks_since(before)
            reports = []
        except Standby:
            await self.bury()
            reports = []
        self.keep(reports)
        due = due or any(r.acts for r in reports)
        for hit in self.stage.faults.hits[first:]:
            opened = any(s in ("sending", "unknown") for s in hit.open_states)
            if opened if hit.kind in OF_A_WRITE else due:
                self.covered.add(hit.kind)

    def keep(self, reports: list[TickReport]) -> None:
        for report in reports:
            self.stated |= {w.request.decision for w in report.writes if w.id == 0 and w.why}
            self.events.update(f"write {w.state.value}" for w in report.writes)
            self.unauthorised = any("bidctl connect" in trouble for trouble in report.troubles)
            if report.troubles:
                self.events["troubled tick"] += 1

    def newest_tick(self) -> int:
        return int(self.stage.query("SELECT coalesce(max(at), 0) FROM decisions")[0][0])

    def ticks_since(self, at: int) -> set[str]:
        return {str(row[0]) for row in self.stage.query("SELECT DISTINCT tick FROM decisions WHERE at > ?", at)}

    def is_due(self, desk: Desk) -> bool:
        """A dry decision by what is known before the tick."""
        now = desk.now()
        with desk._ledger.begin() as t:
            enrolments = list(t.enrolments(desk.account))
        standing = desk._take_in(Reading(), enrolments, now)
        o = desk.observer.observe(now, standing)
        d = decide(desk._book.mixed(enrolments)[0], o, replace(desk._rules, fresh_s=1e9))
        return bool((d.lever == Lever.TARGET).any())

    # processes

    def trace(self, step: str) -> None:
        for trap in list(self.traps):
            if step.startswith(trap.step):
                trap.left -= 1
                if trap.left == 0:
                    self.traps.remove(trap)
                    trap.act()
                    return

    async def restart(self) -> None:
        """A new process; while the lease of a dead one lives it stands by."""
        skew = self.rng.choice((0.0, 0.0, 0.0, self.rng.uniform(1.5, 20), -self.rng.uniform(1.5, 20)))
        for _ in range(6):
            process = await self.stage.start(self.mode, self.trace, skew)
            try:
                await process.session.open()
            except (Crash, Standby) as why:
                self.events["stands by" if isinstance(why, Standby) else "crash in recovery"] += 1
                await process.die()
                self.stage.processes.remove(process)
                self.stage.advance(LEASE_S / 2 + 1)
                continue
            self.process = process
            return
        raise AssertionError("no process could be started")

    async def bury(self) -> None:
        assert self.process is not None
        await self.process.die()
        self.stage.processes.remove(self.process)
        self.process = None

    def stall(self) -> None:
        """This process stands still; another waits for its lease, ticks, and dies or goes."""
        self.events["stalled, taken over"] += 1
        seconds, ends = self.rng.uniform(LEASE_S + 1, 4 * LEASE_S), self.rng.random() < 0.5
        in_thread(lambda: self._second(seconds, ends))

    async def _second(self, seconds: float, ends: bool) -> None:
        second = await self.stage.start(self.mode, lambda step: None)
        try:
            await second.session.open()
            raise AssertionError("a second process got to work beside the first")
        except Standby:
            self.stage.advance(seconds)
        await second.session.open()
        self.keep(await second.session.tick())
        self.stage.processes.remove(second)
        await (second.leave() if ends else second.die())

    # what happens

    async def happen(self) -> None:
        """Between ticks."""
        rng = self.rng
        what = rng.choices(
            ("nothing", "human", "tool", "kill", "restart", "vanish", "hold", "unenrol", "our clock", "plan", "mode"),
            (40, 14, 6, 5, 5, 4, 3, 3, 3, 5, 3),
        )[0]
        campaign = rng.choice(self.stage.campaigns)
        if what == "human":
            self.human(campaign, rng.choice((0.0, rng.uniform(0, 3600))))
        elif what == "tool":
            self.tool(campaign)
        elif what == "kill":
            self.kill()
        elif what == "restart" and self.process is not None:
            self.events["restart"] += 1
            await self.process.leave()
            self.stage.processes.remove(self.process)
            self.process = None
        elif what == "vanish" and self.process is not None:
            self.events["vanished"] += 1
            await self.bury()
        elif what == "hold":
            self.hold(campaign)
        elif what == "unenrol":
            self.unenrol(campaign)
        elif what == "our clock" and self.process is not None:
            self.events["our clock steps"] += 1
            self.process.skew_s = rng.choice((-1, 1)) * rng.uniform(5, 120)
            self.stage.synchronise()
        elif what == "plan" and self.process is not None:
            await self.plan(campaign)
        elif what == "mode" and self.process is not None:
            await self.change_mode()

    def people(self, calm: bool) -> None:
        """Operators put things right after a while."""
        rng, now = self.rng, self.stage.now()
        if self.killed and (calm or rng.random() < 0.4):
            self.release()
        if self.away is not None and (calm or rng.random() < 0.5):
            self.enrol_again()
        if calm or rng.random() < 0.5:
            with self.stage.ledger() as t:
                t.set_breaker(self.stage.account, False, "operator", now)
                for campaign in self.stage.campaigns:
                    t.set_hold(self.stage.account, campaign, Hold(0), "operator", now)
        if self.process is not None and rng.random() < 0.5 and abs(self.process.skew_s) > 25:
            self.process.skew_s = 0.0
            self.stage.synchronise()
        with self.stage.ledger() as t:
            for waiting in t.pending(self.stage.account):
                if rng.random() < 0.7:
                    self.events["answered a proposal"] += 1
                    t.answer_proposal(waiting.id, rng.random() < 0.85, "operator", now)

    async def plan(self, campaign: CampaignId) -> None:
        """A person plans a change, and applies the plan later."""
        assert self.process is not None
        session = self.process.session
        if self.planned is None:
            wish = await session.wish(self.stage.account, campaign, _first_policy(session.desks[0]))
            self.planned = wish if wish is not None and wish.field is not None else None
            return
        self.events["apply"] += 1
        decided, self.planned = self.planned, None
        if decided.mode is self.mode:
            tick = f"{PLAN_TICK}of {self.stage.now().isoformat()}"
            named = decision_id(decided.account, decided.campaign, tick, decided.field, decided.new)
            asked = replace(decided, id=named, tick=tick, needs_approval=True)
            with self.stage.ledger() as t:
                t.add_decisions([asked])
                t.answer_proposal(asked.id, True, "operator", self.stage.now())
            await session.take_up(self.stage.account, [asked.id])

    async def change_mode(self) -> None:
        """Another mode needs another process."""
        assert self.process is not None
        self.events["mode changed"] += 1
        self.mode = Mode.APPROVE if self.mode is Mode.LIVE else Mode.LIVE
        await self.process.leave()
        self.stage.processes.remove(self.process)
        self.process = None
        self.stage.mark("run", app_id=APP, mode=self.mode.value)

    def arm(self) -> None:
        """The primary until it has hit, and others beside it."""
        if self.primary not in self.covered:
            arm(self.stage, self.rng, self.primary, aimed=True)
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            arm(self.stage, self.rng, self.rng.choice(KINDS), aimed=self.rng.random() < 0.7)

    def trap(self) -> None:
        """Something happens in the middle of the tick."""
        rng = self.rng
        if self.always:
            self.traps.append(Trap("read:campaign", 1, getattr(self, self.always)))
            return
        if rng.random() < 0.4:
            return
        act = rng.choice((
            self.crash, self.crash, self.stall, self.stall, self.suggestion_now, self.nap, self.nap, self.kill_now,
            self.human_now, self.human_now,
            self.tool_now, self.unenrol_now, self.nap_and_human,
        ))  # fmt: skip
        steps = {
            self.crash: ("read:", "request:write", "commit:T1", "commit:T2", "commit:T3", "commit:settle", "commit:after", "read:back"),
            self.kill_now: ("read:campaign",),
            self.suggestion_now: ("read:campaign",),
            self.unenrol_now: ("read:campaign",),
        }  # fmt: skip
        where = rng.choice(steps.get(act, ("read:campaign", "request:write", "request:write")))
        self.traps.append(Trap(where, rng.choice((1, 1, 2)), act))

    # the end

    async def quieten(self) -> None:
        """No more faults, everything released, some quiet hours in live mode."""
        self.stage.control("DELETE", "faults")
        self.people(calm=True)
        await self.stage.connect()
        if self.mode is not Mode.LIVE and self.process is not None:
            await self.change_mode()
        calm = self.stage.now().timestamp() * 1e6
        for seconds in (130, 130, 600, 3700, 1800):
            self.stage.advance(seconds)
            if self.process is None:
                await self.restart()
            assert self.process is not None
            self.process.skew_s = 0.0
            self.stage.synchronise()
            self.people(calm=True)
            await self.tick()
        self.fenced = [str(row[0]) for row in self.stage.query(FENCED, calm)]
        if self.process is not None:
            await self.process.leave()


def _first_policy(desk: Desk) -> Any:
    return next(iter(desk._book.policies.values()))[1]


def play(seed: int, *, edges: float = 0.25, always: str = "") -> Outcome:
    """Play a schedule to its end and judge it. `edges`: share of the steps that end with somebody's hour. `always`: what happens
    in every tick between a decision and the gate's reading ("" = anything, now and then)."""
    primary = KINDS[seed % len(KINDS)]
    with staged(seed % WORLDS) as stage:
        begin = int(stage.now().timestamp() * 1e6)
        edits = sum(e["app_id"] == APP and e["outcome"] == "applied" for e in stage.entries())
        schedule = Schedule(stage, Random(seed), primary=primary, edges=edges, always=always)
        asyncio.run(_run(schedule))
        report: AuditReport = judged(stage)
        found = breaches(report) + losses(stage, begin, schedule.stated, schedule.cut_short)
        found += [f"stuck: {campaign} dropped by a fence while nobody else was at work" for campaign in schedule.fenced]
        own = len(schedule.ours()) - edits
        return Outcome(
            seed, primary, frozenset(schedule.covered), schedule.events, own, report.race_count, tuple(found)
        )


async def _run(schedule: Schedule) -> None:
    async with no_waiting():
        try:
            await schedule.run()
        finally:
            for process in list(schedule.stage.processes):
                await process.die()
