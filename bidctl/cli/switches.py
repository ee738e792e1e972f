"""`hold`, `release`, `kill`, `resume`: the switches people hold."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.domain.values import AccountId, CampaignId, Hold
from bidctl.engine.ports import Transaction
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import told_by_system


def who() -> str:
    """The person at this shell, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _enrolled(t: Transaction, account: str, campaign: str) -> None:
    if not any(e.campaign == campaign for e in t.enrolments(AccountId(account))):
        raise UsageProblem(Say.NOT_ENROLLED(what=f"{account}/{campaign}"))


@click.command()
@click.option("--account", required=True, help="广告账户ID / Advertiser id.")
@click.option("--all", "everything", is_flag=True, help="连预算和素材一起冻结 / Budgets and creatives too.")
@click.argument("campaign")
@options
def hold(shell: Shell, account: str, everything: bool, campaign: str) -> None:
    """冻结一个计划 (R-HOLD); 止损暂停仍然有效 / Freeze a campaign (R-HOLD); a stop-loss pause still acts."""
    _set_hold(shell, account, campaign, Hold.ALL if everything else Hold.TARGETS)
    shell.say(f"已冻结 {campaign}", f"{campaign} is frozen")


@click.command()
@click.option("--account", required=True, help="广告账户ID / Advertiser id.")
@click.argument("campaign")
@options
def release(shell: Shell, account: str, campaign: str) -> None:
    """解冻计划, 也解除人工改动后的等待 / Release a frozen campaign, and one that waits because a person edited it."""
    _set_hold(shell, account, campaign, Hold.NO)
    shell.say(f"已解冻 {campaign}", f"{campaign} is released")


def _set_hold(shell: Shell, account: str, campaign: str, value: Hold) -> None:
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        _enrolled(t, account, campaign)
        at = wiring.clock(shell.settings).now()
        t.set_hold(AccountId(account), CampaignId(campaign), value, who(), at)
        if value is Hold.NO:
            t.set_human_hold(AccountId(account), CampaignId(campaign), None)
    shell.data({"campaign": campaign, "hold": value.name.lower()})


@click.command()
@click.option("--account", help="只停一个账户; 不写则全部 / Only this account; without it, all.")
@options
def kill(shell: Shell, account: str | None) -> None:
    """立即停止本程序的一切写入, 广告继续投放 (R-KILL) / Stop all writes of bidctl at once; the ads keep delivering (R-KILL)."""
    from bidctl import wiring

    if account is None:
        _write_kill_file(shell, wiring.kill_file(shell.settings))
    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        t.set_kill(AccountId(account) if account else None, True, who(), wiring.clock(shell.settings).now())
    shell.data({"killed": account or "all"})
    shell.say("已停止托管: 本程序不再写入, 广告继续投放", "stopped: bidctl writes nothing; the ads keep delivering")


def _write_kill_file(shell: Shell, file: Path) -> None:
    try:
        file.write_text("人工停止; 解除: bidctl resume / killed by a person; remove with: bidctl resume\n", "utf-8")
    except OSError as error:
        told = Say.KILL_FILE_NOT_WRITTEN(file=file, error=told_by_system(error))
        click.echo(told.text(shell.lang), err=True)


def _remove_kill_file(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise Problem(Say.KILL_FILE_STAYS(file=file, error=told_by_system(error))) from None


@click.command()
@click.option("--account", help="只恢复一个账户; 不写则全部 / Only this account; without it, all.")
@options
def resume(shell: Shell, account: str | None) -> None:
    """解除停止托管和熔断 / Release the kill switch and an open breaker."""
    from bidctl import wiring

    if account is None:
        _remove_kill_file(wiring.kill_file(shell.settings))
    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        at = wiring.clock(shell.settings).now()
        t.set_kill(AccountId(account) if account else None, False, who(), at)
        for one in [AccountId(account)] if account else t.accounts():
            t.set_breaker(one, False, who(), at)
    shell.data({"resumed": account or "all"})
    shell.say("已恢复托管", "resumed")
