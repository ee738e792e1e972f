"""Materials and products of a plan (qianchuan.md 5.3, 5.4). Money in yuan, counts int64."""

from __future__ import annotations

from collections.abc import Mapping

from sim.emulator import metrics, times
from sim.emulator.accounts import name
from sim.emulator.call import Call, Data
from sim.emulator.campaign import Campaign
from sim.emulator.creatives import Material, shares
from sim.emulator.errors import ApiError
from sim.emulator.metrics import ZERO, Sums, added, scaled
from sim.emulator.service import Service

SIZES = (10, 20, 50, 100)
TYPES = ("VIDEO", "IMAGE", "TITLE", "CAROUSEL", "LIVE_ROOM")
STATUSES = ("DELIVERY_OK", "DELETED", "EXCLUDE", "DELIVERY_NOT", "ALL")
SELECTS = ("ALL", "CUSTOM", "AUTO")
PSEUDO = -2
_SHOWN = {"product_show_count_for_roi2": 4000, "live_show_count_for_roi2_v2": 4000}
_CLICKED = {"product_click_count_for_roi2": 200, "live_watch_count_for_roi2_v2": 200}
"""Shows and clicks per yuan of spend x 100 (invented)."""
_CLICK_FIELDS = frozenset(_SHOWN) | frozenset(_CLICKED)
FIELDS = frozenset(
    metric for metric in metrics.ALL if metric[-1:] != "d" or not metric.endswith(("_7d", "_14d", "_30d", "_90d"))
) - {"stat_cost", "stat_cost_for_overall_roi2"} | _CLICK_FIELDS  # fmt: skip


def of_plan(service: Service, call: Call) -> Data:
    """GET uni_promotion/ad/material/get/."""
    c = service.campaign(call.number("ad_id"), service.account(call.number("advertiser_id")))
    filtering = call.table("filtering", needed=True)
    kind = _word(filtering, "material_type", TYPES)
    fields = call.words("fields", FIELDS, needed=False) or ["stat_cost_for_roi2"]
    if kind == "TITLE" and _CLICK_FIELDS & set(fields):
        raise ApiError(40000, "fields: show and click metrics are not available for TITLE")
    totals = totals_of(service, c, filtering)
    found = of_type(c, kind, filtering, service.latest)
    found = _ordered(call, fields, found, totals)
    at, info = call.page(len(found), SIZES)
    rows = [_row(c, found[p], totals.get(_id(found[p]), ZERO), fields) for p in at]
    return {"ad_material_infos": rows, "page_info": {**info, "total_number": len(found)}}


def _word(filtering: Mapping[str, object], key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    value = filtering.get(key, default)
    if value not in allowed:
        raise ApiError(40000, f"filtering.{key}: {value!r} is not one of {', '.join(allowed)}")
    return str(value)


def _id(m: Material | None) -> int:
    return PSEUDO if m is None else m.id


def of_type(c: Campaign, kind: str, filtering: Mapping[str, object], now: float) -> list[Material | None]:
    """Materials of the type; with all statuses the pseudo row too (None)."""
    status = _word(filtering, "material_status", STATUSES, "DELIVERY_OK")
    select = _word(filtering, "material_select_type", SELECTS, "ALL")
    found: list[Material | None] = [
        m
        for m in c.materials
        if m.kind == kind and m.created_at <= now and (select == "ALL" or m.auto == (select == "AUTO"))
        and (status == "ALL" or status == ("DELETED" if m.deleted_at else "DELIVERY_OK"))
    ]  # fmt: skip
    return [*found, None] if kind == "VIDEO" and status == "ALL" and select != "CUSTOM" else found


def _ordered(
    call: Call, fields: list[str], found: list[Material | None], totals: Mapping[int, Sums]
) -> list[Material | None]:
    by = call.text("order_field", "")
    if not by:
        return found
    if by not in fields:
        raise ApiError(40000, f"order_field: {by!r} must be one of fields")
    down = call.one_of("order_type", ("ASC", "DESC"), "DESC") == "DESC"
    return sorted(found, key=lambda m: float(stats_of([by], totals.get(_id(m), ZERO))[by]), reverse=down)


def totals_of(service: Service, c: Campaign, filtering: Mapping[str, object]) -> dict[int, Sums]:
    """Sums by material over the window (default: today); shares of each day over the materials alive on it."""
    since = _day(filtering.get("start_date"), times.day_start(service.now))
    until = _day(filtering.get("end_date"), service.now)
    parts: dict[int, list[Sums]] = {}
    for _, day, row in service.rows([c.index], since, until + 1, "day"):
        for number, share in shares(c.materials, day).items():
            parts.setdefault(number, []).append(scaled(row, *share))
    return {number: added(rows) for number, rows in parts.items()}


def _day(raw: object, default: float) -> float:
    if not raw:
        return default
    try:
        return times.parse(str(raw))
    except ValueError:
        raise ApiError(40000, f"filtering: {raw!r} is not YYYY-MM-DD") from None


def stats_of(fields: list[str], sums: Sums) -> dict[str, float | int]:
    found: dict[str, float | int] = {}
    for field in fields:
        if field in _CLICK_FIELDS:
            found[field] = sums.spend * {**_SHOWN, **_CLICKED}[field] // 10_000
        else:
            found[field] = metrics.in_yuan([field], sums).get(field) or 0
    return found


def _row(c: Campaign, m: Material | None, sums: Sums, fields: list[str]) -> Data:
    deleted = bool(m and m.deleted_at)
    auto = m is None or m.auto
    return {
        "audit_status": "PASS",
        "is_delete": deleted,
        "material_status": "DELETED" if deleted else "DELIVERY_OK",
        "delivery_not_reason": [],
        "material_select_type": "AUTO" if auto else "CUSTOM",
        "aweme_id_list": [c.aweme] if c.aweme else [],
        "product_id_list": c.products,
        "product_info": [{"product_id": p, "product_name": f"模拟商品 {p}", "product_image": ""} for p in c.products],
        "material_info": _info(c, m),
        "stats_info": stats_of(fields, sums),
    }


def _info(c: Campaign, m: Material | None) -> Data:
    if m is None:
        return {"material_type": "VIDEO", "video_material": {"material_id": PSEUDO, "title": "其他创意"}}
    if m.kind == "TITLE":
        return {"material_type": "TITLE", "title_material": {"material_id": m.id, "title": m.title}}
    if m.kind == "LIVE_ROOM":
        aweme = c.aweme or 0
        room = {"material_id": m.id, "aweme_id": aweme, "aweme_name": name(aweme), "aweme_avatar": []}
        return {"material_type": "LIVE_ROOM", "room_material": room}
    cover = {"id": f"cover{m.id}", "image_url": "", "width": 720, "height": 1280}
    media = {
        "material_id": m.id,
        "aweme_item_id": m.item,
        "video_id": m.video_id,
        "title": m.title,
        "url": "",
        "video_duration": 15,
        "source": "AD",
        "star_traffic": False,
        "cover_image": cover,
    }
    return {"material_type": "VIDEO", "video_material": media}


def products(service: Service, call: Call) -> Data:
    """GET uni_promotion/ad/product/get/: only products with spend in the window; a plan's spend is split evenly."""
    c = service.campaign(call.number("ad_id"), service.account(call.number("advertiser_id")))
    since, until = call.instant("start_date"), call.instant("end_date", ends=True)
    fields = call.words("fields", FIELDS | {"stat_cost"})
    numbers = c.products
    total = service.window([c.index], since, until)[0]
    found = numbers if total.spend else []
    at, info = call.page(len(found), SIZES)
    rows = [_product(c, numbers[p], scaled(total, 1 / len(numbers)), fields) for p in at]
    return {"product_list": rows, "page_info": {**info, "total_number": len(found)}}


def _product(c: Campaign, number: int, sums: Sums, fields: list[str]) -> Data:
    info = {"product_id": number, "product_name": f"模拟商品 {number}", "product_image": "", "audit_status": "PASS"}
    return {
        "product_id": number,
        "is_del": False,
        "product_info": info,
        "stats_info": stats_of(fields, sums),
        "aweme_id_list": [c.aweme] if c.aweme else [],
    }
