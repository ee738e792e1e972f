"""Doing tasks on many nodes with dask.distributed (extra `sweep`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bidctl.cli.sim.words import Say
from bidctl.problem import Problem, UsageProblem
from sim.engines import Done, Within
from sim.experiment import Task, perform

MOST = 1024
TRIES = 5
"""Workers that may be lost to one task before it is given up."""


class Cluster:
    """A scheduler at `address` (tcp://host:8786), or `local:N`: N processes of its own. Raises UsageProblem, Problem."""

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise UsageProblem(Say.NO_DASK(address=address)) from None
        if not address.startswith("local:") and "://" not in address:
            raise UsageProblem(Say.CLUSTER_FORM(address=address))
        self._dask, self._address = distributed, address
        self._count = self._local() if address.startswith("local:") else None

    def perform(self, tasks: Sequence[Task], within: Within) -> Iterator[Done]:
        with self._client() as client:
            futures = {client.submit(perform, t, pure=False, retries=TRIES): t for t in tasks}
            for future in self._dask.as_completed(futures):
                if future.status == "error":
                    raise Problem(Say.TASK_FAILED(task=futures[future].text(), error=future.exception()))
                yield futures[future], future.result()

    def _local(self) -> int:
        count = self._address.removeprefix("local:")
        if not count.isdigit() or not 1 <= int(count) <= MOST:
            raise UsageProblem(Say.CLUSTER_FORM(address=self._address))
        return int(count)

    def _client(self) -> Any:
        if self._count is not None:
            return self._dask.Client(
                n_workers=self._count, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            )
        try:
            return self._dask.Client(self._address, timeout=10)
        except (OSError, ValueError, TimeoutError) as error:
            raise Problem(Say.CLUSTER_SILENT(address=self._address, error=error)) from None
