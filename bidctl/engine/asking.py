"""What is asked of the platform beyond the tick's reading because a decision turns on it: suggestions, and live sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId, Kind, SuggestionState
from bidctl.engine.observe import Observer
from bidctl.engine.ports import PlatformReads
from bidctl.engine.reading import Reader
from bidctl.engine.suggestions import Suggestions
from bidctl.engine.together import together

ASKS_SUGGESTION = (Reason.SUGGESTION_UNKNOWN, Reason.ASK_START)


def turns_on(o: Observation, d: Decisions) -> NDArray[np.bool_]:
    """(n,) decisions that turn on a suggestion which is not known."""
    unknown = o.suggestion_state == SuggestionState.UNKNOWN
    return np.asarray(unknown & ((d.lever == Lever.TARGET) | np.isin(d.reason, ASKS_SUGGESTION)))


class Asking:
    """Asks for one account, and gives the answers to its observer."""

    def __init__(self, reads: PlatformReads, observer: Observer, reader: Reader) -> None:
        self._reads, self._observer, self._reader = reads, observer, reader
        self._suggestions = Suggestions()

    def info(self, campaign: CampaignId) -> CampaignInfo | None:
        """A campaign as it was last listed."""
        roster = self._observer.memory.roster
        row = roster.index.get(campaign)
        return None if row is None else roster.infos[row]

    async def due(self, enrolled: Collection[CampaignId], now: datetime) -> None:
        """The suggestions whose moment of the day has come."""
        infos = [i for i in self._infos(enrolled) if i.cost_controlled and not i.ended]
        await self.suggestions(self._suggestions.due(infos, now.astimezone(self._observer.days.zone)), now)

    async def turned_on(self, o: Observation, d: Decisions, now: datetime) -> bool:
        """The unknown suggestions that a decision turns on; whether any was asked for."""
        return await self.suggestions(self._infos(CampaignId(str(c)) for c in o.campaign[turns_on(o, d)]), now)

    async def suggestions(self, infos: Sequence[CampaignInfo], now: datetime) -> bool:
        """The suggestions of these campaigns; whether any was asked for."""
        if not infos or not self._reads.capabilities.has_suggestion:
            return False
        account, day = self._observer.account, now.astimezone(self._observer.days.zone).date().isoformat()
        answers = await together(self._reads.suggestion(account, i) for i in infos)
        for info, answer in zip(infos, answers, strict=True):
            self._suggestions.put(info.campaign, day, answer)
            self._observer.ingest_suggestion(info.campaign, answer, now)
        return True

    async def rooms(
        self, o: Observation, d: Decisions, approved: Collection[CampaignId], now: datetime
    ) -> tuple[frozenset[str], bool]:
        """The sessions that an edit turns on, a decided or an approved one: a room that went off and on air between two ticks
        looks the same in both listings, and its first hour is quiet (R-QUIET). The rooms that did not answer, and whether
        anything is new."""
        acting = np.isin(d.lever, (Lever.TARGET, Lever.BUDGET)) | np.isin(o.campaign, sorted(approved))
        infos = self._infos(CampaignId(str(c)) for c in o.campaign[(o.kind == Kind.LIVE) & acting])
        rooms = sorted({i.live_account for i in infos if i.live_account is not None})
        sessions, unread = await self._reader.rooms(rooms, now, [])
        fresh = [s for s in sessions if not self._observer.knows(s)]
        self._observer.ingest_sessions(fresh)
        return unread, bool(fresh or unread)

    def _infos(self, campaigns: Iterable[CampaignId]) -> list[CampaignInfo]:
        return [i for c in campaigns if (i := self.info(c)) is not None]
