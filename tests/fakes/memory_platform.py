"""A second platform in memory: grid 0.1, no operation log, no suggestion, one edit day a week. Its journal is the judge.

Faults are scripted one by one: each `Fault` in `faults` is used up by the next write it matches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum

from bidctl.domain.campaign import (
    CampaignInfo,
    Creative,
    CreativeDay,
    CreativeSettled,
    Listing,
    LoggedEdit,
    Reading,
    Session,
    Totals,
)
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import (
    AccountId,
    CampaignId,
    Capabilities,
    Field,
    Grid,
    Kind,
    Objective,
    Protection,
    Suggestion,
    SuggestionState,
)
from bidctl.domain.writes import Answer, AnswerKind, WriteRequest
from bidctl.engine.ports import ReadFailed
from tests.fakes.clock import VirtualClock

ACCOUNT = AccountId("7001")
CAN = Capabilities(
    platform="memory", grid=Grid(10), edits_per_day_goods=1, edits_per_day_live=1, edit_days_per_week=1, spacing_s=3600,
    read_delay_s=20.0, request_timeout_s=10.0, has_edit_log=False, has_suggestion=False, has_protection=True,
    target_min=0.1, target_max=100.0,
)  # fmt: skip


class Fault(str, Enum):
    """What goes wrong with one write."""

    LOST_APPLIED = "lost_applied"
    LOST_NOT_APPLIED = "lost_not_applied"
    LATE_APPLIED = "late_applied"  # no answer; the platform applies it near the end of the request's life
    REFUSED = "refused"
    PUT_OFF = "put_off"
    NOT_SENT = "not_sent"
    HUMAN_BETWEEN = "human_between"  # somebody edits between our last read and our write, which is applied all the same


@dataclass(frozen=True)
class Entry:
    """One applied change, as the platform saw it."""

    at: datetime
    campaign: CampaignId
    field: Field
    old: str
    new: str
    actor: str  # "api" or "human"
    decision: str | None
    suggestion: float | None
    last_read_at: datetime | None = None
    received_at: datetime | None = None


@dataclass
class MemoryPlatform:
    """Implements `PlatformReads` and `PlatformWriter`. `offset_s`: its clock ahead of ours. `before_call` is called with the
    name of every call (a crash may be raised there); `after_write` when a write has reached the platform."""

    clock: VirtualClock
    can: Capabilities = CAN
    app_id: str = "app-1"
    offset_s: float = 0.0
    suggested: Suggestion = field(default_factory=lambda: Suggestion(SuggestionState.NONE))
    campaigns_by_id: dict[CampaignId, CampaignInfo] = field(default_factory=dict)
    settled: dict[str, CreativeSettled] = field(default_factory=dict)
    creatives_by_id: dict[CampaignId, tuple[Creative, ...]] = field(default_factory=dict)
    journal: list[Entry] = field(default_factory=list)
    attempts: list[WriteRequest] = field(default_factory=list)
    log: list[LoggedEdit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    late: list[tuple[datetime, WriteRequest, datetime]] = field(default_factory=list)
    lagging: list[tuple[datetime, CampaignInfo]] = field(default_factory=list)
    read_lag_s: float = 0.0
    read_fails: int = 0
    latency_s: float = 0.5
    before_call: Callable[[str], None] = lambda name: None
    after_write: Callable[[], None] = lambda: None
    between: Callable[[], None] | None = None
    last_read_at: datetime | None = None

    @property
    def capabilities(self) -> Capabilities:
        return self.can

    def clock_offset_s(self) -> float:
        return self.offset_s

    @property
    def now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self.offset_s)

    # the platform's own side
    def add(self, campaign: str, units: int, **changes: object) -> CampaignInfo:
        """A delivering goods campaign, unless told otherwise."""
        info = CampaignInfo(
            account=ACCOUNT, campaign=CampaignId(campaign), name=f"plan {campaign}", kind=Kind.GOODS, cost_controlled=True,
            target_units=units, objective=Objective.PAY_ROI, status="DELIVERY_OK", delivering=True, enabled=True, off_air=False,
            ended=False, budget=Decimal("1000.00"), created_at=self.now - timedelta(days=9),
            modified_at=self.now - timedelta(days=9), protection=Protection.IN_EFFECT, products=("p1",),
            today=Totals(100.0, 200.0, 4.0, 190.0, 4.0),
        )  # fmt: skip
        self.campaigns_by_id[info.campaign] = replace(info, **changes)  # type: ignore[arg-type]
        return self.campaigns_by_id[info.campaign]

    def human(self, campaign: CampaignId, what: Field, value: str) -> None:
        """Somebody changes it in the platform's own pages."""
        self.land()
        self._apply(campaign, what, value, "human", None, self.now)

    def land(self) -> None:
        """Apply what was still on its way and is due."""
        due = [row for row in self.late if row[0] <= self.now]
        self.late = [row for row in self.late if row[0] > self.now]
        for at, request, received in due:
            self._apply(request.campaign, request.field, request.value, "api", request.decision, at, received)

    def _apply(
        self, campaign: CampaignId, what: Field, value: str, actor: str, decision: str | None, at: datetime,
        received: datetime | None = None,
    ) -> None:  # fmt: skip
        info = self.campaigns_by_id[campaign]
        self.lagging.append((at + timedelta(seconds=self.read_lag_s), info))
        old, new = self._changed(info, what, value)
        self.campaigns_by_id[campaign] = replace(new, modified_at=at)
        number = self.suggested.value if self.suggested.state is SuggestionState.NUMBER else None
        self.journal.append(
            Entry(at, campaign, what, old, value, actor, decision, number, self.last_read_at, received or at)
        )
        if self.can.has_edit_log:
            self.log.append(LoggedEdit(str(len(self.journal)), campaign, what, at, actor, old, value))

    def _changed(self, info: CampaignInfo, what: Field, value: str) -> tuple[str, CampaignInfo]:
        if what is Field.ROI_TARGET:
            places = len(str(self.can.grid.per_one)) - 1
            old = f"{self.can.grid.value(info.target_units or 0):.{places}f}"
            return old, replace(info, target_units=self.can.grid.units(value))
        if what is Field.OBJECTIVE:
            return (info.objective.value if info.objective else ""), replace(info, objective=Objective(value))
        if what is Field.BUDGET:
            return str(info.budget), replace(info, budget=Decimal(value))
        if what is Field.STATUS:
            return ("ENABLE" if info.enabled else "DISABLE"), replace(info, enabled=value == "ENABLE")
        verb, _, name = value.partition(":")
        mine = self.creatives_by_id.get(info.campaign, ())
        self.creatives_by_id[info.campaign] = tuple(
            replace(c, deleted=verb == "delete", delivering=verb != "delete") if c.creative == name else c for c in mine
        )
        return "present" if verb == "delete" else "gone", info

    # reads
    def _enter(self, name: str) -> None:
        self.before_call(name)
        self.clock.advance(self.latency_s)
        self.land()
        if self.read_fails > 0 and name != "write":
            self.read_fails -= 1
            raise ReadFailed(f"{name}: the platform gave no answer")

    def _visible(self, campaign: CampaignId) -> CampaignInfo:
        self.lagging = [(until, info) for until, info in self.lagging if until > self.now]
        hidden = next((info for _, info in self.lagging if info.campaign == campaign), None)
        return hidden or self.campaigns_by_id[campaign]

    async def campaigns(self, account: AccountId, day: datetime) -> Listing:
        self._enter("campaigns")
        rows = tuple(self._visible(c) for c, i in self.campaigns_by_id.items() if i.account == account)
        return Listing(account, self.now, rows, True)

    async def campaign(self, account: AccountId, campaign: CampaignId) -> Reading:
        self._enter("campaign")
        if campaign not in self.campaigns_by_id:
            raise ReadFailed(f"no campaign {campaign} in account {account}")
        self.last_read_at = self.now
        return Reading(self._visible(campaign), self.now)

    async def facts(
        self, account: AccountId, campaigns: Sequence[CampaignInfo], grain: Grain, since: datetime, until: datetime
    ) -> Panel:
        self._enter("facts")
        return Panel.empty()

    async def suggestion(self, account: AccountId, campaign: CampaignInfo) -> Suggestion:
        try:
            self._enter("suggestion")
        except ReadFailed:
            return Suggestion(SuggestionState.UNKNOWN)
        return self.suggested

    async def edit_log(
        self, account: AccountId, since: datetime, campaign: CampaignId | None = None
    ) -> tuple[LoggedEdit, ...]:
        self._enter("edit_log")
        return tuple(e for e in self.log if e.at >= since and campaign in (None, e.campaign))

    async def sessions(self, account: AccountId, live_account: str, since: datetime) -> tuple[Session, ...]:
        return ()

    async def boosts(self, account: AccountId, campaigns: Sequence[CampaignId]) -> frozenset[CampaignId]:
        return frozenset()

    async def creatives(self, account: AccountId, campaign: CampaignId) -> tuple[Creative, ...]:
        self._enter("creatives")
        return self.creatives_by_id.get(campaign, ())

    async def creative_day(self, account: AccountId, campaign: CampaignId, day: datetime) -> CreativeDay:
        self._enter("creative_day")
        listed = self.creatives_by_id.get(campaign, ())
        return CreativeDay(day, {c.creative: c.totals for c in listed if c.totals.anything}, Totals())

    async def creatives_settled(
        self, account: AccountId, since: datetime, until: datetime
    ) -> Mapping[str, CreativeSettled]:
        self._enter("creatives_settled")
        return self.settled

    # the write
    async def write(self, request: WriteRequest) -> Answer:
        self._enter("write")
        fault = self.faults.pop(0) if self.faults else None
        if fault is Fault.NOT_SENT:
            return Answer(AnswerKind.NOT_SENT, "connection refused")
        self.attempts.append(request)
        if request.campaign not in self.campaigns_by_id:
            return Answer(
                AnswerKind.REFUSED, f"no campaign {request.campaign} in account {request.account}", "r", self.now
            )
        if fault is Fault.REFUSED:
            return Answer(AnswerKind.REFUSED, "the row was refused", "r", self.now)
        if fault is Fault.PUT_OFF:
            return Answer(AnswerKind.PUT_OFF, "too frequent", "r", self.now)
        if fault is Fault.LATE_APPLIED:
            self.late.append((self.now + timedelta(seconds=self.can.request_timeout_s - 2), request, self.now))
        elif fault is not Fault.LOST_NOT_APPLIED:
            if fault is Fault.HUMAN_BETWEEN and self.between is not None:
                self.between()
            self._apply(request.campaign, request.field, request.value, "api", request.decision, self.now)
        self.after_write()
        if fault in (Fault.LOST_APPLIED, Fault.LOST_NOT_APPLIED, Fault.LATE_APPLIED):
            self.clock.advance(self.can.request_timeout_s)
            return Answer(AnswerKind.UNKNOWN, "no answer within the time allowed")
        return Answer(AnswerKind.ACCEPTED, "", "r", self.now.astimezone(UTC))
