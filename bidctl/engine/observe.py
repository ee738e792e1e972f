"""Observe: from facts to one row per campaign. The only place where windows are computed (DESIGN 3).

Windows: `today` is the natural day so far; `24h` the present clock hour and the 24 before it; `7d`, `30d` the natural day so
far and the 6 / 29 before it. An unknown hour or day inside makes the sum NaN. `projected_*` are on the goal's basis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo, Listing, Session
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.observation import Observation
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Capabilities, Suggestion
from bidctl.domain.writes import Edit
from bidctl.engine.columns import Columns
from bidctl.engine.day_table import DayTable, day_table
from bidctl.engine.days import NaturalDays
from bidctl.engine.edit_book import Changes, EditBook
from bidctl.engine.enrolled import Enrolled, enrolled
from bidctl.engine.fact_block import FactBlock
from bidctl.engine.freshness import Delays
from bidctl.engine.hourly import Hourly
from bidctl.engine.lessons import Lessons
from bidctl.engine.listing_columns import ListingColumns
from bidctl.engine.memory import Memory
from bidctl.engine.milestones import Milestones
from bidctl.engine.ports import KnownLife, Pause
from bidctl.engine.standing import Standing

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Observer:
    """Rolling observation of an account, or of several that are read together. Feed it what is read, in any order; `observe`
    costs the same whatever the history.

    A start is: `restore` what the ledger knew,
    `ingest` its facts of the last 40 days, then whole reads of the platform (`ingest` and `cover` each).
    """

    def __init__(
        self, account: AccountId, capabilities: Capabilities, delays: Delays | None = None,
    ) -> None:  # fmt: skip
        self.account = account
        self.capabilities = capabilities
        self.delays = delays or Delays()
        self.days = NaturalDays(capabilities.time_zone)
        self.book = EditBook(capabilities.grid)
        self.memory = Memory(self.days, self.book, account)
        self.hourly = Hourly(self.memory)
        self.milestones = Milestones(account)
        self.enrolments: dict[CampaignId, Enrolment] = {}
        self.pauses: Mapping[CampaignId, Pause] = {}
        self.lessons = Lessons()
        self._enrolled: Enrolled | None = None

    # feeding
    def ingest(self, panel: Panel) -> None:
        """Facts, new, late, revised or told twice. Raises ValueError for snapshots that do not begin at midnight."""
        self.memory.ingest(panel)

    def cover(self, campaigns: Iterable[CampaignId], grain: Grain, since: datetime, until: datetime) -> None:
        """The read of [since, until) behind an ingested panel was whole for these campaigns: no row means zero. Give only
        campaigns whose kind has that grain (`Capabilities.hourly_kinds`, `daily_kinds`)."""
        self.memory.cover(campaigns, grain, since.timestamp(), until.timestamp())

    def ingest_listing(self, listing: Listing) -> None:
        """Campaigns and the day's totals (store `memory.listing_facts(listing, days)` to have them again)."""
        self.memory.ingest_listing(listing)

    def ingest_columns(self, listing: ListingColumns) -> None:
        """A listing in columns, of all accounts that are observed together."""
        self.memory.ingest_columns(listing)

    def ingest_block(self, block: FactBlock) -> None:
        """Facts of one whole read in columns: rows, and zeros where it had none (as `ingest` and `cover`)."""
        self.memory.ingest_block(block)

    def ingest_edits(self, edits: Iterable[Edit]) -> None:
        self.memory.ingest_edits(edits)

    def ingest_own_edits(
        self, campaigns: Sequence[CampaignId], old: Int, new: Int, reason: NDArray[np.int16], at: float
    ) -> None:
        """Target edits of ours that were confirmed at epoch second `at`: `old`, `new` (m,) grid units."""
        rows, m = self.memory.rows(campaigns), len(campaigns)
        yes = np.ones(m, np.bool_)
        self.memory.ingest_changes(Changes(rows, np.full(m, at), yes, old, new, yes, reason.astype(np.int64)))

    def remove_edit(self, edit: Edit) -> None:
        """An edit counted while its outcome was unknown proved absent."""
        row = self.memory.roster.index.get(edit.campaign)
        if row is not None:
            self.book.remove(row, edit)
            self.memory._soil_all()

    def ingest_sessions(self, sessions: Sequence[Session]) -> None:
        self.memory.ingest_sessions(sessions)

    def knows(self, session: Session) -> bool:
        """Whether a session is known just so."""
        (key,) = self.memory.roster.live_keys([session.live_account])
        return session in self.memory.sessions.get(key, ())

    def ingest_enrolments(self, enrolments: Iterable[Enrolment]) -> None:
        """All enrolments of the account; they replace what was given before."""
        given = {e.campaign: e for e in enrolments}
        if given != self.enrolments:
            self.enrolments, self._enrolled = given, None

    def ingest_pauses(self, pauses: Mapping[CampaignId, Pause]) -> None:
        """What R-STOPLOSS remembers; it replaces what was given before."""
        self.pauses = pauses

    def ingest_suggestion(self, campaign: CampaignId, suggestion: Suggestion, at: datetime) -> None:
        """The platform's answer at `at`; it holds for that natural day (qianchuan.md 7)."""
        self.ingest_suggestions(
            [campaign], np.array([suggestion.state], np.int8), np.array([suggestion.value]), at.timestamp()
        )

    def ingest_suggestions(
        self, campaigns: Sequence[CampaignId], state: NDArray[np.int8], value: Float, at: float
    ) -> None:
        """The same for many campaigns: `state` (m,) `SuggestionState`, `value` (m,), epoch second `at`."""
        midnight = self.days.start(self.days.of(at))
        self.memory.suggested.put(self.memory.rows(campaigns), state, value, at, midnight)

    def restore(self, infos: Sequence[CampaignInfo], seen_at: datetime, lives: Iterable[KnownLife]) -> None:
        """What the ledger knew of campaigns (`Transaction.load_campaigns`) and their lives; they count as seen, not as listed."""
        self.memory.restore(infos, seen_at.timestamp())
        self.milestones.restore(lives)

    def lives(self) -> tuple[KnownLife, ...]:
        """Lives that the last `observe` changed, to be saved."""
        return self.milestones.changed(self.memory.roster)

    # observing
    def observe(self, now: datetime, standing: Standing | None = None) -> Observation:
        """Every campaign of the newest complete listing, and those that a newer incomplete one left out."""
        return self.look(now, standing).observation

    def look(self, now: datetime, standing: Standing | None = None) -> Look:
        """An observation that can be made again with what the platform has answered since."""
        return Look(self, self.columns(now, standing))

    def table(self, now: float) -> DayTable:
        """The natural days behind the observation, with the source of each number (for explain)."""
        return day_table(self.memory, self.hourly.views[self.days.of(now)], now)

    def columns(self, now: datetime, standing: Standing | None = None) -> Columns:
        """The parts of an observation at `now`, over all campaigns ever seen (for reports; `observe` for deciding)."""
        t = now.timestamp()
        self.memory.advance(t)
        if self.memory.renamed:
            self.milestones.forget_rows(self.memory.named_before)
        self.hourly.refresh(t)
        return Columns(self, self._enrolments(), self.table(t), standing or Standing(), t)

    def _enrolments(self) -> Enrolled:
        names = self.memory.roster.names
        if self._enrolled is None or len(self._enrolled.goal) != len(names) or self.memory.renamed:
            self._enrolled = enrolled(names, self.enrolments)
            self.memory.renamed = False
        return self._enrolled


class Look:
    """An observation, with the parts it was made of."""

    def __init__(self, observer: Observer, columns: Columns, before: Observation | None = None) -> None:
        self._observer, self._columns = observer, columns
        observer.milestones.note(observer.memory.roster, columns.milestones(), columns.now)
        self.observation = columns.observation() if before is None else columns.answered(before)

    def with_answers(self) -> Look:
        """The same with the suggestions taken in since; nothing else may have been."""
        return Look(self._observer, self._columns.with_answers(), self.observation)
