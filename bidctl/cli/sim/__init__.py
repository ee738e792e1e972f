"""`sim`: try policies on simulated markets before a yuan is spent."""

from __future__ import annotations

import click

from bidctl.cli.lazy import lazy

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("bidctl.cli.sim.run:run", "One policy beside `hold` on the same luck. 试跑一个策略"),
    "compare": ("bidctl.cli.sim.compare:compare", "Several policies on the same luck. 同运气下比较策略"),
    "sweep": ("bidctl.cli.sim.sweep:sweep", "A policy's parameters: a grid, or a search. 参数扫描"),
    "scenarios": ("bidctl.cli.sim.scenarios:scenarios", "What worlds there are, and what they assume. 场景"),
}


@click.group(cls=lazy(COMMANDS))
def sim() -> None:
    """Try policies on simulated markets, with the code and the rules of live. 在模拟市场里试策略, 代码和规则与实盘相同."""
