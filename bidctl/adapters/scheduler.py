"""APScheduler as an in-process clock: fires one coroutine on time, never twice at once, never drops a late one."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

Job = Callable[[], Awaitable[None]]
logging.getLogger("apscheduler").setLevel(
    logging.ERROR
)  # a tick that outlasts its period is coalesced, as asked: no news


class Scheduler:
    """Runs `jobs` every so many real seconds until SIGTERM, SIGINT or `stop()`. The open call of a job ends first.

    Missed fires coalesce into one and are never dropped (the library's default grace of one second would lose late
    ticks). Schedules live in memory and are rebuilt at each start: the library's shared stores fire twice. `on_stop` is
    called as soon as the end is asked for, while the open calls still run.
    """

    def __init__(self, on_stop: Callable[[], None] = lambda: None) -> None:
        self._on_stop = on_stop
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="UTC",
        )
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._first: list[Job] = []

    def every(self, seconds: float, job: Job, name: str) -> None:
        """Fire `job` now and then every `seconds`. A job that raises stops the scheduler; `run` raises it again."""

        at_work: set[asyncio.Task[None]] = set()

        async def guarded() -> None:
            if (
                self._stopping.is_set() or at_work
            ):  # the first call is ours, not the library's: it may outlast the period
                return
            task = asyncio.ensure_future(_as_coroutine(job))
            at_work.add(task)
            task.add_done_callback(at_work.discard)
            self._running.add(task)
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                if not self._stopping.is_set():
                    raise  # while stopping, the library cancels us; the call itself goes on, and `run` waits for it
            except BaseException as error:
                self._failure = self._failure or error
                self._stopping.set()
            finally:
                if task.done():
                    self._running.discard(task)

        self._scheduler.add_job(guarded, IntervalTrigger(seconds=seconds, timezone="UTC"), id=name, name=name)
        self._first.append(guarded)

    def stop(self) -> None:
        """Let the running calls end, then return from `run`."""
        self._on_stop()
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped by a signal, `stop()` or a job's failure (which is raised)."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.stop)
        self._scheduler.start()
        try:
            for first in self._first:
                await first()
            await self._stopping.wait()
        finally:
            self._scheduler.shutdown(wait=False)
            if self._running:
                await asyncio.gather(*self._running, return_exceptions=True)
            for sign in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(sign)
        if self._failure is not None:
            raise self._failure


async def _as_coroutine(job: Job) -> None:
    await job()
