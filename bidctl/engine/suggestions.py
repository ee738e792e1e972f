"""Which suggestions to ask for, and what was answered: fresh once a natural day, spread over the day, and on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import CampaignId, Suggestion, SuggestionState

SPREAD_HOURS = 20
"""A day's refreshes are spread over its first hours, so that the endpoint sees no rush at midnight (ours)."""


class Suggestions:
    """The day's suggestion of each campaign of an account. An answer of another natural day is UNKNOWN again: the platform moves
    it once a day (qianchuan.md 7)."""

    def __init__(self) -> None:
        self._known: dict[CampaignId, tuple[str, Suggestion]] = {}

    def get(self, campaign: CampaignId, day: str) -> Suggestion:
        """Today's answer, else UNKNOWN."""
        found = self._known.get(campaign)
        return found[1] if found and found[0] == day else Suggestion(SuggestionState.UNKNOWN)

    def put(self, campaign: CampaignId, day: str, suggestion: Suggestion) -> None:
        self._known[campaign] = (day, suggestion)

    def due(self, campaigns: Iterable[CampaignInfo], local: datetime) -> list[CampaignInfo]:
        """Those whose moment of the day has come and that have no answer of today yet."""
        day, share = local.date().isoformat(), share_of_day(local)
        return [c for c in campaigns if moment(c.campaign) < share and not self._answered(c.campaign, day)]

    def _answered(self, campaign: CampaignId, day: str) -> bool:
        found = self._known.get(campaign)
        return found is not None and found[0] == day and found[1].state is not SuggestionState.UNKNOWN


def share_of_day(local: datetime) -> float:
    """How much of the day's refreshes is due by now; 1 and more: all."""
    return (local.hour * 60 + local.minute + 1) / (SPREAD_HOURS * 60)


def moment(campaign: CampaignId) -> float:
    """The share of the day's refreshes at which a campaign's own is due, 0 .. 1."""
    return int.from_bytes(hashlib.blake2b(campaign.encode(), digest_size=4).digest(), "big") / 2**32
