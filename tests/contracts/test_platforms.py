"""The platform's contract on the client against the emulator over HTTP, and on the emulator in process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from bidctl.adapters.clock import EmulatorClock
from bidctl.adapters.qianchuan.link import App, Link
from bidctl.adapters.secrets import Cipher
from bidctl.domain.values import AccountId, Kind
from bidctl.engine.ports import PlatformReads, PlatformWriter
from sim.emulator import Emulator, running
from sim.inprocess import InProcessReads, InProcessWriter
from sim.scenario import shipped
from sim.world import MarketWorld
from tests.adapters.qianchuan.fakes import AT_ONCE
from tests.adapters.qianchuan.test_tokens import MemoryStore
from tests.contracts.platform_contract import Joined, PlatformContract, Subject

ACCOUNT, APP = AccountId("1700000000000011"), "1700000000000001"
HOURS = 14 * 3600.0


async def examined(reads: PlatformReads, writer: PlatformWriter, now: datetime, kind: Kind, forward) -> Subject:  # type: ignore[no-untyped-def]
    found = (await reads.campaigns(ACCOUNT, now)).campaigns
    plan = next(c for c in found if c.kind is kind and c.cost_controlled and not c.ended and not c.hosted)

    async def settle() -> None:
        forward(reads.capabilities.read_delay_s + 1)

    return Subject(Joined(reads, writer), ACCOUNT, plan.campaign, lambda: forward(0), settle)


@pytest.mark.parametrize("kind", [Kind.GOODS, Kind.LIVE])
class TestQianchuanOverHttp(PlatformContract):
    @pytest.fixture
    async def subject(self, kind: Kind) -> AsyncIterator[Subject]:
        with running(MarketWorld(shipped("small"), 5)) as emulator:
            clock = EmulatorClock(datetime.now(UTC), 0.0)

            def forward(seconds: float) -> datetime:
                told = emulator.control("POST", "advance", {"seconds": seconds})
                assert isinstance(told, dict)
                clock.jump(datetime.fromisoformat(told["now"]).astimezone(UTC))
                return clock.now()

            forward(HOURS)
            app = App(APP, "secret", emulator.url, None, AT_ONCE)
            link = Link(app, MemoryStore(), Cipher(Fernet.generate_key().decode(), "test"), clock, "test")
            await link.tokens.connect("auth-code-1")
            yield await examined(link.reads, link.writer(), clock.now(), kind, forward)
            await link.close()


@pytest.mark.parametrize("kind", [Kind.GOODS, Kind.LIVE])
class TestQianchuanInProcess(PlatformContract):
    @pytest.fixture
    async def subject(self, kind: Kind) -> AsyncIterator[Subject]:
        emulator = Emulator(MarketWorld(shipped("small"), 5))

        def forward(seconds: float) -> datetime:
            emulator.service.clock.advance(seconds)
            emulator.router.editor.settle()
            return datetime.fromtimestamp(emulator.service.clock.now(), UTC)

        now = forward(HOURS)
        reads, writer = InProcessReads(emulator.router, APP), InProcessWriter(emulator.router, APP)
        yield await examined(reads, writer, now, kind, forward)
        emulator.close()
