"""`check`: is a policy sound? The conformance suite and lints, one line a finding."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.problem import Problem
from bidctl.wording import Wording


@click.command()
@click.argument("policy")
@click.option(
    "--ledger", type=click.Path(path_type=Path), help="用这份账本的历史 / Count edits and look ahead on this ledger."
)
@click.option("--account", help="账本里的广告账户ID / Advertiser id in that ledger.")
@options
def check(shell: Shell, policy: str, ledger: Path | None, account: str | None) -> None:
    """检查策略 POLICY (名称, 路径或 module:Class): 一致性, 轮不到或互相打架的规则, 在不变的世界里来回摆动, 最坏的一天,
    每天改动次数, 偷看未来; 有要改的则退出码为 1 / Check POLICY (name, path or module:Class): conformance, rules that never have
    their turn or pull opposite ways, swinging on a world that stands still, the worst day, edits a day, look-ahead. Exit code 1
    where something must be mended."""
    from bidctl import catalog, wiring
    from bidctl.engine.lints.finding import Level
    from bidctl.wiring.check import Recorded
    from bidctl.wiring.check import check as examine
    from bidctl.wiring.replay import recorded, span_of, with_ledger

    loaded, rules = catalog.load(policy), wiring.rule_settings(shell.settings)
    past = None
    if ledger is not None or account is not None:
        past = Recorded(
            *span_of(recorded(with_ledger(shell.settings, ledger), account), None, None, timedelta(hours=1))
        )
    found = examine(loaded, rules, past, lambda stage: _tell(shell, stage))
    wrong = [f for f in found if f.level is not Level.NOTE]
    shell.data({
        "policy": catalog.policy_id(loaded), "clean": not wrong,
        "findings": [{"lint": f.lint, "level": f.level.value, "rules": f.rules, "zh": f.told.zh, "en": f.told.en} for f in found],
    })  # fmt: skip
    names = {Level.ERROR: ("错误", "error"), Level.WARNING: ("警告", "warning"), Level.NOTE: ("备注", "note")}
    for f in found:
        zh, en = names[f.level]
        shell.say(f"{zh} [{f.lint}] {f.told.zh}", f"{en} [{f.lint}] {f.told.en}")
    if wrong:
        raise Problem(Say.TO_MEND(policy=policy, count=len(wrong)))
    shell.say(f"{policy}: 没有发现问题", f"{policy}: nothing to mend")


def _tell(shell: Shell, stage: Wording) -> None:
    """Which part runs, on a terminal's standard error."""
    if not shell.as_json and sys.stderr.isatty():
        click.echo(f"... {stage.text(shell.lang)}", err=True)
