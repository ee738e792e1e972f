"""The handles under /_emulator/, and the two ways that time moves."""

from __future__ import annotations

import asyncio
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from sim.emulator import Running, serve
from sim.emulator.clock import VirtualClock
from tests.sim.emulator.client import ACCOUNT, GOODS_ID, Client
from tests.sim.emulator.fake_world import START, FakeWorld


class Ticks:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_clock_runs_s_times_as_fast_and_changes_speed_without_a_jump() -> None:
    real = Ticks()
    clock = VirtualClock(1000.0, 60.0, real)
    real.now += 2
    assert clock.now() == 1120.0
    clock.run_at(0)
    real.now += 50
    assert clock.now() == 1120.0
    clock.advance(30)
    clock.run_at(2)
    real.now += 5
    assert clock.now() == 1160.0
    with pytest.raises(ValueError, match="never goes back"):
        clock.advance(-1)


def test_stepped_time_stands_until_advanced(emulator: Running, client: Client, world: FakeWorld) -> None:
    def date() -> float:
        return parsedate_to_datetime(client.detail().headers["Date"]).timestamp()

    assert (date(), date()) == (START, START)
    told = emulator.control("POST", "advance", {"seconds": 90.5})
    assert isinstance(told, dict)
    assert datetime.fromisoformat(told["now"]).timestamp() == START + 90.5
    assert (date(), world.now) == (START + 90, START + 90.5)
    clock = emulator.control("GET", "clock")
    assert isinstance(clock, dict)
    assert (clock["now"], clock["speed"]) == (told["now"], 0)


def test_an_objective_set_to_what_it_was_is_no_switch(emulator: Running) -> None:
    plan = emulator.emulator.service.find(GOODS_ID)
    assert plan is not None
    for value, switches in (("net_roi", 1), ("pay_roi", 2), ("pay_roi", 2)):
        emulator.control("POST", "human_edit", {"campaign": str(GOODS_ID), "field": "objective", "value": value})
        assert len(plan.switches) == switches


def test_human_edit_is_seen_everywhere(emulator: Running, client: Client, world: FakeWorld) -> None:
    edit = {"campaign": str(GOODS_ID), "field": "roi_target", "value": 2.5, "after_seconds": 600}
    assert emulator.control("POST", "human_edit", edit) == {"at": "2026-09-01T10:10:00.000000+08:00"}
    emulator.control("POST", "advance", {"seconds": 3600})
    shown = client.detail().data
    assert (shown["delivery_setting"]["roi2_goal"], shown["modify_time"]) == (2.5, "2026-09-01 10:10:00")
    assert ("target", 0, 2.5, START + 600) in world.calls
    (entry,) = client.get("tools/log_search/", advertiser_id=ACCOUNT, object_type="AD", object_id=GOODS_ID).data["logs"]
    assert (entry["operator_name"], entry["create_time"], entry["content_log"]) == (
        "运营人员", "2026-09-01 10:10:00", ["ROI目标: 2.00 -> 2.50"],
    )  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [("objective", "pay_roi"), ("budget", 2000), ("status", "DISABLE")])
def test_people_may_change_anything(emulator: Running, client: Client, field: str, value: object) -> None:
    emulator.control("POST", "human_edit", {"campaign": GOODS_ID, "field": field, "value": value})
    shown = client.detail().data
    assert {
        "objective": shown["delivery_setting"]["deep_external_action"] == "AD_CONVERT_TYPE_LIVE_PAY_ROI",
        "budget": shown["delivery_setting"]["budget"] == 2000.0,
        "status": shown["opt_status"] == "DISABLE",
    }[field]


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("human_edit", {"campaign": "5", "field": "budget", "value": 1}),
        ("human_edit", {"campaign": GOODS_ID, "field": "colour", "value": 1}),
        ("human_edit", {"campaign": GOODS_ID, "field": "roi_target", "value": "high"}),
        ("human_edit", {"campaign": GOODS_ID, "field": "status", "value": "SLEEP"}),
        ("advance", {"seconds": -1}),
        ("advance", {}),
        ("mark", {"data": 3}),
        ("token", {}),
        ("nonsense", {}),
    ],
)
def test_wrong_control_calls_get_one_line(emulator: Running, call: str, body: dict[str, object]) -> None:
    with pytest.raises(ValueError) as error:
        emulator.control("POST", call, body)
    assert "\n" not in str(error.value) and len(str(error.value)) > 10


def test_truth_config_and_tokens(emulator: Running) -> None:
    assert emulator.control("GET", "truth") == {"secret": 42, "now": START}
    config = emulator.control("GET", "config")
    assert isinstance(config, dict)
    assert config["accounts"] == [{"id": str(ACCOUNT), "name": "模拟账户 1"}]
    assert [(c["id"], c["goal"]) for c in config["campaigns"][:2]] == [
        (str(GOODS_ID), "goods"),
        (str(GOODS_ID + 1), "live"),
    ]
    token = emulator.control("POST", "token", {"app_id": "77"})
    assert isinstance(token, dict)
    assert Client(emulator.port, token["access_token"]).set_target(2.1).code == 0
    lines = emulator.control("GET", "journal")
    assert isinstance(lines, list) and lines[-1]["app_id"] == "77"


def test_tokens_are_needed_and_expire(emulator: Running) -> None:
    assert Client(emulator.port, None).detail().code == 40104
    assert Client(emulator.port, "stranger").detail().code == 40105
    client = Client(emulator.port)
    words = {"app_id": 9, "secret": "s"}
    pair = client.post(
        "/open_api/oauth2/access_token/", {**words, "auth_code": "auth-code-9", "grant_type": "auth_code"}
    ).data
    assert (pair["expires_in"], pair["refresh_token_expires_in"]) == (86400, 2592000)
    emulator.control("POST", "advance", {"seconds": 86400})
    assert Client(emulator.port, pair["access_token"]).detail().code == 40102
    emulator.control("POST", "advance", {"seconds": 29 * 86400})
    old = client.post("/open_api/oauth2/refresh_token/", {**words, "refresh_token": pair["refresh_token"]})
    assert old.code == 40103


def test_oauth_takes_forms_too(emulator: Running) -> None:
    form = b"app_id=9&secret=s&auth_code=auth-code-1&grant_type=auth_code"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert Client(emulator.port, None).send("POST", "/open_api/oauth2/access_token/", form, kind).code == 0


async def test_serve_announces_its_address_and_stops() -> None:
    lines: list[str] = []
    stop = asyncio.Event()
    served = asyncio.create_task(serve(scenario="small", stepped=True, announce=lines.append, stop=stop))
    while not lines:
        await asyncio.sleep(0.02)
        if served.done():
            served.result()
    name, url = lines[0].split()
    assert name == "qianchuan" and url.startswith("http://127.0.0.1:")
    code = await asyncio.to_thread(
        lambda: Client(int(url.rpartition(":")[2])).get("/open_api/oauth2/advertiser/get/").code
    )
    assert code == 0
    stop.set()
    await served


async def test_serve_refuses_what_it_does_not_know() -> None:
    for words in ({"platform": "tiktok"}, {"scenario": "no-such"}):
        with pytest.raises(ValueError, match="expected one of"):
            await serve(announce=print, **words)  # type: ignore[arg-type]
