"""The second platform keeps the platform's contract."""

from __future__ import annotations

import pytest

from tests.contracts.platform_contract import PlatformContract, Subject
from tests.fakes.clock import VirtualClock
from tests.fakes.memory_platform import ACCOUNT, MemoryPlatform
from tests.fakes.rig import C1


class TestMemoryPlatform(PlatformContract):
    @pytest.fixture
    def subject(self) -> Subject:
        clock = VirtualClock()
        platform = MemoryPlatform(clock)
        platform.add(C1, 20)
        platform.add("1802", 31)

        async def settle() -> None:
            clock.advance(platform.can.read_delay_s + 1)

        return Subject(platform, ACCOUNT, C1, clock.now, settle)
