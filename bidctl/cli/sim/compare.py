"""`sim compare`: several policies on the same luck."""

from __future__ import annotations

import click

from bidctl.cli import common
from bidctl.cli.common import Shell
from bidctl.cli.sim.given import Given, options
from bidctl.cli.sim.trial import trial


@click.command()
@click.argument("scenario")
@click.option("--policy", "policies", multiple=True, required=True,
              help="策略, 可多次; 其余都与第一个比 / Policy; several times, the first is what the others are compared with.")  # fmt: skip
@options
@common.options
def compare(shell: Shell, scenario: str, policies: tuple[str, ...], given: Given) -> None:
    """在 SCENARIO 上以同样的运气比较几个策略, 带自助法区间 / Several policies on SCENARIO, on the same luck, with bootstrap
    intervals."""
    trial(shell, scenario, policies, given)
