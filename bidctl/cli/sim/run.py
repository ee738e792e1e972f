"""`sim run`: one policy beside `hold`."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.cli import common
from bidctl.cli.common import Shell
from bidctl.cli.sim import given
from bidctl.cli.sim.trial import trial


@click.command()
@click.argument("scenario")
@click.option(
    "--policy", default="handbook", show_default=True, help="Name, module:Class or .toml; NAME(parameter=value). 策略"
)
@given.options
@common.options
def run(
    shell: Shell, scenario: str, policy: str, days: int, seeds: str, every: str, world: str | None, workers: int, cluster: str | None, oracle: int,
    html: Path | None,
) -> None:  # fmt: skip
    """One policy on SCENARIO (a shipped name or a TOML file), beside `hold` on the same luck."""
    trial(shell, scenario, [policy], days, seeds, every, world, workers, cluster, oracle, html)
