"""What any platform must do: subclass it and give a `subject` fixture. Run on the memory platform, adapters and emulators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bidctl.domain.campaign import Reading
from bidctl.domain.panel import Grain
from bidctl.domain.values import AccountId, CampaignId, Field, SuggestionState
from bidctl.domain.writes import AnswerKind, WriteRequest
from bidctl.engine.ports import PlatformReads, PlatformWriter, ReadFailed
from bidctl.engine.shown import same, shown


class Platform(PlatformReads, PlatformWriter, Protocol):
    """Both halves in one."""


class Joined:
    """A platform's two halves as one."""

    def __init__(self, reads: PlatformReads, writer: PlatformWriter) -> None:
        self._halves = (writer, reads)

    def __getattr__(self, name: str) -> Any:
        return next(getattr(half, name) for half in self._halves if hasattr(half, name))


@dataclass(frozen=True)
class Subject:
    """A platform to be examined. `campaign`: a delivering, cost-controlled campaign of `account`. `settle`: let the read delay
    pass."""

    platform: Platform | Joined
    account: AccountId
    campaign: CampaignId
    now: Callable[[], datetime]
    settle: Callable[[], Awaitable[None]]


class PlatformContract:
    """Tests of `PlatformReads` and `PlatformWriter`; a subclass named Test... with a `subject` fixture runs them."""

    async def test_the_listing_holds_every_campaign_once(self, subject: Subject) -> None:
        listing = await subject.platform.campaigns(subject.account, subject.now())
        ids = [c.campaign for c in listing.campaigns]
        assert listing.complete and listing.trouble is None
        assert subject.campaign in ids and len(ids) == len(set(ids))
        assert all(
            isinstance(i, str) and c.account == subject.account for i, c in zip(ids, listing.campaigns, strict=True)
        )

    async def test_instants_are_aware_utc_platform_time(self, subject: Subject) -> None:
        listing = await subject.platform.campaigns(subject.account, subject.now())
        reading = await subject.platform.campaign(subject.account, subject.campaign)
        times = [listing.read_at, reading.read_at, reading.info.created_at, reading.info.modified_at]
        assert all(t.utcoffset() == timedelta(0) for t in times if t is not None)
        offset = subject.platform.clock_offset_s()
        assert offset == offset, "an offset is known after an answer"
        assert abs((reading.read_at - subject.now()).total_seconds() - offset) < 5

    async def test_listing_and_reading_agree(self, subject: Subject) -> None:
        listing = await subject.platform.campaigns(subject.account, subject.now())
        listed = next(c for c in listing.campaigns if c.campaign == subject.campaign)
        read = (await subject.platform.campaign(subject.account, subject.campaign)).info
        grid = subject.platform.capabilities.grid
        for field in (Field.ROI_TARGET, Field.OBJECTIVE, Field.BUDGET, Field.STATUS):
            assert same(shown(listed, field, grid), shown(read, field, grid))
        assert listed.kind is read.kind and listed.cost_controlled is read.cost_controlled

    async def test_an_unknown_campaign_is_a_failed_read(self, subject: Subject) -> None:
        with pytest.raises(ReadFailed) as failure:
            await subject.platform.campaign(subject.account, CampaignId("9999999999999999999"))
        assert failure.value.why and "\n" not in failure.value.why

    async def test_a_suggestion_is_one_of_three_answers(self, subject: Subject) -> None:
        info = (await subject.platform.campaign(subject.account, subject.campaign)).info
        answer = await subject.platform.suggestion(subject.account, info)
        assert (answer.state is SuggestionState.NUMBER) == (answer.value == answer.value)
        if not subject.platform.capabilities.has_suggestion:
            assert answer.state is not SuggestionState.NUMBER

    async def test_facts_lie_in_the_span_asked_for(self, subject: Subject) -> None:
        info = (await subject.platform.campaign(subject.account, subject.campaign)).info
        until = subject.now().replace(minute=0, second=0, microsecond=0)
        since = until - timedelta(hours=6)
        panel = await subject.platform.facts(subject.account, [info], Grain.HOUR, since, until)
        assert np.all((panel.happened_at >= since.timestamp()) & (panel.happened_at < until.timestamp()))
        assert np.all(panel.known_at >= panel.happened_at) and set(panel.campaign) <= {subject.campaign}
        if info.kind not in subject.platform.capabilities.hourly_kinds:
            assert len(panel) == 0

    async def test_days_are_told_once_and_only_for_kinds_that_have_them(self, subject: Subject) -> None:
        platform = subject.platform
        info = (await platform.campaign(subject.account, subject.campaign)).info
        zone = ZoneInfo(platform.capabilities.time_zone)
        until = subject.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        panel = await platform.facts(subject.account, [info], Grain.DAY, until - timedelta(days=3), until)
        begins = [datetime.fromtimestamp(at, zone) for at in panel.happened_at.tolist()]
        assert len(set(begins)) == len(begins) and all((b.hour, b.minute) == (0, 0) for b in begins)
        assert info.kind in platform.capabilities.daily_kinds or len(panel) == 0

    async def test_facts_of_nobody_and_of_no_time_are_none(self, subject: Subject) -> None:
        info, now = (await subject.platform.campaign(subject.account, subject.campaign)).info, subject.now()
        for infos, since in (([], now - timedelta(days=1)), ([info], now)):
            assert len(await subject.platform.facts(subject.account, infos, Grain.HOUR, since, now)) == 0

    async def test_lesser_reads_answer_with_what_they_are_about(self, subject: Subject) -> None:
        platform, since = subject.platform, subject.now() - timedelta(days=2)
        info = (await platform.campaign(subject.account, subject.campaign)).info
        assert await platform.boosts(subject.account, [subject.campaign]) <= {subject.campaign}
        assert all(c.campaign == subject.campaign for c in await platform.creatives(subject.account, subject.campaign))
        if info.live_account is not None:
            found = await platform.sessions(subject.account, info.live_account, since)
            assert all(s.live_account == info.live_account and s.started_at >= since for s in found)
            assert [s.started_at for s in found] == sorted(s.started_at for s in found)
            assert all(s.ended_at is None or s.ended_at > s.started_at for s in found)

    @pytest.mark.parametrize("field", [Field.ROI_TARGET, Field.BUDGET, Field.STATUS])
    async def test_an_accepted_write_is_read_back(self, subject: Subject, field: Field) -> None:
        before = await subject.platform.campaign(subject.account, subject.campaign)
        request = _change(subject, before, field, 1)
        answer = await subject.platform.write(request)
        assert answer.kind is AnswerKind.ACCEPTED, answer.why
        await subject.settle()
        after = await subject.platform.campaign(subject.account, subject.campaign)
        assert same(shown(after.info, field, subject.platform.capabilities.grid), request.value)
        assert after.info.objective is before.info.objective, "a write of the target never switches the objective"
        if after.info.modified_at is not None and before.info.modified_at is not None:
            assert after.info.modified_at >= before.info.modified_at

    async def test_the_log_tells_our_edit_where_there_is_one(self, subject: Subject) -> None:
        before = await subject.platform.campaign(subject.account, subject.campaign)
        request = _change(subject, before, Field.ROI_TARGET, 2)
        assert (await subject.platform.write(request)).kind is AnswerKind.ACCEPTED
        await subject.settle()
        since = before.read_at - timedelta(seconds=5)
        log = await subject.platform.edit_log(subject.account, since, subject.campaign)
        if not subject.platform.capabilities.has_edit_log:
            assert log == ()
            return
        ours = [e for e in log if e.field is Field.ROI_TARGET and (e.new is None or same(e.new, request.value))]
        assert ours and ours[-1].at.utcoffset() == timedelta(0) and ours[-1].at >= since
        assert [e.at for e in log] == sorted(e.at for e in log)

    async def test_a_write_to_an_unknown_campaign_is_refused_not_raised(self, subject: Subject) -> None:
        before = await subject.platform.campaign(subject.account, subject.campaign)
        request = _change(subject, before, Field.ROI_TARGET, 3, CampaignId("9999999999999999999"))
        assert (await subject.platform.write(request)).kind is AnswerKind.REFUSED

    async def test_now_is_aware(self, subject: Subject) -> None:
        assert subject.now().astimezone(UTC) == subject.now()


def _change(
    subject: Subject, before: Reading, field: Field, number: int, campaign: CampaignId | None = None
) -> WriteRequest:
    """A legal change of the field from what is there."""
    info, grid = before.info, subject.platform.capabilities.grid
    old = shown(info, field, grid) or ""
    if field is Field.ROI_TARGET:
        units = (info.target_units or 0) + max(1, (info.target_units or 0) * 7 // 100)
        new = f"{grid.value(units):.{len(str(grid.per_one)) - 1}f}"
    elif field is Field.BUDGET:
        new = f"{(info.budget or 0) + 300:.2f}"
    else:
        new = "DISABLE" if old == "ENABLE" else "ENABLE"
    objective = info.objective if field is Field.ROI_TARGET else None
    decision = f"{int(subject.now().timestamp() * 1e6) % 2**64:024x}{number:08x}"
    return WriteRequest(subject.account, campaign or subject.campaign, field, old, new, decision, objective)
