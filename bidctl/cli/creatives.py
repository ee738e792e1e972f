"""`creatives`: every creative's verdict in words; retirements and their undoing as proposals that a person answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import click
import numpy as np

from bidctl.cli.common import Shell, of_advertiser, options, rounded
from bidctl.cli.enrol import identity
from bidctl.cli.lazy import lazy
from bidctl.cli.switches import who
from bidctl.cli.words import Say
from bidctl.domain.creatives import VERDICT_WORDING, Spare
from bidctl.domain.observation import Observation
from bidctl.domain.quadrants import QUADRANTS
from bidctl.domain.values import AccountId, CampaignId, Field, Mode
from bidctl.domain.writes import Write
from bidctl.engine import creative_review as creatives_
from bidctl.engine.approvals import OPERATOR_TICK
from bidctl.engine.creative_reading import KEPT, begin_look, may_be_touched, read_campaign
from bidctl.engine.creative_review import Author, Review
from bidctl.engine.ports import DecisionRecord, ReadFailed
from bidctl.engine.records import Signature
from bidctl.problem import Problem, UsageProblem
from bidctl.wiring import Parts
from bidctl.wording import Wording

VIDEO = re.compile(r"[A-Za-z0-9_]{1,64}")
"""An id of a home-page item or of an uploaded video."""


COMMANDS: dict[str, tuple[str, str]] = {
    "show": ("bidctl.cli.creatives:show", "逐个给出结论与象限, 需补充多少 / Each one's verdict and quadrant, and how many are asked for."),
    "propose": ("bidctl.cli.creatives:propose", "把该做的存为待批提案 / Leave what should be done as proposals to approve."),
    "undo": ("bidctl.cli.creatives:undo", "提议重新添加本程序下架的素材 / Propose adding again a creative that bidctl retired."),
    "reserve": ("bidctl.cli.creatives:reserve", "计划的储备素材 / A campaign's reserve of new creatives."),
}  # fmt: skip


@click.group(cls=lazy(COMMANDS))
def creatives() -> None:
    """素材: 结论, 下架, 补充, 撤销 / Creatives: verdicts, retirements, new material, undoing."""


of_campaign = click.option("--campaign", help="只看一个计划 / Only this campaign.")
of_mode = click.option(
    "--mode",
    type=click.Choice(["approve", "live"]),
    help="由哪个模式的运行写入; 不写则为正在运行的, 否则 live / Mode of the run that sends it; else that of the run at work, or live.",
)


@click.command()
@of_advertiser
@of_campaign
@options
def show(shell: Shell, account: str, campaign: str | None) -> None:
    """逐个给出结论, 象限, 需要补充多少; 只看可调整的计划, --campaign 指定的除外 / A verdict on each, its quadrant, and how many new ones
    are asked for; of campaigns that may be touched now, or of the one named."""
    told = asyncio.run(_reviewed(shell, _account(account), _campaign(campaign), None))
    _show(shell, told)


@click.command()
@of_advertiser
@of_campaign
@of_mode
@options
def propose(shell: Shell, account: str, campaign: str | None, mode: str | None) -> None:
    """看一遍, 并把每个计划该做的一步 (从储备添加, 或下架) 存为待批提案; 每一步都要人批准 / Look, and leave the next step of each campaign
    (one added from the reserve, or one retired) as a proposal: every step takes a person's yes."""
    made: list[DecisionRecord] = []
    told = asyncio.run(_reviewed(shell, _account(account), _campaign(campaign), made, Mode(mode) if mode else None))
    _show(shell, told)
    shell.say(f"已提案 {len(made)} 项, 请看: bidctl pending", f"{len(made)} changes proposed; see: bidctl pending")


@click.command()
@click.argument("creative")
@of_advertiser
@of_mode
@options
def undo(shell: Shell, creative: str, account: str, mode: str | None) -> None:
    """提议重新添加本程序下架的素材 CREATIVE; 学习从头开始 / Propose adding CREATIVE again, which bidctl retired; its learning starts
    over."""
    made = asyncio.run(_undo(shell, _account(account), creative, Mode(mode) if mode else None))
    shell.data({"id": made.id, "campaign": made.campaign, "creative": creative})
    shell.say(
        f"已提案重新添加 {creative}: 学习从头开始; 请看: bidctl pending",
        f"adding {creative} again is proposed: its learning starts over; see: bidctl pending",
    )


@click.command()
@click.argument("names", nargs=-1)
@of_advertiser
@of_campaign
@click.option("--remove", is_flag=True, help="移出而不是加入 / Take them out instead.")
@options
def reserve(shell: Shell, names: tuple[str, ...], account: str, campaign: str | None, remove: bool) -> None:
    """把视频 NAMES 放进计划的储备, 需要时逐个添加; 不写则列出。NAMES 是主页视频的ID (数字) 或已上传视频的ID / Put the videos NAMES into a
    campaign's reserve, from which they are added as they are needed; without any, list it. A name is the id of a home-page video
    (digits) or of an uploaded one."""
    from bidctl import wiring

    if remove and not names:
        raise UsageProblem(Say.REMOVE_NAMES())
    if names and campaign is None:
        raise UsageProblem(Say.RESERVE_CAMPAIGN())
    of = _account(account), _campaign(campaign) or CampaignId("")
    odd = next((n for n in names if not VIDEO.fullmatch(n)), None)
    if odd is not None:
        raise UsageProblem(Say.VIDEO_ID(name=odd))
    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        now, enrolled = wiring.clock(shell.settings).now(), {e.campaign for e in t.enrolments(of[0])}
        if names and not remove and of[1] not in enrolled and of[1] not in t.load_campaigns(of[0]):
            raise UsageProblem(Say.NOT_ENROLLED(what=f"{of[0]}/{of[1]}"))
        missing = [n for n in names if remove and not t.drop_spare(*of, n)]
        if not remove:
            t.add_spares([Spare(*of, n, who(), now + timedelta(microseconds=k)) for k, n in enumerate(names)])
        kept = [s for s in t.spares(of[0]) if campaign in (None, s.campaign)]
    shell.rows(
        shell.text("储备素材", "creatives in reserve"),
        [shell.text("计划", "campaign"), shell.text("视频", "video"), shell.text("加入者", "added by"), shell.text("时间", "at")],
        [(s.campaign, s.name, s.added_by, shell.when(s.added_at)) for s in kept],
        ["campaign", "name", "added_by", "at"],
    )  # fmt: skip
    for name in sorted({s.campaign for s in kept} - enrolled):
        shell.say(f"* {name} 未托管: 它的储备不会被添加", f"* {name} is not enrolled: nothing of its reserve is added")
    if missing:
        raise UsageProblem(Say.NOT_IN_RESERVE(names=", ".join(missing), campaign=campaign))


def _account(told: str) -> AccountId:
    return AccountId(identity("--account", told))


def _campaign(told: str | None) -> CampaignId | None:
    return None if told is None else CampaignId(identity("--campaign", told))


async def _reviewed(
    shell: Shell, account: AccountId, campaign: CampaignId | None, made: list[DecisionRecord] | None, asked: Mode | None = None
) -> Review:  # fmt: skip
    """Look; where `made` is given, propose into it and store."""
    from bidctl import wiring
    from bidctl.wiring.tables import TableFiles

    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        mode = Mode.LIVE if made is None else wiring.taker(parts.ledger, asked, "creatives propose")[0]
        calendar = TableFiles(parts.settings.tables)().calendar
        o, now = await _observed(parts, account), parts.clock.now()
        rows = _rows(parts, o, account, campaign)
        try:
            look = await begin_look(parts.reads, parts.ledger, account, calendar, parts.rules, now)
            found = [await read_campaign(parts.reads, parts.ledger, o, i, look) for i in rows]
        except ReadFailed as failed:
            raise Problem(Wording.read(failed.why)) from None
        review = creatives_.review_of(found, parts.rules, now)
        if made is not None:
            waiting, policies = _waiting(parts, account), _policies(parts, account)
            for number, i in enumerate(rows):
                by = _author(parts, policies, str(o.campaign[i]), mode)
                step = (
                    None if str(o.campaign[i]) in waiting else creatives_.next_step(review, number, o, i, (), by, now)
                )
                made += [step] if step is not None else []
            _store(parts, made)
    return review


async def _undo(shell: Shell, account: AccountId, creative: str, asked: Mode | None) -> DecisionRecord:
    from bidctl import wiring

    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        mode, _ = wiring.taker(parts.ledger, asked, "creatives undo")
        campaign = creatives_.retired_by_us(_writes(parts, account), creative)
        if campaign is None:
            raise UsageProblem(Say.NOT_RETIRED(creative=creative, account=account))
        o, now = await _observed(parts, account), parts.clock.now()
        (i,) = _rows(parts, o, account, campaign)
        if campaign in _waiting(parts, account):
            raise UsageProblem(Say.CREATIVE_WAITS(campaign=campaign))
        made = creatives_.undoing(creative, o, i, _author(parts, _policies(parts, account), campaign, mode), now)
        _store(parts, [made])
    return made


def _author(parts: Parts, policies: Mapping[str, str], campaign: str, mode: Mode) -> Author:
    sign = Signature(mode, parts.sign.settings_hash, parts.sign.code_version)
    return Author(OPERATOR_TICK, policies[campaign], sign, asks=True)


async def _observed(parts: Parts, account: AccountId) -> Observation:
    """Raises UsageProblem where nothing of the account is enrolled, Problem where it cannot be read."""
    from bidctl.wiring.looking import look_at

    with parts.ledger.begin() as t:
        if not t.enrolments(account):
            raise UsageProblem(Say.NOT_ENROLLED(what=account))
    return (await look_at(parts, account))[1]


def _rows(parts: Parts, o: Observation, account: AccountId, campaign: CampaignId | None) -> list[int]:
    """Rows of the campaigns to look at. Raises UsageProblem where the one named is not enrolled."""
    if campaign is None:
        return [i for i in range(len(o)) if may_be_touched(o, i, parts.rules)]
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
    rows, quadrants = [i for i in range(len(v)) if v.delivering[i] or v.spend[i] > 0], review.quadrants()
    shell.rows(
        shell.text("素材", "creatives"),
        [shell.text("计划", "campaign"), shell.text("素材", "creative"), shell.text("标题", "title"), shell.text("消耗", "spend"),
         shell.text("订单", "orders"), shell.text("每元产出", "per yuan"), shell.text("弱的概率", "P(weak)"),
         shell.text("象限", "quadrant"), shell.text("结论", "verdict")],
        [(v.campaign[i], v.creative[i], review.titles[i], round(float(v.spend[i]), 2), round(float(v.orders[i])),
          rounded(v.net[i] / v.spend[i] if v.spend[i] > 0 else np.nan), rounded(v.p_weak[i]),
          shell.name(QUADRANTS, quadrants[i]) or None, shell.name(VERDICT_WORDING, review.verdict(i))) for i in rows],
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
                f"{one.campaign}: 请补充 {wanted} 个新素材, 储备中有 {len(one.spares)} 个",
                f"{one.campaign}: new creatives asked for: {wanted}, in reserve: {len(one.spares)}",
            )
