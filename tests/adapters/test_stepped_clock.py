"""Sleeping on an emulator's stepped clock moves its time, so that limits hold without waiting."""

import asyncio
from datetime import UTC, datetime, timedelta

from bidctl.adapters.clock import EmulatorClock
from bidctl.adapters.openapi.limits import Limits, Quota
from bidctl.adapters.qianchuan.endpoints import LIST

START = datetime(2026, 11, 23, tzinfo=UTC)


class Platform:
    """Time that only an advance moves."""

    def __init__(self):
        self.now, self.steps = START, []

    def advance(self, seconds):
        self.steps.append(seconds)
        self.now += timedelta(seconds=seconds)
        return self.now


async def test_sleepers_wake_in_order_and_time_moves_by_what_is_slept_together():
    platform, woke = Platform(), []
    clock = EmulatorClock(START, 0.0, advance=platform.advance)

    async def sleep(seconds):
        await clock.sleep(seconds)
        woke.append((seconds, (clock.now() - START).total_seconds()))

    await asyncio.gather(*(sleep(s) for s in (5, 1, 3)))
    assert woke == [(1, 1.0), (3, 3.0), (5, 5.0)]
    assert platform.steps == [1, 2, 2] and clock.now() == platform.now


async def test_the_limits_pace_calls_in_virtual_time():
    platform = Platform()
    clock = EmulatorClock(START, 0.0, advance=platform.advance)
    limits, at = Limits(clock, Quota(app=100, advertiser=2)), []

    async def call():
        await limits.acquire(LIST, "1")
        at.append((clock.now() - START).total_seconds())

    await asyncio.gather(*(call() for _ in range(9)))
    assert all(sum(t <= other < t + 1 for other in at) <= 2 for t in at)
    assert 4 <= at[-1] < 4.2


async def test_without_an_advance_a_sleep_only_yields():
    clock = EmulatorClock(START, 0.0)
    await clock.sleep(1000)
    assert clock.now() == START
