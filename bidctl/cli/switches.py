"""`hold`, `release`, `kill`, `resume`: the switches people hold."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.domain.values import AccountId, CampaignId, Hold
from bidctl.engine.ports import Transaction
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import Wording, told_by_system


def who() -> str:
    """The person at this shell, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def demand_enrolled(t: Transaction, account: str, campaign: str) -> None:
    """Raises UsageProblem where that campaign is not in our hands."""
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
        demand_enrolled(t, account, campaign)
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

    file = wiring.kill_file(shell.settings)
    unwritten = None if account else _write_kill_file(file)
    filed = account is None and os.path.lexists(file)  # that it is there is what stops
    try:
        _set_kill(shell, account, True)
    except UsageProblem:
        raise
    except Problem as problem:
        raise Problem((Say.KILLED_BY_FILE if filed else Say.NOT_KILLED)(file=file, why=problem.told)) from None
    if unwritten and not filed:
        click.echo(Say.KILL_FILE_NOT_WRITTEN(file=file, error=unwritten).text(shell.lang), err=True)
    shell.data({"killed": account or "all"})
    of = account or shell.text("全部账户", "any account")
    shell.say(
        f"已停止托管 {of}: 本程序不再写入, 广告继续投放",
        f"stopped: bidctl writes nothing to {of}; the ads keep delivering",
    )


def _write_kill_file(file: Path) -> Wording | None:
    """None, or why it could not be written."""
    try:
        file.write_text("人工停止; 解除: bidctl resume / killed by a person; remove with: bidctl resume\n", "utf-8")
    except OSError as error:
        return told_by_system(error)
    return None


def _set_kill(shell: Shell, account: str | None, killed: bool) -> None:
    """The flag in the ledger; a release closes an open breaker too."""
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        known = {*t.accounts(), *shell.settings.run.accounts}
        if account is not None and account not in known:
            raise UsageProblem(Say.NO_ACCOUNT(account=account, known=" ".join(sorted(known)) or "-"))
        at = wiring.clock(shell.settings).now()
        t.set_kill(AccountId(account) if account else None, killed, who(), at)
        for one in () if killed else [AccountId(account)] if account else t.accounts():
            t.set_breaker(one, False, who(), at)


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

    _set_kill(shell, account, False)
    if account is None:
        _remove_kill_file(wiring.kill_file(shell.settings))
    shell.data({"resumed": account or "all"})
    of = account or shell.text("全部账户", "all accounts")
    shell.say(f"已恢复托管 {of}", f"resumed: {of}")
