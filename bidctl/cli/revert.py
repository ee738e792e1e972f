"""`revert`: back to an earlier target, by the rules: clamped, spaced, perhaps in two steps, shown before."""

from __future__ import annotations

import asyncio
import hashlib
import math
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.enrol import ratio
from bidctl.cli.switches import demand_enrolled, who
from bidctl.cli.words import Say
from bidctl.domain.reasons import WORDING, Reason
from bidctl.domain.values import AccountId, CampaignId, Field, Mode
from bidctl.domain.writes import Edit
from bidctl.engine.approvals import OPERATOR_TICK
from bidctl.engine.decide import Asked
from bidctl.engine.ports import DecisionRecord
from bidctl.problem import SafetyProblem, UsageProblem
from bidctl.wiring import Parts


@click.command()
@click.argument("campaign")
@click.option("--account", required=True, help="广告账户ID / Advertiser id.")
@click.option(
    "--to",
    "target",
    type=float,
    help="撤回到的目标; 不写则为上次改动之前的 / The target to go back to; without it, the one before the last edit.",
)
@click.option(
    "--mode",
    type=click.Choice(["approve", "live"]),
    help="由哪个模式的运行写入; 不写则为正在运行的, 否则 live / Mode of the run that sends it; else that of the run at work, or live.",
)
@click.option("--yes", is_flag=True, help="确认执行; 不写则只显示 / Do it; without it, only shown.")
@options
def revert(shell: Shell, campaign: str, account: str, target: float | None, mode: str | None, yes: bool) -> None:
    """把计划 CAMPAIGN 撤回到早先的目标: 先走规则允许的一步, 其余会说明; 存在账本里, 由正在运行的或下一次运行在全部检查后写入 / Wish
    an earlier target for CAMPAIGN: one step now, the rest is said. Left in the ledger; the run that is at work, or the next
    one, sends it after every check."""
    ratio("to", target)
    asked = Mode(mode) if mode else None
    asyncio.run(_revert(shell, AccountId(account), CampaignId(campaign), target, asked, yes))


async def _revert(
    shell: Shell, account: AccountId, campaign: CampaignId, target: float | None, asked: Mode | None, yes: bool
) -> None:
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        demand_enrolled(t, account, campaign)
    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        mode, working = wiring.taker(parts.ledger, asked, "revert") if yes else (Mode.LIVE, False)
        with parts.ledger.begin() as t:
            edits = [e for e in t.edits(account, parts.clock.now() - timedelta(days=30)) if e.campaign == campaign]
        wanted = target if target is not None else _before(edits, campaign)
        session = wiring.session(parts)
        session.look()
        decided = await session.wish(account, campaign, Asked(wanted, Reason.REVERT))
        if decided is None:
            raise UsageProblem(Say.NOT_LISTED(what=f"{account}/{campaign}"))
        if decided.field is not Field.ROI_TARGET:
            why = WORDING[Reason(decided.reason)]
            raise SafetyProblem(Say.REVERT_REFUSED(account=account, campaign=campaign, old=decided.old, why=why))
        rest = "" if math.isclose(float(decided.new), wanted, abs_tol=1e-9) else shell.text(
            f" (规则限制, 目标 {wanted:g} 需要再次撤回)", f" (the rules allow this much now; revert again for {wanted:g})")  # fmt: skip
        if yes:
            _propose(parts, decided, mode)
    shown = mode.value if yes else Mode.DRY.value
    shell.data(
        {"campaign": campaign, "mode": shown, "old": decided.old, "new": decided.new, "wanted": wanted, "sent": yes}
    )
    line = f"[{shown}] {campaign}: {decided.old} -> {decided.new}{rest}"
    shell.say(line, line)
    if not yes:
        shell.say("未执行; 加 --yes 确认", "not done; add --yes to do it")
    elif working:
        shell.say(
            "已记下: 正在运行的进程下一个周期核对后执行",
            "noted: the run at work sends it at its next look, after every check",
        )
    else:
        shell.say(
            f"已记下: 现在没有进程在运行, 下次 bidctl run --mode {mode.value} 核对后执行",
            f"noted: no run is at work; the next bidctl run --mode {mode.value} sends it, after every check",
        )


def _before(edits: list[Edit], campaign: CampaignId) -> float:
    last = next((e for e in reversed(edits) if e.field is Field.ROI_TARGET and e.old is not None), None)
    if last is None or last.old is None:
        raise UsageProblem(Say.REVERT_UNKNOWN(campaign=campaign))
    return float(Decimal(last.old))


def _propose(parts: Parts, decided: DecisionRecord, mode: Mode) -> None:
    """Store it as an approved proposal of the run's mode; its next tick takes it up."""
    now = parts.clock.now()
    name = hashlib.blake2b(f"{decided.id}|{mode.value}|{now.isoformat()}".encode(), digest_size=16).hexdigest()
    made = replace(decided, id=name, tick=OPERATOR_TICK, mode=mode, at=now, needs_approval=True)
    with parts.ledger.begin(durable=True) as t:
        t.add_decisions([made])
        t.answer_proposal(made.id, True, who(), now)
