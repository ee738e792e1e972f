"""uni_promotion/list: plans with metrics of a window; MONEY OF stats_info IN 1/100000 YUAN, here only (qianchuan.md 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.emulator import accounts, metrics, times
from sim.emulator.call import Call, Data
from sim.emulator.campaign import ACTIONS, BIDDINGS, GOALS, SCENES, Campaign
from sim.emulator.errors import ApiError
from sim.emulator.metrics import Sums
from sim.emulator.service import Service

SIZES = (10, 20, 50, 100, 200)
STATUSES = frozenset((
    "ALL", "ALL_INCLUDE_DELETED", "DELETED", "DELIVERY_OK", "DISABLE", "AUDIT", "REAUDIT", "OFFLINE_AUDIT",
    "OFFLINE_BALANCE", "OFFLINE_BUDGET", "ADVERTISER_OFFLINE_BUDGET", "LIVE_ROOM_OFF", "NO_SCHEDULE", "TIME_DONE",
    "TIME_NO_REACH", "FROZEN", "QUOTA_DISABLE", "ROI2_DISABLE", "SYSTEM_DISABLE", "EXTERNAL_URL_DISABLE",
))  # fmt: skip


def plans(service: Service, call: Call) -> Data:
    """GET uni_promotion/list/."""
    account = service.account(call.number("advertiser_id"))
    since, until = call.instant("start_time"), call.instant("end_time", ends=True)
    goal = call.one_of("marketing_goal", GOALS)
    scene = call.one_of("adlab_scene", SCENES, SCENES[0])
    fields = call.words("fields", metrics.LIST_FIELDS)
    filtering = call.table("filtering")
    bidding = str(filtering.get("smart_bid_type") or BIDDINGS[1])
    if bidding not in BIDDINGS:
        raise ApiError(40000, f"filtering.smart_bid_type: {bidding!r} is not one of {', '.join(BIDDINGS)}")
    key = (account, GOALS.index(goal), SCENES.index(scene), BIDDINGS.index(bidding))
    found = _filtered(service, service.groups.get(key, []), filtering, since, until)
    found = _ordered(service, call, found, since, until)
    at, info = call.page(len(found), SIZES)
    chosen = [found[p] for p in at]
    return {
        "ad_list": _rows(service, call, chosen, fields, since, until),
        "page_info": {
            "page": info["page"],
            "page_size": info["page_size"],
            "total_num": len(found),
            "total_page": info["total_page"],
        },
    }


def _filtered(
    service: Service, group: Sequence[int], filtering: Mapping[str, object], since: float, until: float
) -> Sequence[int]:
    status = str(filtering.get("status") or "ALL")
    if status not in STATUSES:
        raise ApiError(40000, f"filtering.status: {status!r} is not known")
    word = str(filtering.get("search_keyword") or "")
    if word:
        group = [i for i in group if word in service.campaigns[i].spec.name or word == str(service.campaigns[i].id)]
    if status == "ALL":
        group = _without_deleted(service, group)
    elif status == "DELETED":
        group = [i for i in group if service.campaigns[i].now.deleted]
    elif status != "ALL_INCLUDE_DELETED":
        spent = service.today(group)
        pairs = zip(group, spent, strict=True)
        group = [i for i, s in pairs if service.status(c := service.campaigns[i], c.now, s.spend) == status]
    group = _created(service, group, filtering)
    cost = filtering.get("having_cost")
    if cost in ("YES", "NO"):
        sums = service.window(group, since, until)
        group = [i for i, s in zip(group, sums, strict=True) if (s.spend > 0) == (cost == "YES")]
    return group


def _without_deleted(service: Service, group: Sequence[int]) -> Sequence[int]:
    if not any(service.campaigns[i].now.deleted for i in group):
        return group
    return [i for i in group if not service.campaigns[i].now.deleted]


def _created(service: Service, group: Sequence[int], filtering: Mapping[str, object]) -> Sequence[int]:
    first, last = filtering.get("create_start_date"), filtering.get("create_end_date")
    if not first and not last:
        return group
    low = str(first or "")
    high = str(last or "9999")
    return [i for i in group if low <= times.stamp(service.campaigns[i].spec.created_at)[: max(len(high), 10)] <= high]


def _ordered(service: Service, call: Call, found: Sequence[int], since: float, until: float) -> Sequence[int]:
    """By creation (ascending by default), or by a metric."""
    down = call.one_of("order_type", ("ASC", "DESC"), "ASC") == "DESC"
    by = call.text("order_field", "create_time")
    if by == "create_time":
        return found[::-1] if down else found
    if by not in metrics.LIST_FIELDS:
        raise ApiError(40000, f"order_field: {by!r} is not known")
    values = [metrics.in_yuan([by], s).get(by) or 0 for s in service.window(found, since, until)]
    order = sorted(range(len(found)), key=lambda k: values[k], reverse=down)
    return [found[k] for k in order]


def _rows(service: Service, call: Call, chosen: list[int], fields: list[str], since: float, until: float) -> list[Data]:
    today = service.today(chosen)
    window = service.window(chosen, since, until) if fields else today
    late = bool(chosen) and call.meets("rows_late")
    if late:
        call.acted()
    compensation, as_of = call.flag("need_compensate_info"), read_as_of(service, call)
    return [
        _row(
            service,
            service.campaigns[i],
            spent,
            {} if late else metrics.in_hundred_thousandths(fields, sums),
            compensation,
            as_of,
        )
        for i, spent, sums in zip(chosen, today, window, strict=True)
    ]


def read_as_of(service: Service, call: Call) -> float:
    """The instant whose settings a read shows: now, or earlier under `read_after_write_delay` on the read itself."""
    if call.method == "GET" and call.meets("read_after_write_delay") and call.fault:
        call.acted()
        return service.latest - call.fault.delay_s
    return service.latest


def _row(
    service: Service, c: Campaign, spent: Sums, stats: Mapping[str, object], compensation: bool, as_of: float
) -> Data:
    s = c.seen(as_of)
    ad: Data = {
        "id": c.id,
        "name": c.spec.name,
        "adlab_scene": SCENES[c.spec.overall],
        "marketing_goal": GOALS[c.spec.kind],
        "status": service.status(c, s, spent.spend),
        "opt_status": "DELETE" if s.deleted else "ENABLE" if s.enabled else "DISABLE",
        "smart_bid_type": BIDDINGS[c.spec.cost_controlled],
        "budget": s.budget / 100,
        "budget_mode": "BUDGET_MODE_DAY" if s.budget else "BUDGET_MODE_INFINITE",
        "deep_external_action": ACTIONS[s.objective],
        "marketing_services_mode": "BASE_AD_FEE",
        "delivery_seconds": 0,
        "create_time": times.stamp(c.spec.created_at),
        "modify_time": times.stamp(s.modified_at),
        "start_time": times.stamp(c.spec.starts_at),
        "end_time": "",
    }
    if c.spec.cost_controlled:
        ad["roi2_goal"] = s.target / 100
    if compensation:
        status, reason = service.compensation(c, spent.spend)
        ad["compensate_info"] = {"status": "SUCCESS", "compensate_status": status, "reason": reason}
    return {"ad_info": ad, "product_info": _products(c), "room_info": _rooms(c), "stats_info": stats}


def _products(c: Campaign) -> list[Data]:
    return [
        {"product_id": p, "product_name": f"模拟商品 {p}", "product_image": "", "recommend_reasons": []}
        for p in c.products
    ]


def _rooms(c: Campaign) -> list[Data]:
    """The visible 抖音号 as a string here (an int64 in the detail)."""
    if not c.live or c.aweme is None:
        return []
    return [{"anchor_id": accounts.show_id(c.aweme), "anchor_name": accounts.name(c.aweme), "anchor_avatar": ""}]
