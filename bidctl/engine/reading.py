"""What to ask a platform at a tick: the listing always, finished hours once an hour, days once a day, rooms when they open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bidctl.domain.campaign import CampaignInfo, Listing, Session
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Capabilities, Kind
from bidctl.engine.days import NaturalDays
from bidctl.engine.due import ALL_SESSIONS, FEW_SESSIONS, FIRST_SESSIONS, Due
from bidctl.engine.ports import PlatformReads, ReadFailed


@dataclass(frozen=True, slots=True)
class Cover:
    """A whole read of one grain: these campaigns have zeros where the panel has no row."""

    grain: Grain
    since: datetime
    until: datetime
    campaigns: tuple[CampaignId, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one tick read. `listing` None = it failed; `trouble`: one line each; `stops`: the account's edits must stop."""

    listing: Listing | None = None
    panel: Panel = field(default_factory=Panel.empty)
    covers: tuple[Cover, ...] = ()
    sessions: tuple[Session, ...] = ()
    boosts: frozenset[CampaignId] = frozenset()
    troubles: tuple[str, ...] = ()
    stops: bool = False


class Reader:
    """Reads one account."""

    def __init__(self, reads: PlatformReads, account: AccountId, days: NaturalDays) -> None:
        self._reads, self._account = reads, account
        self._due = Due(days)
        self._airs: dict[str, bool] = {}
        self._unlisted: set[str] = set()  # on air, and no running session is listed yet

    async def read(self, now: datetime, boosts_wanted: Sequence[CampaignId]) -> Reading:
        """Everything due at `now` (platform time). Never raises ReadFailed: what failed is told in `troubles`."""
        try:
            listing = await self._reads.campaigns(self._account, now)
        except ReadFailed as failed:
            return Reading(troubles=(failed.why,), stops=failed.stops_account)
        troubles = [] if listing.trouble is None else [listing.trouble]
        panels, covers = [Panel.empty()], []
        for grain, since, until in self._due.at(now):
            try:
                panel, cover = await self._facts(listing, grain, since, until)
            except ReadFailed as failed:
                troubles.append(failed.why)
                continue
            panels.append(panel)
            covers.append(cover)
            self._due.done(grain, until, now)
        sessions = await self._sessions(listing, now, troubles)
        boosts = await self._boosts(boosts_wanted, troubles)
        return Reading(listing, Panel.concat(panels), tuple(covers), sessions, boosts, tuple(troubles))

    async def _facts(self, listing: Listing, grain: Grain, since: datetime, until: datetime) -> tuple[Panel, Cover]:
        kinds = kinds_with(self._reads.capabilities, grain)
        hours = grain is Grain.HOUR
        asked = [i for i in listing.campaigns if i.kind in kinds and not (hours and i.hosted)]
        if not asked:
            return Panel.empty(), Cover(grain, since, until, ())
        panel = await self._reads.facts(self._account, asked, grain, since, until)
        return panel, Cover(grain, since, until, tuple(i.campaign for i in asked))

    async def _sessions(self, listing: Listing, now: datetime, troubles: list[str]) -> tuple[Session, ...]:
        """Rooms whose campaigns went on or off air since the last look, and those whose session is not listed yet: its first
        hour is quiet, and it ends a person's hold."""
        airs = on_air(listing.campaigns)
        changed = [
            room for room, air in airs.items() if self._airs.get(room) != air or (air and room in self._unlisted)
        ]
        found, unread = await self.rooms(changed, now, troubles)
        self._airs |= {room: air for room, air in airs.items() if room not in unread}
        return found

    async def rooms(
        self, rooms: Iterable[str], now: datetime, troubles: list[str]
    ) -> tuple[tuple[Session, ...], frozenset[str]]:
        """The sessions of these rooms as they are told now, and the rooms that did not answer (`troubles` says why)."""
        found: list[Session] = []
        unread = set()
        for room in rooms:
            try:
                told = await self._told(room, now)
            except ReadFailed as failed:
                troubles.append(failed.why)
                unread.add(room)
                continue
            found += told
            running = any(s.ended_at is None or s.ended_at > now for s in told)
            (self._unlisted.discard if running else self._unlisted.add)(room)
        return tuple(found), frozenset(unread)

    async def _told(self, room: str, now: datetime) -> tuple[Session, ...]:
        """What a look at a room has to tell: the last days, at first sight as many as are needed. Raises ReadFailed."""
        if room in self._airs:
            return await self._reads.sessions(self._account, room, now - timedelta(days=2))
        told = await self._reads.sessions(self._account, room, now - FIRST_SESSIONS)
        if len(told) >= FEW_SESSIONS:
            return told
        return await self._reads.sessions(self._account, room, now - ALL_SESSIONS)

    async def _boosts(self, wanted: Sequence[CampaignId], troubles: list[str]) -> frozenset[CampaignId]:
        if not wanted:
            return frozenset()
        try:
            return await self._reads.boosts(self._account, wanted)
        except ReadFailed as failed:
            troubles.append(failed.why)
            return frozenset(wanted)  # not known: keep quiet


def kinds_with(can: Capabilities, grain: Grain) -> frozenset[Kind]:
    """Kinds of campaign for which the platform has facts of this grain."""
    return can.hourly_kinds if grain is Grain.HOUR else can.daily_kinds


def on_air(campaigns: Sequence[CampaignInfo]) -> dict[str, bool]:
    """Whether each live account streams, by its listed campaigns."""
    found: dict[str, bool] = {}
    for i in campaigns:
        if i.kind is Kind.LIVE and i.live_account is not None:
            found[i.live_account] = found.get(i.live_account, False) or (i.delivering and not i.off_air)
    return found
