"""A trial: policies and `hold` on one scenario, done, scored, shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bidctl.cli.common import Shell
from bidctl.cli.sim import given
from bidctl.cli.sim.findings import HOLD, findings
from bidctl.cli.sim.laboratory import carry_out
from bidctl.cli.sim.tables import show
from sim.experiment import tasks


def trial(
    shell: Shell, scenario: str, policies: Sequence[str], days: int, seeds: str, every: str, world: str | None, workers: int, cluster: str | None,
    oracle: int, html: Path | None,
) -> None:  # fmt: skip
    """See `sim run` and `sim compare`."""
    chosen = given.scenario_of(scenario)
    entrants = given.entrants_of([*policies, HOLD])
    work = tasks(given.worlds_of(world), chosen, given.seeds_of(seeds), entrants, given.plan_of(days, every))
    done = carry_out(shell, work, given.engine_of(workers, cluster))
    found = findings(done.results, [], scenario=chosen.name, days=days, every=int(every), missing=done.missing)
    show(shell, found)
