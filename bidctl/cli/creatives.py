"""`creatives`: every creative's verdict in words; retirements and their undoing as proposals that a person answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import click
import numpy as np

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.domain.creatives import VERDICT_WORDING
from bidctl.domain.observation import Observation
from bidctl.domain.values import AccountId, CampaignId, Field, Mode
from bidctl.domain.writes import Write
from bidctl.engine import creative_review as creatives_
from bidctl.engine.creative_review import Review
from bidctl.engine.ports import DecisionRecord, ReadFailed
from bidctl.engine.records import Signature
from bidctl.problem import Problem, UsageProblem
from bidctl.wiring import Parts
from bidctl.wording import Wording

KEPT = timedelta(days=366)
"""How far back a retirement of ours is looked for."""


@click.command()
@click.option("--account", required=True, help="广告账户ID / Advertiser id.")
@click.option("--campaign", help="只看一个计划 / Only this campaign.")
@click.option("--propose", is_flag=True, help="把下架存为待批提案 / Leave retirements as proposals to approve.")
@click.option(
    "--undo",
    metavar="CREATIVE",
    help="提议重新添加本程序下架的素材 / Propose adding again a creative that bidctl retired.",
)
@click.option(
    "--mode",
    type=click.Choice(["approve", "live"]),
    help="由哪个模式的运行写入; 不写则为正在运行的, 否则 live / Mode of the run that sends it; else that of the run at work, or live.",
)
@options
def creatives(
    shell: Shell, account: str, campaign: str | None, propose: bool, undo: str | None, mode: str | None
) -> None:
    """素材: 逐个给出结论, 象限, 需要补充多少; 只看可调整的计划, --campaign 指定的除外。--propose 只提案: 每次下架都要人批准 / Creatives:
    a verdict on each, its quadrant, and how many new ones are asked for; of free campaigns, or the one named. --propose leaves
    proposals only: every retirement takes a person's yes."""
    asked = Mode(mode) if mode else None
    wanted = CampaignId(campaign) if campaign else None
    try:
        if undo is not None:
            asyncio.run(_undo(shell, AccountId(account), undo, asked))
        else:
            asyncio.run(_review(shell, AccountId(account), wanted, propose, asked))
    except ReadFailed as failed:
        raise Problem(Wording.read(failed.why)) from None


async def _review(
    shell: Shell, account: AccountId, campaign: CampaignId | None, propose: bool, asked: Mode | None
) -> None:
    from bidctl import wiring

    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        mode, _ = wiring.taker(parts.ledger, asked, "creatives") if propose else (Mode.LIVE, False)
        o, now = await _observed(parts, account), parts.clock.now()
        rows = _rows(o, account, campaign)
        writes = _writes(parts, account)
        review = await creatives_.look(parts.reads, o, rows, writes, parts.rules, now)
        made: list[DecisionRecord] = []
        if propose:
            sign = Signature(mode, parts.sign.settings_hash, parts.sign.code_version)
            policies, taken = _policies(parts, account), _waiting(parts, account)
            for row in creatives_.retirements(review):
                i = rows[int(review.judged.view.campaign_index[row])]
                if str(o.campaign[i]) not in taken:
                    made.append(creatives_.retirement(review, row, o, i, policies[str(o.campaign[i])], sign, now))
            _store(parts, made)
    _show(shell, review)
    if propose:
        shell.say(
            f"已提案 {len(made)} 个下架, 请看: bidctl pending", f"{len(made)} retirements proposed; see: bidctl pending"
        )


async def _undo(shell: Shell, account: AccountId, creative: str, asked: Mode | None) -> None:
    from bidctl import wiring

    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        mode, _ = wiring.taker(parts.ledger, asked, "creatives --undo")
        campaign = creatives_.retired_by_us(_writes(parts, account), creative)
        if campaign is None:
            raise UsageProblem(Say.NOT_RETIRED(creative=creative, account=account))
        o, now = await _observed(parts, account), parts.clock.now()
        (i,) = _rows(o, account, campaign)
        sign = Signature(mode, parts.sign.settings_hash, parts.sign.code_version)
        made = creatives_.undoing(creative, o, i, _policies(parts, account)[campaign], sign, now)
        if campaign in _waiting(parts, account):
            raise UsageProblem(Say.CREATIVE_WAITS(campaign=campaign))
        _store(parts, [made])
    shell.data({"id": made.id, "campaign": campaign, "creative": creative})
    shell.say(
        f"已提案重新添加 {creative}: 学习从头开始; 请看: bidctl pending",
        f"adding {creative} again is proposed: its learning starts over; see: bidctl pending",
    )


async def _observed(parts: Parts, account: AccountId) -> Observation:
    from bidctl import wiring

    session = wiring.session(parts)
    session.look()
    o = await session.observed(account)
    if o is None:
        raise UsageProblem(Say.NOT_ENROLLED(what=account))
    return o


def _rows(o: Observation, account: AccountId, campaign: CampaignId | None) -> list[int]:
    """Rows of the campaigns to look at. Raises UsageProblem where the one named is not enrolled."""
    if campaign is None:
        return [i for i in range(len(o)) if creatives_.may_be_touched(o, i)]
    found = [int(i) for i in np.flatnonzero(o.campaign == campaign) if o.enrolled[i]]
    if not found:
        raise UsageProblem(Say.NOT_ENROLLED(what=f"{account}/{campaign}"))
    return found


def _writes(parts: Parts, account: AccountId) -> tuple[Write, ...]:
    with parts.ledger.begin() as t:
        return t.recent_writes(account, parts.clock.now() - KEPT, field=Field.CREATIVE)


def _waiting(parts: Parts, account: AccountId) -> set[str]:
    """Campaigns with a creative's proposal that is not answered, or not carried out yet: of one campaign one at a time."""
    with parts.ledger.begin() as t:
        return {str(d.campaign) for d in (*t.pending(account), *t.approved(account)) if d.field is Field.CREATIVE}


def _policies(parts: Parts, account: AccountId) -> dict[str, str]:
    """By campaign the id of its policy, which every decision names."""
    from bidctl import catalog

    with parts.ledger.begin() as t:
        return {str(e.campaign): catalog.policy_id(catalog.load(e.policy)) for e in t.enrolments(account)}


def _store(parts: Parts, made: Sequence[DecisionRecord]) -> None:
    with parts.ledger.begin(durable=True) as t:
        t.add_decisions(made)


def _show(shell: Shell, review: Review) -> None:
    v = review.judged.view
    rows = [i for i in range(len(v)) if v.delivering[i] or v.spend[i] > 0]
    shell.rows(
        shell.text("素材", "creatives"),
        [shell.text("计划", "campaign"), shell.text("素材", "creative"), shell.text("标题", "title"), shell.text("消耗", "spend"),
         shell.text("订单", "orders"), shell.text("每元产出", "per yuan"), shell.text("弱的概率", "P(weak)"),
         shell.text("象限", "quadrant"), shell.text("结论", "verdict")],
        [(v.campaign[i], v.creative[i], review.titles[i], round(float(v.spend[i]), 2), round(float(v.orders[i])),
          _number(v.net[i] / v.spend[i] if v.spend[i] > 0 else np.nan), _number(v.p_weak[i]),
          review.quadrant(i).text(shell.lang), _verdict(shell, review, i)) for i in rows],
        ["campaign", "creative", "title", "spend", "orders", "per_yuan", "p_weak", "quadrant", "verdict"],
    )  # fmt: skip
    if shell.as_json:
        return
    if not review.found:
        shell.say(
            "现在没有可调整的计划; 用 --campaign 指定一个来看",
            "no campaign may be touched now; name one with --campaign to see it",
        )
        return
    sd = f"{review.judged.log_sd:.2f}"
    shell.say(
        f"本账户素材产出的离散度 (对数标准差) {sd}, 随消耗的幂 {review.judged.slope:.2f}",
        f"spread of the account's creatives (log sd) {sd}, rates go with spend to the power {review.judged.slope:.2f}",
    )
    for one, wanted in zip(review.found, review.verdicts.wanted, strict=True):
        if wanted:
            shell.say(
                f"{one.campaign}: 请补充 {wanted} 个新素材", f"{one.campaign}: {wanted} new creatives are asked for"
            )


def _verdict(shell: Shell, review: Review, i: int) -> str:
    verdict = review.verdict(i)
    return verdict.name.lower() if shell.as_json else VERDICT_WORDING[verdict].text(shell.lang)


def _number(x: float) -> float | None:
    return None if np.isnan(x) else round(float(x), 2)
