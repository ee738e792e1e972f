"""A memory platform on which every campaign spends and earns evenly, hour after hour, so that a tick has facts to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bidctl.domain.campaign import CampaignInfo, Listing, Reading, Session, Totals
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Suggestion, SuggestionState
from bidctl.engine.ports import ReadFailed
from tests.fakes.memory_platform import MemoryPlatform

ZONE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """Yuan and orders an hour, from `since` on (None: from creation); `kept`: share of a day's paid GMV that its 7-day and later
    columns show, once they are due (NaN: the platform reports none)."""

    spend: float = 100.0
    gmv: float = 150.0
    orders: float = 3.0
    since: datetime | None = None
    kept: float = float("nan")


@dataclass
class FlatPlatform(MemoryPlatform):
    """`rates` by campaign; `listing_fails`: what the next listings raise, oldest first; `asked`: suggestions asked for."""

    rates: dict[CampaignId, Rate] = field(default_factory=dict)
    listing_fails: list[ReadFailed] = field(default_factory=list)
    fact_reads: list[tuple[Grain, datetime, datetime, tuple[CampaignId, ...]]] = field(default_factory=list)
    rooms: dict[str, tuple[Session, ...]] = field(default_factory=dict)
    room_reads: list[str] = field(default_factory=list)
    room_fails: int = 0
    asked: list[CampaignId] = field(default_factory=list)
    suggestions: dict[CampaignId, Suggestion] = field(default_factory=dict)

    def _totals(self, info: CampaignInfo, begin: datetime, end: datetime) -> tuple[float, float, float]:
        rate = self.rates.get(info.campaign, Rate(0, 0, 0))
        born = rate.since or info.created_at or begin
        hours = max((min(end, self.now) - max(begin, born)).total_seconds(), 0.0) / 3600
        return rate.spend * hours, rate.gmv * hours, float(int(rate.orders * hours))

    async def campaigns(self, account: AccountId, day: datetime) -> Listing:
        if self.listing_fails:
            self._enter("campaigns")
            raise self.listing_fails.pop(0)
        found = await super().campaigns(account, day)
        midnight = found.read_at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        return replace(found, campaigns=tuple(self._with_today(i, midnight, found.read_at) for i in found.campaigns))

    async def campaign(self, account: AccountId, campaign: CampaignId) -> Reading:
        found = await super().campaign(account, campaign)
        return replace(found, info=replace(found.info, today=Totals()))

    def _with_today(self, info: CampaignInfo, midnight: datetime, now: datetime) -> CampaignInfo:
        spend, gmv, orders = self._totals(info, midnight, now)
        return replace(info, today=Totals(spend, gmv, orders, gmv, orders))

    async def facts(
        self, account: AccountId, campaigns: Sequence[CampaignInfo], grain: Grain, since: datetime, until: datetime
    ) -> Panel:
        self._enter("facts")
        self.fact_reads.append((grain, since, until, tuple(i.campaign for i in campaigns)))
        step = HOUR if grain is Grain.HOUR else DAY
        spans = [since + step * n for n in range(round((until - since) / step))]
        rows = [(i.campaign, at, self._totals(i, at, at + step)) for i in campaigns for at in spans]
        rows = [row for row in rows if row[2][0] > 0]
        n = len(rows)
        columns = {name: np.full(n, np.nan) for name in METRICS}
        for k, name in enumerate(("spend", "gmv", "orders")):
            columns[name] = np.array([row[2][k] for row in rows], np.float64)
        columns["gmv_1h"], columns["orders_1h"] = columns["gmv"], columns["orders"]
        for days in (7, 14, 30) if grain is Grain.DAY else ():
            kept = [self.rates[c].kept if self.now - at >= DAY * (days + 1) else np.nan for c, at, _ in rows]
            columns[f"gmv_{days}d"] = columns["gmv"] * np.array(kept, np.float64)
        return Panel(
            np.array([row[0] for row in rows], np.str_) if n else np.zeros(0, "U1"), np.full(n, int(grain), np.int8),
            np.array([row[1].timestamp() for row in rows], np.float64), np.full(n, self.now.timestamp()),
            np.zeros(n, np.bool_), **columns,
        )  # fmt: skip

    async def suggestion(self, account: AccountId, campaign: CampaignInfo) -> Suggestion:
        self.asked.append(campaign.campaign)
        if campaign.campaign in self.suggestions:
            return self.suggestions[campaign.campaign]
        return await super().suggestion(account, campaign)

    async def sessions(self, account: AccountId, live_account: str, since: datetime) -> tuple[Session, ...]:
        self.room_reads.append(live_account)
        if self.room_fails:
            self.room_fails -= 1
            raise ReadFailed("sessions: the platform gave no answer")
        return tuple(s for s in self.rooms.get(live_account, ()) if s.started_at >= since)


def number(value: float) -> Suggestion:
    return Suggestion(SuggestionState.NUMBER, value)


def utc(text: str) -> datetime:
    """Local "2026-03-02 10:00" of Shanghai."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)
