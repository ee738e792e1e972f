"""`status` and `explain`: what is going on, and why a campaign was moved or not."""

from __future__ import annotations

import click

from bidctl.cli.common import ACCOUNT_ZONE, Shell, options
from bidctl.cli.words import Say
from bidctl.domain.enrolment import Switches
from bidctl.domain.names import BASES, HOLDS, STATES
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.records import why
from bidctl.problem import UsageProblem


@click.command()
@click.option("--account", help="只看一个账户 / Only this account.")
@options
def status(shell: Shell, account: str | None) -> None:
    """已托管的计划: 目标, 开关, 最近决定; 未决写入; 最近一次运行 / Enrolled campaigns with their target, switches and newest
    decision; open writes; the last tick."""
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        accounts = [AccountId(account)] if account else list(t.accounts())
        rows: list[tuple[object, ...]] = []
        for one in accounts:
            known, switches = t.load_campaigns(one), t.switches(one)
            for e in t.enrolments(one):
                newest = t.decisions_of(one, e.campaign, 1)
                seen, held = known.get(e.campaign), switches[e.campaign]
                rows.append((
                    one, e.campaign, seen.info.name if seen else "", seen.info.status if seen else "",
                    _target(seen.info.target_units if seen else None), f"{e.goal:g} {shell.name(BASES, e.goal_basis)}",
                    _switch_words(shell, held), newest[0].mode.value if newest else "",
                    why(newest[0]).text(shell.lang) if newest else "",
                    shell.when(newest[0].at) if newest else "",
                ))  # fmt: skip
        beats = {one: t.last_beat(one) for one in accounts}
        waiting = [w for one in accounts for w in t.open_writes(one)]
    head = shell.text("账户 计划 名称 状态 ROI目标 目标值 开关 模式 最近决定 时间",
                      "account campaign name status target goal switches mode newest-decision at").split()  # fmt: skip
    shell.rows(shell.text("托管计划", "enrolled campaigns"), head, rows,
               ["account", "campaign", "name", "status", "roi_target", "goal", "switches", "mode", "reason", "at"])  # fmt: skip
    if not shell.as_json:
        for one, beat in beats.items():
            shell.say(f"{one}: 最近一次运行 {shell.when(beat)}", f"{one}: last tick {shell.when(beat)}")
        for w in waiting:
            what = f"#{w.id} {w.request.campaign} {w.request.old} -> {w.request.value}: {shell.name(STATES, w.state)}"
            shell.say(f"未决写入 {what}", f"open write {what}")


def _target(units: int | None) -> str | None:
    from bidctl.adapters.qianchuan.reads import CAPABILITIES

    return None if units is None else str(CAPABILITIES.grid.value(units))


def _switch_words(shell: Shell, held: Switches) -> str:
    words = []
    if held.killed:
        words.append(shell.text("已停止托管", "killed"))
    if held.breaker:
        words.append(shell.text("熔断", "breaker"))
    if held.hold:
        words.append(shell.name(HOLDS, held.hold))
    if held.human_hold_until:
        until = shell.when(held.human_hold_until)
        words.append(shell.text(f"人工改动后暂停至{until}", f"hands off until {until}"))
    return " ".join(words)


@click.command()
@click.argument("campaign", required=False)
@click.option("--account", help="广告账户ID / Advertiser id.")
@click.option("--policy", help="改为用话说出这份策略 / Read this policy back as sentences instead.")
@click.option(
    "--count",
    type=click.IntRange(1, 200),
    default=1,
    show_default=True,
    help="最近多少个决定 / How many newest decisions.",
)
@options
def explain(shell: Shell, campaign: str | None, account: str | None, policy: str | None, count: int) -> None:
    """计划 CAMPAIGN 的最近决定和每条起作用的规则; 用存下的输入重算, 结果相同; 或用 --policy 读出一份策略 / The newest decisions of
    CAMPAIGN with every rule that spoke; re-executed from the stored inputs, to the same result. Or, with --policy, a policy in
    words."""
    if policy is not None:
        _say_policy(shell, policy)
        return
    if campaign is None or account is None:
        raise UsageProblem(Say.EXPLAIN_NEEDS())
    from bidctl import wiring
    from bidctl.engine.explain import explain as again

    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        stored = t.decisions_of(AccountId(account), CampaignId(campaign), count)
    if not stored:
        raise UsageProblem(Say.NO_DECISION(account=account, campaign=campaign))
    rules = wiring.rule_settings(shell.settings)
    told = [again(d, wiring.policy_of(d.policy_id), rules) for d in stored]
    shell.data([one.as_json() for one in told])
    for one in told:
        if not shell.as_json:
            click.echo("\n".join(one.lines(shell.lang, ACCOUNT_ZONE)))


def _say_policy(shell: Shell, reference: str) -> None:
    from bidctl import catalog
    from bidctl.engine.telling import sentences

    policy = catalog.load(reference)
    shell.data({"policy": catalog.policy_id(policy), "zh": sentences(policy, "zh"), "en": sentences(policy, "en")})
    if not shell.as_json:
        click.echo("\n".join(sentences(policy, shell.lang)))
