"""The machine's clock and an emulator's: aware, in step with each other, and virtual sleeps that wait for nobody."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bidctl.adapters.clock import EmulatorClock, SystemClock

START = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_machines_clock_is_aware_and_goes_on() -> None:
    clock = SystemClock()
    first, mark = clock.now(), clock.monotonic()
    assert first.tzinfo is UTC and clock.now() >= first and clock.monotonic() >= mark


def test_virtual_time_runs_at_its_speed() -> None:
    real = [100.0]
    clock = EmulatorClock(START, 60.0, lambda: real[0])
    assert clock.now() == START
    real[0] += 2.0
    assert clock.now() == START + timedelta(minutes=2)
    assert clock.monotonic() - START.timestamp() == 120.0
    clock.jump(START)
    assert clock.now() == START


async def test_stepped_time_moves_by_what_is_slept() -> None:
    at = [START]

    def advance(seconds: float) -> datetime:
        at[0] += timedelta(seconds=seconds)
        return at[0]

    clock = EmulatorClock(START, 0.0, lambda: 7.0, advance)
    woken: list[tuple[str, datetime]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now()))

    await asyncio.gather(sleeper("late", 90), sleeper("soon", 30), sleeper("too", 30))
    assert [name for name, _ in woken] == ["soon", "too", "late"]
    assert [when - START for _, when in woken] == [timedelta(seconds=s) for s in (30, 30, 90)]
    assert at[0] == START + timedelta(seconds=90)  # the platform's time moved as far, and no further


async def test_stepped_time_without_a_way_to_move_it_stands() -> None:
    clock = EmulatorClock(START, 0.0)
    await clock.sleep(3600)
    assert clock.now() == START
