"""`sim`: try policies on simulated markets before a yuan is spent."""

from __future__ import annotations

import click

from bidctl.cli.lazy import lazy

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("bidctl.cli.sim.run:run", "一个策略, 与 hold 比, 同样的运气 / One policy beside `hold` on the same luck."),
    "compare": ("bidctl.cli.sim.compare:compare", "同样的运气下比较几个策略 / Several policies on the same luck."),
    "sweep": ("bidctl.cli.sim.sweep:sweep", "扫描策略的参数: 网格或搜索 / A policy's parameters: a grid, or a search."),
    "creatives": (
        "bidctl.cli.sim.creatives:creatives",
        "素材规则值多少, 有与没有 / What the creative rules are worth, with and without.",
    ),
    "fit": (
        "bidctl.cli.sim.fit:fit",
        "由账本或导出的表格拟合账户的孪生场景 / A twin scenario of an account, from its ledger or an export.",
    ),
    "scenarios": (
        "bidctl.cli.sim.scenarios:scenarios",
        "有哪些场景, 假设了什么 / What worlds there are, and what they assume.",
    ),
}


@click.group(cls=lazy(COMMANDS))
def sim() -> None:
    """在模拟市场里试策略, 代码和规则与实盘相同 / Try policies on simulated markets, with the code and the rules of live."""
