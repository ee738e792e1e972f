"""`sim scenarios`: what worlds there are."""

from __future__ import annotations

from importlib import resources

import click

from bidctl.cli.common import Shell, options
from sim.scenario import shipped


@click.command()
@options
def scenarios(shell: Shell) -> None:
    """随包场景: 名称, 规模, 各自的用途 / The shipped scenarios: name, size, and what each is for."""
    names = sorted(
        p.name.removesuffix(".toml") for p in resources.files("sim.scenarios").iterdir() if p.name.endswith(".toml")
    )
    rows = []
    for name in names:
        s = shipped(name)
        rows.append((name, sum(g.count for g in s.group), s.accounts, s.history_days, s.about))
    shell.rows(
        shell.text("场景 (sim/scenarios/*.toml, 可复制修改)", "scenarios (sim/scenarios/*.toml; copy one and change it)"),
        [shell.text("名称", "name"), shell.text("计划", "campaigns"), shell.text("账户", "accounts"),
         shell.text("历史天数", "days of history"), shell.text("说明", "about")],
        rows, ["name", "campaigns", "accounts", "history_days", "about"],
    )  # fmt: skip
