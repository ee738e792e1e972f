"""A trial: policies and `hold` on one scenario, done, scored, shown."""

from __future__ import annotations

from collections.abc import Sequence

from bidctl.cli.common import Shell
from bidctl.cli.sim.findings import HOLD, findings
from bidctl.cli.sim.given import Given, entrants_of, scenario_of
from bidctl.cli.sim.laboratory import carry_out
from bidctl.cli.sim.tables import show
from sim.experiment import tasks


def trial(shell: Shell, scenario: str, policies: Sequence[str], given: Given) -> None:
    """See `sim run` and `sim compare`."""
    chosen = scenario_of(scenario)
    work = tasks(given.worlds, chosen, given.seeds, entrants_of([*policies, HOLD]), given.plan)
    done = carry_out(shell, work, given.engine)
    plan = given.plan
    found = findings(done.results, [], scenario=chosen.name, days=plan.days, every=plan.every, missing=done.missing)
    show(shell, found)
