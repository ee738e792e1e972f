"""Qianchuan as `ports.PlatformReads`: everything a dry run can do, and nothing that writes."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bidctl.adapters.openapi import times
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.accounts import live_accounts
from bidctl.adapters.qianchuan.boosts import has_boost
from bidctl.adapters.qianchuan.campaign import GRID, from_detail, from_row, live_account_of
from bidctl.adapters.qianchuan.client import Fetched, ReadClient
from bidctl.adapters.qianchuan.creatives import creative, never_there, read_creative_day, read_creatives, read_materials
from bidctl.adapters.qianchuan.creatives_settled import read_settled
from bidctl.adapters.qianchuan.editlog import read_log
from bidctl.adapters.qianchuan.encode import wire_id
from bidctl.adapters.qianchuan.facts import read_facts
from bidctl.adapters.qianchuan.listing import EmptyLanes, read_rows
from bidctl.adapters.qianchuan.live import Sessions
from bidctl.adapters.qianchuan.suggest import UNKNOWN, read_suggestion
from bidctl.adapters.qianchuan.wire.material import MaterialRow
from bidctl.adapters.qianchuan.wire.uni import AdRow, Detail
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.campaign import (
    CampaignInfo,
    Creative,
    CreativeDay,
    CreativeSettled,
    Listing,
    LoggedEdit,
    Reading,
    Session,
)
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Capabilities, Kind, Suggestion
from bidctl.engine.ports import ReadFailed
from bidctl.wording import Wording

CAPABILITIES = Capabilities(
    platform="qianchuan",
    grid=GRID,
    edits_per_day_goods=4,  # R-QUOTA
    edits_per_day_live=8,  # R-QUOTA; the platform's own ceiling is 24 (qianchuan.md 10.2)
    edit_days_per_week=0,
    spacing_s=3600,  # R-SPACE
    read_delay_s=60.0,  # ours: the platform's read-after-write delay is not documented (qianchuan.md 5.2)
    request_timeout_s=20.0,
    time_error_s=2.0,  # log, modify time and Date header are whole seconds, cut: each may be one too early
    has_edit_log=True,
    has_suggestion=True,
    has_protection=True,
    target_min=0.01,  # qianchuan.md 6.1: within 0.01-100, the bound for uni plans being unconfirmed
    target_max=100.0,
    daily_kinds=frozenset(Kind),  # live by the list of each day
)

Result = TypeVar("Result")


async def _reading(call: Awaitable[Result]) -> Result:
    """Await a read; an id of ours that is no number is a failed read, not a crash. Raises ReadFailed."""
    try:
        return await call
    except ValueError as error:
        raise ReadFailed(Say.FAILED_READ(error=Wording.read(str(error))).both) from error


class QianchuanReads:
    """Reads over one `ReadClient`. What never changes of a plan (Douyin account, kind, scene) is remembered."""

    def __init__(self, client: ReadClient, capabilities: Capabilities = CAPABILITIES) -> None:
        self._client, self._capabilities = client, capabilities
        self._sessions = Sessions(client)
        self._lanes = EmptyLanes()
        self._numeric: dict[AccountId, dict[str, str]] = {}  # public 抖音号 or numeric id -> numeric id
        self._live_account: dict[tuple[AccountId, str], str | None] = {}
        self._seen: dict[tuple[AccountId, str], tuple[Kind, bool]] = {}

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def client(self) -> ReadClient:
        """For account discovery and the live account's own curves (`accounts`, `live`)."""
        return self._client

    def clock_offset_s(self) -> float:
        return self._client.time.offset.seconds()

    async def campaigns(self, account: AccountId, day: datetime) -> Listing:
        rows = await _reading(read_rows(self._client, account, times.day(day), lanes=self._lanes))
        infos = [from_row(account, row, await self._live_account_of(account, row)) for row in rows.by_id.values()]
        for info in infos:
            self._remember(account, info)
        return Listing(account, rows.at, tuple(infos), rows.trouble is None, rows.trouble)

    async def campaign(self, account: AccountId, campaign: CampaignId) -> Reading:
        found = await self._detail(account, campaign)
        kind_and_scene = self._seen.get((account, campaign))
        info = from_detail(account, found.data, kind_and_scene[1] if kind_and_scene else None)
        if kind_and_scene is None and info.odd is None:
            self._remember(account, info)
        return Reading(info, found.at)

    async def facts(
        self, account: AccountId, campaigns: Sequence[CampaignInfo], grain: Grain, since: datetime, until: datetime
    ) -> Panel:
        return await _reading(read_facts(self._client, account, campaigns, grain, since, until, self._lanes))

    async def suggestion(self, account: AccountId, campaign: CampaignInfo) -> Suggestion:
        try:
            live_account = campaign.live_account or await self._douyin_of(account, campaign.campaign)
            return await _reading(read_suggestion(self._client, account, campaign, live_account))
        except ReadFailed:
            return UNKNOWN

    async def edit_log(
        self, account: AccountId, since: datetime, campaign: CampaignId | None = None
    ) -> tuple[LoggedEdit, ...]:
        return await _reading(read_log(self._client, account, since, campaign))

    async def sessions(self, account: AccountId, live_account: str, since: datetime) -> tuple[Session, ...]:
        return await _reading(self._sessions.read(account, live_account, since))

    async def boosts(self, account: AccountId, campaigns: Sequence[CampaignId]) -> frozenset[CampaignId]:
        found: set[CampaignId] = set()
        for campaign in campaigns:
            if await _reading(has_boost(self._client, account, campaign, await self._kind(account, campaign))):
                found.add(campaign)
        return frozenset(found)

    async def creatives(self, account: AccountId, campaign: CampaignId) -> tuple[Creative, ...]:
        return await _reading(read_creatives(self._client, account, campaign))

    async def creative_day(self, account: AccountId, campaign: CampaignId, day: datetime) -> CreativeDay:
        return await _reading(read_creative_day(self._client, account, campaign, day))

    async def creatives_settled(
        self, account: AccountId, since: datetime, until: datetime
    ) -> Mapping[str, CreativeSettled]:
        return await _reading(read_settled(self._client, account, since, until))

    async def material(self, account: AccountId, campaign: CampaignId, number: str) -> tuple[Kind, MaterialRow] | None:
        """What is needed to add a creative: the plan's kind, and its own row where it was there before (of the plan's only product where
        the row names none any more); else `number` is the id of a home-page item (digits) or of an uploaded video, new to every
        product of the plan. Raises ReadFailed."""
        rows = await _reading(read_materials(self._client, account, campaign))
        row = next((r for r in rows if creative(campaign, r).creative == number), None)
        if row is None or not row.product_id_list:
            products = (await self.campaign(account, campaign)).info.products
            if row is None:
                row = never_there(number, products)
            elif len(products) == 1:
                row = row.model_copy(update={"product_id_list": products})
        return await self._kind(account, campaign), row

    def _remember(self, account: AccountId, info: CampaignInfo) -> None:
        if info.odd is None:
            self._seen[account, info.campaign] = (info.kind, info.hosted)

    async def _detail(self, account: AccountId, campaign: CampaignId) -> Fetched[Detail]:
        found = await _reading(self._ask_detail(account, campaign))
        if found.data.ad_id != campaign:
            told = Say.OTHER_PLAN(path=ep.DETAIL, asked=campaign, answered=found.data.ad_id)
            raise ReadFailed(told.both)
        self._live_account[account, campaign] = live_account_of(found.data)
        return found

    async def _ask_detail(self, account: AccountId, campaign: CampaignId) -> Fetched[Detail]:
        params = {"advertiser_id": wire_id(account), "ad_id": wire_id(campaign)}
        return await self._client.get(ep.DETAIL, params, Detail, account)

    async def _kind(self, account: AccountId, campaign: CampaignId) -> Kind:
        if (account, campaign) not in self._seen:
            await self.campaign(account, campaign)
        known = self._seen.get((account, campaign))
        if known is None:
            raise ReadFailed(Say.ODD_PLAN(campaign=campaign).both)
        return known[0]

    async def _douyin_of(self, account: AccountId, campaign: CampaignId) -> str | None:
        """The numeric Douyin id of a plan, from its detail, asked once."""
        if (account, campaign) not in self._live_account:
            await self._detail(account, campaign)
        return self._live_account[account, campaign]

    async def _live_account_of(self, account: AccountId, row: AdRow) -> str | None:
        """Live rows show the public 抖音号: its numeric id comes from the authorised accounts (one call), else from the
        plan's detail; None where neither could be read this time."""
        if row.ad_info.marketing_goal != "LIVE_PROM_GOODS":
            return None
        try:
            shown = next((room.anchor_id for room in row.room_info if room.anchor_id), None)
            known = await self._numeric_ids(account) if shown else {}
            return known.get(shown or "") or await self._douyin_of(account, CampaignId(row.ad_info.id))
        except ReadFailed:
            return None

    async def _numeric_ids(self, account: AccountId) -> dict[str, str]:
        if account not in self._numeric:
            try:
                found = await live_accounts(self._client, account)
            except ReadFailed:
                found = ()
            ids = {one.live_account: one.live_account for one in found}
            self._numeric[account] = ids | {one.public_id: one.live_account for one in found if one.public_id}
        return self._numeric[account]
