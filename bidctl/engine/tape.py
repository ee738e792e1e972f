"""The observer of a replay: fed with what became known between two looks, in the order in which it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo, Listing, Totals
from bidctl.domain.enrolment import Switches
from bidctl.domain.observation import Observation
from bidctl.domain.values import CampaignId, Hold, Protection, Suggestion, SuggestionState
from bidctl.engine.history import Cover, History, Seen, Targets, covers
from bidctl.engine.observe import Observer
from bidctl.engine.reading import kinds_with
from bidctl.engine.standing import Standing

T = TypeVar("T")


class Queue(Generic[T]):
    """Things in the order of their instants; `until` gives out those that have come due."""

    def __init__(self, things: Sequence[T], when: Callable[[T], float]) -> None:
        self._things = sorted(things, key=when)
        self._when = [when(x) for x in self._things]
        self._next = 0

    def until(self, t: float) -> Sequence[T]:
        first = self._next
        while self._next < len(self._when) and self._when[self._next] <= t:
            self._next += 1
        return self._things[first : self._next]


class Tape:
    """Observations of `history`, at instants that only go forward."""

    def __init__(self, history: History) -> None:
        self._h = history
        self._facts = history.facts.take(np.argsort(history.facts.known_at, kind="stable"))
        self._told = 0
        self._covers = Queue(covers(history.facts), lambda c: c.known_at)
        self._edits = Queue(history.edits, lambda e: e.effective_at.timestamp())
        self._seen = Queue(history.seen, lambda s: s.at.timestamp())
        self._last: dict[CampaignId, Seen] = {}
        self._touched: dict[CampaignId, float] = {}
        self._targets = Targets(history.edits, history.campaigns, history.capabilities.grid.per_one)
        self._resumes = {e.campaign for e in history.enrolments if e.after_human_resume}
        self._births = _births(history)
        self.observer = Observer(history.account, history.capabilities)
        self.observer.ingest_enrolments(history.enrolments)

    def observe(self, at: datetime) -> tuple[Observation, NDArray[np.bool_]]:
        """The observation at `at`, and the rows whose suggestion was never recorded by then: their cap does not bind."""
        t = at.timestamp()
        self._take_in(t)
        listed = tuple(self._listed(i, t) for i in self._h.campaigns if self._births[i.campaign] <= t)
        self.observer.ingest_listing(Listing(self._h.account, at, listed, complete=True))
        for campaign, seen in self._last.items():
            self.observer.ingest_suggestion(campaign, Suggestion(seen.state, seen.suggestion), at)
        o = self.observer.observe(at, Standing(switches=self._switches(t)))
        blind = ~np.isin(o.campaign, list(self._last))
        suggestion = np.where(blind, o.platform_max, o.suggestion)
        state = np.where(blind, SuggestionState.NUMBER, o.suggestion_state).astype(np.int8)
        return replace(o, suggestion=suggestion, suggestion_state=state), blind

    def _take_in(self, t: float) -> None:
        first, self._told = self._told, int(np.searchsorted(self._facts.known_at, t, side="right"))
        self.observer.ingest(self._facts.take(np.arange(first, self._told)))
        for cover in self._covers.until(t):
            self._cover(cover)
        edits = self._edits.until(np.nextafter(t, -np.inf))  # one that is made at this look comes after it
        self.observer.ingest_edits(edits)
        self._touched |= {e.campaign: e.effective_at.timestamp() for e in edits if not e.ours}
        self._last |= {seen.campaign: seen for seen in self._seen.until(t)}

    def _cover(self, cover: Cover) -> None:
        kinds = kinds_with(self._h.capabilities, cover.grain)
        since, until = (datetime.fromtimestamp(x, UTC) for x in (cover.since, cover.until))
        asked = [
            i.campaign for i in self._h.campaigns if i.kind in kinds and self._births[i.campaign] <= cover.known_at
        ]
        self.observer.cover(asked, cover.grain, since, until)

    def _listed(self, info: CampaignInfo, t: float) -> CampaignInfo:
        """The campaign as a listing of then would have had it, as far as that is recorded; it counts as delivering."""
        seen = self._last.get(info.campaign)
        budget = info.budget if seen is None else Decimal(seen.budget) if np.isfinite(seen.budget) else None
        return replace(
            info, target_units=self._targets.at(info.campaign, t), budget=budget, delivering=True, enabled=True,
            off_air=False, ended=False, modified_at=None, protection=Protection.UNKNOWN, today=Totals(), odd=None,
        )  # fmt: skip

    def _switches(self, t: float) -> Mapping[CampaignId, Switches]:
        """R-EXTERNAL: who was edited by somebody else is left alone until the next natural day."""
        days, held = self.observer.days, {}
        for campaign, when in self._touched.items():
            until = days.start(days.of(when) + 1)
            if until > t and campaign not in self._resumes:
                hold = datetime.fromtimestamp(until, UTC)
                held[campaign] = Switches(
                    killed=False, breaker=False, hold=Hold.NO, human_hold_until=hold, enrolled=True
                )
        return held


def _births(history: History) -> dict[CampaignId, float]:
    """When each campaign was first there: its creation, or else when the first fact of it was known."""
    names, which = np.unique(history.facts.campaign, return_inverse=True)
    first = np.full(len(names), np.inf)
    np.minimum.at(first, which, history.facts.known_at)
    known = dict(zip(names.tolist(), first.tolist(), strict=True))
    return {
        i.campaign: i.created_at.timestamp() if i.created_at is not None else known.get(i.campaign, np.inf)
        for i in history.campaigns
    }
