"""Where tasks are done: here, in a pool of processes, or on many nodes; the same results everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from sim.experiment import Task, perform
from sim.result import Result

Done = tuple[Task, Sequence[Result]]
Within = Callable[[float], None]
"""Told the share that is done of the task at work."""


class Engine(Protocol):
    """Yields tasks as they are done, in any order."""

    def perform(self, tasks: Sequence[Task], within: Within) -> Iterator[Done]: ...


class Here:
    """One after the other, in this process."""

    def perform(self, tasks: Sequence[Task], within: Within) -> Iterator[Done]:
        for task in tasks:
            yield task, perform(task, within)
