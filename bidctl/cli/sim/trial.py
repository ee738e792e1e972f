"""A trial: policies and `hold` on one scenario, done, scored, shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bidctl.cli.common import Shell
from bidctl.cli.files import demand_ours
from bidctl.cli.sim.findings import HOLD, Findings, findings, sensitivity
from bidctl.cli.sim.given import Given, entrants_of, scenario_of
from bidctl.cli.sim.laboratory import carry_out, measure_all
from bidctl.cli.sim.tables import show
from bidctl.cli.sim.words import Say
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import told_by_system
from sim.experiment import Entrant, market, tasks
from sim.run import Plan
from sim.scenario import Scenario
from sim.variants import variants

PAGE = b"<!doctype html>"
STOPPED = 130
"""Exit code of an experiment that a person stopped; what was done has been told."""


def trial(shell: Shell, scenario: str, policies: Sequence[str], given: Given) -> None:
    """See `sim run` and `sim compare`."""
    chosen, entrants = scenario_of(scenario), entrants_of([*policies, HOLD])
    if given.worlds is not market and (given.oracle or given.sensitivity):
        raise UsageProblem(Say.OWN_WORLD())
    if given.html is not None:
        demand_ours(given.html, PAGE)
    plan = given.plan(shell, chosen)
    done = carry_out(shell, tasks(given.worlds, chosen, given.seeds, entrants, plan), given.engine)
    make = {seed: partial(market, chosen, seed) for seed in given.seeds if given.oracle}
    yardsticks = measure_all(shell, make, plan, given.oracle) if not done.missing else []
    found = findings(
        done.results, yardsticks, scenario=chosen.name, days=plan.days, every=plan.every, missing=done.missing
    )
    if given.sensitivity and not done.missing:
        found = _varied(shell, chosen, entrants, given, plan, found)
    show(shell, found)
    if given.html is not None:
        _write(shell, found, chosen, given)
    if found.missing:
        sys.exit(STOPPED)


def _varied(
    shell: Shell, scenario: Scenario, entrants: Sequence[Entrant], given: Given, plan: Plan, found: Findings
) -> Findings:
    """Both ends of every assumption, on the same seeds."""
    cases = list(variants(scenario))
    work = {v.scenario.name: tasks(given.worlds, v.scenario, given.seeds, entrants, plan) for v in cases}
    done = carry_out(shell, [task for some in work.values() for task in some], given.engine)
    told = []
    for v in cases:
        mine = {name: [r for r in some if r.scenario == v.scenario.name] for name, some in done.results.items()}
        one = sensitivity(mine, v.words, v.end)
        told += [one] if one is not None else []
    return replace(found, sensitivity=told, missing=(*found.missing, *done.missing))


def _write(shell: Shell, found: Findings, scenario: Scenario, given: Given) -> None:
    from bidctl.cli.sim.page import report

    assert given.html is not None
    try:
        given.html.write_text(report(found, scenario), "utf-8")
    except OSError as error:
        raise Problem(Say.HTML(file=given.html, error=told_by_system(error))) from None
    shell.say(f"报告 (离线可看): {given.html}", f"report (opens offline): {given.html}")
