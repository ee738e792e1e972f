# ruff: noqa: E501
"""Requests exactly as the official Go SDK sends them, and answers that its typed decoder accepts.

The shapes below are a second, independent statement of the types (qianchuan.md 2-9): I int64, F float64, S text, B bool; a list
is a list of its one element; a `Map` is a map of anything to its value.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from sim.emulator import Running
from tests.sim.emulator.client import Client

RECORDED = Path(__file__).parents[4] / "shared" / "platforms" / "qianchuan-sdk-requests.jsonl"
QC = "/open_api/v1.0/qianchuan/"
I, F, S, B = "int64", "float64", "text", "bool"  # noqa: E741


@dataclass
class Map:
    value: Any


class Word(frozenset[str]):
    """Texts of an enum: the Java SDK turns any other into null."""


def word(text: str) -> Word:
    return Word(text.split())


GOAL = word("LIVE_PROM_GOODS VIDEO_PROM_GOODS")
STATUS = word(
    "ADVERTISER_OFFLINE_BUDGET ADVERTISER_PRE_OFFLINE_BUDGET AUDIT AUDIT_STATUS_ERROR AWEME_ACCOUNT_DISABLED CAMPAIGN_DISABLE "
    "CAMPAIGN_OFFLINE_BUDGET CAMPAIGN_PRE_OFFLINE_BUDGET CREATE DAILY_DELIVERY_SECONDS_DONE DELETE DELIVERY_OK DISABLE DRAFT ERROR "
    "EXTERNAL_URL_DISABLE FROZEN LIVE_ROOM_OFF NO_SCHEDULE OFFLINE_AUDIT OFFLINE_BALANCE OFFLINE_BUDGET "
    "OFFLINE_SHARED_WALLET_BALANCE PRE_OFFLINE_BUDGET PRE_ONLINE QUOTA_DISABLE REAUDIT ROI2_DISABLE SYSTEM_DISABLE TIME_DONE "
    "TIME_NO_REACH"
)
OPT = word("ENABLE DISABLE DELETE QUOTA_DISABLE ROI2_DISABLE SYSTEM_DISABLE")
BIDDING = word("SMART_BID_CUSTOM SMART_BID_CONSERVATIVE")
BUDGET = word("BUDGET_MODE_DAY BUDGET_MODE_TOTAL BUDGET_MODE_INFINITE BUDGET_MODE_SEVEN_DAY_CYCLE")
OBJECTIVE = word("AD_CONVERT_TYPE_LIVE_PAY_ROI AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI")
PROTECTION = word("IN_EFFECT INVALID CONFIRMING PAID ENDED DEFAULT")
TASK = word("DELETED DISABLE FROZEN OFFLINE_BALANCE OFFLINE_BUDGET OFFLINE_TIME PROCESSING ROI2_DISABLE")
RESULT = word("SUCCESS FAILED")


def check(value: Any, shape: Any, where: str = "data") -> None:
    """What the SDK's decoder would refuse; unknown fields are ignored, null and absent are nil."""
    if value is None:
        return
    if isinstance(shape, Word):
        assert value in shape, f"{where}: {value!r} is no word of the enum"
    elif shape == I:
        assert type(value) is int and abs(value) < 2**63, f"{where}: {value!r} is no int64"
    elif shape == F:
        assert type(value) in (int, float), f"{where}: {value!r} is no float64"
    elif shape == S:
        assert isinstance(value, str), f"{where}: {value!r} is no text"
    elif shape == B:
        assert isinstance(value, bool), f"{where}: {value!r} is no bool"
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{where}: {value!r} is no list"
        for n, one in enumerate(value):
            check(one, shape[0], f"{where}[{n}]")
    elif isinstance(shape, Map):
        assert isinstance(value, dict), f"{where}: {value!r} is no map"
        for key, one in value.items():
            check(one, shape.value, f"{where}.{key}")
    else:
        assert isinstance(value, dict), f"{where}: {value!r} is no object"
        for key, part in shape.items():
            check(value.get(key), part, f"{where}.{key}")


PAGE = {"page": I, "page_size": I, "total_page": I, "total_num": I, "total_number": I, "totol_numer": I}
TOKENS = {"access_token": S, "refresh_token": S, "expires_in": I, "refresh_token_expires_in": I, "advertiser_ids": [I]}
STATS = Map(F)
CELL = {"Value": F, "ValueStr": S}
LIST = {
    "page_info": PAGE,
    "ad_list": [
        {
            "ad_info": {
                "id": I, "name": S, "adlab_scene": word("UNI_PROJECT OVERALL_PROJECT"), "marketing_goal": GOAL, "status": STATUS,
                "opt_status": OPT, "smart_bid_type": BIDDING,
                "roi2_goal": F, "budget": F, "budget_mode": BUDGET, "deep_external_action": OBJECTIVE,
                "marketing_services_mode": word("ALLIANCE_COST_RATIO BASE_AD_FEE STAR_MATERIAL"),
                "daily_delivery_time": F, "delivery_seconds": I, "create_time": S, "modify_time": S, "start_time": S, "end_time": S,
                "compensate_info": {"compensate_status": PROTECTION, "reason": S, "status": RESULT},
            },
            "product_info": [{"product_id": I, "product_name": S, "product_image": S, "recommend_reasons": [S]}],
            "room_info": [{"anchor_id": S, "anchor_name": S, "anchor_avatar": S}],
            "stats_info": STATS,
        }
    ],
}  # fmt: skip
DETAIL = {
    "ad_id": I, "name": S, "adlab_scene": I, "aweme_id": I, "marketing_goal": GOAL, "status": STATUS, "opt_status": OPT, "create_time": S,
    "modify_time": S, "aweme_infos": [{"aweme_uid": I, "aweme_name": S, "unique_id": S}],
    "room_info": [{"anchor_id": I, "anchor_name": S, "anchor_avatar": S}],
    "product_infos": [{"product_id": I, "channel_id": I, "channel_type": word("SHOP_SELL STAR_SELL")}],
    "creative_setting": {"smart_select_material": B, "hide_in_aweme": B},
    "delivery_setting": {
        "budget": F, "budget_mode": BUDGET, "roi2_goal": F, "smart_bid_type": BIDDING, "deep_external_action": OBJECTIVE,
        "external_action": S, "deep_bid_type": word("COMM_ROI MIN MIN_SECOND_STAGE PACING PAY_ROI"), "pricing_type": word("OCPM"),
        "qcpx_mode": word("QCPX_MODE_DEFAULT QCPX_MODE_OFF QCPX_MODE_ON"), "start_time": S, "end_time": S,
        "live_schedule_type": word("SCHEDULE_FROM_NOW SCHEDULE_START_END"),
        "video_schedule_type": word("SCHEDULE_FROM_NOW SCHEDULE_START_END"), "overall_roi_cost_items": [I], "no_aweme_id": B,
    },
}  # fmt: skip
VIDEO = {
    "material_id": I, "aweme_item_id": I, "video_id": S, "title": S, "url": S, "video_duration": I, "source": word("AD AWEME_VIDEO"), "star_traffic": B,
    "cover_image": {"id": S, "image_url": S, "width": I, "height": I},
}  # fmt: skip
MATERIALS = {
    "page_info": PAGE,
    "ad_material_infos": [
        {
            "audit_status": word("PASS REJECT IN_PROGRESS"), "is_delete": B, "delivery_not_reason": [S],
            "material_status": word("DELIVERY_OK DELETED EXCLUDE DELIVERY_NOT"), "material_select_type": word("CUSTOM AUTO"),
            "aweme_id_list": [I], "product_id_list": [I], "product_info": [{"product_id": I, "product_name": S, "product_image": S}],
            "material_info": {
                "material_type": word("VIDEO IMAGE TITLE CAROUSEL LIVE_ROOM"), "video_material": VIDEO, "title_material": {"material_id": I, "title": S},
                "room_material": {"material_id": I, "aweme_id": I, "aweme_name": S, "aweme_avatar": [S]},
            },
            "stats_info": {
                "stat_cost_for_roi2": F, "total_pay_order_count_for_roi2": I, "product_show_count_for_roi2": I,
                "total_order_settle_count_for_roi2_1h": I,
            },
        }
    ],
}  # fmt: skip
ROWS = {"rows": [{"dimensions": Map(CELL), "metrics": Map(CELL)}], "page_info": PAGE}
CURVE_ROW = {
    "stat_datetime": S,
    "advertiser_id": I,
    "aweme_id": I,
    "room_id": I,
    "stat_cost": F,
    "total_pay_order_count_for_roi2": F,
}
SHAPES: dict[str, Any] = {
    "/open_api/oauth2/access_token/": TOKENS,
    "/open_api/oauth2/refresh_token/": TOKENS,
    "/open_api/oauth2/advertiser/get/": {
        "list": [
            {"account_id": I, "account_string_id": S, "account_name": S, "account_type": S, "account_role": S, "advertiser_id": I,
             "advertiser_name": S, "advertiser_role": I, "is_valid": B}
        ]
    },
    "/open_api/2/user/info/": {"id": I, "display_name": S, "email": S},
    "/open_api/2/advertiser/public_info/": [{"id": I, "name": S}],
    QC + "shop/advertiser/list/": {"list": [I], "adv_id_list": [{"adv_id": I, "extra_permission": [S]}], "page_info": PAGE},
    QC + "uni_aweme/authorized/get/": {
        "aweme_id_list": [{"aweme_id": I, "aweme_show_id": S, "aweme_name": S, "has_authorized": B}], "page_info": PAGE,
    },
    QC + "aweme/authorized/get/": {"aweme_id_list": [{"aweme_id": I, "aweme_show_id": S, "bind_type": [S], "aweme_status": word("NORMAL ANCHOR_FORBID ANCHOR_REACH_UPPER_LIMIT_TODAY UNKNOWN")}], "page_info": PAGE},
    QC + "account/balance/get/": {"account_valid": I, "account_total": I, "share_wallet_total": I, "share_wallet_id": S, "advertiser_id": I},
    QC + "uni_promotion/list/": LIST,
    QC + "uni_promotion/ad/detail/": DETAIL,
    QC + "uni_promotion/ad/material/get/": MATERIALS,
    QC + "uni_promotion/ad/product/get/": {"product_list": [{"product_id": I, "is_del": B, "product_info": {"audit_status": S}, "stats_info": STATS}], "page_info": PAGE},
    QC + "uni_promotion/ad/control_task/list/": {"task_list": [{"id": I, "budget": F, "create_time": S, "duration": F, "name": S, "task_status": TASK}], "page_info": PAGE},
    QC + "uni_promotion/ad/roi2_goal/update/": {"results": [{"ad_id": I, "status": RESULT, "error_message": S}]},
    QC + "uni_promotion/ad/budget/update/": {"results": [{"ad_id": I, "status": RESULT, "error_message": S}]},
    QC + "uni_promotion/ad/status/update/": {"results": [{"ad_id": I, "flag": B, "error": {"error_code": I, "error_message": S, "extra": Map(S)}}]},
    QC + "uni_promotion/ad/material/delete/": {},
    QC + "uni_promotion/ad/material/add/": {},
    QC + "uni_aweme/suggest/roi/": {"ecp_roi2_goal": F},
    QC + "overall/suggest/roi/get/": {"ecp_roi2_goal": F},
    QC + "uni_aweme/suggest/budget/": {
        "budget": I, "budget_min": I, "budget_max": I, "budget_danger": I, "suggested_budget_list": [I], "is_update": B,
        "estimate_trans_cost_list": [{"budget": I, "estimate_convert": I, "estimate_roi": F, "min_estimate_convert": I}],
    },
    QC + "report/uni_promotion/config/get/": {
        "custom_config_datas": [
            {
                "data_topic": S,
                "dimensions": [{"field": S, "name": S, "is_required": B, "filterable": B, "filter_only": B, "exclusion_dims": [S],
                                "filter_config": {"operator": I, "type": I, "value_limit": I, "filter_required": B}}],
                "metrics": [{"field": S, "name": S, "unit": I, "sortable": B}],
                "query_limit": Map(S),
            }
        ]
    },
    QC + "report/uni_promotion/data/get/": ROWS,
    QC + "report/uni_promotion/get/": Map(F),
    QC + "report/uni_promotion/dimension_data/author/get/": {"list": [CURVE_ROW], "page_info": PAGE},
    QC + "report/uni_promotion/dimension_data/room/get/": {"list": [CURVE_ROW], "page_info": PAGE},
    QC + "report/today_live/get/": {"stat_cost": F, "live_pay_order_count_alias": I, "live_pay_order_gmv_alias": F},
    QC + "report/live/get/": {"stat_cost": F, "live_pay_order_count_alias": I, "live_pay_order_gmv_alias": F},
    QC + "today_live/room/get/": {"room_list": [{"room_id": I, "aweme_id": I, "start_time": S, "end_time": S, "room_status": word("LIVING FINISH"), "aweme_avatar": [S], "stat_cost": F}], "page_info": PAGE},
    QC + "tools/log_search/": {
        "logs": [{"log_id": S, "object_id": I, "object_name": S, "object_type": S, "operator_id": S, "operator_name": S, "opt_ip": S, "create_time": S, "content_title": S, "content_log": [S]}],
        "page_info": PAGE,
    },
}  # fmt: skip

ME, AD, LIVE = 1700000000000011, 1861000000000001, 1861000000000002
DAY = {"start_time": "2026-09-01 00:00:00", "end_time": "2026-09-01 23:59:59"}
HAND: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/open_api/oauth2/access_token/", {"app_id": 1700000000000001, "auth_code": "auth-code-1", "secret": "app-secret"}),
    ("POST", "/open_api/oauth2/refresh_token/", {"app_id": 1700000000000001, "refresh_token": "refresh-1", "secret": "app-secret"}),
    ("GET", "/open_api/oauth2/advertiser/get/", {"access_token": "T"}),
    ("GET", "/open_api/2/user/info/", {}),
    ("GET", "/open_api/2/advertiser/public_info/", {"advertiser_ids": [ME, 5]}),
    ("GET", QC + "shop/advertiser/list/", {"page": 1, "page_size": 100, "shop_id": 1234567}),
    ("GET", QC + "uni_aweme/authorized/get/", {"advertiser_id": ME, "page": 1, "page_size": 100}),
    ("GET", QC + "aweme/authorized/get/", {"advertiser_id": ME, "page": 1, "page_size": 100}),
    ("GET", QC + "account/balance/get/", {"advertiser_id": ME}),
    ("GET", QC + "uni_promotion/list/", {"advertiser_id": ME, **DAY, "fields": ["stat_cost", "total_prepay_and_pay_order_roi2",
        "total_pay_order_count_for_roi2", "total_order_settle_count_for_roi2_1h"], "adlab_scene": "UNI_PROJECT",
        "filtering": {"smart_bid_type": "SMART_BID_CUSTOM", "status": "ALL"}, "marketing_goal": "VIDEO_PROM_GOODS",
        "need_compensate_info": True, "order_type": "DESC", "page": 1, "page_size": 200}),
    ("GET", QC + "uni_promotion/list/", {"advertiser_id": ME, **DAY, "fields": [], "marketing_goal": "LIVE_PROM_GOODS"}),
    ("GET", QC + "uni_promotion/ad/detail/", {"ad_id": AD, "advertiser_id": ME}),
    ("GET", QC + "uni_promotion/ad/detail/", {"ad_id": LIVE, "advertiser_id": ME}),
    *[("GET", QC + "uni_promotion/ad/material/get/", {"ad_id": LIVE, "advertiser_id": ME, "fields": ["stat_cost_for_roi2",
        "total_pay_order_count_for_roi2"], "filtering": {"material_status": "ALL", "material_type": kind}})
      for kind in ("VIDEO", "TITLE", "LIVE_ROOM", "IMAGE")],
    ("GET", QC + "uni_promotion/ad/product/get/", {"ad_id": AD, "advertiser_id": ME, "start_date": "2026-09-01", "end_date": "2026-09-01", "fields": []}),
    ("GET", QC + "uni_promotion/ad/control_task/list/", {"ad_id": AD, "advertiser_id": ME, "scene": "SMART_BOOST"}),
    ("POST", QC + "uni_promotion/ad/roi2_goal/update/", {"advertiser_id": ME, "update_roi2_infos": [{"ad_id": AD,
        "deep_external_action": "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI", "roi2_goal": 2.15}]}),
    ("POST", QC + "uni_promotion/ad/budget/update/", {"advertiser_id": ME, "update_budget_infos": [{"ad_id": AD, "budget": 1200}]}),
    ("POST", QC + "uni_promotion/ad/status/update/", {"ad_ids": [AD], "advertiser_id": ME, "opt_status": "DISABLE"}),
    ("POST", QC + "uni_promotion/ad/material/delete/", {"ad_id": AD, "advertiser_id": ME, "material_ids": [7400000000000000001]}),
    ("GET", QC + "uni_aweme/suggest/roi/", {"ad_id": AD, "advertiser_id": ME, "aweme_id": 90000000001, "marketing_goal": "VIDEO_PROM_GOODS",
        "deep_external_action": "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI", "product_ids": [3600000000000000001]}),
    ("GET", QC + "overall/suggest/roi/get/", {"advertiser_id": ME, "ad_id": 1861000000000004, "marketing_goal": "VIDEO_PROM_GOODS",
        "deep_external_action": "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI"}),
    ("GET", QC + "uni_aweme/suggest/budget/", {"ad_id": AD, "advertiser_id": ME, "aweme_id": 90000000001, "marketing_goal": "LIVE_PROM_GOODS"}),
    ("GET", QC + "report/uni_promotion/config/get/", {"advertiser_id": ME, "data_topics": ["SITE_PROMOTION_PRODUCT_AD"]}),
    ("GET", QC + "report/uni_promotion/data/get/", {"advertiser_id": ME, "data_topic": "SITE_PROMOTION_PRODUCT_AD", **DAY,
        "dimensions": ["ad_id", "stat_time_hour"], "filters": [{"field": "ad_id", "operator": 7, "values": [str(AD)]}],
        "metrics": ["stat_cost", "total_prepay_and_pay_settle_roi2_7d"], "order_by": [{"field": "stat_cost", "type": 2}], "page": 1, "page_size": 100}),
    ("GET", QC + "report/uni_promotion/data/get/", {"advertiser_id": ME, "data_topic": "SITE_PROMOTION_POST_DATA_VIDEO", **DAY,
        "dimensions": ["material_id", "roi2_material_video_name", "roi2_material_video_type"], "metrics": ["stat_cost_for_roi2"], "order_by": [],
        "filters": [{"field": "anchor_id", "operator": 7, "values": ["90000000002"]}, {"field": "ecp_app_id", "operator": 7, "values": ["1"]},
                    {"field": "aggregate_smart_bid_type", "operator": 7, "values": ["0"]}]}),
    ("GET", QC + "report/uni_promotion/get/", {"advertiser_id": ME, "start_date": "2026-09-01", "end_date": "2026-09-01", "fields": ["stat_cost"]}),
    ("GET", QC + "report/uni_promotion/dimension_data/author/get/", {"advertiser_id": ME, "aweme_id": 90000000002,
        "dimension": "TIME_GRANULARITY_HOURLY", **DAY, "metrics": ["stat_cost"], "page": 1, "page_size": 100}),
    ("GET", QC + "report/uni_promotion/dimension_data/room/get/", {"advertiser_id": ME, "room_id": 7300000000000000002,
        "dimension": "TIME_GRANULARITY_HOURLY", **DAY, "metrics": ["stat_cost_for_roi2"]}),
    ("GET", QC + "report/today_live/get/", {"advertiser_id": ME, "aweme_id": 90000000002}),
    ("GET", QC + "report/live/get/", {"advertiser_id": ME, "aweme_id": 90000000002, **DAY, "fields": ["stat_cost"]}),
    ("GET", QC + "today_live/room/get/", {"advertiser_id": ME, "aweme_id": 90000000002, "date_time": "2026-09-01", "fields": ["stat_cost"]}),
    ("GET", QC + "tools/log_search/", {"advertiser_id": ME, "object_type": "AD", "object_id": AD, **DAY, "page": 1, "page_size": 20}),
    ("POST", QC + "uni_promotion/ad/material/add/", {"ad_id": AD, "advertiser_id": ME,
        "programmatic_creative_media_list": {"video_material": [{"image_mode": "VIDEO_VERTICAL", "video_id": "v0200fg10000"}]}}),
]  # fmt: skip


def as_the_sdk_sends_it(method: str, path: str, params: dict[str, Any]) -> tuple[str, str, bytes | None]:
    """Sorted keys, compact JSON in one parameter, `+` for a space; a POST's body ends with a newline."""
    if method == "POST":
        return method, path, json.dumps(params, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    words = {k: v if isinstance(v, str) else json.dumps(v, separators=(",", ":")) for k, v in params.items()}
    return method, path + "?" + "&".join(f"{k}={quote_plus(v)}" for k, v in sorted(words.items())), None


def recorded() -> list[Any]:
    if not RECORDED.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the recorded requests are not beside this checkout"))]
    return [
        pytest.param(json.loads(line), id=str(n)) for n, line in enumerate(RECORDED.read_text().splitlines(), start=1)
    ]


def accepted(
    client: Client, method: str, target: str, body: bytes | None, headers: dict[str, str] | None = None
) -> Any:
    got = client.send(method, target, body, headers)
    assert got.status == 200
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    tree = got.tree
    assert set(tree) == {"code", "message", "request_id", "data"}
    assert type(tree["code"]) is int and isinstance(tree["message"], str) and isinstance(tree["request_id"], str)
    assert tree["code"] == 0, tree
    check(tree["data"], SHAPES[target.partition("?")[0]])
    return tree["data"]


@pytest.mark.parametrize(
    ("method", "path", "params"),
    HAND,
    ids=[f"{p.rstrip('/').rpartition('qianchuan/')[2]}-{n}" for n, (_, p, _) in enumerate(HAND)],
)
def test_by_hand(emulator: Running, method: str, path: str, params: dict[str, Any]) -> None:
    accepted(Client(emulator.port), *as_the_sdk_sends_it(method, path, params))


@pytest.mark.parametrize("request_line", recorded())
def test_recorded(emulator: Running, request_line: dict[str, Any]) -> None:
    body = request_line["body"].encode() or None
    data = accepted(
        Client(emulator.port, None), request_line["method"], request_line["target"], body, request_line["headers"]
    )
    assert isinstance(data, dict)


def test_a_boost_that_is_over_has_a_status_of_the_enum(emulator: Running) -> None:
    emulator.control("POST", "boost", {"campaign": AD, "hours": 1})
    emulator.control("POST", "advance", {"seconds": 2 * 3600})
    method, path, params = next(one for one in HAND if one[1].endswith("control_task/list/"))
    params = params | {"start_time": "2026-01-01 00:00:00", "end_time": "2026-12-31 00:00:00"}
    (task,) = accepted(Client(emulator.port), *as_the_sdk_sends_it(method, path, params))["task_list"]
    assert task["task_status"] == "OFFLINE_TIME"


def test_the_curves_of_live_are_flat(emulator: Running) -> None:
    for method, path, params in HAND:
        if "dimension_data" in path:
            for row in accepted(Client(emulator.port), *as_the_sdk_sends_it(method, path, params))["list"]:
                assert not any(isinstance(value, dict | list) for value in row.values()), row


def test_every_path_of_the_shapes_was_asked(emulator: Running) -> None:
    assert {path for _, path, _ in HAND} == set(SHAPES)


MAY_BE_EMPTY = {"token_scope_list", "token_api_list", "room_info", "product_infos", "aweme_infos"}


def test_rows_are_there_to_be_checked(emulator: Running) -> None:
    """The shapes above are of no use over empty lists."""
    client = Client(emulator.port)
    empty = []
    client.set_target(2.1)
    emulator.control("POST", "boost", {"campaign": AD})
    for method, path, params in HAND:
        data = accepted(client, *as_the_sdk_sends_it(method, path, params))
        kind = params.get("filtering", {}).get("material_type")
        if isinstance(data, dict) and kind != "IMAGE":
            empty += [f"{path} {key}" for key, value in data.items() if value == [] and key not in MAY_BE_EMPTY]
    assert empty == []
