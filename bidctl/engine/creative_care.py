"""The creatives of one account in a tick: looked at once a day and after each change, one change of a campaign at a time (RULEBOOK 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bidctl.domain.enrolment import Enrolment
from bidctl.domain.observation import Observation
from bidctl.domain.promotions import Calendar
from bidctl.domain.reasons import Alert
from bidctl.domain.values import AccountId, CampaignId, Curation, Field
from bidctl.domain.writes import Write
from bidctl.engine.creative_reading import (
    KEPT,
    SETTLED,
    begin_look,
    may_be_touched,
    of_campaign,
    read_campaign,
    window,
)
from bidctl.engine.creative_review import Author, Review, next_step, review_of
from bidctl.engine.creative_table import CampaignCreatives
from bidctl.engine.days import NaturalDays
from bidctl.engine.ports import DecisionRecord, Ledger, Notice, PlatformReads, ReadFailed
from bidctl.engine.records import Signature, asks_people
from bidctl.engine.words import Say
from bidctl.policy.rulebook import RuleSettings

LOOKS = 5
"""Campaigns looked at in one tick: the first look at one costs some 50 requests (ours)."""
AGAIN = timedelta(hours=1)
"""A campaign whose creatives could not be read rests for so long (ours)."""


class Care(NamedTuple):
    """What a tick does about creatives: decisions, and what people hear."""

    acts: list[DecisionRecord]
    notices: list[Notice]


class CreativeCare:
    """Looks after the creatives of the campaigns whose enrolment says so."""

    def __init__(
        self, account: AccountId, reads: PlatformReads, ledger: Ledger, rules: RuleSettings, sign: Signature
    ) -> None:
        self._account, self._reads, self._ledger, self._rules, self._sign = account, reads, ledger, rules, sign
        self._days = NaturalDays(reads.capabilities.time_zone)
        self._looked: dict[str, datetime] = {}
        self._rest: dict[str, datetime] = {}

    async def changes(
        self, o: Observation, enrolments: Sequence[Enrolment], busy: Collection[str], policies: Mapping[CampaignId, str],
        calendar: Calendar, tick: str, now: datetime,
    ) -> Care:  # fmt: skip
        """The changes of this tick. `busy`: campaigns on which another lever moves (R-ONE)."""
        by_campaign = {str(e.campaign): e.creatives for e in enrolments if e.creatives is not Curation.BY_HAND}
        if not by_campaign:
            return Care([], [])
        midnight = window(now, self._days)[-1]
        with self._ledger.begin() as t:
            writes = t.recent_writes(self._account, now - KEPT, field=Field.CREATIVE)
            waiting = {p.campaign for p in (*t.pending(self._account), *t.approved(self._account)) if self._mine(p)}
            refused = {p.new for p in t.refused(self._account, midnight) if p.field is Field.CREATIVE}
        rows = [
            i
            for i, campaign in enumerate(o.campaign.tolist())
            if campaign in by_campaign and campaign not in busy and campaign not in waiting
            and self._due(campaign, of_campaign(writes, campaign), midnight, now) and may_be_touched(o, i, self._rules)
        ]  # fmt: skip
        read = await self._read(o, rows[:LOOKS], calendar, now)
        review = review_of([one for _, one in read], self._rules, now)
        care = Care([], [])
        for number, (i, one) in enumerate(read):
            asks = asks_people(self._sign, by_campaign[one.campaign] is Curation.PROPOSE)
            by = Author(tick, policies.get(one.campaign, ""), self._sign, asks)
            made = next_step(review, number, o, i, refused, by, now)
            if made is not None:
                care.acts.append(made)
            if review.verdicts.wanted[number] > len(one.spares):
                care.notices.append(self._wanted(review, number, now))
        return care

    def _mine(self, p: DecisionRecord) -> bool:
        return p.field is Field.CREATIVE and p.mode is self._sign.mode

    def _due(self, campaign: str, mine: Sequence[Write], midnight: datetime, now: datetime) -> bool:
        """Once a day, when the day before is settled, and after each change of ours."""
        if now < max(midnight + SETTLED, self._rest.get(campaign, midnight)):
            return False
        looked = self._looked.get(campaign)
        changed = max((w.settled_at or w.taken_at for w in mine), default=None)
        return looked is None or looked < midnight + SETTLED or (changed is not None and changed > looked)

    async def _read(
        self, o: Observation, rows: Sequence[int], calendar: Calendar, now: datetime
    ) -> list[tuple[int, CampaignCreatives]]:
        if not rows:
            return []
        look = await begin_look(self._reads, self._ledger, self._account, calendar, self._rules, now)
        read = []
        for i in rows:
            campaign = str(o.campaign[i])
            try:
                read.append((i, await read_campaign(self._reads, self._ledger, o, i, look)))
                self._looked[campaign] = now
            except ReadFailed:
                self._rest[campaign] = now + AGAIN
        return read

    def _wanted(self, review: Review, number: int, now: datetime) -> Notice:
        one = review.found[number]
        told = Say.MATERIAL_WANTED(wanted=int(review.verdicts.wanted[number]), reserve=len(one.spares)).both
        key = f"{Alert.MATERIAL.name}/{one.campaign}"
        return Notice(Alert.MATERIAL, self._account, one.campaign, self._sign.mode, now, told, key)
