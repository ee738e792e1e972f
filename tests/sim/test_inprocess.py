"""Reads in process equal the client's reads over HTTP, fact by fact, on the real world; writes act alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from cryptography.fernet import Fernet

from bidctl.adapters.clock import EmulatorClock
from bidctl.adapters.qianchuan.link import App, Link
from bidctl.adapters.secrets import Cipher
from bidctl.domain.campaign import CampaignInfo, Totals
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import AccountId, Field, Kind
from bidctl.domain.writes import AnswerKind, WriteRequest
from sim.emulator import Running, running, times
from sim.inprocess import InProcessReads, InProcessWriter
from sim.scenario import shipped
from sim.world import MarketWorld
from tests.adapters.qianchuan.fakes import AT_ONCE
from tests.adapters.qianchuan.test_tokens import MemoryStore


@dataclass
class Both:
    running: Running
    link: Link
    inside: InProcessReads
    writer: InProcessWriter
    account: AccountId
    now: datetime


@pytest.fixture
async def both() -> AsyncIterator[Both]:
    with running(MarketWorld(shipped("small"), 3)) as emulator:
        emulator.control("POST", "advance", {"seconds": 50 * 3600})
        told = emulator.control("GET", "clock")
        assert isinstance(told, dict)
        now = datetime.fromisoformat(told["now"]).astimezone(UTC)
        app = App("1700000000000001", "secret", emulator.url, None, AT_ONCE)
        link = Link(app, MemoryStore(), Cipher(Fernet.generate_key().decode(), "test"), EmulatorClock(now, 0.0), "test")
        await link.tokens.connect("auth-code-1")
        router = emulator.emulator.router
        yield Both(emulator, link, InProcessReads(router), InProcessWriter(router), AccountId("1700000000000011"), now)
        await link.close()


async def plans(both: Both) -> tuple[CampaignInfo, ...]:
    return (await both.inside.campaigns(both.account, both.now)).campaigns


async def test_listing_is_the_same(both: Both) -> None:
    http, inside = await both.link.reads.campaigns(both.account, both.now), await plans(both)
    assert len(inside) > 3 and {c.kind for c in inside} == {Kind.GOODS, Kind.LIVE}
    assert http.campaigns == inside
    assert sum(c.today.spend or 0 for c in inside) > 0


async def test_a_past_day_is_the_same(both: Both) -> None:
    day = both.now - timedelta(days=1)
    assert (await both.link.reads.campaigns(both.account, day)).campaigns == (
        await both.inside.campaigns(both.account, day)
    ).campaigns


async def test_read_back_is_the_same_and_journalled_as_a_read(both: Both) -> None:
    for plan in await plans(both):
        http = await both.link.reads.campaign(both.account, plan.campaign)
        inside = await both.inside.campaign(both.account, plan.campaign)
        assert http.info == inside.info
        assert inside.info.today == Totals()
    assert len(both.running.emulator.service.last_read) == len(await plans(both))


def table(panel: Panel) -> dict[tuple[str, float], tuple[float, ...]]:
    names = [f.name for f in fields(panel) if f.name not in ("campaign", "grain", "happened_at", "known_at", "assumed")]
    rows = zip(
        panel.campaign, panel.happened_at, *(np.nan_to_num(getattr(panel, n), nan=-1.0) for n in names), strict=True
    )
    return {(str(c), float(at)): tuple(map(float, rest)) for c, at, *rest in rows}


@pytest.mark.parametrize("grain", [Grain.HOUR, Grain.DAY])
async def test_facts_are_the_same(both: Both, grain: Grain) -> None:
    infos = await plans(both)
    since, until = both.now - timedelta(days=3), both.now
    http = table(await both.link.reads.facts(both.account, infos, grain, since, until))
    inside = table(await both.inside.facts(both.account, infos, grain, since, until))
    assert len(inside) > 3
    assert http == inside


async def test_suggestions_sessions_boosts_creatives_are_the_same(both: Both) -> None:
    infos = await plans(both)
    both.running.control("POST", "boost", {"campaign": str(infos[0].campaign), "hours": 2})
    for plan in infos:
        http, inside = [await r.suggestion(both.account, plan) for r in (both.link.reads, both.inside)]
        assert (http.state, repr(http.value)) == (inside.state, repr(inside.value))
        assert await both.link.reads.creatives(both.account, plan.campaign) == await both.inside.creatives(
            both.account, plan.campaign
        )
    ids = [c.campaign for c in infos[:2]]
    assert await both.inside.boosts(both.account, ids) == await both.link.reads.boosts(both.account, ids) == {ids[0]}
    live = next(c.live_account for c in infos if c.kind is Kind.LIVE)
    assert live
    since = both.now - timedelta(days=2)
    found = await both.inside.sessions(both.account, live, since)
    assert found and found == await both.link.reads.sessions(both.account, live, since)


async def test_writes_and_the_log_are_the_same(both: Both) -> None:
    plan = next(c for c in await plans(both) if c.kind is Kind.GOODS and c.cost_controlled and not c.hosted)
    write = WriteRequest(both.account, plan.campaign, Field.ROI_TARGET, "", "2.15", "d" * 32, plan.objective)
    assert (await both.writer.write(write)).kind is AnswerKind.ACCEPTED
    assert (await both.link.writer().write(replace(write, value="2.20"))).kind is AnswerKind.ACCEPTED
    for request in (
        replace(write, field=Field.BUDGET, value=f"{(plan.budget or 0) + 200:.2f}"),
        replace(write, field=Field.STATUS, value="DISABLE"),
        replace(
            write,
            field=Field.CREATIVE,
            value=f"delete:{(await both.inside.creatives(both.account, plan.campaign))[0].creative}",
        ),
    ):
        assert (await both.writer.write(request)).kind is AnswerKind.ACCEPTED
    refused = await both.writer.write(replace(write, value="200.00"))
    assert refused.kind is AnswerKind.REFUSED and "(emulator)" in refused.why
    both.running.control("POST", "human_edit", {"campaign": str(plan.campaign), "field": "roi_target", "value": 3})
    log = await both.inside.edit_log(both.account, both.now - timedelta(hours=1), plan.campaign)
    assert [(e.field, e.new) for e in log][:2] == [(Field.ROI_TARGET, "2.15"), (Field.ROI_TARGET, "2.20")]
    assert log == await both.link.reads.edit_log(both.account, both.now - timedelta(hours=1), plan.campaign)
    assert (await both.inside.campaign(both.account, plan.campaign)).info.target_units == 300
    lines = both.running.control("GET", "journal")
    assert isinstance(lines, list)
    assert [(n["actor"], n["decision"]) for n in lines][:2] == [("api", "d" * 32)] * 2


async def test_what_creatives_did_on_a_day_is_the_same(both: Both) -> None:
    for plan in await plans(both):
        for back in (0, 1):
            day = both.now - timedelta(days=back)
            inside = await both.inside.creative_day(both.account, plan.campaign, day)
            assert await both.link.reads.creative_day(both.account, plan.campaign, day) == inside
            assert inside.start <= day < inside.start + timedelta(days=1)
    assert any(t.spend for t in inside.totals.values()) and inside.others.spend


async def test_what_was_settled_of_creatives_is_the_same(both: Both) -> None:
    both.running.control("POST", "advance", {"seconds": 9 * 86400})
    now = both.now + timedelta(days=9)
    day = (times.day_start((now - timedelta(days=n)).timestamp()) for n in (10, 7))
    span = tuple(datetime.fromtimestamp(at, UTC) for at in day)
    inside = await both.inside.creatives_settled(both.account, *span)
    assert await both.link.reads.creatives_settled(both.account, *span) == inside
    assert any(s.spend > 0 and s.gmv_7d > 0 for s in inside.values())


async def test_a_creatives_age_is_a_lower_bound_of_the_worlds_over_http_and_in_process(both: Both) -> None:
    both.running.control("POST", "advance", {"seconds": 5 * 86400})
    now = both.now + timedelta(days=5)
    clock = both.link.reads.client.time.clock
    assert isinstance(clock, EmulatorClock)
    clock.jump(now)
    service = both.running.emulator.service
    ages = []
    for plan in await plans(both):
        made = {str(m.id): m.created_at for c in service.campaigns if str(c.id) == plan.campaign for m in c.materials}
        inside = await both.inside.creatives(both.account, plan.campaign)
        assert await both.link.reads.creatives(both.account, plan.campaign) == inside
        for one in inside:
            assert one.created_at is None
            if one.known_since is not None:
                ages.append(now - one.known_since)
                assert made[one.creative] < one.known_since.timestamp()
    assert ages and all(timedelta(hours=72) <= age < timedelta(hours=96) for age in ages)
