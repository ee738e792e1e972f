"""Rules of the writes: what is refused, in which form, and that nothing refused is applied."""

from __future__ import annotations

import pytest

from sim.emulator import Running
from tests.sim.emulator.client import ACCOUNT, GOODS_ID, Client
from tests.sim.emulator.fake_world import FakeWorld

VOLUME = GOODS_ID + 2
MATERIAL = 7400000000000000001


def budget(client: Client, value: object) -> dict[str, object]:
    body = {"advertiser_id": ACCOUNT, "update_budget_infos": [{"ad_id": GOODS_ID, "budget": value}]}
    return client.post("uni_promotion/ad/budget/update/", body).data["results"][0]


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.01, "SUCCESS"), (100, "SUCCESS"), (2.15, "SUCCESS"), (0, "FAILED"), (100.01, "FAILED"), (2.155, "FAILED")],
)
def test_targets_within_001_and_100_with_two_decimals(
    client: Client, world: FakeWorld, value: float, status: str
) -> None:
    (row,) = client.set_target(value).data["results"]
    assert row["status"] == status
    assert bool(world.calls) == (status == "SUCCESS")
    assert ("(emulator)" in row["error_message"]) == (status == "FAILED")


def test_volume_and_unknown_and_deleted_plans_fail_in_the_row(emulator: Running, client: Client) -> None:
    assert client.set_target(2.1, VOLUME).data["results"][0]["status"] == "FAILED"
    assert client.set_target(2.1, 5).data["results"] == [
        {"ad_id": 5, "status": "FAILED", "error_message": "计划不存在或不属于该账户 (emulator)"}
    ]
    emulator.control("POST", "human_edit", {"campaign": GOODS_ID, "field": "status", "value": "DELETE"})
    assert client.set_target(2.1).data["results"][0]["status"] == "FAILED"


def test_budget_moves_at_least_100_yuan_and_stays_above_105_percent_of_spend(client: Client, world: FakeWorld) -> None:
    assert budget(client, 1099.99)["status"] == "FAILED"
    assert budget(client, 900)["status"] == "SUCCESS"
    world.rates[0] = 8000  # 10 hours: 800 yuan spent, 105 % = 840
    assert budget(client, 700)["status"] == "FAILED"
    assert budget(client, 1000)["status"] == "SUCCESS"
    world.rates[0] = 8571  # 857.1 yuan spent, 105 % = 899.955
    assert budget(client, 899.95)["status"] == "FAILED"
    assert budget(client, 899.96)["status"] == "SUCCESS"
    assert [c[2] for c in world.calls] == [90_000, 100_000, 89_996]


def test_at_most_20_budget_edits_a_day(client: Client) -> None:
    results = [budget(client, 1200 if k % 2 == 0 else 1000)["status"] for k in range(21)]
    assert results == ["SUCCESS"] * 20 + ["FAILED"]


def test_status_answers_with_flags(client: Client, world: FakeWorld) -> None:
    body = {"advertiser_id": ACCOUNT, "ad_ids": [GOODS_ID, 5], "opt_status": "DISABLE"}
    good, bad = client.post("uni_promotion/ad/status/update/", body).data["results"]
    assert (good["flag"], bad["flag"], bad["error"]["error_code"]) == (True, False, 40001)
    assert [c[:3] for c in world.calls] == [("enabled", 0, False)]
    assert client.detail().data["status"] == "DISABLE"


@pytest.mark.parametrize(
    "body",
    [
        {"update_roi2_infos": []},
        {"update_roi2_infos": [{"ad_id": 1.5, "roi2_goal": 2}]},
        {"update_roi2_infos": [{"ad_id": GOODS_ID, "roi2_goal": "2"}]},
        {"update_roi2_infos": [{"ad_id": GOODS_ID, "roi2_goal": 2.1}] * 11},
        {"update_roi2_infos": [{"ad_id": GOODS_ID, "roi2_goal": 2.1, "deep_external_action": "X"}]},
    ],
)
def test_malformed_bodies_fail_whole(client: Client, world: FakeWorld, body: dict[str, object]) -> None:
    assert client.post("uni_promotion/ad/roi2_goal/update/", {"advertiser_id": ACCOUNT, **body}).code == 40000
    assert world.calls == []


def materials(client: Client, **more: object) -> dict[int, dict[str, object]]:
    filtering = {"material_type": "VIDEO", "material_status": "ALL", **more}
    rows = client.get(
        "uni_promotion/ad/material/get/", advertiser_id=ACCOUNT, ad_id=GOODS_ID, filtering=filtering, page_size=100
    ).data["ad_material_infos"]
    return {r["material_info"]["video_material"]["material_id"]: r for r in rows}


def test_materials_add_up_to_the_plan_with_the_pseudo_row(client: Client) -> None:
    rows = materials(client)
    assert -2 in rows and len(rows) == 11
    assert sum(r["stats_info"]["stat_cost_for_roi2"] for r in rows.values()) == pytest.approx(100.0, abs=0.06)  # type: ignore[index]
    assert {r["material_select_type"] for r in rows.values()} == {"CUSTOM", "AUTO"}
    assert len(materials(client, material_select_type="AUTO")) == 3


def test_delete_own_ignore_the_systems_and_add_again(client: Client, emulator: Running) -> None:
    auto = next(n for n, r in materials(client).items() if r["material_select_type"] == "AUTO" and n > 0)
    body = {"advertiser_id": ACCOUNT, "ad_id": GOODS_ID, "material_ids": [MATERIAL, auto]}
    assert client.post("uni_promotion/ad/material/delete/", body).data == {}
    rows = materials(client)
    assert (rows[MATERIAL]["material_status"], rows[auto]["material_status"]) == ("DELETED", "DELIVERY_OK")
    video = rows[MATERIAL]["material_info"]["video_material"]["video_id"]  # type: ignore[index]
    media = [
        {
            "product_id": 3600000000000000001,
            "programmatic_creative_media_list": {"video_material": [{"video_id": video}]},
        }
    ]
    add = {"advertiser_id": ACCOUNT, "ad_id": GOODS_ID, "multi_product_creative_list": media}
    assert client.post("uni_promotion/ad/material/add/", add).data == {}
    assert materials(client)[MATERIAL]["material_status"] == "DELIVERY_OK"
    lines = emulator.control("GET", "journal")
    assert isinstance(lines, list)
    assert [(n["field"], n["new"], n["outcome"]) for n in lines] == [
        ("creative", f"delete:{MATERIAL}", "applied"), ("creative", f"delete:{auto}", "rejected"),
        ("creative", f"add:{MATERIAL}", "applied"),
    ]  # fmt: skip
