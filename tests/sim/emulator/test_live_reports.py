"""Rooms, curves and totals of live, and life of a live plan as the journal tells it: exact numbers."""

from __future__ import annotations

from dataclasses import replace

from sim.emulator import running
from tests.sim.emulator.client import ACCOUNT, GOODS_ID, Client
from tests.sim.emulator.fake_world import GOODS, LIVE, START, FakeWorld, session

AWEME = 90000000002
DAY = {"start_time": "2026-09-01 00:00:00", "end_time": "2026-09-01 23:59:59"}


def curve(client: Client, **more: object) -> list[dict[str, object]]:
    params = {
        "advertiser_id": ACCOUNT,
        "aweme_id": AWEME,
        "dimension": "TIME_GRANULARITY_HOURLY",
        "metrics": ["stat_cost"],
        **DAY,
    }
    rows = client.get("report/uni_promotion/dimension_data/author/get/", **{**params, **more}).data["list"]
    assert isinstance(rows, list)
    return rows


def test_author_curve_sums_all_plans_of_the_account() -> None:
    world = FakeWorld([GOODS, LIVE, replace(LIVE, name="live-2")], [1000, 1000, 500])
    world.sessions_of = {1: [session(1, START - 5400, START + 7200)]}
    with running(world) as emulator:
        client = Client(emulator.port)
        rows = curve(client)
        assert [(r["stat_datetime"], r["stat_cost"]) for r in rows] == [
            ("2026-09-01 08:00:00", 7.5),
            ("2026-09-01 09:00:00", 15.0),
        ]
        (day,) = curve(client, dimension="TIME_GRANULARITY_DAILY")
        assert (day["stat_datetime"], day["stat_cost"]) == ("2026-09-01 00:00:00", 22.5)
        assert client.hours().data["rows"] and all(
            r["dimensions"]["ad_id"]["ValueStr"] == str(GOODS_ID) for r in client.hours().data["rows"]
        )  # no topic per plan for live


def test_rooms_of_the_day_end_when_they_end() -> None:
    world = FakeWorld([GOODS, LIVE])
    world.sessions_of = {1: [session(1, START - 7200, START - 3600, 4), session(1, START - 600, START + 600, 5)]}
    with running(world) as emulator:
        client = Client(emulator.port)

        def rooms() -> list[tuple[object, ...]]:
            got = client.get(
                "today_live/room/get/",
                advertiser_id=ACCOUNT,
                aweme_id=AWEME,
                date_time="2026-09-01",
                fields=["stat_cost"],
            )
            assert got.data["page_info"]["total_num"] == 2
            return [
                (r["room_id"] - 7300000000000000001, r["room_status"], r["end_time"]) for r in got.data["room_list"]
            ]

        assert rooms() == [(4, "FINISH", "2026-09-01 09:00:00"), (5, "LIVING", "")]
        emulator.control("POST", "advance", {"seconds": 600})
        assert rooms()[1] == (5, "FINISH", "2026-09-01 10:10:00")


def test_a_recreated_live_plan_inherits_feeding_but_not_first_spend() -> None:
    """Three evenings of 300 yuan since the feeding one: observation is over though the plan itself is new."""
    day = 86400
    evenings = [START + 9 * 3600 + k * day for k in range(-5, 1)]
    world = FakeWorld([GOODS, LIVE], [1000, 30_000])
    world.sessions_of = {1: [session(1, t, t + 3600, k) for k, t in enumerate(evenings)]}
    fresh = replace(LIVE, name="live-new", created_at=START - 60, starts_at=START - 60)
    world.specs.append(fresh)
    world.rates.append(0)
    other = replace(LIVE, name="other-objective", objective=1, created_at=START - 60, starts_at=START - 60)
    world.specs.append(other)
    world.rates.append(0)
    with running(world) as emulator:
        client = Client(emulator.port)
        for k in (1, 2, 3):
            client.set_target(2.1, GOODS_ID + k)
        first, second, third = emulator.control("GET", "journal")  # type: ignore[misc]
    fed = "2026-08-27T19:00:00.000000+08:00"
    assert (first["fed_at"], first["first_spend_at"]) == (fed, fed)
    assert (second["fed_at"], second["first_spend_at"]) == (fed, None)
    # fed 27th 19:00-20:00; sessions since: 28th, 29th, 30th 19:00-20:00; 72 h end the 30th 20:00 as well
    assert first["observing_until"] == second["observing_until"] == "2026-08-30T20:00:00.000000+08:00"
    assert (third["fed_at"], third["observing_until"]) == (None, None)


def test_life_does_not_depend_on_when_it_was_asked() -> None:
    """Hours that are final are asked for once: an emulator asked daily tells the same as one asked at the end."""
    told = []
    for daily in (True, False):
        world = FakeWorld([replace(GOODS, created_at=START, starts_at=START)], [900])
        with running(world) as emulator:
            client = Client(emulator.port)
            for _ in range(5):
                emulator.control("POST", "advance", {"seconds": 86_000})
                if daily:
                    client.set_target(2.1)
            client.set_target(2.2)
            lines = emulator.control("GET", "journal")
            assert isinstance(lines, list)
            told.append([lines[-1][k] for k in ("first_spend_at", "fed_at", "observing_until")])
    assert told[0] == told[1]
    assert told[0][1] is not None
