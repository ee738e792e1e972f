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
    real time (0 = stepped: time stands until `jump`). Deadlines are virtual too, so that a lifetime means the same.

    Stepped, `advance` moves the emulator on by so many seconds and answers its new time: then a `sleep` moves time by
    what is slept instead of waiting for it, so that rate limits hold in virtual time. Without it a sleep only yields.
    """

    def __init__(
        self,
        at: datetime,
        speed: float,
        monotonic: Callable[[], float] = time.monotonic,
        advance: Callable[[float], datetime] | None = None,
    ) -> None:
        self._at, self.speed, self._monotonic, self._advance = at, speed, monotonic, advance
        self._mark = monotonic()
        self._wakes: list[datetime] = []

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(self._monotonic() - self._mark) * self.speed)

    def monotonic(self) -> float:
        return self.now().timestamp()

    def jump(self, at: datetime) -> None:
        """Take the emulator's time anew (after an advance, or to correct drift)."""
        self._at, self._mark = at, self._monotonic()

    async def sleep(self, seconds: float) -> None:
        if self.speed or self._advance is None:
            await asyncio.sleep(seconds / self.speed if self.speed else 0)
            return
        wake = self._at + timedelta(seconds=seconds)
        self._wakes.append(wake)
        try:
            while self._at < wake:
                await asyncio.sleep(0)  # what can still run at this instant runs first
                if self._at < (first := min(self._wakes)):
                    self.jump(self._advance((first - self._at).total_seconds()))
        finally:
            self._wakes.remove(wake)
