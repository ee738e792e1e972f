"""The seams: what the engine needs of a platform, a ledger, a clock and a notifier.

Someone outside can implement any of these from this page alone. Platform calls are async (network); ledger calls are
synchronous (a local database). Nothing here raises for an ordinary failure of the other side: reads raise `ReadFailed`,
writes answer an `Answer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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
from bidctl.domain.creatives import Spare
from bidctl.domain.enrolment import Enrolment, Switches
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.reasons import Alert
from bidctl.domain.values import AccountId, CampaignId, Capabilities, Field, Hold, Mode, Suggestion
from bidctl.domain.writes import Answer, Edit, Write, WriteRequest, WriteState


class ReadFailed(Exception):
    """A read that gave no usable answer. `why` is one line for people; `stops_account` = the envelope or page set could
    not be parsed or does not add up, so the account's edits stop until a good read."""

    def __init__(self, why: str, *, stops_account: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.stops_account = stops_account


class Clock(Protocol):
    """The one reader of time. `now` is aware UTC; `monotonic` never goes back (seconds); `sleep` waits in clock time."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class PlatformReads(Protocol):
    """Everything a dry run can do. All instants are platform time, aware UTC."""

    @property
    def capabilities(self) -> Capabilities: ...

    def clock_offset_s(self) -> float:
        """Platform clock minus ours by the newest answer, seconds; NaN before the first answer."""
        ...

    async def campaigns(self, account: AccountId, day: datetime) -> Listing:
        """Every campaign of the account with totals of the natural day that holds `day`; raises ReadFailed."""
        ...

    async def campaign(self, account: AccountId, campaign: CampaignId) -> Reading:
        """One campaign, read now (for the gate: fields `today` and `protection` may be empty); raises ReadFailed."""
        ...

    async def facts(
        self, account: AccountId, campaigns: Sequence[CampaignInfo], grain: Grain, since: datetime, until: datetime
    ) -> Panel:
        """Facts of these campaigns whose span begins in [since, until), `known_at` = now; raises ReadFailed. A platform
        that has no such grain for a kind of campaign leaves it out (live Qianchuan has no hourly facts per campaign)."""
        ...

    async def suggestion(self, account: AccountId, campaign: CampaignInfo) -> Suggestion:
        """The suggestion for the campaign's own objective and products. UNKNOWN where the call failed; never raises."""
        ...

    async def edit_log(
        self, account: AccountId, since: datetime, campaign: CampaignId | None = None
    ) -> tuple[LoggedEdit, ...]:
        """Everybody's changes since then, oldest first; raises ReadFailed. Empty where `has_edit_log` is False."""
        ...

    async def sessions(self, account: AccountId, live_account: str, since: datetime) -> tuple[Session, ...]:
        """Live sessions begun since then, oldest first; raises ReadFailed."""
        ...

    async def boosts(self, account: AccountId, campaigns: Sequence[CampaignId]) -> frozenset[CampaignId]:
        """Which of these campaigns have a running boost (一键起量); raises ReadFailed."""
        ...

    async def creatives(self, account: AccountId, campaign: CampaignId) -> tuple[Creative, ...]:
        """Creatives of one campaign; raises ReadFailed."""
        ...

    async def creative_day(self, account: AccountId, campaign: CampaignId, day: datetime) -> CreativeDay:
        """What they did on the natural day that holds `day`; raises ReadFailed."""
        ...

    async def creatives_settled(
        self, account: AccountId, since: datetime, until: datetime
    ) -> Mapping[str, CreativeSettled]:
        """What was settled of creatives over days that begin in [since, until), by id, over the whole account; none where the
        platform does not tell it; raises ReadFailed."""
        ...


class PlatformWriter(Protocol):
    """The only thing that can change a campaign. A dry run has none."""

    @property
    def app_id(self) -> str:
        """Our identity at the platform; the journal's `app_id`."""
        ...

    async def write(self, request: WriteRequest) -> Answer:
        """Send ONE write, once, without any retry. Never raises: a timeout, a broken connection, a 5xx or a garbled
        answer is UNKNOWN; a failure before any byte left is NOT_SENT; a refused row is REFUSED; what was certainly not applied because
        of the pace (the platform's or ours) or of an access token is PUT_OFF, and may come again at once. Whatever it must do before the
        first byte (a token to refresh, a place in line), past `request.latest` it sends nothing: NOT_SENT."""
        ...


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision as it is stored BEFORE anything is sent. `id`: 32 hex digits, sent as X-Request-Id of its write.
    `inputs`: JSON text of the observation row; `trace`: of the policy's rule in its author's words (`records.told_rule`)."""

    id: str
    tick: str
    account: AccountId
    campaign: CampaignId
    at: datetime
    mode: Mode
    policy_id: str
    settings_hash: str
    code_version: str
    field: Field | None  # None = hold
    old: str
    new: str
    wish: float | None
    reason: int
    bound: int
    alerts: int
    waived: int
    needs_approval: bool
    inputs: str
    trace: str


CONTROLLER_LEASE = "controller"
"""Name of the lease of the one process that ticks a database; sharded workers take one lease per account id instead."""


@dataclass(frozen=True, slots=True)
class GateView:
    """Everything T2 re-checks, read inside its transaction. `last_edit_at`: latest instant at which anybody's last edit can
    have taken effect; unknown writes count. `edits_today`: everybody's, of the natural day, unknown ones included.
    `ledger_since`: when this ledger began or was restored (no edits for 61 min). `fence`: of the lease named by the account id,
    else of `CONTROLLER_LEASE`, else 0."""

    switches: Switches
    enrolment: Enrolment | None
    last_edit_at: datetime | None
    edits_today: int
    known_value: str | None
    fence: int
    ledger_since: datetime


WITHDRAWN = "withdrawn"
"""Answers a proposal in the controller's own name: it is no longer wished."""


class Transaction(Protocol):
    """One database transaction; commits when its block ends, rolls back when it raises. No network inside."""

    # decisions
    def add_decisions(self, records: Sequence[DecisionRecord]) -> None:
        """Store decisions. A hold (`field` None) is stored only when its reason or its `trace` differs from the campaign's
        newest."""
        ...

    def count_holds(self, account: AccountId, mode: Mode, at: datetime, counts: Mapping[int, int]) -> None:
        """Add holds by `Reason` that a tick repeated and that `add_decisions` was therefore not given."""
        ...

    def decision(self, decision_id: str) -> DecisionRecord | None: ...
    def decisions_of(self, account: AccountId, campaign: CampaignId, limit: int = 20) -> tuple[DecisionRecord, ...]:
        """The newest stored decisions of a campaign, newest first (for `explain`)."""
        ...

    def hold_counts(self, account: AccountId | None = None) -> Mapping[int, int]:
        """How often each `Reason` held a campaign in a tick, repeats included, since this ledger began."""
        ...

    def pending(self, account: AccountId | None = None) -> tuple[DecisionRecord, ...]:
        """Proposals that wait for a person, oldest first."""
        ...

    def approved(self, account: AccountId) -> tuple[DecisionRecord, ...]:
        """Proposals that a person approved and that no write of ours has taken up yet, oldest first."""
        ...

    def answer_proposal(self, decision_id: str, approved: bool, by: str, at: datetime) -> bool:
        """A person's answer; False where it is no longer pending."""
        ...

    def refused(self, account: AccountId, since: datetime) -> tuple[DecisionRecord, ...]:
        """Proposals of the last 31 days to which a person said no since then; those that we took back (`WITHDRAWN`) are none."""
        ...

    def left_over(self, account: AccountId | None = None) -> tuple[DecisionRecord, ...]:
        """Decisions of a writing mode that act, need no approval, and that no write has taken up, oldest first."""
        ...

    # writes
    def take_turn(
        self, request: WriteRequest, mode: Mode, app_id: str, owner: str, fence: int, deadline: datetime, now: datetime
    ) -> Write | None:
        """T1: open a write, or None where the campaign already has an open one (unique constraint)."""
        ...

    def move(self, write: Write, to: WriteState, **changes: object) -> Write | None:
        """Compare-and-set on (id, state, fence): the moved write, or None where somebody else moved it first. `changes`
        are fields of `Write`. Moving to CONFIRMED or UNKNOWN adds or keeps its edit; NOT_SENT, REFUSED, DROPPED, ABSENT remove it."""
        ...

    def open_writes(self, account: AccountId | None = None) -> tuple[Write, ...]: ...
    def write(self, write_id: int) -> Write | None: ...
    def recent_writes(
        self, account: AccountId, since: datetime, *, campaign: CampaignId | None = None, field: Field | None = None
    ) -> tuple[Write, ...]:
        """Attempts settled or moved since then (for R-BREAKER); of one campaign, of one field, where named."""
        ...

    def wrote_before(self, account: AccountId, mode: Mode, until: datetime) -> bool:
        """Whether a write of this mode was confirmed before `until` (R-BLAST: else today is the first live day)."""
        ...

    def gate_view(self, account: AccountId, campaign: CampaignId, day_start: datetime) -> GateView: ...

    # everybody's edits
    def add_edits(self, edits: Sequence[Edit]) -> int:
        """Count edits that were not known before (same log id, or same campaign, field, new value and minute = known)."""
        ...

    def edits(self, account: AccountId, since: datetime, campaign: CampaignId | None = None) -> tuple[Edit, ...]: ...

    # switches and flags
    def set_kill(self, account: AccountId | None, on: bool, by: str, at: datetime) -> None: ...
    def set_breaker(self, account: AccountId, on: bool, by: str, at: datetime) -> None: ...
    def set_hold(self, account: AccountId, campaign: CampaignId, hold: Hold, by: str, at: datetime) -> None: ...
    def set_human_hold(self, account: AccountId, campaign: CampaignId, until: datetime | None) -> None: ...
    def switches(self, account: AccountId) -> Mapping[CampaignId, Switches]:
        """Of every enrolled campaign of the account."""
        ...

    # enrolment
    def enrol(self, enrolment: Enrolment) -> None: ...
    def unenrol(self, account: AccountId, campaign: CampaignId, at: datetime) -> bool: ...
    def enrolments(self, account: AccountId | None = None) -> tuple[Enrolment, ...]: ...
    def unenrolled(self, account: AccountId) -> frozenset[CampaignId]:
        """Campaigns that a person took back; a standing enrolment leaves them alone."""
        ...

    # facts and what we last knew
    def add_facts(self, account: AccountId, panel: Panel) -> int:
        """Store facts whose value differs from the newest known of the same (campaign, grain, happened_at), and of
        CUMULATIVE readings that repeat a value the first of each hour and the last. How many were stored."""
        ...

    def load_facts(self, account: AccountId, since: datetime) -> Panel: ...
    def save_campaigns(self, infos: Sequence[CampaignInfo], seen_at: datetime) -> None: ...
    def load_campaigns(self, account: AccountId) -> Mapping[CampaignId, KnownCampaign]: ...
    def load_campaign(self, account: AccountId, campaign: CampaignId) -> KnownCampaign | None:
        """One of them: what the gate asks for before every write."""
        ...

    def save_life(self, lives: Sequence[KnownLife]) -> None: ...
    def save_pauses(self, pauses: Sequence[Pause]) -> None: ...
    def pauses(self, account: AccountId) -> Mapping[CampaignId, Pause]:
        """Of every campaign that we paused, or that was switched on again, at some time."""
        ...

    # creatives
    def add_creative_days(
        self, account: AccountId, campaign: CampaignId, days: Sequence[CreativeDay], known_at: datetime
    ) -> None:
        """What creatives did on some days, as read at `known_at`; what changed since an earlier reading is kept beside it."""
        ...

    def creative_days(
        self, account: AccountId, campaign: CampaignId, since: datetime
    ) -> Mapping[datetime, tuple[datetime, CreativeDay]]:
        """By start of the day, from `since` on: when it was last read, and what is known of it."""
        ...

    def add_spares(self, spares: Sequence[Spare]) -> None: ...
    def drop_spare(self, account: AccountId, campaign: CampaignId, name: str) -> bool: ...
    def spares(self, account: AccountId) -> tuple[Spare, ...]:
        """The reserves of an account, oldest first; those added since among them."""
        ...

    # housekeeping
    def compact(self, before: datetime) -> int:
        """Forget holds decided before then, save each campaign's newest decision; their counts stay. Rows forgotten."""
        ...

    def beat(self, account: AccountId, tick: str, at: datetime, good_read: bool) -> None: ...
    def last_beat(self, account: AccountId) -> datetime | None: ...
    def accounts(self) -> tuple[AccountId, ...]: ...


@dataclass(frozen=True, slots=True)
class KnownLife:
    """Milestones of a campaign that must survive restarts. `observe_from`: start of the observation clock (end of the hour in
    which it was fed, or a restart). `started`: R-START was used or it had spent before we came. `base_settled_at`: when a
    day's return to the base budget last came to its end (R-BUDGET)."""

    account: AccountId
    campaign: CampaignId
    first_seen_at: datetime
    first_spend_at: datetime | None
    fed_at: datetime | None
    observe_from: datetime | None
    started: bool
    suggestion_unknown_since: datetime | None
    lowered_since_unknown: bool
    base_settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """What R-STOPLOSS remembers of a campaign. `paused_at`: since when our pause is in force, None = none is. `enabled_at`: when
    somebody else last switched it on; `spend`, `gmv` (yuan, paid), `orders`: that natural day's totals then."""

    account: AccountId
    campaign: CampaignId
    paused_at: datetime | None = None
    enabled_at: datetime | None = None
    spend: float = 0.0
    gmv: float = 0.0
    orders: float = 0.0


@dataclass(frozen=True, slots=True)
class KnownCampaign:
    """The newest stored reading of a campaign and its milestones."""

    info: CampaignInfo
    seen_at: datetime
    life: KnownLife | None


class Ledger(Protocol):
    """The store. Opening it checks the schema: a database from the future is refused, an older one is upgraded."""

    def begin(self, *, durable: bool = False) -> AbstractContextManager[Transaction]:
        """A transaction; `durable` ones survive power loss once the block has ended (gate transactions are)."""
        ...

    def acquire_lease(self, name: str, owner: str, now: datetime, ttl_s: float) -> int | None:
        """Take or extend the lease `name`; the fence number (grows with every change of owner), or None while another
        owner holds it."""
        ...

    def release_lease(self, name: str, owner: str) -> None: ...

    def lease_holder(self, name: str, now: datetime) -> str | None:
        """Who holds the lease `name` now, None where nobody does."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an operator must hear. `key`: repeats of the same key within an hour are sent once."""

    alert: Alert
    account: AccountId
    campaign: CampaignId | None
    mode: Mode
    at: datetime
    detail: str
    key: str


class Notifier(Protocol):
    """Tells people. Never raises, never blocks a tick for more than a few seconds."""

    async def notify(self, notices: Sequence[Notice]) -> None: ...
