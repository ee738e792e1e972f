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
              help="策略, 可多次; 其余都与第一个比 / Policy; several times, the first is what the others are compared with.")  # fmt: skip
@given.options
@common.options
def compare(
    shell: Shell, scenario: str, policies: tuple[str, ...], days: int, seeds: str, every: str, world: str | None, workers: int,
    oracle: int, html: Path | None,
) -> None:  # fmt: skip
    """在 SCENARIO 上以同样的运气比较几个策略, 带自助法区间 / Several policies on SCENARIO, on the same luck, with bootstrap
    intervals."""
    trial(shell, scenario, policies, days, seeds, every, world, workers, oracle, html)
