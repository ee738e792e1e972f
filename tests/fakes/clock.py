"""A virtual clock: time passes only when told; the wall may be stepped while the monotonic clock goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


class VirtualClock:
    """Implements `Clock`. `sleep` lets virtual time pass at once."""

    def __init__(self, at: datetime = START) -> None:
        self._now, self._monotonic = at, 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def step(self, seconds: float) -> None:
        """The wall clock jumps; the monotonic one does not."""
        self._now += timedelta(seconds=seconds)
