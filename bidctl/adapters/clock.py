"""The only readers of the wall clock: the machine's own, and an emulator's virtual one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class EmulatorClock:
    """Virtual time of an emulator on loopback: `at` is its time at our monotonic instant `mark`, running `speed` times
    real time (0 = stepped: time stands until `jump`). Deadlines are virtual too, so that a lifetime means the same."""

    def __init__(self, at: datetime, speed: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._at, self.speed, self._monotonic = at, speed, monotonic
        self._mark = monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(self._monotonic() - self._mark) * self.speed)

    def monotonic(self) -> float:
        return self.now().timestamp()

    def jump(self, at: datetime) -> None:
        """Take the emulator's time anew (after an advance, or to correct drift)."""
        self._at, self._mark = at, self._monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed if self.speed else 0)
