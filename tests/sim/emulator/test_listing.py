"""The plan list and the detail: units, types, filters, pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.emulator import Running, running
from tests.sim.emulator.client import ACCOUNT, GOODS_ID, Client
from tests.sim.emulator.fake_world import GOODS, START, FakeWorld


def test_money_of_the_list_is_in_hundred_thousandths_and_elsewhere_in_yuan(client: Client) -> None:
    fields = ["stat_cost", "total_pay_order_gmv_include_coupon_for_roi2", "total_prepay_and_pay_order_roi2",
              "total_pay_order_count_for_roi2", "total_order_settle_amount_for_roi2_1h"]  # fmt: skip
    stats = client.list(fields=fields).data["ad_list"][0]["stats_info"]
    # ten hours at 10 yuan; GMV twice; net 90 %; an order is 50 yuan
    assert stats == {
        "stat_cost": 10_000_000, "total_pay_order_gmv_include_coupon_for_roi2": 20_000_000,
        "total_prepay_and_pay_order_roi2": 2.0, "total_pay_order_count_for_roi2": 4,
        "total_order_settle_amount_for_roi2_1h": 18_000_000,
    }  # fmt: skip
    rows = client.hours().data["rows"]
    assert [r["metrics"]["stat_cost"] for r in rows] == [
        {"Value": 10.0, "ValueStr": "1000000"}
    ] * 20  # two goods plans x 10 h
    assert sum(r["metrics"]["stat_cost"]["Value"] for r in rows) == 200.0


def test_a_past_window_sums_its_days(client: Client) -> None:
    got = client.list(start_time="2026-08-30 00:00:00", end_time="2026-08-31 23:59:59")
    assert got.data["ad_list"][0]["stats_info"] == {"stat_cost": 2 * 24 * 1_000_000}


def test_settlement_metrics_are_absent_until_mature(client: Client) -> None:
    names = ["total_order_settle_amount_for_roi2_7d"]
    day = {"dimensions": ["ad_id", "stat_time_day"], "metrics": names, "order_by": [],
           "filters": [{"field": "ad_id", "operator": 7, "values": [str(GOODS_ID)]}]}  # fmt: skip
    rows = client.hours(**day, start_time="2026-08-23 00:00:00", end_time="2026-09-01 23:59:59").data["rows"]
    values = {r["dimensions"]["stat_time_day"]["ValueStr"]: r["metrics"][names[0]]["Value"] for r in rows}
    assert values["2026-08-24"] == 24 * 10 * 2 * 0.9
    assert values["2026-08-25"] is None


def test_scene_and_bidding_are_four_separate_questions(client: Client) -> None:
    def names(**more: object) -> list[str]:
        return [row["ad_info"]["name"] for row in client.list(**more).data["ad_list"]]

    assert names() == ["goods-1"]
    assert names(filtering={"smart_bid_type": "SMART_BID_CONSERVATIVE"}) == ["volume"]
    assert names(adlab_scene="OVERALL_PROJECT") == ["overall"]
    assert names(filtering={"status": "DISABLE"}) == []


def test_scene_and_anchor_change_type_between_list_and_detail(client: Client) -> None:
    listed = client.list("LIVE_PROM_GOODS").data["ad_list"][0]
    shown = client.detail(listed["ad_info"]["id"]).data
    assert listed["ad_info"]["adlab_scene"] == "UNI_PROJECT"
    assert shown["adlab_scene"] == 0
    assert isinstance(listed["room_info"][0]["anchor_id"], str)
    assert isinstance(shown["room_info"][0]["anchor_id"], int)
    assert "roi2_goal" not in client.detail(GOODS_ID + 2).data["delivery_setting"]  # a volume plan has no target


def test_pages_are_whole_and_totals_agree() -> None:
    world = FakeWorld([replace(GOODS, name=f"g{k}") for k in range(45)])
    with running(world) as emulator:
        client = Client(emulator.port)
        pages = [client.list(page=p, page_size=20).data for p in (1, 2, 3, 4)]
    assert [len(p["ad_list"]) for p in pages] == [20, 20, 5, 0]
    assert {p["page_info"]["total_num"] for p in pages} == {45}
    assert pages[0]["page_info"] == {"page": 1, "page_size": 20, "total_num": 45, "total_page": 3}
    assert [r["ad_info"]["name"] for p in pages for r in p["ad_list"]] == [f"g{k}" for k in range(45)]


def test_order_by_a_metric_descending() -> None:
    world = FakeWorld([replace(GOODS, name=f"g{k}") for k in range(3)], [100, 300, 200])
    with running(world) as emulator:
        rows = Client(emulator.port).list(order_field="stat_cost", order_type="DESC").data["ad_list"]
    assert [r["ad_info"]["name"] for r in rows] == ["g1", "g2", "g0"]


def test_deleted_plans_leave_the_list(emulator: Running, client: Client) -> None:
    emulator.control("POST", "human_edit", {"campaign": GOODS_ID, "field": "status", "value": "DELETE"})
    assert client.list().data["page_info"]["total_num"] == 0
    assert client.list(filtering={"status": "DELETED"}).data["ad_list"][0]["ad_info"]["status"] == "DELETE"
    assert client.detail().data["opt_status"] == "DELETE"


def test_statuses_follow_the_day(emulator: Running, client: Client, world: FakeWorld) -> None:
    def live() -> str:
        return client.list("LIVE_PROM_GOODS").data["ad_list"][0]["ad_info"]["status"]

    assert live() == "DELIVERY_OK"
    emulator.control("POST", "advance", {"seconds": 7200})
    assert live() == "LIVE_ROOM_OFF"
    world.rates[0] = 100_000
    assert client.detail().data["status"] == "OFFLINE_BUDGET"


def test_plans_the_world_creates_appear(emulator: Running, client: Client, world: FakeWorld) -> None:
    world.births = [(START + 60, replace(GOODS, name="new", created_at=START + 60, starts_at=START + 60), 1000)]
    assert client.list().data["page_info"]["total_num"] == 1
    emulator.control("POST", "advance", {"seconds": 60})
    assert [r["ad_info"]["name"] for r in client.list().data["ad_list"]] == ["goods-1", "new"]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"fields": ["nonsense"]}, "fields"),
        ({"page_size": 30}, "page_size"),
        ({"marketing_goal": "ALL"}, "marketing_goal"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"filtering": "{"}, "filtering"),
        ({"advertiser_id": "x"}, "advertiser_id"),
    ],
)
def test_bad_parameters_are_told_by_name(client: Client, more: dict[str, object], word: str) -> None:
    got = client.list(**more)
    assert (got.status, got.code) == (200, 40000)
    assert word in got.tree["message"]


def test_foreign_account_and_missing_parameter_and_unknown_path(client: Client) -> None:
    assert client.list(advertiser_id=123).code == 40002
    assert client.get("uni_promotion/list/", advertiser_id=ACCOUNT).code == 40000
    got = client.get("no/such/thing/")
    assert (got.code, "(emulator)" in got.tree["message"]) == (40000, True)
    assert (
        client.send(
            "GET",
            "/open_api/v1.0/qianchuan/uni_promotion/ad/detail?advertiser_id=1700000000000011&ad_id=1861000000000001",
        ).code
        == 0
    )
