"""A stage for schedules: an emulated platform over real HTTP, a ledger on disk, and processes of ours that come and go.

One world with a past is run per worker and copied for every schedule: its ledger has seen an evening, its first live day is
over, and edits are due. Time is virtual and moves by `Stage.advance` alone.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import copy
import json
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import stamina

from bidctl import catalog, wiring
from bidctl.adapters.secrets import create_key_file
from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.config import Platform, Run, Settings, Stoploss, Store
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Intent, Mode, Side
from bidctl.engine.session import Session
from bidctl.wiring.account import connect
from sim.emulator.campaign import ACTIONS
from sim.emulator.faults import Faults, Firing
from sim.emulator.server import Emulator, Running, _Thread
from sim.scenario import shipped
from sim.world import MarketWorld

APP = "1700000000000001"
START = datetime.fromisoformat("2026-11-23T19:00:00+08:00")
HOUR, LEASE_S = 3600.0, 60.0
TIMEOUT_S = 3.0
"""Real seconds that a request may take, so many that a busy machine loses no good reply; virtual time stands meanwhile."""
OPEN = "SELECT campaign, state FROM writes WHERE open_key IS NOT NULL"
WORLDS = 4
"""Different worlds; schedules take turns on them."""


_owned = cache(catalog.check_ownership)


class Crash(BaseException):
    """The process ends here."""


def shelf() -> Path:
    """Where databases lie: in memory where the machine offers it."""
    memory = Path("/dev/shm")
    return Path(mkdtemp(prefix="bidctl-", dir=memory if memory.is_dir() else None))


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that fired: what was called, and which writes were open in the ledger at that moment."""

    kind: str
    method: str
    path: str
    open_states: tuple[str, ...]


class WatchedFaults(Faults):
    """Faults that look into the ledger when they fire."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self.database, self.hits = database, list[Hit]()

    def settle(self, firing: Firing | None, at: float) -> None:
        before = len(self.log)
        super().settle(firing, at)
        if firing is not None and len(self.log) > before:
            with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as rows:
                states = tuple(str(state) for _, state in rows.execute(OPEN))
            self.hits.append(Hit(firing.kind, firing.method, firing.path, states))


@dataclass
class Process:
    """One process of ours: its parts, its session; `step` is called with every step of a write."""

    parts: wiring.Parts
    session: Session
    stack: contextlib.AsyncExitStack
    skew_s: float = 0.0

    async def die(self) -> None:
        """Gone without a word: the lease stays, open rows stay."""
        await self.stack.aclose()

    async def leave(self) -> None:
        """SIGTERM."""
        await self.session.close()
        await self.stack.aclose()


@dataclass
class Stage:
    """What a schedule plays on."""

    folder: Path
    running: Running
    settings: Settings
    faults: WatchedFaults
    account: AccountId
    campaigns: list[CampaignId]
    processes: list[Process] = field(default_factory=list)
    _other: SqlLedger | None = None

    @property
    def database(self) -> Path:
        return self.folder / "bidctl.db"

    def control(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        return self.running.control(method, name, body)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def advance(self, seconds: float) -> datetime:
        """Move everybody's time."""
        now = datetime.fromisoformat(self.control("POST", "advance", {"seconds": seconds})["now"])
        self.synchronise(now)
        return now

    def synchronise(self, now: datetime | None = None) -> None:
        """Our clocks follow the platform's, each with its own skew."""
        now = now or self.now()
        for p in self.processes:
            p.parts.clock.jump(now + timedelta(seconds=p.skew_s))  # type: ignore[attr-defined]

    def mark(self, name: str, **data: Any) -> None:
        self.control("POST", "mark", {"mark": name, "data": data})

    def journal(self) -> list[str]:
        return self.running.emulator.service.journal.lines()

    def entries(self) -> list[dict[str, Any]]:
        """Attempts, marks left out."""
        return [tree for line in self.journal() if "mark" not in (tree := json.loads(line))]

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as rows:
            return rows.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Any]:
        """A transaction from outside, as another command makes it."""
        if self._other is None:
            self._other = open_ledger(self.settings.store.url, self.now(), kill_file=self.folder / "kill")
        with self._other.begin(durable=True) as t:
            yield t

    def close(self) -> None:
        if self._other is not None:
            self._other.close()

    def other_tool(self, campaign: CampaignId, value: float) -> None:
        """Another app of the operator's sets the target through the API."""
        row = {"ad_id": int(campaign), "roi2_goal": value, "deep_external_action": self._action(campaign)}
        body = {"advertiser_id": int(self.account), "update_roi2_infos": [row]}
        self._as_other_app("POST", "uni_promotion/ad/roi2_goal/update/", json.dumps(body))

    def withdraw_suggestion(self, campaign: CampaignId) -> None:
        """The platform has none any more, until it is asked again."""
        found = self.running.emulator.service.find(int(campaign))
        assert found is not None
        self.running.emulator.service.answered_none.add(found.index)

    def _as_other_app(self, method: str, path: str, body: str | None) -> None:
        token = self.control("POST", "token", {"app_id": "1700000000000077"})["access_token"]
        line = HTTPConnection("127.0.0.1", self.running.port, timeout=10)
        with contextlib.suppress(OSError, HTTPException):  # a fault may meet this call as well
            line.request(
                method, f"/open_api/v1.0/qianchuan/{path}", body,
                {"Access-Token": token, "Content-Type": "application/json"},
            )  # fmt: skip
            line.getresponse().read()
        line.close()

    def target(self, campaign: CampaignId) -> float:
        """The target in force at the platform."""
        found = self.running.emulator.service.find(int(campaign))
        assert found is not None
        return found.now.target / 100

    def _action(self, campaign: CampaignId) -> str:
        found = self.running.emulator.service.find(int(campaign))
        assert found is not None
        return ACTIONS[found.now.objective]

    async def start(self, mode: Mode, trace: Callable[[str], None], skew_s: float = 0.0) -> Process:
        """A new process; its session is not open yet."""
        stack = contextlib.AsyncExitStack()
        parts = await stack.enter_async_context(wiring.parts(self.settings, mode))
        with parts.ledger.begin() as t:
            enrolments = t.enrolments()
        session = Session(
            [self.account], parts.reads, parts.writer, parts.ledger, parts.clock, parts.notifier, wiring.book(enrolments),
            parts.rules, parts.sign, parts.owner, lease_s=LEASE_S, real=parts.clock, trace=trace,
        )  # fmt: skip
        process = Process(parts, session, stack, skew_s)
        self.processes.append(process)
        self.synchronise()
        return process

    async def connect(self) -> None:
        """A person authorises again."""
        patient = self.settings.platform.model_copy(update={"request_timeout_s": 30.0})
        await connect(self.settings.model_copy(update={"platform": patient}), "auth-code-again")


def _settings(folder: Path, url: str) -> Settings:
    return Settings(
        store=Store(url=f"sqlite:///{folder}/bidctl.db"),
        platform=Platform(
            base_url=url, app_id=APP, app_secret="secret", limits="off", clock="emulator", request_timeout_s=TIMEOUT_S
        ),
        run=Run(kill_file=str(folder / "kill"), key_file=str(folder / "key")),
        stoploss=Stoploss(spend_without_orders="off", loss_of_day="off"),
    )


@contextlib.contextmanager
def _serving(emulator: Emulator) -> Iterator[Running]:
    thread = _Thread(emulator, 0)
    thread.begin()
    try:
        yield Running(f"http://127.0.0.1:{thread.port}", thread.port, emulator)
    finally:
        thread.finish()
        emulator.close()


@contextlib.contextmanager
def _stage(emulator: Emulator, folder: Path) -> Iterator[Stage]:
    faults = WatchedFaults(folder / "bidctl.db")
    emulator.service.faults = faults
    with _serving(emulator) as running:
        config: Any = running.control("GET", "config")
        enrolled = [c for c in config["campaigns"] if c["enrol"]]
        ids = [CampaignId(c["id"]) for c in enrolled]
        stage = Stage(folder, running, _settings(folder, running.url), faults, AccountId(enrolled[0]["account"]), ids)
        try:
            yield stage
        finally:
            stage.close()


@dataclass(frozen=True, slots=True)
class Past:
    """A platform and a ledger with an evening behind them."""

    emulator: Emulator
    folder: Path


@cache
def past(world: int) -> Past:
    """Made once per worker and world."""
    scenario = replace(shipped("fault"), start=START)
    emulator, folder = Emulator(MarketWorld.with_history(scenario, world)), shelf()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    create_key_file(folder / "key")
    with _stage(emulator, folder) as stage:
        asyncio.run(_evening(stage))
    emulator.service.faults = Faults()
    return Past(emulator, folder)


async def _evening(stage: Stage) -> None:
    """Enrol, let the first live day pass, stop in the morning with the edits of a new day due."""
    await stage.connect()
    hints = {c["id"]: c["enrol"] for c in stage.control("GET", "config")["campaigns"]}
    with stage.ledger() as t:
        for number, campaign in enumerate(stage.campaigns):
            t.enrol(terms(stage, campaign, hints[campaign], resume=number != 0))
    stage.mark("run", app_id=APP, mode="live")
    stage.mark("enrol", account=str(stage.account), campaigns=list(stage.campaigns))
    process = await stage.start(Mode.LIVE, lambda step: None)
    await process.session.open()
    for minutes in (1, 62, 20, 20, 62, 130, 20):  # to five past midnight
        stage.advance(minutes * 60.0)
        await process.session.tick()
    stage.advance(7.7 * HOUR)
    await process.session.tick()
    await process.leave()
    stage.processes.clear()


def terms(stage: Stage, campaign: CampaignId, hint: dict[str, Any], *, resume: bool) -> Enrolment:
    """What the operator says of a campaign."""
    return Enrolment(
        stage.account, campaign, Side[hint["side"].upper()], Intent[hint["intent"].upper()], hint["goal"],
        Basis.PROJECTED, Economics(margin=hint["margin"]), Prior(confirmed=True), stoploss_set=True,
        after_human_resume=resume, enrolled_at=stage.now(),
    )  # fmt: skip


@contextlib.contextmanager
def staged(world: int) -> Iterator[Stage]:
    """A fresh copy of a past, running."""
    before = past(world)
    folder = shelf()
    try:
        for name in ("bidctl.db", "key"):
            shutil.copy(before.folder / name, folder / name)
        with _stage(copy.deepcopy(before.emulator), folder) as stage:
            yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def no_waiting() -> AsyncIterator[None]:
    """Repeated reads do not wait in real time, and what is installed is looked through once."""
    stamina.set_testing(True, attempts=3, cap=True)
    true, catalog.check_ownership = catalog.check_ownership, _owned
    try:
        yield
    finally:
        catalog.check_ownership = true
        stamina.set_testing(False)


def in_thread(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end while this process stands still. Raises what it raises."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
