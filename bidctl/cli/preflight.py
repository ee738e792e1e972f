"""`preflight`: what campaigns lack before they are launched."""

from __future__ import annotations

import asyncio

import click

from bidctl.cli.common import Shell, of_advertiser, options
from bidctl.cli.enrol import identity
from bidctl.cli.words import Say
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.preflight import CHECKS, FOUND, Found, Line
from bidctl.problem import Problem

KEYS = ["campaign", "check", "found", "says"]


@click.command()
@of_advertiser
@click.option(
    "--campaign", "named", multiple=True, help="只看这些计划 (未托管的也可以) / These campaigns only, enrolled or not."
)
@click.option("--offline", is_flag=True, help="不问平台, 只看账本 / Do not ask the platform: from the ledger.")
@click.option("--all", "whole", is_flag=True, help="具备的也列出 / Show what is there too.")
@options
def preflight(shell: Shell, account: str, named: tuple[str, ...], offline: bool, whole: bool) -> None:
    """投放前检查每个计划还缺什么 (权限, 托管, 素材, 预算, 保本, 结算率, 起始目标, 库存, 止损, 换主播) 和该怎么办; 有缺则退出码为 1 / What
    every campaign lacks before launch, and what to do; exit code 1 where something lacks."""
    from bidctl.wiring.preflight import asked_preflight, recorded_preflight

    of = AccountId(identity("--account", account))
    campaigns = [CampaignId(identity("--campaign", c)) for c in named]
    lines = (
        recorded_preflight(shell.settings, of, campaigns)
        if offline
        else asyncio.run(asked_preflight(shell.settings, of, campaigns))
    )
    shown = [line for line in lines if whole or shell.as_json or line.found is not Found.OK]
    title = shell.text("投放前检查", "preflight") + (
        shell.text(" (只看账本)", " (from the ledger alone)") if offline else ""
    )
    head = shell.text("计划 项目 结果 说明", "campaign check result detail").split()
    shell.rows(title, head, [_row(shell, line) for line in shown], KEYS)
    _end(shell, lines)


def _row(shell: Shell, line: Line) -> tuple[object, ...]:
    return line.campaign, shell.name(CHECKS, line.check), shell.name(FOUND, line.found), line.says.text(shell.lang)


def _end(shell: Shell, lines: list[Line]) -> None:
    lacking = [line for line in lines if line.found is Found.LACKS]
    unknown, campaigns = sum(1 for line in lines if line.found is Found.UNKNOWN), len({line.campaign for line in lines})
    if lacking:
        first = lacking[0]
        raise Problem(Say.PREFLIGHT_LACKS(
            lacks=len(lacking), campaigns=len({line.campaign for line in lacking}), count=campaigns,
            campaign=first.campaign, check=CHECKS[first.check], says=first.says,
        ))  # fmt: skip
    shell.say(
        f"{campaigns} 个计划具备; {unknown} 项未知",
        f"{campaigns} campaigns lack nothing; {unknown} checks are not known",
    )
