"""The platform's protection rule, in the pure part and over the wire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.emulator import Running, running
from sim.emulator.protection import Discipline, is_owed
from sim.emulator.times import parse
from tests.sim.emulator.client import GOODS_ID, Client
from tests.sim.emulator.fake_world import GOODS, LIVE, START, FakeWorld, session

AT = parse("2026-09-01 10:00:00")
LIVE_ID = GOODS_ID + 1


def test_goods_edits_need_an_hour() -> None:
    for gap, spoilt in ((3599.0, True), (3600.0, False)):
        d = Discipline(live=False)
        d.value_edited(AT)
        assert not d.spoilt(AT)
        d.value_edited(AT + gap)
        assert d.spoilt(AT + gap) is spoilt
        assert not d.spoilt(AT + 86400)  # each natural day on its own


def test_goods_value_and_objective_count_together_live_apart() -> None:
    for live in (False, True):
        d = Discipline(live=live)
        d.value_edited(AT)
        d.objective_switched(AT + 60)
        assert d.spoilt(AT + 60) is not live


def test_live_edits_need_a_quarter_hour_and_at_most_24_a_day() -> None:
    d = Discipline(live=True)
    for k in range(24):
        d.value_edited(parse("2026-09-01 00:00:00") + k * 900)
    assert not d.spoilt(AT)
    d.value_edited(AT)
    assert d.spoilt(AT)
    d = Discipline(live=True)
    d.value_edited(AT)
    d.value_edited(AT + 899)
    assert d.spoilt(AT)


def test_owed_needs_ten_orders_and_roi_strictly_below_80_percent() -> None:
    # T = 800 / 2 + 300 / 3 = 500; actual / target = (1100 / spend) / (1100 / 500) = 500 / spend
    parts = [(800, 2.0), (300, 3.0)]
    assert not is_owed(625, 10, parts)  # exactly 80 %
    assert is_owed(626, 10, parts)
    assert not is_owed(626, 9, parts)


def status(client: Client, goal: str = "VIDEO_PROM_GOODS") -> str:
    return client.list(goal, need_compensate_info=True).data["ad_list"][0]["ad_info"]["compensate_info"][
        "compensate_status"
    ]


def test_wire_goods_invalid_for_the_day_after_two_close_edits(emulator: Running, client: Client) -> None:
    assert status(client) == "IN_EFFECT"
    client.set_target(2.1)
    assert status(client) == "IN_EFFECT"
    emulator.control("POST", "advance", {"seconds": 3000})
    client.set_target(2.2)
    assert status(client) == "INVALID"
    emulator.control("POST", "advance", {"seconds": 14 * 3600})
    assert status(client) == "IN_EFFECT"


def test_wire_a_person_spoils_it_too_and_live_has_its_own_rule(emulator: Running, client: Client) -> None:
    client.set_target(2.1, LIVE_ID)
    emulator.control(
        "POST", "human_edit", {"campaign": str(LIVE_ID), "field": "roi_target", "value": 2.0, "after_seconds": 900}
    )
    emulator.control("POST", "advance", {"seconds": 900})
    assert status(client, "LIVE_PROM_GOODS") == "IN_EFFECT"
    emulator.control(
        "POST", "human_edit", {"campaign": str(LIVE_ID), "field": "roi_target", "value": 2.1, "after_seconds": 899}
    )
    emulator.control("POST", "advance", {"seconds": 899})
    assert status(client, "LIVE_PROM_GOODS") == "INVALID"


@pytest.mark.parametrize(("target", "morning", "noon"), [(4.0, "CONFIRMING", "PAID"), (2.4, "IN_EFFECT", "IN_EFFECT")])
def test_wire_yesterdays_loss_is_confirmed_then_paid(target: float, morning: str, noon: str) -> None:
    """One evening of 2,000 yuan and 80 orders at a true ROI of 2: below 80 % of 4, not below 80 % of 2.4."""
    world = FakeWorld([GOODS, replace(LIVE, target=target)], [1000, 100_000])
    world.sessions_of = {1: [session(1, START + 9 * 3600, START + 11 * 3600)]}
    with running(world) as emulator:
        client = Client(emulator.port)
        emulator.control("POST", "advance", {"seconds": 12 * 3600})
        assert status(client, "LIVE_PROM_GOODS") == "IN_EFFECT"
        emulator.control("POST", "advance", {"seconds": 4 * 3600})
        assert status(client, "LIVE_PROM_GOODS") == morning
        emulator.control("POST", "advance", {"seconds": 10 * 3600})
        assert status(client, "LIVE_PROM_GOODS") == noon
