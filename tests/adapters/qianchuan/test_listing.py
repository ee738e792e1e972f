"""The list: eight queries, pages that must add up, the unit trap, words we do not know."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bidctl.domain.values import Kind, Objective, Protection
from bidctl.engine.ports import ReadFailed
from tests.adapters.qianchuan.fakes import ACCOUNT, NOW, FakePlatform, detail, envelope, listed, plan

LIST = "uni_promotion/list/"


async def test_money_of_the_list_alone_is_in_hundred_thousandths_of_a_yuan() -> None:
    listing = await FakePlatform().on(LIST, listed(plan())).reads().campaigns(ACCOUNT, NOW)
    (info,) = listing.campaigns
    assert listing.complete and listing.trouble is None
    assert info.today.spend == pytest.approx(123.45)
    assert info.today.gmv == pytest.approx(297.5145)
    assert info.today.gmv_1h == pytest.approx(250.0)
    assert (info.today.orders, info.today.orders_1h) == (7, 6)  # counts are plain
    assert info.budget == Decimal("1000.00") and info.target_units == 250  # yuan and ratio are plain


async def test_a_row_in_our_own_words() -> None:
    listing = await FakePlatform().on(LIST, listed(plan())).reads().campaigns(ACCOUNT, NOW)
    (info,) = listing.campaigns
    assert info.campaign == "1861000000000001" and info.products == ("3600000000000000001",)
    assert info.kind is Kind.GOODS and info.cost_controlled and not info.hosted and info.odd is None
    assert info.objective is Objective.NET_ROI and info.protection is Protection.IN_EFFECT
    assert info.delivering and info.enabled and not info.off_air and not info.ended
    assert info.created_at is not None and info.created_at.isoformat() == "2026-09-01T02:00:00+00:00"


async def test_both_goals_both_scenes_both_biddings_are_asked_of_the_whole_natural_day() -> None:
    platform = FakePlatform().on(LIST, listed())
    await platform.reads().campaigns(ACCOUNT, NOW)
    asked = platform.asked(LIST)
    assert {(q["marketing_goal"], q["adlab_scene"], q["filtering"]["smart_bid_type"]) for q in asked} == {  # type: ignore[index]
        (goal, scene, bid)
        for goal in ("LIVE_PROM_GOODS", "VIDEO_PROM_GOODS")
        for scene in ("UNI_PROJECT", "OVERALL_PROJECT")
        for bid in ("SMART_BID_CUSTOM", "SMART_BID_CONSERVATIVE")
    }
    assert all((q["start_time"], q["end_time"]) == ("2026-09-02 00:00:00", "2026-09-02 23:59:59") for q in asked)
    assert all(q["need_compensate_info"] is True for q in asked)


async def test_all_pages_are_read_and_ids_beyond_2_53_stay_exact() -> None:
    plans = [plan(7400000000000000001 + i) for i in range(450)]
    platform = FakePlatform().on(LIST, listed(*plans))
    listing = await platform.reads().campaigns(ACCOUNT, NOW)
    assert [info.campaign for info in listing.campaigns] == [str(7400000000000000001 + i) for i in range(450)]
    assert listing.complete


def _paged(pages: list[list[int]], total: int) -> object:
    """The goods, uni, custom query answers these pages; all others are empty."""

    def answer(request):  # type: ignore[no-untyped-def]
        q = request.url.params
        mine = (
            q["marketing_goal"] == "VIDEO_PROM_GOODS"
            and q["adlab_scene"] == "UNI_PROJECT"
            and "CUSTOM" in q["filtering"]
        )
        if not mine:
            return envelope({"ad_list": None, "page_info": {"total_num": 0}})
        rows = pages.pop(0) if pages else []
        return envelope({"ad_list": [plan(i) for i in rows], "page_info": {"total_num": total}})

    return answer


@pytest.mark.parametrize(
    ("pages", "total", "says"),
    [
        ([[1, 2], [2, 3], [1, 2], [2, 3]], 4, "twice"),  # a row moved from page 1 to page 2, both times
        ([[1, 2], [], [1, 2], []], 3, "2 rows read of a total of 3"),  # rows missing
    ],
)
async def test_a_page_set_that_does_not_add_up_twice_is_not_complete(
    pages: list[list[int]], total: int, says: str
) -> None:
    listing = await FakePlatform().on(LIST, _paged(pages, total)).reads().campaigns(ACCOUNT, NOW)
    assert (
        not listing.complete and listing.trouble is not None and says in listing.trouble and "\n" not in listing.trouble
    )


async def test_a_page_set_that_adds_up_the_second_time_is_complete() -> None:
    listing = await FakePlatform().on(LIST, _paged([[1, 2], [2, 3], [1, 2], [3, 4]], 4)).reads().campaigns(ACCOUNT, NOW)
    assert listing.complete and [info.campaign for info in listing.campaigns] == ["1", "2", "3", "4"]


async def test_a_missing_total_is_not_complete() -> None:
    answer = envelope({"ad_list": [plan()], "page_info": {}})
    listing = await FakePlatform().on(LIST, answer).reads().campaigns(ACCOUNT, NOW)
    assert not listing.complete and "total is missing" in (listing.trouble or "")


async def test_a_filter_the_platform_ignores_for_live_counts_a_plan_once() -> None:
    answer = envelope({"ad_list": [plan()], "page_info": {"total_num": 1}})
    listing = await FakePlatform().on(LIST, answer).reads().campaigns(ACCOUNT, NOW)
    assert len(listing.campaigns) == 1 and listing.complete


@pytest.mark.parametrize(
    "change",
    [
        {"status": "SOMETHING_NEW"}, {"opt_status": "MAYBE"}, {"budget_mode": "BUDGET_MODE_MOON"}, {"roi2_goal": None},
        {"roi2_goal": 2.505}, {"deep_external_action": "AD_CONVERT_TYPE_NEW"}, {"create_time": "soon"},
        {"compensate_info": {"status": "SUCCESS", "compensate_status": "PERHAPS"}},
    ],
)  # fmt: skip
async def test_an_unknown_word_makes_one_campaign_odd_and_the_rest_goes_on(change: dict[str, object]) -> None:
    platform = FakePlatform().on(LIST, listed(plan(1, **change), plan(2)))
    first, second = (await platform.reads().campaigns(ACCOUNT, NOW)).campaigns
    assert first.odd is not None and next(iter(change)).split("_info")[0] in first.odd
    assert second.odd is None and second.target_units == 250


async def test_float_noise_in_a_target_is_not_odd() -> None:
    platform = FakePlatform().on(LIST, listed(plan(roi2_goal=2.1500000000000004)))
    (info,) = (await platform.reads().campaigns(ACCOUNT, NOW)).campaigns
    assert info.target_units == 215 and info.odd is None


async def test_a_failed_protection_lookup_is_unknown_not_none() -> None:
    platform = FakePlatform().on(
        LIST, listed(plan(compensate_info={"status": "FAILED", "compensate_status": "DEFAULT"}))
    )
    (info,) = (await platform.reads().campaigns(ACCOUNT, NOW)).campaigns
    assert info.protection is Protection.UNKNOWN and info.odd is None


async def test_volume_plans_have_no_target_and_overall_ones_are_hosted() -> None:
    volume = plan(1, smart_bid_type="SMART_BID_CONSERVATIVE", roi2_goal=0, deep_external_action=None)
    platform = FakePlatform().on(LIST, listed(volume, plan(2, adlab_scene="OVERALL_PROJECT")))
    by_id = {info.campaign: info for info in (await platform.reads().campaigns(ACCOUNT, NOW)).campaigns}
    assert by_id["1"].target_units is None and not by_id["1"].cost_controlled and by_id["1"].odd is None  # type: ignore[index]
    assert by_id["2"].hosted  # type: ignore[index]


async def test_a_live_room_that_is_off_waits_and_is_not_paused() -> None:
    live = plan(marketing_goal="LIVE_PROM_GOODS", status="LIVE_ROOM_OFF") | {"room_info": [{"anchor_id": "demo_show"}]}
    awemes = {
        "aweme_id_list": [{"aweme_id": 90000000001, "aweme_show_id": "demo_show"}],
        "page_info": {"totol_numer": 1},
    }
    platform = FakePlatform().on(LIST, listed(live)).on("uni_aweme/authorized/get/", envelope(awemes))
    reads = platform.reads()
    (info,) = (await reads.campaigns(ACCOUNT, NOW)).campaigns
    assert info.off_air and info.enabled and not info.delivering and not info.ended
    assert info.live_account == "90000000001"  # resolved from the public 抖音号
    await reads.campaigns(ACCOUNT, NOW)
    assert len(platform.asked("uni_aweme/authorized/get/")) == 1  # remembered


async def test_a_public_id_nobody_knows_is_resolved_from_the_detail_once() -> None:
    live = plan(marketing_goal="LIVE_PROM_GOODS") | {"room_info": [{"anchor_id": "stranger"}]}
    platform = (
        FakePlatform().on(LIST, listed(live)).on("uni_aweme/authorized/get/", envelope({}, 40002, "no permission"))
    )
    platform.on("uni_promotion/ad/detail/", envelope(detail(aweme_id=None, room_info=[{"anchor_id": 90000000007}])))
    reads = platform.reads()
    for _ in range(2):
        (info,) = (await reads.campaigns(ACCOUNT, NOW)).campaigns
        assert info.live_account == "90000000007"
    assert len(platform.asked("uni_promotion/ad/detail/")) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'{"message":"x"}', b'{"code":"0"}', b'{"code":0,"data":{"ad_list":[{}]}}',
     b'{"code":0,"data":{"ad_list":[{"ad_info":{"id":1.861e15}}],"page_info":{"total_num":1}}}'],
)  # fmt: skip
async def test_an_envelope_that_does_not_parse_stops_the_account(body: bytes) -> None:
    from bidctl.adapters.http import httpx

    platform = FakePlatform().on(LIST, httpx.Response(200, content=body))
    with pytest.raises(ReadFailed) as error:
        await platform.reads().campaigns(ACCOUNT, NOW)
    assert error.value.stops_account and "\n" not in error.value.why
    assert len({str(r.url) for r in platform.requests}) == len(platform.requests)  # none repeated


async def test_read_back_of_one_plan_and_the_scene_it_leaves_out() -> None:
    platform = FakePlatform().on(LIST, listed(plan())).on("uni_promotion/ad/detail/", envelope(detail(roi2_goal=2.75)))
    reads = platform.reads()
    assert (await reads.campaign(ACCOUNT, plan_id())).info.hosted  # nobody has named the scene yet
    await reads.campaigns(ACCOUNT, NOW)
    reading = await reads.campaign(ACCOUNT, plan_id())
    assert reading.info.target_units == 275 and reading.info.odd is None and not reading.info.hosted
    assert reading.info.objective is Objective.NET_ROI and reading.info.live_account == "90000000001"


@pytest.mark.parametrize(
    ("scene", "hosted"), [(0, False), (1, True), ("UNI_PROJECT", False), ("OVERALL_PROJECT", True)]
)
async def test_the_scene_comes_as_a_number_or_a_word(scene: object, hosted: bool) -> None:
    platform = FakePlatform().on("uni_promotion/ad/detail/", envelope(detail(adlab_scene=scene)))
    assert (await platform.reads().campaign(ACCOUNT, plan_id())).info.hosted is hosted


async def test_an_answer_about_another_plan_is_a_failed_read() -> None:
    platform = FakePlatform().on("uni_promotion/ad/detail/", envelope(detail(5)))
    with pytest.raises(ReadFailed):
        await platform.reads().campaign(ACCOUNT, plan_id())


def plan_id():  # type: ignore[no-untyped-def]
    from tests.adapters.qianchuan.fakes import PLAN

    return PLAN
