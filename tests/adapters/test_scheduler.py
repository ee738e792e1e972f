"""The scheduler: at once and then again, never twice at a time, ended cleanly by a signal, and a failure is raised."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bidctl.adapters.scheduler import Scheduler


async def test_every_job_fires_at_once_and_again() -> None:
    scheduler, fired = Scheduler(), list[str]()

    async def job() -> None:
        fired.append("tick")
        if len(fired) == 3:
            scheduler.stop()

    scheduler.every(0.01, job, "tick")
    await asyncio.wait_for(scheduler.run(), 30)
    assert fired == ["tick"] * 3


async def test_the_zone_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Nowhere/Never")
    await test_every_job_fires_at_once_and_again()


async def test_a_slow_job_never_runs_twice_at_a_time() -> None:
    scheduler, inside, most, calls = Scheduler(), 0, 0, 0

    async def slow() -> None:
        nonlocal inside, most, calls
        inside, calls = inside + 1, calls + 1
        most = max(most, inside)
        await asyncio.sleep(0.05)
        inside -= 1
        if calls == 3:
            scheduler.stop()

    scheduler.every(0.01, slow, "slow")
    await asyncio.wait_for(scheduler.run(), 30)
    assert most == 1 and calls == 3


async def test_sigterm_lets_the_open_call_end() -> None:
    told: list[str] = []
    scheduler = Scheduler(on_stop=lambda: told.append("asked"))

    async def job() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.05)
        told.append("ended")

    scheduler.every(60, job, "once")
    await asyncio.wait_for(scheduler.run(), 30)
    assert told == ["asked", "ended"]


async def test_a_failing_job_stops_the_run_and_is_raised() -> None:
    scheduler = Scheduler()

    async def broken() -> None:
        raise ZeroDivisionError("broken")

    scheduler.every(60, broken, "broken")
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(scheduler.run(), 30)
