"""The client against the emulated platform over real HTTP: every read and write, end to end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from bidctl.adapters.clock import EmulatorClock
from bidctl.adapters.openapi import times
from bidctl.adapters.qianchuan import accounts
from bidctl.adapters.qianchuan.link import App, Link
from bidctl.adapters.qianchuan.live import live_hours
from bidctl.adapters.secrets import Cipher
from bidctl.domain.campaign import CampaignInfo, Listing
from bidctl.domain.panel import Grain
from bidctl.domain.values import AccountId, Field, Kind, Objective, SuggestionState
from bidctl.domain.writes import AnswerKind, WriteRequest
from sim.emulator import Running, running
from sim.scenario import shipped
from sim.world import MarketWorld
from tests.adapters.qianchuan.fakes import AT_ONCE
from tests.adapters.qianchuan.test_tokens import MemoryStore

QC = "/open_api/v1.0/qianchuan/"


@dataclass
class Pair:
    """A client and the platform it talks to."""

    running: Running
    clock: EmulatorClock
    link: Link
    account: AccountId

    def now(self) -> datetime:
        told = self.running.control("GET", "clock")
        assert isinstance(told, dict)
        return datetime.fromisoformat(told["now"]).astimezone(UTC)

    def advance(self, seconds: float) -> None:
        self.running.control("POST", "advance", {"seconds": seconds})
        self.clock.jump(self.now())

    def fault(self, path: str, method: str, kind: str) -> None:
        match = {"path": QC + path, "method": method}
        self.running.control("POST", "faults", {"match": match, "kind": kind, "count": 1, "delay_seconds": 0})

    async def listing(self) -> Listing:
        return await self.link.reads.campaigns(self.account, self.clock.now())

    async def plan(self) -> CampaignInfo:
        """A goods plan that can be edited."""
        found = (await self.listing()).campaigns
        return next(c for c in found if c.kind is Kind.GOODS and c.cost_controlled and not c.hosted and not c.ended)

    async def write(
        self, plan: CampaignInfo, field: Field, value: str, objective: Objective | None = None
    ) -> AnswerKind:
        request = WriteRequest(self.account, plan.campaign, field, "", value, "d" * 32, objective)
        return (await self.link.writer().write(request)).kind


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    with running(MarketWorld(shipped("small"), 1)) as emulator:
        clock = EmulatorClock(datetime.now(UTC), 0.0)
        app = App("1700000000000001", "secret", emulator.url, None, AT_ONCE)
        link = Link(app, MemoryStore(), Cipher(Fernet.generate_key().decode(), "test"), clock, "test")
        found = Pair(emulator, clock, link, AccountId("1700000000000011"))
        found.advance(30 * 3600)
        await link.tokens.connect("auth-code-1")
        yield found
        await link.close()


async def test_accounts_are_discovered(pair: Pair) -> None:
    assert pair.account in {a.account for a in await accounts.discover(pair.link.reads.client)}
    assert await accounts.live_accounts(pair.link.reads.client, pair.account)


async def test_the_list_and_the_hours_tell_the_same_yuan(pair: Pair) -> None:
    """Two endpoints with different units: their sums agree only if each is read in its own."""
    listing = await pair.listing()
    assert listing.complete and listing.campaigns and not [c.odd for c in listing.campaigns if c.odd]
    goods = [c for c in listing.campaigns if c.kind is Kind.GOODS and not c.hosted]
    start = times.day_start(times.day(pair.clock.now()))
    hours = await pair.link.reads.facts(pair.account, goods, Grain.HOUR, start, start + timedelta(days=1))
    assert len(hours) and hours.spend.sum() == pytest.approx(sum(c.today.spend or 0.0 for c in goods), abs=0.02)
    assert hours.gmv.sum() == pytest.approx(sum(c.today.gmv or 0.0 for c in goods), abs=0.02)


async def test_days_sessions_suggestions_creatives_boosts(pair: Pair) -> None:
    reads, now = pair.link.reads, pair.clock.now()
    campaigns = (await pair.listing()).campaigns
    days = await reads.facts(pair.account, campaigns, Grain.DAY, now - timedelta(days=2), now)
    by_kind = {c.campaign: c.kind for c in campaigns}
    assert {by_kind[c] for c in days.campaign} == {Kind.GOODS, Kind.LIVE}  # type: ignore[index]
    live_account = next(c.live_account for c in campaigns if c.kind is Kind.LIVE)
    assert live_account and await reads.sessions(pair.account, live_account, now - timedelta(days=3))
    hours = await live_hours(reads.client, pair.account, live_account, now - timedelta(hours=30), now)
    assert sum(hour.spend for hour in hours) > 0
    plan = await pair.plan()
    assert (await reads.suggestion(pair.account, plan)).state is SuggestionState.NUMBER
    assert await reads.creatives(pair.account, plan.campaign)
    assert await reads.boosts(pair.account, [plan.campaign]) == frozenset()


async def test_an_edit_is_accepted_read_back_and_logged(pair: Pair) -> None:
    plan, reads = await pair.plan(), pair.link.reads
    assert plan.target_units is not None
    units = plan.target_units + plan.target_units // 12
    new = f"{units / 100:.2f}"
    assert await pair.write(plan, Field.ROI_TARGET, new, plan.objective) is AnswerKind.ACCEPTED
    pair.advance(2)
    back = (await reads.campaign(pair.account, plan.campaign)).info
    assert back.target_units == units and back.objective is plan.objective and back.odd is None
    (logged,) = await reads.edit_log(pair.account, pair.clock.now() - timedelta(minutes=5), plan.campaign)
    assert (logged.field, logged.new) == (Field.ROI_TARGET, new)


async def test_budget_status_and_creatives(pair: Pair) -> None:
    plan, reads = await pair.plan(), pair.link.reads
    assert plan.budget is not None
    assert await pair.write(plan, Field.BUDGET, f"{plan.budget + 500}") is AnswerKind.ACCEPTED
    assert await pair.write(plan, Field.STATUS, "DISABLE") is AnswerKind.ACCEPTED
    pair.advance(2)
    back = (await reads.campaign(pair.account, plan.campaign)).info
    assert back.budget == plan.budget + 500 and not back.enabled
    assert await pair.write(plan, Field.STATUS, "ENABLE") is AnswerKind.ACCEPTED
    mine = next(c for c in await reads.creatives(pair.account, plan.campaign) if not c.picked_by_system)
    for verb, deleted in (("delete", True), ("add", False)):
        assert await pair.write(plan, Field.CREATIVE, f"{verb}:{mine.creative}") is AnswerKind.ACCEPTED
        pair.advance(2)
        now = [c for c in await reads.creatives(pair.account, plan.campaign) if c.title == mine.title]
        assert any(c.deleted is deleted for c in now), verb


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("lost_reply_applied", AnswerKind.UNKNOWN), ("lost_reply_not_applied", AnswerKind.UNKNOWN),
        ("reset_mid_body", AnswerKind.UNKNOWN), ("http_500_applied", AnswerKind.UNKNOWN),
        ("code_50000_not_applied", AnswerKind.UNKNOWN), ("garbage_json", AnswerKind.UNKNOWN),
        ("code_40100", AnswerKind.PUT_OFF), ("code_40110", AnswerKind.PUT_OFF), ("token_expired", AnswerKind.PUT_OFF),
        ("partial_rows", AnswerKind.REFUSED),
    ],
)  # fmt: skip
async def test_a_write_under_each_fault(pair: Pair, kind: str, answer: AnswerKind) -> None:
    plan = await pair.plan()
    pair.fault("uni_promotion/ad/roi2_goal/update/", "POST", kind)
    assert await pair.write(plan, Field.ROI_TARGET, "2.15", plan.objective) is answer


@pytest.mark.parametrize("kind", ["code_40100", "code_40110", "token_expired"])
async def test_a_write_put_off_is_taken_once_the_pace_or_the_token_allows(pair: Pair, kind: str) -> None:
    plan = await pair.plan()
    pair.fault("uni_promotion/ad/roi2_goal/update/", "POST", kind)
    assert await pair.write(plan, Field.ROI_TARGET, "2.15", plan.objective) is AnswerKind.PUT_OFF
    pair.advance(301)
    assert await pair.write(plan, Field.ROI_TARGET, "2.15", plan.objective) is AnswerKind.ACCEPTED


@pytest.mark.parametrize(
    "kind",
    ["lost_reply_applied", "reset_mid_body", "http_500_applied", "code_50000_applied", "code_40100", "token_expired"],
)
async def test_reads_outlive_a_fault(pair: Pair, kind: str) -> None:
    pair.fault("uni_promotion/list/", "GET", kind)
    assert (await pair.listing()).complete


async def test_a_day_later_the_token_was_renewed(pair: Pair) -> None:
    pair.advance(86_400)
    assert (await pair.listing()).campaigns
