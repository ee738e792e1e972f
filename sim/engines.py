"""Where tasks are done: in this process, or in a pool of processes; the same results everywhere."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Protocol

from sim.experiment import Task, perform
from sim.result import Result
from sim.words import Say

Done = tuple[Task, Sequence[Result]]
Within = Callable[[float], None]
"""Told the share that is done of the task at work."""

MOST_ROUNDS = 3
"""Times in a row that a pool may break without any task done, before it is given up."""


class WorkersLost(RuntimeError):
    """Workers died again and again; the text is one line for people."""


class Engine(Protocol):
    """Yields tasks as they are done, in any order."""

    def perform(self, tasks: Sequence[Task], within: Within) -> Iterator[Done]: ...


class Here:
    """One after the other, in this process."""

    def perform(self, tasks: Sequence[Task], within: Within) -> Iterator[Done]:
        for task in tasks:
            yield task, perform(task, within)


class Pool:
    """`workers` processes. One that is killed costs its task another try, and nothing else: tasks are pure. Raises WorkersLost."""

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def perform(self, tasks: Sequence[Task], within: Within) -> Iterator[Done]:
        left, idle = list(tasks), 0
        while left:
            before = len(left)
            for task, results in self._round(list(left)):
                left = [t for t in left if t is not task]
                yield task, results
            idle = idle + 1 if len(left) == before else 0
            if left and idle >= MOST_ROUNDS:
                raise WorkersLost(Say.WORKERS_LOST(times=idle, task=left[0].text()).both)

    def _round(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Until all are done, or the pool breaks."""
        pool = ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), _begin)
        try:
            futures: dict[Future[list[Result]], Task] = {pool.submit(perform, t): t for t in tasks}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            return
        finally:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """A person's Ctrl-C is for the parent: it lets finished work be reported. With the parent a worker ends too, however that came to
    its end (killed, or its terminal closed): it would wait for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)
