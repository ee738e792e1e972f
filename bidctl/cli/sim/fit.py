"""`sim fit`: a twin of an account, from its ledger or an export, with what could not be told from it."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.replay import progress
from bidctl.cli.sim.fit_tables import as_json, show
from bidctl.cli.sim.words import Say
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import Wording, told_by_system


@click.command()
@click.argument("table", required=False, type=click.Path(path_type=Path))
@click.option("--ledger", type=click.Path(path_type=Path),
              help="账本文件; 不写则用配置里的 / A ledger file; else the configured one.")  # fmt: skip
@click.option("--account", help="广告账户ID; 账本里有多个时必写 / Advertiser id; needed where the ledger has several.")
@click.option("--columns", type=click.Path(path_type=Path),
              help="TABLE: 列名对照 TOML 文件 / TABLE: TOML file of headings.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("twin.toml"), show_default=True,
              help="场景文件, 供 sim run 和 compare 使用 / Scenario file, for sim run and compare.")  # fmt: skip
@click.option("--check", "held_back", type=click.IntRange(0, 60), default=7, show_default=True,
              help="留出最后几天做检验, 0 = 不检验 / Last days held back for the check, 0 = none.")  # fmt: skip
@click.option("--draws", type=click.IntRange(20, 10_000), default=100, show_default=True,
              help="检验时模拟几次 / Simulations of the check.")  # fmt: skip
@options
def fit(
    shell: Shell, table: Path | None, ledger: Path | None, account: str | None, columns: Path | None, out: Path, held_back: int,
    draws: int,
) -> None:  # fmt: skip
    """由账本 (或导出的 TABLE) 拟合出账户的孪生场景: 估计值, 区间, 来源; 看不出的用先验并写明 / A twin scenario of an account,
    from its ledger or an exported TABLE: estimates, intervals, where each comes from; what cannot be told is the prior, named."""
    from bidctl.wiring.past import ledger_past, table_past
    from sim import fit as fitting
    from sim.holdout import check
    from sim.scenario import ScenarioError
    from sim.twin import table_of, toml_of, twin

    if table is not None and (ledger or account):
        raise UsageProblem(Say.FIT_ONE_SOURCE())
    if out.exists():
        raise Problem(Say.FIT_EXISTS(file=out))
    past = ledger_past(shell.settings, ledger, account) if table is None else table_past(table, columns)
    found = fitting.fit(past)
    try:
        twin(found, out.stem)
    except ScenarioError as error:
        raise Problem(Say.FIT_IMPOSSIBLE(error=Wording.read(str(error)))) from None
    checked = None
    if held_back and past.days - held_back >= fitting.LEAST_DAYS:
        with progress(shell, shell.text("检验", "checking")) as step:
            checked = check(past, held_back, draws, step)
    try:
        out.write_text(toml_of(table_of(found, out.stem)), "utf-8")
    except OSError as error:
        raise Problem(Say.FIT_NOT_WRITTEN(file=out, error=told_by_system(error))) from None
    shell.data(as_json(found, checked, out))
    show(shell, found, checked, held_back, out)
