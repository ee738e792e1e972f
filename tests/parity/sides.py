"""The same seeded world twice: behind HTTP with the SQL store, and in process with a ledger in memory."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bidctl import __version__, wiring
from bidctl import config as settings_of
from bidctl.adapters.store import SqlLedger
from bidctl.domain.decision import Decisions
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.observation import Observation
from bidctl.domain.values import AccountId, Basis, CampaignId, Intent, Mode, Side
from bidctl.domain.writes import Write
from bidctl.engine import tick
from bidctl.engine.ports import DecisionRecord, Ledger, PlatformReads
from bidctl.engine.records import Signature
from bidctl.engine.session import Session
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.wiring.account import connect
from sim.emulator import Emulator, running
from sim.emulator.control import PREFIX
from sim.emulator.routes import Request
from sim.inprocess import InProcessReads, InProcessWriter, ServiceClock
from sim.scenario import shipped
from sim.world import MarketWorld
from tests.fakes.memory_ledger import MemoryLedger
from tests.fakes.notices import Notices

APP = "1700000000000001"
SETTINGS_HASH = "parity"
HANDBOOK = "policies.handbook:Handbook"
Control = Callable[[str, str, Mapping[str, object] | None], Any]


@dataclass
class Rows:
    """Everything decided, by account, in order: (observation, decisions) of each pass."""

    passes: dict[str, list[tuple[Observation, Decisions]]] = field(default_factory=dict)

    def keep(self, policy: Policy, o: Observation, rules: RuleSettings, made: Decisions) -> None:
        self.passes.setdefault(str(o.account[0]) if len(o.account) else "", []).append((o, made))


@contextmanager
def recording(patch: pytest.MonkeyPatch, rows: Rows) -> Iterator[None]:
    """Keep every pass of deciding that the tick makes."""
    plain = tick.decide

    def decide(policy: Policy, o: Observation, rules: RuleSettings) -> Decisions:
        made = plain(policy, o, rules)
        rows.keep(policy, o, rules, made)
        return made

    with patch.context() as m:
        m.setattr(tick, "decide", decide)
        yield


@dataclass
class Run:
    """One of the two: how it is stepped, what came out."""

    name: str
    control: Control
    jump: Callable[[datetime], None]
    session: Session
    ledger: Ledger
    reads: PlatformReads
    reopened: Callable[[], Session]
    rows: Rows = field(default_factory=Rows)
    final: list[dict[str, tuple[Observation, Decisions]]] = field(default_factory=list)  # each tick's last pass
    acts: list[tuple[DecisionRecord, ...]] = field(default_factory=list)
    writes: list[tuple[Write, ...]] = field(default_factory=list)
    held: list[Mapping[Any, int]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("GET", "clock", None)["now"]).astimezone(UTC)

    async def step(self, patch: pytest.MonkeyPatch, seconds: float = 1800) -> None:
        """Let time pass, then tick every account."""
        self.control("POST", "advance", {"seconds": seconds})
        self.jump(self.now())
        with recording(patch, self.rows):
            for report in sorted(await self.session.tick(), key=lambda r: r.account):
                self.acts.append(report.acts)
                self.writes.append(report.writes)
                self.held.append(report.held)
                self.troubles += report.troubles
        self.final.append({account: passes[-1] for account, passes in self.rows.passes.items()})

    async def restart(self) -> None:
        """The process ends and another begins on the same ledger."""
        await self.session.close()
        self.session = self.reopened()
        await self.session.open()

    def journal(self) -> list[dict[str, Any]]:
        """Edits and marks without what two runs may differ in: numbers, request ids and the times of requests."""
        loose = {"seq", "request_id", "received_at", "last_read_at", "at"}
        lines = self.control("GET", "journal", None)
        kept = [{k: v for k, v in line.items() if k not in loose} | {"at": str(line["at"])[:19]} for line in lines]
        return sorted(kept, key=lambda line: (line["at"], str(line.get("account")), str(line.get("campaign"))))


def enrolments(config: Mapping[str, Any], now: datetime, policy: str = HANDBOOK) -> list[Enrolment]:
    """What an operator would enrol, and standing enrolments for every goods newcomer and every room of it."""
    named = [c for c in config["campaigns"] if c["enrol"] and not c["ended"]]
    found = [_enrolment(c["account"], c["id"], c["enrol"], now) for c in named]
    rooms = {(c["account"], f"live:{c['aweme_id']}"): c["enrol"] for c in named if c["goal"] == "live"}
    fresh = {(a["id"], "name:new-*"): {"side": "merchant", "intent": "balanced", "goal": 2.6, "margin": 0.45}
             for a in config["accounts"]}  # fmt: skip
    found += [_enrolment(account, selector, h, now) for (account, selector), h in (rooms | fresh).items()]
    return [replace(e, policy=policy) for e in found]


def _enrolment(account: str, campaign: str, h: Mapping[str, Any], now: datetime) -> Enrolment:
    return Enrolment(
        AccountId(account), CampaignId(campaign), Side[h["side"].upper()], Intent[h["intent"].upper()], h["goal"],
        Basis.PROJECTED, Economics(margin=h["margin"]), Prior(confirmed=True), stoploss_set=True, enrolled_at=now,
    )  # fmt: skip


def world(scenario: str, seed: int) -> MarketWorld:
    return MarketWorld.with_history(shipped(scenario), seed)


@asynccontextmanager
async def over_http(
    scenario: str, seed: int, folder: Path, patch: pytest.MonkeyPatch, mode: Mode
) -> AsyncIterator[Run]:
    """The emulator behind a socket, the real client, the SQL store, put together by the wiring."""
    from cryptography.fernet import Fernet

    patch.setenv("BIDCTL_SECRET_KEY", Fernet.generate_key().decode())
    with running(world(scenario, seed)) as emulator:
        settings = settings_of.Settings(
            store=settings_of.Store(url=f"sqlite:///{folder}/bidctl.db"),
            platform=settings_of.Platform(
                base_url=emulator.url, app_id=APP, app_secret="demo", limits="off", clock="emulator"
            ),
            run=settings_of.Run(kill_file=str(folder / "kill"), key_file=str(folder / "key")),
            stoploss=settings_of.Stoploss(spend_without_orders="off", loss_of_day="off"),
        )
        await connect(settings, "auth-code-1")
        async with wiring.parts(settings, mode) as parts:
            assert isinstance(parts.ledger, SqlLedger)
            given = enrolments(emulator.control("GET", "config"), parts.clock.now())  # type: ignore[arg-type]
            with parts.ledger.begin(durable=True) as t:
                for e in given:
                    t.enrol(e)

            def session() -> Session:
                return Session(
                    sorted({e.account for e in given}), parts.reads, parts.writer, parts.ledger, parts.clock, Notices(),
                    wiring.book(given), parts.rules, Signature(mode, SETTINGS_HASH, __version__), "worker", real=parts.clock,
                )  # fmt: skip

            jump = parts.clock.jump  # type: ignore[attr-defined]
            yield Run("http", emulator.control, jump, session(), parts.ledger, parts.reads, session)


@asynccontextmanager
async def in_process(scenario: str, seed: int, mode: Mode, policy: str = HANDBOOK) -> AsyncIterator[Run]:
    """The same state without a socket, and a ledger in memory."""
    emulator = Emulator(world(scenario, seed))
    router = emulator.router

    def control(method: str, name: str, body: Mapping[str, object] | None = None) -> Any:
        told = json.dumps(body).encode() if body is not None else b""
        answer = emulator.control.answer(Request(method, PREFIX + name, {}, told, emulator.service.clock.now()))
        tree = json.loads(answer.body)
        assert answer.status == 200, tree
        return tree

    clock = ServiceClock(emulator.service)
    ledger, reads, writer = MemoryLedger(clock.now()), InProcessReads(router, APP), InProcessWriter(router, APP)
    given = enrolments(control("GET", "config"), clock.now(), policy)
    with ledger.begin(durable=True) as t:
        for e in given:
            t.enrol(e)

    def session() -> Session:
        return Session(
            sorted({e.account for e in given}), reads, writer, ledger, clock, Notices(), wiring.book(given), RuleSettings(),
            Signature(mode, SETTINGS_HASH, __version__), "worker",
        )  # fmt: skip

    yield Run("in process", control, lambda at: None, session(), ledger, reads, session)
    emulator.close()


def differing(a: Observation | Decisions, b: Observation | Decisions) -> list[str]:
    """Names of the columns that are not the same, bit for bit (NaN equals NaN)."""
    return [f.name for f in fields(a) if not _same(getattr(a, f.name), getattr(b, f.name))]


def _same(x: Any, y: Any) -> bool:
    if not isinstance(x, np.ndarray):
        return bool(x == y)
    return x.dtype == y.dtype and x.shape == y.shape and bool(np.array_equal(x, y, equal_nan=x.dtype.kind == "f"))


DAY = timedelta(days=1)
