"""Topic reports: their configuration and rows (qianchuan.md 9.2). Plans of goods by day and hour, and videos by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sim.emulator import metrics, times
from sim.emulator.call import Call, Data
from sim.emulator.creatives import shares
from sim.emulator.errors import ApiError
from sim.emulator.metrics import Metric, Sums, added, scaled
from sim.emulator.service import Service

SIZES = (10, 20, 50, 100, 200)
HOUR_DAYS, DAY_DAYS, MAX_DIMENSIONS = 7, 180, 10
OPERATOR_IN = 7
Where = Mapping[str, frozenset[str]]
Row = tuple[dict[str, str], float, Sums]
"""(dimension texts, span start, sums)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`dimensions` can be asked for, `filters` can only be filtered by; `required` filters; `hourly`: knows hours."""

    dimensions: tuple[str, ...]
    filters: tuple[str, ...]
    required: tuple[str, ...]
    hourly: bool
    metrics: Mapping[str, Metric]
    rows: Callable[[Service, int, Where, float, float, str], list[Row]]


def _bidding(c_controlled: bool) -> str:
    return "0" if c_controlled else "7"


def _plan_rows(service: Service, account: int, where: Where, since: float, until: float, span: str) -> list[Row]:
    """Goods plans of 全域 (乘方 has topics of its own)."""
    chosen = [i for i in _wanted(service, account, 0, where) if not service.campaigns[i].spec.overall]
    return [
        ({"ad_id": str(service.campaigns[i].id)}, at, row) for i, at, row in service.rows(chosen, since, until, span)
    ]


def _wanted(service: Service, account: int, kind: int, where: Where) -> list[int]:
    plans, biddings, anchors = (where.get(k) for k in ("ad_id", "aggregate_smart_bid_type", "anchor_id"))
    if plans is not None:
        named = (service.find(int(p), account) for p in plans if p.isdigit())
        pool = sorted(c.index for c in named if c)
    else:
        pool = service.of_account[account]
    found = [i for i in pool if service.campaigns[i].spec.kind == kind]
    if biddings is not None:
        found = [i for i in found if _bidding(service.campaigns[i].spec.cost_controlled) in biddings]
    if anchors is not None:
        found = [i for i in found if str(service.campaigns[i].aweme) in anchors]
    return found


def _video_rows(kind: int) -> Callable[[Service, int, Where, float, float, str], list[Row]]:
    def rows(service: Service, account: int, where: Where, since: float, until: float, span: str) -> list[Row]:
        found: list[Row] = []
        for i, day, row in service.rows(_wanted(service, account, kind, where), since, until, span):
            c = service.campaigns[i]
            share = shares(c.materials, day)
            for m in c.materials:
                if m.kind == "VIDEO" and m.id in share:
                    words = {
                        "material_id": str(m.id),
                        "roi2_material_video_name": m.title,
                        "roi2_material_video_type": "AUTO" if m.auto else "CUSTOM",
                        "roi2_material_upload_time": times.stamp(m.created_at),
                        "material_create_time_v2": times.stamp(m.created_at),
                    }
                    found.append((words, day, scaled(row, share[m.id])))
        wanted = where.get("material_id")
        return found if wanted is None else [r for r in found if r[0]["material_id"] in wanted]

    return rows


_VIDEO = {n: m for n, m in metrics.ALL.items() if n not in ("stat_cost", "stat_cost_for_overall_roi2")}
TOPICS: Mapping[str, Topic] = {
    "SITE_PROMOTION_PRODUCT_AD": Topic(
        ("ad_id", "stat_time_day", "stat_time_hour"), ("aggregate_smart_bid_type",), (), True, metrics.TOPIC_METRICS, _plan_rows
    ),
    "SITE_PROMOTION_PRODUCT_POST_DATA_VIDEO": Topic(
        ("material_id", "roi2_material_video_name", "roi2_material_upload_time", "stat_time_day", "material_create_time_v2"),
        ("roi2_material_name_or_id", "roi2_material_advice", "ecp_app_id"), (), False, _VIDEO, _video_rows(0),
    ),
    "SITE_PROMOTION_POST_DATA_VIDEO": Topic(
        ("material_id", "roi2_material_video_name", "roi2_material_video_type", "roi2_material_upload_time", "stat_time_day"),
        ("anchor_id", "aggregate_smart_bid_type", "ecp_app_id"), ("anchor_id", "aggregate_smart_bid_type", "ecp_app_id"),
        False, _VIDEO, _video_rows(1),
    ),
}  # fmt: skip
"""The topics with rows here; the platform's other sixteen are refused by name."""


def _topic(name: str) -> Topic:
    if name not in TOPICS:
        raise ApiError(40000, f"data_topic {name!r} is not served here (emulator); served: {', '.join(TOPICS)}")
    return TOPICS[name]


def config(service: Service, call: Call) -> Data:
    """GET report/uni_promotion/config/get/."""
    service.account(call.number("advertiser_id"))
    return {"custom_config_datas": [_config(str(name), _topic(str(name))) for name in call.array("data_topics")]}


def _config(name: str, topic: Topic) -> Data:
    limit = {
        "earliest_day": "180", "max_day": str(DAY_DAYS), "max_day_by_day": str(DAY_DAYS),
        "max_day_by_hour": str(HOUR_DAYS) if topic.hourly else "", "max_dimension_limit": str(MAX_DIMENSIONS),
    }  # fmt: skip
    return {
        "data_topic": name,
        "dimensions": [_dimension(f, topic) for f in (*topic.dimensions, *topic.filters)],
        "metrics": [
            {"field": f, "name": f, "unit": m.unit, "description": "", "sortable": True, "exclusion_dims": []}
            for f, m in topic.metrics.items()
        ],
        "query_limit": limit,
    }


def _dimension(field: str, topic: Topic) -> Data:
    return {
        "field": field,
        "name": field,
        "description": "",
        "is_required": False,
        "filterable": True,
        "filter_only": field in topic.filters,
        "sortable": field not in topic.filters,
        "exclusion_dims": [],
        "exclusion_metrics": [],
        "filter_config": {
            "operator": OPERATOR_IN, "type": 1, "value_limit": 100, "filter_required": field in topic.required, "range_values": [],
        },
    }  # fmt: skip


def data(service: Service, call: Call) -> Data:
    """GET report/uni_promotion/data/get/. Text of stat_time_hour: the hour's first second (unconfirmed)."""
    account = service.account(call.number("advertiser_id"))
    topic = _topic(call.text("data_topic"))
    dimensions = call.words("dimensions", topic.dimensions)
    names = call.words("metrics", topic.metrics)
    where = _where(call.array("filters"), topic)
    order = _order(call.array("order_by"), dimensions, names)
    since, until = call.instant("start_time"), call.instant("end_time", ends=True) + 1
    span = "hour" if "stat_time_hour" in dimensions else "day"
    _check_span(since, until, HOUR_DAYS if span == "hour" else DAY_DAYS)
    late_from = _late(service, call)
    if late_from != float("inf"):
        call.acted()

    def table() -> list[Grouped]:
        rows = [r for r in topic.rows(service, account, where, since, until, span) if r[1] < late_from]
        return _ordered(_grouped(rows, dimensions), order)

    asked = (
        account,
        call.text("data_topic"),
        tuple(dimensions),
        frozenset(where.items()),
        tuple(order),
        since,
        until,
        late_from,
    )
    grouped: list[Grouped] = service.tables.of(service.reported_at, asked, table)
    at, info = call.page(len(grouped), SIZES)
    return {
        "rows": [_row(*grouped[p], names) for p in at],
        "page_info": {**info, "total_number": len(grouped)},
    }


def _late(service: Service, call: Call) -> float:
    """Under `rows_late` the spans that begin after this are not there yet, and not counted."""
    return service.now - call.fault.delay_s if call.fault and call.meets("rows_late") else float("inf")


def _check_span(since: float, until: float, days: int) -> None:
    if until < since or until - since > days * times.DAY:
        raise ApiError(40000, f"start_time..end_time: expected at most {days} days")


def _where(filters: Sequence[object], topic: Topic) -> Where:
    found: dict[str, frozenset[str]] = {}
    for one in filters:
        if not isinstance(one, dict) or not isinstance(one.get("values"), list):
            raise ApiError(40000, f"filters: {one!r}: expected {{field, operator, values}}")
        if one.get("operator") != OPERATOR_IN:
            raise ApiError(40000, f"filters: operator {one.get('operator')!r}: expected {OPERATOR_IN}")
        if one.get("field") not in (*topic.dimensions, *topic.filters):
            raise ApiError(40000, f"filters: field {one.get('field')!r} is not known to the topic")
        found[str(one["field"])] = frozenset(str(v) for v in one["values"])
    for field in topic.required:
        if field not in found:
            raise ApiError(40000, f"filters: required filter {field} is missing")
    return found


def _order(orders: Sequence[object], dimensions: list[str], names: list[str]) -> list[tuple[str, bool]]:
    found = []
    for one in orders:
        if (
            not isinstance(one, dict)
            or one.get("type") not in (0, 1, 2)
            or one.get("field") not in (*dimensions, *names)
        ):
            raise ApiError(40000, f"order_by: {one!r}: expected {{field, type 1|2}} of a field that is asked for")
        found.append((str(one["field"]), one["type"] == 2))
    return found


Grouped = tuple[tuple[tuple[str, str], ...], Sums]


def _grouped(rows: Sequence[Row], dimensions: Sequence[str]) -> list[Grouped]:
    """One row per combination of the dimensions asked for."""
    parts: dict[tuple[tuple[str, str], ...], list[Sums]] = {}
    for words, at, sums in rows:
        text = times.stamp(at)
        known = {**words, "stat_time_hour": text, "stat_time_day": text[:10]}
        parts.setdefault(tuple((d, known[d]) for d in dimensions), []).append(sums)
    return [(key, sums[0] if len(sums) == 1 else added(sums)) for key, sums in parts.items()]


def _ordered(rows: list[Grouped], order: Sequence[tuple[str, bool]]) -> list[Grouped]:
    rows.sort(key=lambda r: r[0])
    for field, down in reversed(order):
        rows.sort(key=lambda r: _key(r, field), reverse=down)
    return rows


def _key(row: Grouped, field: str) -> tuple[float, str]:
    for name, text in row[0]:
        if name == field:
            return 0.0, text
    value = metrics.ALL[field].of(row[1])
    return float(value or 0), ""


def _row(key: tuple[tuple[str, str], ...], sums: Sums, names: Sequence[str]) -> Data:
    """Ids are exact in ValueStr only: Value is a float that loses digits, as on the platform."""
    return {
        "dimensions": {d: {"Value": float(text) if text.isdigit() else 0, "ValueStr": text} for d, text in key},
        "metrics": {name: metrics.cell(name, sums) for name in names},
    }


def account_totals(service: Service, call: Call) -> Data:
    """GET report/uni_promotion/get/: one flat object in yuan (qianchuan.md 9.1)."""
    account = service.account(call.number("advertiser_id"))
    since, until = call.instant("start_date"), call.instant("end_date", ends=True)
    _check_span(since, until + 1, 30)
    fields = call.words("fields", metrics.ACCOUNT_METRICS)
    goal = call.one_of("marketing_goal", ("ALL", "VIDEO_PROM_GOODS", "LIVE_PROM_GOODS"), "ALL")
    call.one_of("order_platform", ("QIANCHUAN", "ECP_AWEME", "ALL"), "QIANCHUAN")
    kinds = {"ALL": (0, 1), "VIDEO_PROM_GOODS": (0,), "LIVE_PROM_GOODS": (1,)}[goal]
    chosen = [
        i
        for i in service.of_account[account]
        if service.campaigns[i].spec.kind in kinds and not service.campaigns[i].spec.overall
    ]
    return dict(metrics.in_yuan(fields, added(service.window(chosen, since, until))))
