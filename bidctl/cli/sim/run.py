"""`sim run`: one policy beside `hold`."""

from __future__ import annotations

import click

from bidctl.cli import common
from bidctl.cli.common import Shell
from bidctl.cli.sim.given import Given, options
from bidctl.cli.sim.trial import trial


@click.command()
@click.argument("scenario")
@click.option("--policy", default="handbook", show_default=True,
              help="策略名称, module:Class 或 .toml / Name, module:Class or .toml; NAME(parameter=value).")  # fmt: skip
@options
@common.options
def run(shell: Shell, scenario: str, policy: str, given: Given) -> None:
    """在 SCENARIO (自带场景名或 TOML 文件) 上试一个策略, 与 hold 比, 同样的运气 / One policy on SCENARIO (a shipped name or a
    TOML file), beside `hold` on the same luck."""
    trial(shell, scenario, [policy], given)
