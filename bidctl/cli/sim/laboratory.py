"""Doing an experiment before a person's eyes: tasks one by one or in several processes, with progress; Ctrl-C keeps what is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bidctl.cli.common import Shell
from bidctl.problem import Problem
from bidctl.wording import Wording
from sim.engines import Done, Engine, WorkersLost
from sim.experiment import Task, gathered
from sim.result import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """Results by policy, one a seed, and the tasks that were not done (interrupted)."""

    results: dict[str, list[Result]]
    missing: tuple[str, ...]


def carry_out(shell: Shell, tasks: Sequence[Task], engine: Engine) -> Outcome:
    """Do the tasks; those that were not finished when a person stopped it are named."""
    done: list[Done] = []
    with _progress(shell, len(tasks)) as bar:
        try:
            for one in engine.perform(tasks, bar.within):
                done.append(one)
                bar.done(len(done))
        except (WorkersLost, ValueError) as error:
            raise Problem(Wording.read(str(error))) from None
        except KeyboardInterrupt:
            shell.say("已停止; 完成的部分照常报告", "stopped; what is done is reported")
    finished = {id(task) for task, _ in done}
    missing = tuple(t.text() for t in tasks if id(t) not in finished)
    return Outcome(gathered(done), missing)


class _Bar:
    def __init__(self, update: object) -> None:
        self._update = update
        self._done = 0.0

    def within(self, share: float) -> None:
        self._update(self._done + share)  # type: ignore[operator]

    def done(self, count: int) -> None:
        self._done = count
        self._update(count)  # type: ignore[operator]


@contextmanager
def _progress(shell: Shell, total: int) -> Iterator[_Bar]:
    import rich.progress
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
               TextColumn(shell.text("剩余", "left")), TimeRemainingColumn())  # fmt: skip
    with rich.progress.Progress(*columns, console=Console(stderr=True), disable=shell.as_json) as bar:
        task = bar.add_task(shell.text("模拟", "simulating"), total=total)
        yield _Bar(lambda done: bar.update(task, completed=done))
