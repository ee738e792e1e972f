"""From the platform's words about a plan to a `CampaignInfo`; words we do not know make the campaign odd, nothing else."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from decimal import Decimal

from bidctl.adapters.openapi import times
from bidctl.adapters.qianchuan.wire.uni import AdRow, Compensate, Detail, ListStats
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.campaign import CampaignInfo, Totals
from bidctl.domain.values import AccountId, CampaignId, Grid, Kind, Objective, Protection

GRID = Grid(100)
KINDS = {"VIDEO_PROM_GOODS": Kind.GOODS, "LIVE_PROM_GOODS": Kind.LIVE}
GOALS = {kind: text for text, kind in KINDS.items()}
OBJECTIVES = {
    "AD_CONVERT_TYPE_LIVE_PAY_ROI": Objective.PAY_ROI,
    "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI": Objective.NET_ROI,
}
ACTIONS = {objective: text for text, objective in OBJECTIVES.items()}

_BIDDING = {"SMART_BID_CUSTOM": True, "SMART_BID_CONSERVATIVE": False}
_HOSTED = {"UNI_PROJECT": False, "OVERALL_PROJECT": True, "0": False, "1": True}
_PROTECTION = {
    "IN_EFFECT": Protection.IN_EFFECT, "INVALID": Protection.INVALID, "CONFIRMING": Protection.CONFIRMING,
    "PAID": Protection.PAID, "ENDED": Protection.ENDED, "DEFAULT": Protection.NONE,
}  # fmt: skip
_OPT_STATUSES = {"ENABLE", "DISABLE", "DELETE", "QUOTA_DISABLE", "ROI2_DISABLE", "SYSTEM_DISABLE"}
_STATUSES = {
    "ADVERTISER_OFFLINE_BUDGET", "ADVERTISER_PRE_OFFLINE_BUDGET", "AUDIT", "AUDIT_STATUS_ERROR",
    "AWEME_ACCOUNT_DISABLED", "CAMPAIGN_DISABLE", "CAMPAIGN_OFFLINE_BUDGET", "CAMPAIGN_PRE_OFFLINE_BUDGET",
    "CREATE", "DAILY_DELIVERY_SECONDS_DONE", "DELETE", "DELIVERY_OK", "DISABLE", "DRAFT", "ERROR",
    "EXTERNAL_URL_DISABLE", "FROZEN", "LIVE_ROOM_OFF", "NO_SCHEDULE", "OFFLINE_AUDIT", "OFFLINE_BALANCE",
    "OFFLINE_BUDGET", "OFFLINE_SHARED_WALLET_BALANCE", "PRE_OFFLINE_BUDGET", "PRE_ONLINE", "QUOTA_DISABLE",
    "REAUDIT", "ROI2_DISABLE", "SYSTEM_DISABLE", "TIME_DONE", "TIME_NO_REACH",
}  # fmt: skip
_ENDED = {"DELETE", "DELETED", "TIME_DONE", "FROZEN"}
_BUDGET_MODES = {"BUDGET_MODE_DAY", "BUDGET_MODE_TOTAL", "BUDGET_MODE_INFINITE", "BUDGET_MODE_SEVEN_DAY_CYCLE"}
_MONEY = 100_000
"""Money of the list's stats_info is in 1/100000 yuan (qianchuan.md 5.1)."""


class _Odd:
    """Collects what we do not understand about one campaign."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def note(self, field: str, value: object) -> None:
        self.found.append(f"{field}={value!r}")

    def known(self, field: str, value: str | None, words: Container[str]) -> str:
        if value is None or value not in words:
            self.note(field, value)
        return value or ""

    def time(self, field: str, text: str | None) -> datetime | None:
        try:
            return times.parse(text) if text else None
        except ValueError:
            self.note(field, text)
            return None

    def line(self) -> str | None:
        return Say.ODD_VALUES(found=", ".join(self.found)).both if self.found else None


def from_row(account: AccountId, row: AdRow, live_account: str | None) -> CampaignInfo:
    """A row of the list. `live_account`: the numeric Douyin id, resolved by the caller."""
    ad = row.ad_info
    return _info(
        account, ad.id, ad.name, ad.adlab_scene, ad.marketing_goal, ad.status, ad.opt_status, ad.smart_bid_type,
        ad.roi2_goal, ad.budget, ad.budget_mode, ad.deep_external_action, ad.create_time, ad.modify_time,
        live_account=live_account, products=[p.product_id for p in row.product_info if p.product_id],
        protection=ad.compensate_info, today=totals(row.stats_info), hosted_before=None,
    )  # fmt: skip


def from_detail(account: AccountId, ad: Detail, hosted_before: bool | None) -> CampaignInfo:
    """A read-back. `hosted_before`: what the list said about the scene, for details that leave it out."""
    s = ad.delivery_setting
    return _info(
        account, ad.ad_id, ad.name, ad.adlab_scene, ad.marketing_goal, ad.status, ad.opt_status, s.smart_bid_type,
        s.roi2_goal, s.budget, s.budget_mode, s.deep_external_action, ad.create_time, ad.modify_time,
        live_account=live_account_of(ad), products=[p.product_id for p in ad.product_infos if p.product_id],
        protection=None, today=Totals(), hosted_before=hosted_before,
    )  # fmt: skip


def live_account_of(ad: Detail) -> str | None:
    """The numeric Douyin id of a plan: `aweme_id`, else its room's anchor (int64 in the detail)."""
    return ad.aweme_id or next((room.anchor_id for room in ad.room_info if room.anchor_id), None)


def totals(stats: ListStats | None) -> Totals:
    """Totals of the list in yuan: the one place where 1/100000 yuan is undone."""
    if stats is None:
        return Totals()
    return Totals(
        spend=_yuan(stats.stat_cost),
        gmv=_yuan(stats.total_pay_order_gmv_include_coupon_for_roi2),
        orders=stats.total_pay_order_count_for_roi2,
        gmv_1h=_yuan(stats.total_order_settle_amount_for_roi2_1h),
        orders_1h=stats.total_order_settle_count_for_roi2_1h,
    )


def _yuan(value: float | None) -> float | None:
    return None if value is None else value / _MONEY


def _info(
    account: AccountId, campaign: str, name: str, scene: str | int | None, goal: str | None, status: str | None,
    opt_status: str | None, bidding: str | None, roi2_goal: float | None, budget: float | None, budget_mode: str | None,
    action: str | None, created: str | None, modified: str | None, *, live_account: str | None, products: Sequence[str],
    protection: Compensate | None, today: Totals, hosted_before: bool | None,
) -> CampaignInfo:  # fmt: skip
    odd = _Odd()
    status = odd.known("status", status, _STATUSES)
    opt_status = odd.known("opt_status", opt_status, _OPT_STATUSES)
    odd.known("smart_bid_type", bidding, _BIDDING)
    odd.known("marketing_goal", goal, KINDS)
    cost_controlled = _BIDDING.get(bidding or "", False)
    return CampaignInfo(
        account=account,
        campaign=CampaignId(campaign),
        name=name,
        kind=KINDS.get(goal or "", Kind.GOODS),
        cost_controlled=cost_controlled,
        target_units=_target(roi2_goal, cost_controlled, odd),
        objective=_objective(action, cost_controlled, odd),
        status=status or "?",
        delivering=status == "DELIVERY_OK",
        enabled=opt_status == "ENABLE",
        off_air=status == "LIVE_ROOM_OFF",
        ended=status in _ENDED or opt_status == "DELETE",
        budget=_budget(budget, budget_mode, odd),
        created_at=odd.time("create_time", created),
        modified_at=odd.time("modify_time", modified),
        protection=_protection(protection, odd),
        live_account=live_account,
        products=tuple(products),
        hosted=_hosted(scene, hosted_before, odd),
        today=today,
        odd=odd.line(),
    )


def _target(roi2_goal: float | None, cost_controlled: bool, odd: _Odd) -> int | None:
    """Grid units; a cost-controlled plan must have a target, and it must lie on the grid (float noise apart)."""
    if not cost_controlled:
        return None
    units = round((roi2_goal or 0.0) * GRID.per_one)
    if roi2_goal is None or units <= 0 or abs(roi2_goal * GRID.per_one - units) > 1e-6:
        odd.note("roi2_goal", roi2_goal)
        return None
    return units


def _objective(action: str | None, cost_controlled: bool, odd: _Odd) -> Objective | None:
    objective = OBJECTIVES.get(action or "")
    if objective is None and (cost_controlled or action):
        odd.note("deep_external_action", action)
    return objective


def _budget(budget: float | None, mode: str | None, odd: _Odd) -> Decimal | None:
    if odd.known("budget_mode", mode, _BUDGET_MODES) == "BUDGET_MODE_INFINITE":
        return None
    if budget is None:
        odd.note("budget", budget)
        return None
    return Decimal(repr(budget)).quantize(Decimal("0.01"))


def _protection(info: Compensate | None, odd: _Odd) -> Protection:
    if info is None or info.status != "SUCCESS":
        return Protection.UNKNOWN
    if info.compensate_status not in _PROTECTION:
        odd.note("compensate_status", info.compensate_status)
        return Protection.UNKNOWN
    return _PROTECTION[info.compensate_status]


def _hosted(scene: str | int | None, before: bool | None, odd: _Odd) -> bool:
    """Whether another scene than 全域 runs the plan; a detail may leave it out, then the list's word stands, else True:
    a scene nobody named has no known protection rule."""
    if scene is None:
        return True if before is None else before
    if str(scene) not in _HOSTED:
        odd.note("adlab_scene", scene)
        return True
    return _HOSTED[str(scene)]
