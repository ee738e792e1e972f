"""What is asked of a platform at a tick: nothing twice, nothing left out, nothing concluded from what failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bidctl.domain.campaign import Session
from bidctl.domain.panel import Grain
from bidctl.domain.values import CampaignId, Capabilities, Kind
from bidctl.engine.days import NaturalDays
from bidctl.engine.due import DAILY_DAYS, FIRST_DAYS, WEEKLY_DAYS
from bidctl.engine.ports import ReadFailed
from bidctl.engine.reading import Reader, on_air
from tests.fakes.clock import VirtualClock
from tests.fakes.flat_platform import FlatPlatform, Rate, utc
from tests.fakes.memory_platform import ACCOUNT
from tests.fakes.shop import C1, C2, CAN

DAYS = NaturalDays("Asia/Shanghai")


class Desk:
    """A reader over a flat platform, told the time by hand."""

    def __init__(self, can: Capabilities = CAN) -> None:
        self.clock = VirtualClock(utc("2026-03-02 10:05"))
        self.platform = FlatPlatform(self.clock, can, latency_s=0.0)
        self.platform.rates[C1] = Rate()
        self.platform.add(C1, 200)
        self.reader = Reader(self.platform, ACCOUNT, DAYS)

    async def read(self, at: str, boosts: list[CampaignId] | None = None):  # type: ignore[no-untyped-def]
        self.clock.advance((utc(at) - self.clock.now()).total_seconds())
        self.platform.fact_reads.clear()
        self.platform.room_reads.clear()
        return await self.reader.read(self.clock.now(), boosts or [])

    def asked(self) -> list[tuple[Grain, str, str]]:
        return [(g, _local(a), _local(b)) for g, a, b, _ in self.platform.fact_reads]


def _local(at: datetime) -> str:
    return f"{at + timedelta(hours=8):%m-%d %H}"


async def test_the_first_read_asks_for_all_that_the_windows_hold() -> None:
    desk = Desk()
    reading = await desk.read("2026-03-02 10:05")
    assert desk.asked() == [(Grain.HOUR, "02-23 10", "03-02 09"), (Grain.DAY, "01-30 00", "03-02 00")]
    assert (utc("2026-03-02 00:00") - utc("2026-01-30 00:00")).days == FIRST_DAYS
    assert {(c.grain, c.campaigns) for c in reading.covers} == {(Grain.HOUR, (C1,)), (Grain.DAY, (C1,))}
    assert len(reading.panel) > 7 * 24 and reading.troubles == () and not reading.stops


async def test_an_hour_is_asked_for_once_it_has_settled_with_two_before_it() -> None:
    desk = Desk()
    await desk.read("2026-03-02 10:05")
    assert (await desk.read("2026-03-02 10:19")) and desk.asked() == []
    await desk.read("2026-03-02 10:20")
    assert desk.asked() == [(Grain.HOUR, "03-02 07", "03-02 10")]
    await desk.read("2026-03-02 10:50")
    assert desk.asked() == []
    await desk.read("2026-03-02 14:30")
    assert desk.asked() == [(Grain.HOUR, "03-02 08", "03-02 14")], "hours missed are made up for"


async def test_days_are_pulled_again_daily_and_more_of_them_weekly() -> None:
    desk = Desk()
    await desk.read("2026-03-02 10:05")
    pulled = {}
    for day in range(3, 12):
        await desk.read(f"2026-03-{day:02d} 00:05")
        (span,) = [(b - a).days for g, a, b, _ in desk.platform.fact_reads if g is Grain.DAY]
        pulled[day] = span
    assert pulled == {d: WEEKLY_DAYS if d == 9 else DAILY_DAYS for d in range(3, 12)}


async def test_a_read_of_facts_that_failed_is_told_and_tried_again() -> None:
    desk = Desk()
    plain, fails = desk.platform.facts, 2

    async def facts(*args):  # type: ignore[no-untyped-def]
        nonlocal fails
        fails -= 1
        if fails >= 0:
            raise ReadFailed("the report did not add up")
        return await plain(*args)

    desk.platform.facts = facts  # type: ignore[method-assign]
    reading = await desk.read("2026-03-02 10:05")
    assert reading.listing is not None and len(reading.panel) == 0 and reading.covers == ()
    assert reading.troubles == ("the report did not add up",) * 2
    await desk.read("2026-03-02 10:10")
    assert [g for g, _, _ in desk.asked()] == [Grain.HOUR, Grain.DAY]


@pytest.mark.parametrize("stops", [False, True])
async def test_without_a_listing_nothing_else_is_asked(stops: bool) -> None:
    desk = Desk()
    desk.platform.listing_fails = [ReadFailed("no answer", stops_account=stops)]
    reading = await desk.read("2026-03-02 10:05")
    assert (reading.listing, reading.troubles, reading.stops) == (None, ("no answer",), stops)
    assert desk.asked() == []


async def test_grains_are_asked_only_of_kinds_that_have_them() -> None:
    desk = Desk(replace(CAN, daily_kinds=frozenset({Kind.GOODS})))
    desk.platform.add(C2, 200, kind=Kind.LIVE, live_account="900")
    hosted = desk.platform.add("1803", 200, hosted=True).campaign
    reading = await desk.read("2026-03-02 10:05")
    covered = {c.grain: set(c.campaigns) for c in reading.covers}
    assert covered == {Grain.HOUR: {C1}, Grain.DAY: {C1, hosted}}, "an absent row of what was not asked is no zero"


async def test_rooms_are_looked_into_when_they_go_on_or_off_air() -> None:
    desk = Desk()
    on = desk.platform.add(C2, 200, kind=Kind.LIVE, live_account="900")
    desk.platform.rooms["900"] = (Session("900", "1", utc("2026-03-02 09:00"), None),)
    assert [s.room for s in (await desk.read("2026-03-02 10:05")).sessions] == ["1"]
    for at in ("2026-03-02 10:10", "2026-03-02 10:15"):
        assert (await desk.read(at)).sessions == () and desk.platform.room_reads == []
    desk.platform.campaigns_by_id[C2] = replace(on, off_air=True, delivering=False)
    await desk.read("2026-03-02 10:25")
    assert desk.platform.room_reads == ["900"]


@pytest.mark.parametrize(("apart", "looks", "oldest"), [(1, 1, 8), (7, 2, 28)])
async def test_a_room_seen_first_is_looked_back_upon_as_far_as_it_takes(apart: int, looks: int, oldest: int) -> None:
    desk = Desk()
    desk.platform.add(C2, 200, kind=Kind.LIVE, live_account="900")
    begun = [utc("2026-03-02 09:00") - timedelta(days=d) for d in range(60) if d % apart == 0]
    desk.platform.rooms["900"] = tuple(Session("900", f"{at}", at, at + timedelta(hours=3)) for at in begun)
    found = (await desk.read("2026-03-02 08:55")).sessions
    assert desk.platform.room_reads == ["900"] * looks
    assert utc("2026-03-02 09:00") - min(s.started_at for s in found) == timedelta(days=oldest)
    assert len(found) >= 3, "enough to count what R-OBSERVE counts"


def test_a_room_is_on_air_when_one_of_its_campaigns_delivers() -> None:
    desk = Desk()
    one = desk.platform.add(C2, 200, kind=Kind.LIVE, live_account="900")
    off = replace(one, off_air=True, delivering=False)
    assert on_air([one, off]) == {"900": True} and on_air([off]) == {"900": False}
    assert on_air([desk.platform.campaigns_by_id[C1]]) == {}


async def test_a_boost_that_cannot_be_read_keeps_quiet() -> None:
    desk = Desk()
    assert (await desk.read("2026-03-02 10:05", [C1])).boosts == frozenset()

    async def boosts(*args):  # type: ignore[no-untyped-def]
        raise ReadFailed("no boosts")

    desk.platform.boosts = boosts  # type: ignore[method-assign]
    reading = await desk.read("2026-03-02 10:10", [C1])
    assert reading.boosts == {C1} and reading.troubles == ("no boosts",)


async def test_a_room_on_air_is_asked_again_until_its_session_is_listed() -> None:
    desk = Desk()
    desk.platform.add(C2, 200, kind=Kind.LIVE, live_account="900")
    before = Session("900", "before", utc("2026-03-01 08:00"), utc("2026-03-01 22:00"))
    desk.platform.rooms["900"] = (before,)
    await desk.read("2026-03-02 10:05")
    assert [s.room for s in (await desk.read("2026-03-02 10:10")).sessions] == ["before"]
    desk.platform.rooms["900"] = (before, Session("900", "now", utc("2026-03-02 10:04"), None))
    assert [s.room for s in (await desk.read("2026-03-02 10:15")).sessions] == ["before", "now"]
    assert (await desk.read("2026-03-02 10:20")).sessions == ()
