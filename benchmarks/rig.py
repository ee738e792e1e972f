"""One whole installation to measure: an emulator in its own process, and the wired live parts against it over HTTP."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from cryptography.fernet import Fernet

from bidctl import wiring
from bidctl.adapters.clock import EmulatorClock
from bidctl.adapters.openapi.limits import Limits
from bidctl.adapters.store import SqlLedger, count_statements
from bidctl.config import Platform, Run, Settings, Stoploss, Store
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Field, Intent, Mode, Side
from bidctl.domain.writes import WriteRequest, WriteState
from bidctl.engine.ports import KnownLife
from bidctl.engine.session import Session
from bidctl.wiring.account import connect

APP = "1700000000000001"
HOLD, MOVE = "policies.hold:Hold", "benchmarks.mover:Lower"
COHORTS = 50
"""One cohort of campaigns moves in each tick: 2 % of them."""
TICK = timedelta(minutes=10)
MARGIN = 0.95
"""High enough for no lowering to end at the floor."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick cost. Seconds of the wall and of CPU; `asked`: requests by endpoint; `virtual_s`: platform time it took."""

    wall_s: float
    cpu_s: float
    emulator_cpu_s: float
    virtual_s: float
    statements: int
    rows_read: int
    rows_written: int
    asked: Mapping[str, int]
    writes: Mapping[str, int]
    held: Mapping[str, int]
    troubles: int
    why: Mapping[str, int]


class Counting:
    """Requests by endpoint, counted where each waits for its turn."""

    asked: ClassVar[Counter[str]] = Counter()
    _begun: ClassVar[bool] = False

    @classmethod
    def begin(cls) -> None:
        """Count from now on, in this process; each request once, however many installations there are."""
        if cls._begun:
            return
        cls._begun = True
        acquire = Limits.acquire

        async def counted(self: Limits, path: str, advertiser: str | None, max_wait_s: float = math.inf) -> None:
            cls.asked[path.rpartition("/v1.0/")[2].strip("/")] += 1
            await acquire(self, path, advertiser, max_wait_s)

        Limits.acquire = counted  # type: ignore[method-assign]


class Emulated:
    """`bidctl emulate qianchuan` in a process of its own, time stepped."""

    def __init__(self, scenario: str, place: Path) -> None:
        command = [sys.executable, "-m", "bidctl", "emulate", "qianchuan", "--scenario", scenario, "--stepped"]
        self._process = subprocess.Popen([*command, "--journal", str(place)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().split()[1]
        self.pid = self._process.pid

    def control(self, method: str, name: str, body: object = None) -> dict[str, object]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{name}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            found: dict[str, object] = json.load(answer)
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


class Rig:
    """The installation. `place`: an empty folder. Use `running`."""

    def __init__(self, place: Path, emulated: Emulated) -> None:
        self.place, self.emulated = place, emulated
        os.environ.setdefault("BIDCTL_SECRET_KEY", Fernet.generate_key().decode())
        Counting.begin()
        self.settings = Settings(
            store=Store(url=f"sqlite:///{place}/bidctl.db"),
            platform=Platform(base_url=emulated.url, app_id=APP, app_secret="bench", limits="on", clock="emulator"),
            run=Run(kill_file=str(place / "kill")),
            stoploss=Stoploss(spend_without_orders="off", loss_of_day="off"),
        )
        self.plans: list[Enrolment] = []
        self.ticks = 0
        self._parts: wiring.Parts
        self._session: Session

    @property
    def ledger(self) -> SqlLedger:
        return self._parts.ledger

    async def set_up(self) -> None:
        """Authorise, and enrol every campaign as one that has long been observed and is past the first live day."""
        await connect(self.settings, "auth-code-1")
        config = self.emulated.control("GET", "config")
        with wiring.ledger(self.settings) as ledger:
            now = wiring.clock(self.settings).now()
            self.plans = [_enrolment(c, now) for c in config["campaigns"]]  # type: ignore[attr-defined]
            with ledger.begin(durable=True) as t:
                for plan in self.plans:
                    t.enrol(plan)
                for plan in {p.account: p for p in self.plans}.values():
                    _wrote(t, plan, now - timedelta(days=9))
            await self._remember(ledger, now)
        self.emulated.control("POST", "mark", {"mark": "run", "data": {"app_id": APP, "mode": "live"}})
        self.emulated.control(
            "POST", "mark", {"mark": "enrol", "data": {"campaigns": [p.campaign for p in self.plans]}}
        )

    async def _remember(self, ledger: SqlLedger, now: datetime) -> None:
        """What a ledger of some weeks knows: every campaign, and that it was fed long ago."""
        async with wiring.parts(self.settings, Mode.DRY) as parts:
            for account in dict.fromkeys(p.account for p in self.plans):
                listing = await parts.reads.campaigns(account, now)
                with ledger.begin() as t:
                    t.save_campaigns(listing.campaigns, now)
        with ledger.begin() as t:
            t.save_life([_life(plan, now - timedelta(days=20)) for plan in self.plans])

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Rig]:
        """The live parts, opened by recovery."""
        async with wiring.parts(self.settings, Mode.LIVE) as parts:
            self._parts = parts
            with parts.ledger.begin(durable=True) as t:
                t.enrol(replace(self.plans[0], policy=MOVE))  # both policies are loaded
            self._session = wiring.session(parts)
            await self._session.open()
            try:
                yield self
            finally:
                await self._session.close()

    def _turn(self) -> None:
        """Let another cohort move: its goal is far below what it earns, so it is lowered, and the last one rests."""
        k, before = self.ticks % COHORTS, (self.ticks - 1) % COHORTS
        with self.ledger.begin() as t:
            for n, plan in enumerate(self.plans):
                if n % COHORTS == before:
                    t.enrol(plan)
                elif n % COHORTS == k:
                    t.enrol(replace(plan, policy=MOVE, goal=plan.goal / 3))

    async def tick(self) -> Tick:
        """Ten virtual minutes later: one tick of all accounts, measured."""
        clock = self._parts.clock
        assert isinstance(clock, EmulatorClock)
        due = _START + (self.ticks + 1) * TICK
        left = max(0.0, (due - clock.now()).total_seconds())
        clock.jump(datetime.fromisoformat(str(self.emulated.control("POST", "advance", {"seconds": left})["now"])))
        self._turn()
        self.ticks += 1
        Counting.asked.clear()
        began, cpu, emulator, at = time.perf_counter(), time.process_time(), cpu_of(self.emulated.pid), clock.now()
        with count_statements(self.ledger.engine) as tally:
            reports = await self._session.tick()
        writes = Counter(w.state.value for r in reports for w in r.writes)
        held = Counter({})
        for r in reports:
            held.update({reason.name: n for reason, n in r.held.items()})
        why = Counter(
            w.why.split("(")[0][:60] for r in reports for w in r.writes if w.state is not WriteState.CONFIRMED
        )
        return Tick(
            time.perf_counter() - began, time.process_time() - cpu, cpu_of(self.emulated.pid) - emulator,
            (clock.now() - at).total_seconds(), tally.statements, tally.rows_read, tally.rows_written,
            dict(Counting.asked), dict(writes), dict(held), sum(len(r.troubles) for r in reports), dict(why),
        )  # fmt: skip


_START = datetime.fromisoformat("2026-11-23T00:00:00+08:00")


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int | str) -> float:
    """Largest resident memory of a process so far, MB."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _enrolment(c: dict[str, object], now: datetime) -> Enrolment:
    hint = c["enrol"]
    assert isinstance(hint, dict)
    return Enrolment(
        AccountId(str(c["account"])), CampaignId(str(c["id"])), Side.MERCHANT, Intent.BALANCED, hint["goal"],
        Basis.PROJECTED, Economics(margin=MARGIN), Prior(confirmed=True), stoploss_set=True, policy=HOLD, enrolled_at=now,
    )  # fmt: skip


def _life(plan: Enrolment, since: datetime) -> KnownLife:
    return KnownLife(plan.account, plan.campaign, since, since, since, since, True, None, False)


def _wrote(t: object, plan: Enrolment, at: datetime) -> None:
    request = WriteRequest(plan.account, plan.campaign, Field.BUDGET, "500.00", "600.00", "0" * 32, None)
    taken = t.take_turn(request, Mode.LIVE, APP, "before", 0, at, at)  # type: ignore[attr-defined]
    t.move(taken, WriteState.CONFIRMED, sent_at=at, settled_at=at)  # type: ignore[attr-defined]
