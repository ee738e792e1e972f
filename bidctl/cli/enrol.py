"""`enrol` and `unenrol`: what the operator tells bidctl about a campaign."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from bidctl.cli.common import Shell, options
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Intent, Side, Waiver
from bidctl.engine.selectors import LIVE, NAME, matches
from bidctl.problem import UsageProblem

INTENTS = {"拿量": Intent.VOLUME, "volume": Intent.VOLUME, "均衡": Intent.BALANCED, "balanced": Intent.BALANCED,
           "保利": Intent.PROFIT, "profit": Intent.PROFIT}  # fmt: skip
BASES = {"projected": Basis.PROJECTED, "paid": Basis.PAID, "net_1h": Basis.NET_1H, "net_7d": Basis.NET_7D}
WAIVERS = {w.name.lower(): w for w in Waiver if w and w.name}


def share(name: str, value: float | None, *, above_zero: bool = False) -> float | None:
    """A share of 1, or a usage error that spots percent slips."""
    if value is None or (0 <= value <= 1 and not (above_zero and value == 0)):
        return value
    hint = f"; did you mean {value / 100:g}?" if 1 < value <= 100 else ""
    least = "above 0 and at most 1" if above_zero else "between 0 and 1"
    raise UsageProblem(f"--{name}: found {value:g}, expected a share {least}{hint}")


def ratio(name: str, value: float | None) -> float | None:
    """A ROAS between 0.01 and 100, or a usage error."""
    if value is None or 0.01 <= value <= 100:
        return value
    raise UsageProblem(f"--{name}: found {value:g}, expected a ROAS between 0.01 and 100")


def yuan(name: str, value: float | None) -> float | None:
    """An amount a day, or a usage error."""
    if value is None or 0 < value <= 1e9:
        return value
    raise UsageProblem(f"--{name}: found {value:g}, expected yuan a day above 0")


def identity(name: str, value: str) -> str:
    """An id of the platform: digits, or a usage error."""
    if value.isascii() and value.isdigit() and len(value) <= 20:
        return value
    raise UsageProblem(f"{name}: found {value!r}, expected an id of digits as the platform shows it")


@click.command()
@click.option("--account", required=True, help="Advertiser id. 广告账户ID")
@click.option("--campaign", "campaigns", multiple=True, help="Campaign id; repeat for more. 计划ID")
@click.option("--name", "pattern", help="Name pattern like '春季*', asked of the platform. 按计划名")
@click.option("--live-account", help="All campaigns of a live account, asked of the platform. 按直播账号")
@click.option("--goal", type=float, required=True, help="Wanted ROAS on the goal's basis. 目标ROI")
@click.option("--goal-basis", type=click.Choice(list(BASES)), default="projected", show_default=True, help="目标口径")
@click.option("--intent", type=click.Choice(list(INTENTS)), default="均衡", show_default=True, help="拿量/均衡/保利")
@click.option("--side", type=click.Choice(["merchant", "creator", "agency"]), default="merchant", show_default=True)
@click.option("--margin", type=float, help="Contribution of kept orders per yuan, 0..1. 毛利率")
@click.option("--break-even", type=float, help="Your own 保本ROI, used as it is.")
@click.option("--commission", type=float, help="Creator's commission rate, 0..1. 佣金率")
@click.option(
    "--refund-after-dispatch", type=float, default=0.0, help="Share refunded after dispatch, 0..1. 发货后退款率"
)
@click.option("--loss-per-refund", type=float, default=0.0, help="Cost lost per such yuan, 0..1. 退货损失")
@click.option(
    "--incremental", type=float, default=1.0, help="Incremental share of credited orders, at most 1. 增量占比"
)
@click.option("--minimum", type=float, help="Never set a target below. 最低ROI")
@click.option("--maximum", type=float, help="Never set a target above (your ceiling). 最高ROI")
@click.option(
    "--settled-share", type=float, default=0.75, show_default=True, help="Prior: share finally billed. 结算率先验"
)
@click.option("--confirm-prior", is_flag=True, help="I confirm that prior: bidctl may write on it. 确认先验")
@click.option(
    "--waive", "waivers", multiple=True, type=click.Choice(list(WAIVERS)), help="Grant a waiver by name. 授权放宽"
)
@click.option(
    "--after-human", type=click.Choice(["hold", "resume"]), default="hold", show_default=True, help="人工改动后"
)
@click.option("--budget-cap", type=float, help="Let bidctl raise the budget up to this, yuan a day. 预算上限")
@click.option("--budget-base", type=float, help="Return to this budget at midnight, yuan. 基础预算")
@click.option("--quiet", multiple=True, help="Quiet window HH:MM-HH:MM; repeat for more. 静默时段")
@click.option("--policy", default="policies.handbook:Handbook", show_default=True, help="策略")
@options
def enrol(shell: Shell, account: str, campaigns: tuple[str, ...], pattern: str | None, live_account: str | None,
          **words: Any) -> None:  # fmt: skip
    """Give campaigns into bidctl's hands, each with goal, intent and margin."""
    from bidctl import catalog, wiring
    from bidctl.wiring.account import list_campaigns

    catalog.load(words["policy"])
    template = _template(shell, AccountId(identity("--account", account)), words)
    ids = [CampaignId(identity("--campaign", c)) for c in campaigns]
    if pattern or live_account:
        if pattern and live_account:
            raise UsageProblem("enrol: give --name or --live-account, not both")
        selector = CampaignId(NAME + pattern if pattern else f"{LIVE}{live_account}")
        found = list_campaigns(shell.settings, AccountId(account))
        ids += [selector, *(i.campaign for i in found if matches(selector, i))]
    if not ids:
        raise UsageProblem("nothing to enrol: give --campaign ID, --name PATTERN or --live-account ID")
    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        at = wiring.clock(shell.settings).now()
        for campaign in dict.fromkeys(ids):
            t.enrol(replace(template, campaign=campaign, enrolled_at=at))
    shell.data({"enrolled": list(dict.fromkeys(ids))})
    shell.say(f"已托管 {len(ids)} 个计划", f"{len(ids)} campaigns enrolled")


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
        policy=catalog.lasting(w["policy"]),
    )


def _window(text: str) -> tuple[int, int]:
    try:
        (h1, m1), (h2, m2) = ((int(h), int(m)) for h, m in (part.split(":") for part in text.split("-")))
    except ValueError:
        raise UsageProblem(f"--quiet: found {text!r}, expected HH:MM-HH:MM, e.g. 02:00-07:00") from None
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if not (0 <= start < 1440 and 0 < end <= 1440 and 0 <= m1 < 60 and 0 <= m2 < 60):
        raise UsageProblem(f"--quiet: found {text!r}, expected times between 00:00 and 24:00")
    return start, end


@click.command()
@click.option("--account", required=True, help="Advertiser id. 广告账户ID")
@click.argument("campaigns", nargs=-1, required=True)
@options
def unenrol(shell: Shell, account: str, campaigns: tuple[str, ...]) -> None:
    """Take campaigns back: bidctl writes nothing to them any more."""
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin(durable=True) as t:
        at = wiring.clock(shell.settings).now()
        gone = [c for c in campaigns if t.unenrol(AccountId(account), CampaignId(c), at)]
    unknown = sorted(set(campaigns) - set(gone))
    shell.data({"unenrolled": gone, "not_enrolled": unknown})
    shell.say(f"已取消托管 {len(gone)} 个计划", f"{len(gone)} campaigns taken back")
    if unknown:
        raise UsageProblem(f"not enrolled: {', '.join(unknown)}; see: bidctl status")
