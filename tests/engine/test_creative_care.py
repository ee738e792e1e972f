"""When creatives are looked at in a tick: once a day, a few campaigns at a time, again after each change of ours."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bidctl.domain.campaign import Creative, Totals
from bidctl.domain.promotions import Calendar, Phase, PhaseKind
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import CampaignId, Curation, Field, Mode
from bidctl.engine.creative_care import LOOKS, Care, CreativeCare
from bidctl.engine.creative_reading import SETTLED
from bidctl.engine.records import Signature
from bidctl.policy.rulebook import RuleSettings
from tests.builders import rows
from tests.fakes.memory_platform import ACCOUNT
from tests.fakes.rig import Rig, enrolment

NAMES = [f"{1801 + i}" for i in range(8)]


class Bench:
    """Campaigns of nine creatives each, all alike; it is 10:00."""

    def __init__(self, curation: Curation = Curation.ACT, mode: Mode = Mode.LIVE, **rules: float) -> None:
        self.rig = Rig(mode=mode)
        for name in NAMES:
            self.rig.platform.add(name, 200)
            self.rig.platform.creatives_by_id[CampaignId(name)] = tuple(
                Creative(
                    CampaignId(name), f"{name}{i}", "", False, True, False, False, None, Totals(50.0, 150.0, 2.0, 140.0)
                )
                for i in range(9)
            )
        self.enrolments = [enrolment(CampaignId(name), creatives=curation) for name in NAMES]
        self.calls: list[str] = []
        self.rig.platform.before_call = self.calls.append
        self.calendar = Calendar()
        self.care = CreativeCare(
            ACCOUNT, self.rig.platform, self.rig.ledger, RuleSettings(**rules), Signature(mode, "s", "v")
        )

    async def tick(self, busy: tuple[str, ...] = ()) -> Care:
        o = rows(len(NAMES), account=ACCOUNT, campaign=NAMES)
        now = self.rig.clock.now()
        return await self.care.changes(o, self.enrolments, busy, {}, self.calendar, "t", now)

    def looked(self) -> int:
        seen, self.calls[:] = self.calls.count("creatives"), []
        return seen


async def test_each_campaign_once_a_day_and_a_few_in_a_tick() -> None:
    bench = Bench()
    seen = []
    for _ in range(4):
        assert (await bench.tick()).acts == []
        seen.append(bench.looked())
        bench.rig.clock.advance(600)
    assert seen == [LOOKS, len(NAMES) - LOOKS, 0, 0]
    bench.rig.clock.advance(86400)
    await bench.tick()
    assert bench.looked() == LOOKS
    assert bench.calls.count("creative_day") == 0, "what was read is in the ledger; one new day a campaign"


async def test_not_before_the_day_before_is_settled() -> None:
    bench = Bench()
    bench.rig.clock.advance(14 * 3600 + SETTLED.total_seconds() - 1)  # to midnight, and almost two hours on
    await bench.tick()
    assert bench.looked() == 0
    bench.rig.clock.advance(1)
    await bench.tick()
    assert bench.looked() == LOOKS


async def test_where_nobody_asked_for_it_nothing_is_read() -> None:
    bench = Bench(Curation.BY_HAND)
    assert await bench.tick() == Care([], [])
    assert bench.calls == []


async def test_a_read_that_fails_rests_an_hour_and_the_others_go_on() -> None:
    bench = Bench()
    bench.rig.platform.read_fails = 2  # the settled sales, which are not waited for; the first campaign
    await bench.tick()
    assert bench.looked() == LOOKS
    await bench.tick()
    assert bench.looked() == len(NAMES) - LOOKS
    bench.rig.clock.advance(3500)
    await bench.tick()
    assert bench.looked() == 0
    bench.rig.clock.advance(200)
    await bench.tick()
    assert bench.looked() == 1


@pytest.mark.parametrize(("curation", "mode", "asks"), [
    (Curation.ACT, Mode.LIVE, False), (Curation.PROPOSE, Mode.LIVE, True), (Curation.ACT, Mode.APPROVE, True),
    (Curation.ACT, Mode.DRY, False),
])  # fmt: skip
async def test_new_material_from_the_reserve_and_word_where_it_is_empty(
    curation: Curation, mode: Mode, asks: bool
) -> None:
    from bidctl.domain.creatives import Spare

    bench = Bench(curation, mode, relay_weekly=2)
    with bench.rig.ledger.begin() as t:
        t.add_spares([Spare(ACCOUNT, CampaignId(NAMES[0]), name, "me", bench.rig.clock.now()) for name in ("v1", "v2")])
    care = await bench.tick(busy=(NAMES[1],))
    assert [(a.campaign, a.field, a.new, a.reason, a.needs_approval) for a in care.acts] == [
        (NAMES[0], Field.CREATIVE, "add:v1", Reason.CREATIVE_FRESH, asks)
    ]
    assert {n.alert for n in care.notices} == {Alert.MATERIAL} and NAMES[1] not in {n.campaign for n in care.notices}
    assert NAMES[0] not in {n.campaign for n in care.notices}, "its reserve is enough"


async def test_a_promotion_in_a_fortnight_opens_a_batch_once() -> None:
    bench = Bench(relay_batch=3)
    first = date(2026, 3, 17)  # 15 days after the clock's day
    bench.calendar = Calendar((Phase(PhaseKind.DAY, "sale", first, first),))
    assert {n.detail.split(" ")[0] for n in (await bench.tick()).notices} == {"需补充"}
    bench.rig.clock.advance(7 * 86400)
    assert (await bench.tick()).notices == []
    assert bench.calendar.opens_within(first - timedelta(days=9), 9, 15)
    assert not bench.calendar.opens_within(first - timedelta(days=16), 9, 15)


async def test_a_frozen_a_quiet_or_an_observing_campaign_is_left_alone() -> None:
    bench = Bench()
    for change in (
        {"hold": 2},
        {"quiet": True},
        {"stage": 2},
        {"human_hold": True},
        {"open_write": True},
        {"effective": False},
    ):
        o = rows(len(NAMES), account=ACCOUNT, campaign=NAMES, **change)
        await bench.care.changes(o, bench.enrolments, (), {}, Calendar(), "t", bench.rig.clock.now())
        assert bench.looked() == 0, change
    frozen_targets = rows(len(NAMES), account=ACCOUNT, campaign=NAMES, hold=1)
    await bench.care.changes(frozen_targets, bench.enrolments, (), {}, Calendar(), "t", bench.rig.clock.now())
    assert bench.looked() == LOOKS
