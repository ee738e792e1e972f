"""Facts, suggestion, log, sessions, boosts, creatives, accounts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bidctl.adapters.http import httpx
from bidctl.adapters.qianchuan import accounts
from bidctl.adapters.qianchuan.live import live_hours
from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.panel import Grain
from bidctl.domain.values import CampaignId, Field, Objective, Suggestion, SuggestionState
from bidctl.engine.ports import ReadFailed
from tests.adapters.qianchuan.fakes import ACCOUNT, NOW, PLAN, FakePlatform, detail, envelope, listed, params, plan

TOPIC = "report/uni_promotion/data/get/"
LIST = "uni_promotion/list/"
SUGGEST = "uni_aweme/suggest/roi/"
OVERALL = "overall/suggest/roi/get/"
LOG = "tools/log_search/"
ROOMS = "today_live/room/get/"
BOOSTS = "uni_promotion/ad/control_task/list/"
MATERIALS = "uni_promotion/ad/material/get/"


async def info(**changes: object) -> CampaignInfo:
    platform = FakePlatform().on(LIST, listed(plan()))
    (found,) = (await platform.reads().campaigns(ACCOUNT, NOW)).campaigns
    return dataclasses.replace(found, **changes)  # type: ignore[arg-type]


def cell(text: str, value: object = 0) -> dict[str, object]:
    return {"Value": value, "ValueStr": text}


def fact(ad: str, dimension: str, at: str, **metrics: float) -> dict[str, object]:
    """Id's `Value` has lost its digits, the money's `ValueStr` is scaled: both are traps."""
    return {
        "dimensions": {"ad_id": cell(ad, float(ad)), dimension: cell(at)},
        "metrics": {name: cell(str(int(value * 100000)), value) for name, value in metrics.items()},
    }


def topic(*rows: dict[str, object], total: int | None = None) -> httpx.Response:
    return envelope({"rows": list(rows), "page_info": {"total_number": len(rows) if total is None else total}})


async def test_hours_of_goods_in_yuan_with_exact_ids() -> None:
    ad = "7400000000000000001"
    row = fact(ad, "stat_time_hour", "2026-09-02 10:00:00", stat_cost=123.45, total_pay_order_count_for_roi2=7)
    platform = FakePlatform().on(TOPIC, topic(row))
    panel = await platform.reads().facts(
        ACCOUNT, [await info(campaign=CampaignId(ad))], Grain.HOUR, NOW - timedelta(hours=3), NOW
    )
    assert list(panel.campaign) == [ad] and list(panel.spend) == [123.45] and list(panel.orders) == [7.0]
    assert math.isnan(panel.gmv[0]) and math.isnan(panel.gmv_7d[0])
    assert panel.happened_at[0] == datetime(2026, 9, 2, 2, tzinfo=UTC).timestamp()
    assert panel.known_at[0] == pytest.approx(NOW.timestamp(), abs=1) and not panel.assumed[0]
    (asked,) = platform.asked(TOPIC)
    assert asked["dimensions"] == ["ad_id", "stat_time_hour"] and asked["data_topic"] == "SITE_PROMOTION_PRODUCT_AD"
    assert asked["filters"] == [{"field": "ad_id", "operator": 7, "values": [ad]}]
    assert (asked["start_time"], asked["end_time"]) == ("2026-09-02 09:00:00", "2026-09-02 11:59:59")


async def test_hours_are_asked_in_windows_of_seven_days_and_batches_of_plans() -> None:
    platform = FakePlatform().on(TOPIC, topic())
    one = await info()
    many = [dataclasses.replace(one, campaign=CampaignId(str(i))) for i in range(1, 151)]
    panel = await platform.reads().facts(ACCOUNT, many, Grain.HOUR, NOW - timedelta(days=10), NOW)
    assert len(panel) == 0
    asked = platform.asked(TOPIC)
    assert len(asked) == 4
    for q in asked:
        start, end = (datetime.fromisoformat(str(q[name])) for name in ("start_time", "end_time"))
        assert end - start < timedelta(days=7)
        assert len(q["filters"][0]["values"]) <= 100  # type: ignore[index]


async def test_days_of_goods_carry_the_settlement_columns() -> None:
    row = fact(
        PLAN, "stat_time_day", "2026-08-20", stat_cost=100, total_order_settle_amount_for_roi2_7d=180.5,
        total_order_settle_amount_for_roi2_90d=170.25,
    )  # fmt: skip
    platform = FakePlatform().on(TOPIC, topic(row))
    panel = await platform.reads().facts(ACCOUNT, [await info()], Grain.DAY, NOW - timedelta(days=20), NOW)
    assert (panel.gmv_7d[0], panel.gmv_90d[0]) == (180.5, 170.25) and math.isnan(panel.gmv_14d[0])
    assert panel.happened_at[0] == datetime(2026, 8, 19, 16, tzinfo=UTC).timestamp()
    assert "total_order_settle_amount_for_roi2_14d" in platform.asked(TOPIC)[0]["metrics"]  # type: ignore[operator]


async def test_rows_outside_the_window_or_of_other_plans_are_left_out() -> None:
    rows = [
        fact(PLAN, "stat_time_hour", "2026-09-02 08:00:00", stat_cost=1),
        fact("5", "stat_time_hour", "2026-09-02 10:00:00", stat_cost=1),
        fact(PLAN, "stat_time_hour", "2026-09-02 12:00:00", stat_cost=1),
        fact(PLAN, "stat_time_hour", "2026-09-02 11:00:00", stat_cost=2),
    ]
    platform = FakePlatform().on(TOPIC, topic(*rows))
    panel = await platform.reads().facts(ACCOUNT, [await info()], Grain.HOUR, NOW - timedelta(hours=3), NOW)
    assert list(panel.spend) == [2.0]


@pytest.mark.parametrize(
    "answer",
    [
        topic(fact(PLAN, "stat_time_hour", "2026-09-02 10:00:00"), total=2),
        topic(*[fact(PLAN, "stat_time_hour", "2026-09-02 10:00:00")] * 2),
        topic(fact(PLAN, "stat_time_hour", "ten")),
        envelope(
            {"rows": [{"dimensions": {"ad_id": {"Value": 1.861e15}}, "metrics": {}}], "page_info": {"total_number": 1}}
        ),
    ],
)
async def test_a_report_that_does_not_add_up_stops_the_account(answer: httpx.Response) -> None:
    platform = FakePlatform().on(TOPIC, answer)
    with pytest.raises(ReadFailed) as error:
        await platform.reads().facts(ACCOUNT, [await info()], Grain.HOUR, NOW - timedelta(hours=3), NOW)
    assert error.value.stops_account


async def test_live_has_no_hours_and_its_days_come_from_the_list_of_each_day() -> None:
    live = plan(marketing_goal="LIVE_PROM_GOODS")
    platform = FakePlatform().on(LIST, listed(live)).on("uni_promotion/ad/detail/", envelope(detail()))
    reads = platform.reads()
    (one,) = (await reads.campaigns(ACCOUNT, NOW)).campaigns
    platform.requests.clear()
    assert len(await reads.facts(ACCOUNT, [one], Grain.HOUR, NOW - timedelta(days=2), NOW)) == 0
    assert not platform.requests
    panel = await reads.facts(
        ACCOUNT, [one], Grain.DAY, datetime(2026, 8, 30, 16, tzinfo=UTC), datetime(2026, 9, 1, 16, tzinfo=UTC)
    )
    assert list(panel.spend) == pytest.approx([123.45, 123.45]) and np.isnan(panel.gmv_7d).all()
    assert {str(q["start_time"])[:10] for q in platform.asked(LIST)} == {"2026-08-31", "2026-09-01"}
    assert {q["marketing_goal"] for q in platform.asked(LIST)} == {"LIVE_PROM_GOODS"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"ecp_roi2_goal": 2.6}, Suggestion(SuggestionState.NUMBER, 2.6)),
        ({"ecp_roi2_goal": 3}, Suggestion(SuggestionState.NUMBER, 3.0)),
        ({}, "none"), (None, "none"), ({"ecp_roi2_goal": None}, "none"), ({"ecp_roi2_goal": 0}, "none"),
    ],
)  # fmt: skip
async def test_the_three_answers_of_the_suggestion(data: object, expected: object) -> None:
    platform = FakePlatform().on(SUGGEST, envelope(data)).on("uni_promotion/ad/detail/", envelope(detail()))
    reads = platform.reads()
    for _ in range(2):
        found = await reads.suggestion(ACCOUNT, await info())
        assert found == expected if expected != "none" else found.state is SuggestionState.NONE
    assert len(platform.asked("uni_promotion/ad/detail/")) == 1  # the Douyin account is remembered
    assert platform.asked(SUGGEST)[0] == {
        "advertiser_id": int(ACCOUNT), "ad_id": int(PLAN), "marketing_goal": "VIDEO_PROM_GOODS", "aweme_id": 90000000001,
        "deep_external_action": "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI", "product_ids": [3600000000000000001],
    }  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [envelope(None, 50000, "x"), envelope(None, 40002, "x"), httpx.ReadTimeout("x"), httpx.Response(200, content=b"?")],
)
async def test_a_suggestion_that_could_not_be_read_is_unknown(answer: object) -> None:
    platform = FakePlatform().on(SUGGEST, answer).on("uni_promotion/ad/detail/", envelope(detail()))
    assert (await platform.reads().suggestion(ACCOUNT, await info())).state is SuggestionState.UNKNOWN


async def test_overall_plans_ask_their_own_endpoint_and_only_for_net_roi() -> None:
    platform = (
        FakePlatform().on(OVERALL, envelope({"ecp_roi2_goal": 1.8})).on("uni_promotion/ad/detail/", envelope(detail()))
    )
    reads = platform.reads()
    assert (await reads.suggestion(ACCOUNT, await info(hosted=True))).value == 1.8
    pay = await info(hosted=True, objective=Objective.PAY_ROI)
    assert (await reads.suggestion(ACCOUNT, pay)).state is SuggestionState.UNKNOWN
    assert len(platform.asked(OVERALL)) == 1


def entry(
    number: int, *lines: str, title: str = "修改计划", at: str = "2026-09-02 11:00:00", **more: object
) -> dict[str, object]:
    return {
        "log_id": str(number), "object_id": int(PLAN), "operator_name": "王五", "create_time": at,
        "content_title": title, "content_log": list(lines),
    } | more  # fmt: skip


def logs(*rows: dict[str, object]) -> object:
    def answer(request: httpx.Request) -> httpx.Response:
        q = params(request)
        assert q["page_size"] == 20
        page = int(str(q["page"]))
        return envelope({"logs": rows[(page - 1) * 20 : page * 20], "page_info": {"total_number": len(rows)}})

    return answer


WORDINGS = [
    ("ROI目标：由 2.00 修改为 2.20", Field.ROI_TARGET, "2.00", "2.20"),
    ("支付ROI目标 从2.00调整到2.20", Field.ROI_TARGET, "2.00", "2.20"),
    ("净成交ROI目标: 2.00 -> 2.20", Field.ROI_TARGET, "2.00", "2.20"),
    ("修改前：ROI目标 2.00，修改后：ROI目标 2.20", Field.ROI_TARGET, "2.00", "2.20"),
    ("出价 由“1.5”改为“1.6”", Field.ROI_TARGET, "1.5", "1.6"),
    ("优化目标 由 支付ROI 修改为 净成交ROI", Field.OBJECTIVE, "pay_roi", "net_roi"),
    ("ROI目标类型：整体支付ROI → 净成交ROI", Field.OBJECTIVE, "pay_roi", "net_roi"),
    ("日预算：由 300.00元 修改为 1,400.00元", Field.BUDGET, "300.00", "1400.00"),
    ("预算: 300 -> 400", Field.BUDGET, "300", "400"),
    ("计划状态：由 启用 修改为 暂停", Field.STATUS, "ENABLE", "DISABLE"),
    ("状态: 已暂停 -> 投放中", Field.STATUS, "DISABLE", "ENABLE"),
    ("ROI目标被更新", Field.ROI_TARGET, None, None),  # unreadable, and must still count
    ("出价策略有变动", Field.ROI_TARGET, None, None),
]


@pytest.mark.parametrize(("line", "field", "old", "new"), WORDINGS)
async def test_wordings_of_the_log(line: str, field: Field, old: str | None, new: str | None) -> None:
    (edit,) = await FakePlatform().on(LOG, logs(entry(1, line))).reads().edit_log(ACCOUNT, NOW - timedelta(days=1))
    assert (edit.field, edit.old, edit.new) == (field, old, new)
    assert (edit.log_id, edit.campaign, edit.operator) == ("1", PLAN, "王五")
    assert edit.at == datetime(2026, 9, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("line", ["计划名称：由 a 修改为 b", "投放时间 由 今天 改为 明天", "添加素材 3 个", ""])
async def test_lines_that_do_not_matter_are_left_out(line: str) -> None:
    assert await FakePlatform().on(LOG, logs(entry(1, line))).reads().edit_log(ACCOUNT, NOW - timedelta(days=1)) == ()


async def test_creation_is_no_edit() -> None:
    row = entry(1, "ROI目标：2.00", "预算：300", title="创建计划")
    assert await FakePlatform().on(LOG, logs(row)).reads().edit_log(ACCOUNT, NOW - timedelta(days=1)) == ()


async def test_the_log_is_read_whole_oldest_first_each_change_with_its_own_id() -> None:
    rows = [entry(i, f"ROI目标: {i}.00 -> {i}.10", at=f"2026-09-02 11:{59 - i:02d}:00") for i in range(1, 46)]
    rows.append(entry(99, "ROI目标: 2.00 -> 2.10", "预算: 300 -> 400", at="2026-09-02 11:59:30"))
    platform = FakePlatform().on(LOG, logs(*rows))
    edits = await platform.reads().edit_log(ACCOUNT, NOW - timedelta(days=1), PLAN)
    assert len(edits) == 47 and [e.at for e in edits] == sorted(e.at for e in edits)
    assert {e.log_id for e in edits if e.log_id.startswith("99")} == {"99", "99#2"}
    assert platform.asked(LOG)[0]["object_id"] == int(PLAN)
    assert len(platform.asked(LOG)) == 3


async def test_sessions_of_each_day_and_the_one_on_air() -> None:
    def rooms(request: httpx.Request) -> httpx.Response:
        day = str(params(request)["date_time"])
        room: dict[str, object] = {"room_id": 7400000000000000000 + int(day[-2:]), "start_time": f"{day} 08:00:00"}
        room |= (
            {"room_status": "LIVING", "end_time": ""}
            if day == "2026-09-02"
            else {"end_time": f"{day} 11:00:00", "room_status": "FINISH"}
        )
        return envelope({"room_list": [room], "page_info": {"total_num": 1}})

    platform = FakePlatform().on(ROOMS, rooms)
    reads = platform.reads()
    sessions = await reads.sessions(ACCOUNT, "90000000001", NOW - timedelta(days=4))
    assert [s.ended_at is None for s in sessions] == [False] * 3 + [True]  # 08-29's begun before `since`
    assert sessions[-1].room == "7400000000000000002" and sessions[-1].started_at == datetime(2026, 9, 2, 0, tzinfo=UTC)
    platform.requests.clear()
    await reads.sessions(ACCOUNT, "90000000001", NOW - timedelta(days=4))
    assert {q["date_time"] for q in platform.asked(ROOMS)} == {"2026-09-01", "2026-09-02"}  # past days are remembered


@pytest.mark.parametrize(
    ("task", "runs"),
    [
        ({"task_status": "PROCESSING"}, True), ({"task_status": "OFFLINE_TIME"}, False), ({"task_status": "DISABLE"}, False),
        ({"task_status": None, "create_time": "2026-09-02 11:00:00", "duration": 1.5}, True),
        ({"task_status": None, "create_time": "2026-09-02 10:00:00", "duration": 1.5}, False),
        ({"task_status": None}, True),
    ],
)  # fmt: skip
async def test_a_running_boost(task: dict[str, object], runs: bool) -> None:
    tasks = envelope({"task_list": [{"id": 5} | task], "page_info": {"total_number": 1}})
    platform = FakePlatform().on(BOOSTS, tasks).on("uni_promotion/ad/detail/", envelope(detail()))
    assert await platform.reads().boosts(ACCOUNT, [PLAN]) == ({PLAN} if runs else set())
    assert platform.asked(BOOSTS)[0]["scene"] == "SMART_BOOST"


def material(number: int, **changes: object) -> dict[str, object]:
    return {
        "material_info": {"material_type": "VIDEO", "video_material": {"material_id": number, "title": f"t{number}"}},
        "material_status": "DELIVERY_OK", "material_select_type": "CUSTOM", "product_id_list": [1], "aweme_id_list": [2],
        "stats_info": {"stat_cost_for_roi2": 12.5, "total_pay_order_count_for_roi2": 3},
    } | changes  # fmt: skip


def materials(*pages: list[dict[str, object]], before: Sequence[dict[str, object]] = ()) -> object:
    """Answers the VIDEO pages in turn; other types are empty. `before`: the rows of a window that ended days ago."""
    queue = list(pages)
    total = sum(len(p) for p in pages[:2])

    def answer(request: httpx.Request) -> httpx.Response:
        filtering = params(request)["filtering"]
        if filtering["end_date"] != "2026-09-02":  # type: ignore[index]
            return envelope({"ad_material_infos": list(before), "page_info": {"total_number": len(before)}})
        if filtering["material_type"] != "VIDEO":  # type: ignore[index]
            return envelope({"ad_material_infos": [], "page_info": {"total_number": 0}})
        return envelope(
            {"ad_material_infos": queue.pop(0) if len(queue) > 1 else queue[0], "page_info": {"total_number": total}}
        )

    return answer


async def test_creatives_in_yuan_with_who_picked_them() -> None:
    big = 7400000000000000001
    rows = [
        material(big), material(-2), material(3, material_select_type="AUTO"), material(4, is_delete=True),
        material(5, product_id_list=[1, 2]), material(8, aweme_id_list=[2, 3]),
        material(6, material_status="DELETED"), material(7, material_select_type=None),
    ]  # fmt: skip
    platform = FakePlatform().on(MATERIALS, materials(rows, []))
    found = {c.creative: c for c in await platform.reads().creatives(ACCOUNT, PLAN)}
    assert set(found) == {str(big), "3", "4", "5", "6", "7", "8"}  # the pseudo row is gone
    assert found[str(big)].totals.spend == 12.5 and found[str(big)].delivering and not found[str(big)].picked_by_system
    assert found["3"].picked_by_system and found["7"].picked_by_system
    assert found["4"].deleted and found["6"].deleted and not found["4"].delivering
    assert found["5"].shared and found["8"].shared and not found["3"].shared


@pytest.mark.parametrize(
    ("media", "returns"),
    [
        ({"video_material": {"material_id": 1, "aweme_item_id": 9}}, True),
        ({"video_material": {"material_id": 1, "video_id": "v1"}}, True),
        ({"video_material": {"material_id": 1}}, False),
        ({"image_material": {"material_id": 1, "image_id": "i1"}}, False),
        ({"carousel_material": {"material_id": 1}}, False),
    ],
)
async def test_what_could_not_be_added_again_is_told(media: dict[str, object], returns: bool) -> None:
    platform = FakePlatform().on(MATERIALS, materials([material(1, material_info={"material_type": "?"} | media)], []))
    (found,) = await platform.reads().creatives(ACCOUNT, PLAN)
    assert found.returns is returns and found.products == ("1",)


async def test_a_creative_is_at_least_as_old_as_the_spend_that_shows_it() -> None:
    """No row tells when a creative was made: one that spent in a window that ended at midnight three days ago is 72 h old."""
    unspent = {"stats_info": {"stat_cost_for_roi2": 0.0}}
    platform = FakePlatform().on(MATERIALS, materials([material(1), material(2), material(3)],
                                                      before=[material(1), material(2, **unspent)]))  # fmt: skip
    found = {c.creative: c for c in await platform.reads().creatives(ACCOUNT, PLAN)}
    midnight = datetime(2026, 8, 29, 16, tzinfo=UTC)  # of 30 August in Beijing; today is 2 September
    assert {n: c.known_since for n, c in found.items()} == {"1": midnight, "2": None, "3": None}
    assert all(c.created_at is None for c in found.values())
    asked = [one["filtering"] for one in platform.asked(MATERIALS)]
    assert [(f["material_type"], f["start_date"], f["end_date"]) for f in asked[3:]] == [  # type: ignore[index]
        ("VIDEO", "2026-07-31", "2026-08-29")
    ]


async def test_creatives_that_jump_between_pages_are_read_again_then_refused() -> None:
    a, b, c = material(1), material(2), material(3)
    steady = FakePlatform().on(MATERIALS, materials([a, b], [c], [a, b]))
    assert len(await steady.reads().creatives(ACCOUNT, PLAN)) == 3
    moved = FakePlatform().on(MATERIALS, materials([a, b], [c], [b, a], [b, a], [c], [b, a]))
    assert len(await moved.reads().creatives(ACCOUNT, PLAN)) == 3
    restless = FakePlatform().on(MATERIALS, materials([a, b], [c], [b, a], [a, b], [c], [b, a]))
    with pytest.raises(ReadFailed, match="page 1 changed"):
        await restless.reads().creatives(ACCOUNT, PLAN)


async def test_live_hours_of_the_account() -> None:
    row = {"stat_datetime": "2026-09-02 10:00:00", "stat_cost": 50.5, "total_pay_order_count_for_roi2": 4}
    path = "report/uni_promotion/dimension_data/author/get/"
    platform = FakePlatform().on(path, envelope({"list": [row], "page_info": {"total_number": 1}}))
    (hour,) = await live_hours(platform.client(), ACCOUNT, "90000000001", NOW - timedelta(hours=5), NOW)
    assert (hour.spend, hour.orders) == (50.5, 4) and math.isnan(hour.gmv)
    assert platform.asked(path)[0]["dimension"] == "TIME_GRANULARITY_HOURLY"


async def test_accounts_are_found_directly_and_through_shops() -> None:
    holders = [
        {"account_id": 1700000000000011, "account_type": "ADVERTISER", "is_valid": True},
        {"account_id": 555, "account_type": "PLATFORM_ROLE_SHOP_ACCOUNT", "is_valid": True},
        {"account_id": 666, "account_type": "ADVERTISER", "is_valid": False},
    ]
    names = [{"advertiser_id": 1700000000000011, "advertiser_name": "甲"}, {"id": 1700000000000012, "name": "乙"}]
    platform = FakePlatform().on("/open_api/oauth2/advertiser/get/", envelope({"list": holders}))
    platform.on("shop/advertiser/list/", envelope({"list": [1700000000000012], "page_info": {"total_number": 1}}))
    platform.on("/open_api/2/advertiser/public_info/", envelope(names))
    found = await accounts.discover(platform.client())
    assert [(a.account, a.name, a.through) for a in found] == [
        ("1700000000000011", "甲", None), ("1700000000000012", "乙", "555")
    ]  # fmt: skip


async def test_balance_is_passed_on_as_the_platform_says_it() -> None:
    platform = FakePlatform().on("account/balance/get/", envelope({"account_valid": 123456}))
    assert await accounts.balance(platform.client(), ACCOUNT) == 123456


async def test_an_id_that_is_no_number_is_a_failed_read() -> None:
    with pytest.raises(ReadFailed, match="digits"):
        await FakePlatform().reads().campaign(ACCOUNT, CampaignId("plan-1"))
