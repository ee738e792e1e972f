"""`sim compare`: several policies on the same luck."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.cli import common
from bidctl.cli.common import Shell
from bidctl.cli.sim import given
from bidctl.cli.sim.trial import trial


@click.command()
@click.argument("scenario")
@click.option("--policy", "policies", multiple=True, required=True,
              help="Give it several times; the first is what the others are compared with. 策略 (可多次)")  # fmt: skip
@given.options
@common.options
def compare(
    shell: Shell, scenario: str, policies: tuple[str, ...], days: int, seeds: str, every: str, world: str | None, workers: int, cluster: str | None,
    oracle: int, html: Path | None,
) -> None:  # fmt: skip
    """Several policies on SCENARIO, on the same luck, with bootstrap intervals."""
    trial(shell, scenario, policies, days, seeds, every, world, workers, cluster, oracle, html)
