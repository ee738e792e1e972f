"""`enrol` and `unenrol`: what the operator tells bidctl about a campaign."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Curation, Intent, Side, Waiver
from bidctl.engine.selectors import LIVE, NAME, is_selector, matches
from bidctl.problem import UsageProblem

INTENTS = {"拿量": Intent.VOLUME, "volume": Intent.VOLUME, "均衡": Intent.BALANCED, "balanced": Intent.BALANCED,
           "保利": Intent.PROFIT, "profit": Intent.PROFIT}  # fmt: skip
BASES = {"projected": Basis.PROJECTED, "paid": Basis.PAID, "net_1h": Basis.NET_1H, "net_7d": Basis.NET_7D}
CURATIONS = {"by-hand": Curation.BY_HAND, "propose": Curation.PROPOSE, "act": Curation.ACT}
WAIVERS = {w.name.lower(): w for w in Waiver if w and w.name}


def share(name: str, value: float | None, *, above_zero: bool = False) -> float | None:
    """A share of 1, or a usage error that spots percent slips."""
    if value is None or (0 <= value <= 1 and not (above_zero and value == 0)):
        return value
    hint = Say.MEANT(value=value / 100) if 1 < value <= 100 else ""
    raise UsageProblem((Say.SHARE_ABOVE_ZERO if above_zero else Say.SHARE)(name=name, value=value, hint=hint))


def ratio(name: str, value: float | None) -> float | None:
    """A ROAS between 0.01 and 100, or a usage error."""
    if value is None or 0.01 <= value <= 100:
        return value
    raise UsageProblem(Say.RATIO(name=name, value=value))


def yuan(name: str, value: float | None) -> float | None:
    """An amount a day, or a usage error."""
    if value is None or 0 < value <= 1e9:
        return value
    raise UsageProblem(Say.YUAN(name=name, value=value))


def identity(name: str, value: str) -> str:
    """An id of the platform: digits, or a usage error."""
    if value.isascii() and value.isdigit() and len(value) <= 20:
        return value
    raise UsageProblem(Say.IDENTITY(name=name, value=value))


@click.command()
@click.option("--account", required=True, help="广告账户ID / Advertiser id.")
@click.option("--campaign", "campaigns", multiple=True, help="计划ID, 可重复 / Campaign id; repeat for more.")
@click.option(
    "--name", "pattern", help="按计划名, 如 'spring*', 向平台查询 / Name pattern like 'spring*', asked of the platform."
)
@click.option(
    "--live-account", help="某直播账号的全部计划, 向平台查询 / All campaigns of a live account, asked of the platform."
)
@click.option("--goal", type=float, required=True, help="目标ROI, 按目标口径 / Wanted ROAS on the goal's basis.")
@click.option(
    "--goal-basis",
    type=click.Choice(list(BASES)),
    default="projected",
    show_default=True,
    help="目标口径: 预计结算, 支付, 1小时净成交, 7日结算 / What the goal is measured on.",
)
@click.option(
    "--intent",
    type=click.Choice(list(INTENTS)),
    default="均衡",
    show_default=True,
    help="意图: 拿量, 均衡, 保利 / Intent: volume, balanced, profit.",
)
@click.option("--side", type=click.Choice(["merchant", "creator", "agency"]), default="merchant", show_default=True,
              help="谁的账: 商家, 达人, 代理 / Whose money: merchant, creator, agency.")  # fmt: skip
@click.option(
    "--margin", type=float, help="毛利率: 留住的订单每元贡献, 0..1 / Contribution of kept orders per yuan, 0..1."
)
@click.option("--break-even", type=float, help="自己算的保本ROI, 原样使用 / Your own break-even ROAS, used as it is.")
@click.option("--commission", type=float, help="达人佣金率, 0..1 / Creator's commission rate, 0..1.")
@click.option(
    "--refund-after-dispatch", type=float, default=0.0, help="发货后退款率, 0..1 / Share refunded after dispatch, 0..1."
)
@click.option(
    "--loss-per-refund", type=float, default=0.0, help="此类退款每元的损失, 0..1 / Cost lost per such yuan, 0..1."
)
@click.option(
    "--incremental",
    type=float,
    default=1.0,
    help="归因订单的增量占比, 不大于 1 / Incremental share of credited orders, at most 1.",
)
@click.option("--minimum", type=float, help="最低ROI, 从不设得更低 / Never set a target below.")
@click.option(
    "--maximum", type=float, help="最高ROI (人工上限), 从不设得更高 / Never set a target above (your ceiling)."
)
@click.option(
    "--settled-share",
    type=float,
    default=0.75,
    show_default=True,
    help="先验: 最终结算的比例 / Prior: share finally billed.",
)
@click.option(
    "--confirm-prior", is_flag=True, help="确认该先验, 允许据此写入 / I confirm that prior: bidctl may write on it."
)
@click.option(
    "--waive",
    "waivers",
    multiple=True,
    type=click.Choice(list(WAIVERS)),
    help="按名称授权放宽 / Grant a waiver by name.",
)
@click.option(
    "--after-human",
    type=click.Choice(["hold", "resume"]),
    default="hold",
    show_default=True,
    help="有人改动之后: 保持或恢复 / After a person's edit: hold or resume.",
)
@click.option(
    "--budget-cap", type=float, help="允许加预算到此上限, 元/天 / Let bidctl raise the budget up to this, yuan a day."
)
@click.option("--budget-base", type=float, help="零点回到此基础预算, 元 / Return to this budget at midnight, yuan.")
@click.option(
    "--quiet", multiple=True, help="静默时段 HH:MM-HH:MM, 可重复 / Quiet window HH:MM-HH:MM; repeat for more."
)
@click.option(
    "--creatives",
    type=click.Choice(list(CURATIONS)),
    default="by-hand",
    show_default=True,
    help="素材: 只由人发起, 每天提案, 或 live 中自动下架与补充 / Creatives: asked for by hand, proposed daily, or acted on in live.",
)
@click.option(
    "--policy", default="policies.handbook:Handbook", show_default=True, help="策略 module:Class / Policy module:Class."
)
@options
def enrol(shell: Shell, account: str, campaigns: tuple[str, ...], pattern: str | None, live_account: str | None,
          **words: Any) -> None:  # fmt: skip
    """托管计划, 每个都写明目标, 意图和毛利 / Give campaigns into bidctl's hands, each with goal, intent and margin."""
    from bidctl import catalog, wiring
    from bidctl.wiring.account import list_campaigns

    catalog.load(words["policy"])
    _in_order(words, "minimum", "maximum")
    _in_order(words, "budget_base", "budget_cap")
    template = _template(shell, AccountId(identity("--account", account)), words)
    ids = [CampaignId(identity("--campaign", c)) for c in campaigns]
    if pattern or live_account:
        if pattern and live_account:
            raise UsageProblem(Say.ONE_SELECTOR())
        selector = CampaignId(NAME + pattern if pattern else f"{LIVE}{live_account}")
        found = list_campaigns(shell.settings, AccountId(account))
        ids += [selector, *(i.campaign for i in found if matches(selector, i))]
    if not ids:
        raise UsageProblem(Say.NOTHING_TO_ENROL())
    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        at, listed = wiring.clock(shell.settings).now(), t.load_campaigns(AccountId(account))
        for campaign in dict.fromkeys(ids):
            t.enrol(replace(template, campaign=campaign, enrolled_at=at))
    named = [c for c in dict.fromkeys(ids) if not is_selector(c)]
    shell.data({"enrolled": list(dict.fromkeys(ids))})
    shell.say(f"已托管 {len(named)} 个计划", f"{len(named)} campaigns enrolled")
    for name in (c for c in named if listed and c not in listed):
        shell.say(
            f"* {name}: 平台上次没有列出它, 请核对计划ID",
            f"* {name}: not among those the platform listed last; check the id",
        )


def _in_order(words: dict[str, Any], low: str, high: str) -> None:
    """Raises UsageProblem where nothing lies between two limits."""
    least, most = words[low], words[high]
    if least is not None and most is not None and least > most:
        names = {"low": low.replace("_", "-"), "high": high.replace("_", "-")}
        raise UsageProblem(Say.NOTHING_BETWEEN(**names, least=least, most=most))


def _template(shell: Shell, account: AccountId, w: dict[str, Any]) -> Enrolment:
    from bidctl import catalog

    stop = shell.settings.stoploss
    waivers = Waiver.NO
    for name in w["waivers"]:
        waivers |= WAIVERS[name]
    return Enrolment(
        account=account,
        campaign=CampaignId(""),
        side=Side[w["side"].upper()],
        intent=INTENTS[w["intent"]],
        goal=ratio("goal", w["goal"]) or 0.0,
        goal_basis=BASES[w["goal_basis"]],
        economics=Economics(
            margin=share("margin", w["margin"]),
            refund_after_dispatch=share("refund-after-dispatch", w["refund_after_dispatch"]) or 0.0,
            loss_per_refund=share("loss-per-refund", w["loss_per_refund"]) or 0.0,
            incremental=share("incremental", w["incremental"], above_zero=True) or 1.0,
            commission=share("commission", w["commission"], above_zero=True),
            break_even=ratio("break-even", w["break_even"]),
            cash_share=shell.settings.cash.share,
        ),
        prior=Prior(
            settled_share=share("settled-share", w["settled_share"], above_zero=True) or 1.0,
            confirmed=w["confirm_prior"],
        ),
        minimum=ratio("minimum", w["minimum"]),
        maximum=ratio("maximum", w["maximum"]),
        waivers=waivers,
        stoploss_spend=stop.spend_without_orders if isinstance(stop.spend_without_orders, float) else None,
        stoploss_loss=stop.loss_of_day if isinstance(stop.loss_of_day, float) else None,
        stoploss_set=stop.is_set,
        resume_at_midnight=stop.resume_at_midnight,
        after_human_resume=w["after_human"] == "resume",
        budget_cap=yuan("budget-cap", w["budget_cap"]),
        budget_base=yuan("budget-base", w["budget_base"]),
        quiet=tuple(_window(text) for text in w["quiet"]),
        creatives=CURATIONS[w["creatives"]],
        policy=catalog.lasting(w["policy"]),
    )


def _window(text: str) -> tuple[int, int]:
    try:
        (h1, m1), (h2, m2) = ((int(h), int(m)) for h, m in (part.split(":") for part in text.split("-")))
    except ValueError:
        raise UsageProblem(Say.WINDOW(text=text)) from None
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if not (0 <= start < 1440 and 0 < end <= 1440 and 0 <= m1 < 60 and 0 <= m2 < 60):
        raise UsageProblem(Say.WINDOW_TIMES(text=text))
    return start, end


@click.command()
@click.option("--account", required=True, help="广告账户ID / Advertiser id.")
@click.argument("campaigns", nargs=-1, required=True)
@options
def unenrol(shell: Shell, account: str, campaigns: tuple[str, ...]) -> None:
    """取消托管: 本程序不再写入这些计划 / Take campaigns back: bidctl writes nothing to them any more."""
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        at = wiring.clock(shell.settings).now()
        gone = [c for c in campaigns if t.unenrol(AccountId(account), CampaignId(c), at)]
    unknown = sorted(set(campaigns) - set(gone))
    shell.data({"unenrolled": gone, "not_enrolled": unknown})
    shell.say(f"已取消托管 {len(gone)} 个计划", f"{len(gone)} campaigns taken back")
    if unknown:
        raise UsageProblem(Say.NOT_ENROLLED(what=", ".join(unknown)))
