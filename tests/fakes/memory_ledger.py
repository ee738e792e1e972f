"""An in-memory ledger with real transactions: a failed block leaves no trace, a commit can be made to crash."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from bidctl.domain.campaign import CampaignInfo, CreativeDay, Totals
from bidctl.domain.creatives import Spare
from bidctl.domain.enrolment import Enrolment, Switches
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import EDIT_FIELDS, AccountId, CampaignId, Field, Hold, Mode
from bidctl.domain.writes import OPEN_STATES, Edit, Write, WriteRequest, WriteState
from bidctl.engine.ports import CONTROLLER_LEASE, WITHDRAWN, DecisionRecord, GateView, KnownCampaign, KnownLife, Pause

Key = tuple[AccountId, CampaignId]
FactKey = tuple[AccountId, str, int, float]
COUNTING = frozenset({WriteState.SENDING, WriteState.UNKNOWN, WriteState.CONFIRMED})
OURS_WITHIN = timedelta(minutes=2)


@dataclass
class State:
    """Everything stored; every container holds immutable values, so that a shallow copy is a snapshot."""

    decisions: dict[str, DecisionRecord] = field(default_factory=dict)
    answers: dict[str, bool] = field(default_factory=dict)
    holds: Counter[tuple[AccountId, int]] = field(default_factory=Counter)
    writes: dict[int, Write] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    kills: set[AccountId | None] = field(default_factory=set)
    breakers: set[AccountId] = field(default_factory=set)
    held: dict[Key, Hold] = field(default_factory=dict)
    human: dict[Key, datetime | None] = field(default_factory=dict)
    enrolments: dict[Key, Enrolment] = field(default_factory=dict)
    left: set[Key] = field(default_factory=set)
    campaigns: dict[Key, tuple[CampaignInfo, datetime]] = field(default_factory=dict)
    lives: dict[Key, KnownLife] = field(default_factory=dict)
    facts: dict[AccountId, Panel] = field(default_factory=dict)
    heads: dict[FactKey, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    repeated: dict[FactKey, Panel] = field(default_factory=dict)
    beats: dict[AccountId, datetime] = field(default_factory=dict)
    leases: dict[str, tuple[str, int, datetime]] = field(default_factory=dict)
    pauses: dict[Key, Pause] = field(default_factory=dict)
    refusals: dict[str, datetime] = field(default_factory=dict)
    creative_days: dict[tuple[AccountId, CampaignId, datetime], tuple[datetime, CreativeDay]] = field(
        default_factory=dict
    )
    spares: dict[tuple[AccountId, CampaignId, str], Spare] = field(default_factory=dict)

    def snapshot(self) -> State:
        return State(*(copy(getattr(self, f.name)) for f in fields(self)))


class MemoryLedger:
    """Implements `Ledger`. `before_commit` and `after_commit` are called around every commit with `durable`; an exception
    from the first rolls back, from the second it leaves the commit standing (a crash after it)."""

    def __init__(self, since: datetime) -> None:
        self.since, self.state = since, State()
        self.before_commit: Callable[[bool], None] = lambda durable: None
        self.after_commit: Callable[[bool], None] = lambda durable: None

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[MemoryTransaction]:
        snapshot = self.state.snapshot()
        try:
            yield MemoryTransaction(self)
            self.before_commit(durable)
        except BaseException:
            self.state = snapshot
            raise
        self.after_commit(durable)

    def acquire_lease(self, name: str, owner: str, now: datetime, ttl_s: float) -> int | None:
        holder, fence, until = self.state.leases.get(name, (owner, 0, now))
        if holder not in (owner, "") and until > now:
            return None
        fence += holder != owner or fence == 0
        self.state.leases[name] = (owner, fence, now + timedelta(seconds=ttl_s))
        return fence

    def release_lease(self, name: str, owner: str) -> None:
        holder, fence, until = self.state.leases.get(name, ("", 0, self.since))
        if holder == owner:
            self.state.leases[name] = ("", fence, until)

    def lease_holder(self, name: str, now: datetime) -> str | None:
        holder, _, until = self.state.leases.get(name, ("", 0, now))
        return holder if holder and until > now else None


class MemoryTransaction:
    """Implements `Transaction`; see there."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    @property
    def _s(self) -> State:
        return self._ledger.state

    # decisions
    def add_decisions(self, records: Sequence[DecisionRecord]) -> None:
        for r in records:
            if r.field is not None:
                self._s.decisions.setdefault(r.id, r)
                continue
            self._s.holds[r.account, r.reason] += 1
            newest = self.decisions_of(r.account, r.campaign, 1)
            if not newest or newest[0].field is not None or (newest[0].reason, newest[0].trace) != (r.reason, r.trace):
                self._s.decisions.setdefault(r.id, r)

    def decision(self, decision_id: str) -> DecisionRecord | None:
        return self._s.decisions.get(decision_id)

    def decisions_of(self, account: AccountId, campaign: CampaignId, limit: int = 20) -> tuple[DecisionRecord, ...]:
        mine = [r for r in self._s.decisions.values() if (r.account, r.campaign) == (account, campaign)]
        return tuple(sorted(mine, key=lambda r: r.at)[::-1][:limit])

    def hold_counts(self, account: AccountId | None = None) -> Mapping[int, int]:
        found: Counter[int] = Counter()
        for (owner, reason), n in self._s.holds.items():
            found[reason] += n if account in (None, owner) else 0
        return {reason: n for reason, n in found.items() if n}

    def count_holds(self, account: AccountId, mode: Mode, at: datetime, counts: Mapping[int, int]) -> None:
        for reason, n in counts.items():
            self._s.holds[account, reason] += n

    def pending(self, account: AccountId | None = None) -> tuple[DecisionRecord, ...]:
        return self._proposals(account, lambda r: r.id not in self._s.answers)

    def approved(self, account: AccountId) -> tuple[DecisionRecord, ...]:
        taken = {w.request.decision for w in self._s.writes.values()}
        return self._proposals(account, lambda r: self._s.answers.get(r.id, False) and r.id not in taken)

    def left_over(self, account: AccountId | None = None) -> tuple[DecisionRecord, ...]:
        taken = {w.request.decision for w in self._s.writes.values()}
        acting = [r for r in self._s.decisions.values() if r.field is not None and not r.needs_approval]
        left = [r for r in acting if r.mode is not Mode.DRY and r.id not in taken and account in (None, r.account)]
        return tuple(sorted(left, key=lambda r: (r.at, r.id)))

    def answer_proposal(self, decision_id: str, approved: bool, by: str, at: datetime) -> bool:
        if decision_id not in {r.id for r in self.pending()}:
            return False
        self._s.answers[decision_id] = approved
        if not approved and by != WITHDRAWN:
            self._s.refusals[decision_id] = at
        return True

    def refused(self, account: AccountId, since: datetime) -> tuple[DecisionRecord, ...]:
        return self._proposals(account, lambda r: r.id in self._s.refusals and self._s.refusals[r.id] >= since)

    def _proposals(
        self, account: AccountId | None, wanted: Callable[[DecisionRecord], bool]
    ) -> tuple[DecisionRecord, ...]:
        asked = [
            r for r in self._s.decisions.values() if r.needs_approval and account in (None, r.account) and wanted(r)
        ]
        return tuple(sorted(asked, key=lambda r: r.at))

    # writes
    def take_turn(
        self, request: WriteRequest, mode: Mode, app_id: str, owner: str, fence: int, deadline: datetime, now: datetime
    ) -> Write | None:
        key = (request.account, request.campaign)
        if any((w.request.account, w.request.campaign) == key for w in self.open_writes()):
            return None
        number = len(self._s.writes) + 1
        self._s.writes[number] = Write(number, request, mode, app_id, WriteState.TAKEN, owner, fence, deadline, now)
        return self._s.writes[number]

    def move(self, write: Write, to: WriteState, **changes: object) -> Write | None:
        stands = self._s.writes.get(write.id)
        if stands is None or (stands.state, stands.fence) != (write.state, write.fence):
            return None
        moved = replace(write, **{**changes, "state": to, "id": write.id})  # type: ignore[arg-type]
        self._s.writes[write.id] = moved
        self._follow(moved)
        return moved

    def _follow(self, write: Write) -> None:
        if write.request.field not in EDIT_FIELDS:
            return
        self._s.edits = [e for e in self._s.edits if e.write_id != write.id]
        if write.state in COUNTING:
            r, decision = write.request, self._s.decisions.get(write.request.decision)
            known = [at for at in (write.sent_at, write.read_at, write.taken_at, write.settled_at) if at is not None]
            at = write.settled_at if write.state is WriteState.CONFIRMED and write.settled_at else max(known)
            reason = decision.reason if decision else None
            self._s.edits.append(
                Edit(r.account, r.campaign, r.field, r.old, r.value, at, True, "write", write.id, None, reason)
            )

    def open_writes(self, account: AccountId | None = None) -> tuple[Write, ...]:
        rows = self._s.writes.values()
        return tuple(w for w in rows if w.state in OPEN_STATES and account in (None, w.request.account))

    def write(self, write_id: int) -> Write | None:
        return self._s.writes.get(write_id)

    def recent_writes(
        self, account: AccountId, since: datetime, *, campaign: CampaignId | None = None, field: Field | None = None
    ) -> tuple[Write, ...]:
        recent = (w for w in self._s.writes.values() if w.request.account == account and _touched(w) >= since)
        return tuple(
            w
            for w in recent
            if w.request.campaign == (campaign or w.request.campaign) and w.request.field is (field or w.request.field)
        )

    def wrote_before(self, account: AccountId, mode: Mode, until: datetime) -> bool:
        done = (w for w in self._s.writes.values() if w.request.account == account and w.mode is mode)
        return any(w.state is WriteState.CONFIRMED and w.settled_at is not None and w.settled_at < until for w in done)

    def gate_view(self, account: AccountId, campaign: CampaignId, day_start: datetime) -> GateView:
        enrolment = self._s.enrolments.get((account, campaign))
        mine = [e for e in self._s.edits if (e.account, e.campaign) == (account, campaign)]
        unknown = {w.id for w in self.open_writes(account)}
        today = [e for e in mine if e.effective_at >= day_start or e.write_id in unknown]
        targets = [e for e in mine if e.field is Field.ROI_TARGET and e.write_id not in unknown]
        newest = max(targets, key=lambda e: e.effective_at, default=None)
        _, fence, _ = self._s.leases.get(account) or self._s.leases.get(CONTROLLER_LEASE) or ("", 0, None)
        switches = self._switches(account, campaign)
        last = max([e.effective_at for e in mine] + self._cleared(account, campaign), default=None)
        return GateView(
            switches, enrolment, last, len(today), newest.new if newest else None, fence, self._ledger.since
        )

    def _cleared(self, account: AccountId, campaign: CampaignId) -> list[datetime]:
        """Unknown edits that proved absent: spacing runs from that proof."""
        return [
            w.settled_at for w in self._s.writes.values()
            if w.state is WriteState.ABSENT and w.settled_at and w.request.field in EDIT_FIELDS
            and (w.request.account, w.request.campaign) == (account, campaign)
        ]  # fmt: skip

    # everybody's edits
    def add_edits(self, edits: Sequence[Edit]) -> int:
        fresh = 0
        for edit in edits:
            if not any(self._same(edit, other) for other in self._s.edits):
                self._s.edits.append(edit)
                fresh += 1
        return fresh

    def _same(self, new: Edit, old: Edit) -> bool:
        if new.account == old.account and new.log_id is not None and new.log_id == old.log_id:
            return True
        same = (new.account, new.campaign, new.field) == (old.account, old.campaign, old.field)
        if not same or not _same_value(new.new, old.new):
            return False
        write = self._s.writes.get(old.write_id or 0)
        own = [at for at in (write.sent_at, write.settled_at) if at] if write else []
        near = any(abs(new.effective_at - at) <= OURS_WITHIN for at in own)
        return near or _minute(new.effective_at) == _minute(old.effective_at)

    def edits(self, account: AccountId, since: datetime, campaign: CampaignId | None = None) -> tuple[Edit, ...]:
        mine = [e for e in self._s.edits if e.account == account and e.effective_at >= since]
        mine = [e for e in mine if campaign is None or e.campaign == campaign]
        return tuple(sorted(mine, key=lambda e: e.effective_at))

    # switches
    def set_kill(self, account: AccountId | None, on: bool, by: str, at: datetime) -> None:
        (self._s.kills.add if on else self._s.kills.discard)(account)

    def set_breaker(self, account: AccountId, on: bool, by: str, at: datetime) -> None:
        (self._s.breakers.add if on else self._s.breakers.discard)(account)

    def set_hold(self, account: AccountId, campaign: CampaignId, hold: Hold, by: str, at: datetime) -> None:
        self._s.held[account, campaign] = hold

    def set_human_hold(self, account: AccountId, campaign: CampaignId, until: datetime | None) -> None:
        self._s.human[account, campaign] = until

    def switches(self, account: AccountId) -> Mapping[CampaignId, Switches]:
        return {c: self._switches(a, c) for a, c in self._s.enrolments if a == account}

    def _switches(self, account: AccountId, campaign: CampaignId) -> Switches:
        key = (account, campaign)
        killed = bool(self._s.kills & {None, account})
        hold = self._s.held.get(key, Hold.NO)
        return Switches(killed, account in self._s.breakers, hold, self._s.human.get(key), key in self._s.enrolments)

    # enrolment
    def enrol(self, enrolment: Enrolment) -> None:
        self._s.enrolments[enrolment.account, enrolment.campaign] = enrolment
        self._s.left.discard((enrolment.account, enrolment.campaign))

    def unenrol(self, account: AccountId, campaign: CampaignId, at: datetime) -> bool:
        self._s.left.add((account, campaign))
        return self._s.enrolments.pop((account, campaign), None) is not None

    def unenrolled(self, account: AccountId) -> frozenset[CampaignId]:
        return frozenset(c for a, c in self._s.left if a == account)

    def enrolments(self, account: AccountId | None = None) -> tuple[Enrolment, ...]:
        return tuple(e for e in self._s.enrolments.values() if account in (None, e.account))

    # facts and what we last knew
    def add_facts(self, account: AccountId, panel: Panel) -> int:
        fresh = []
        for i in np.argsort(panel.known_at, kind="stable").tolist():
            key, known, values = (account, *_fact_key(panel, i)), float(panel.known_at[i]), _values(panel, i)
            before = self._s.heads.get(key)
            if before is None or before[1] != values or _opens_an_hour(panel, i, before[0]):
                fresh.append(i)
                self._s.repeated.pop(key, None)
            elif panel.grain[i] == Grain.CUMULATIVE and known > before[0]:
                self._s.repeated[key] = panel.take(np.array([i]))
                continue
            if before is None or ((before[1] != values or i in fresh) and known >= before[0]):
                self._s.heads[key] = (known, values)
        self._s.facts[account] = Panel.concat([self._facts(account), panel.take(np.array(fresh, np.intp))])
        return len(fresh)

    def load_facts(self, account: AccountId, since: datetime) -> Panel:
        again = [p for (owner, *_), p in self._s.repeated.items() if owner == account]
        stored = Panel.concat([self._facts(account), *again])
        return stored.take(stored.happened_at >= since.timestamp())

    def _facts(self, account: AccountId) -> Panel:
        return self._s.facts.get(account, Panel.empty())

    def save_campaigns(self, infos: Sequence[CampaignInfo], seen_at: datetime) -> None:
        self._s.campaigns |= {(i.account, i.campaign): (i, seen_at) for i in infos}

    def load_campaigns(self, account: AccountId) -> Mapping[CampaignId, KnownCampaign]:
        mine = {c: found for (a, c), found in self._s.campaigns.items() if a == account}
        return {c: KnownCampaign(info, at, self._s.lives.get((account, c))) for c, (info, at) in mine.items()}

    def load_campaign(self, account: AccountId, campaign: CampaignId) -> KnownCampaign | None:
        return self.load_campaigns(account).get(campaign)

    def save_life(self, lives: Sequence[KnownLife]) -> None:
        self._s.lives |= {(k.account, k.campaign): k for k in lives}

    def save_pauses(self, pauses: Sequence[Pause]) -> None:
        self._s.pauses |= {(p.account, p.campaign): p for p in pauses}

    def pauses(self, account: AccountId) -> Mapping[CampaignId, Pause]:
        return {c: p for (a, c), p in self._s.pauses.items() if a == account}

    # creatives
    def add_creative_days(
        self, account: AccountId, campaign: CampaignId, days: Sequence[CreativeDay], known_at: datetime
    ) -> None:
        for day in days:
            before = self._s.creative_days.get((account, campaign, day.start))
            gone = {name: Totals(0.0, 0.0, 0.0, 0.0, 0.0) for name in before[1].totals} if before else {}
            totals = {name: t for name, t in day.totals.items() if name in gone or t.anything}
            made = replace(day, totals={**gone, **totals})
            self._s.creative_days[account, campaign, day.start] = known_at, made

    def creative_days(
        self, account: AccountId, campaign: CampaignId, since: datetime
    ) -> Mapping[datetime, tuple[datetime, CreativeDay]]:
        known = self._s.creative_days.items()
        return {at: d for (a, c, at), d in known if (a, c) == (account, campaign) and at >= since}

    def add_spares(self, spares: Sequence[Spare]) -> None:
        self._s.spares |= {(s.account, s.campaign, s.name): s for s in spares}

    def drop_spare(self, account: AccountId, campaign: CampaignId, name: str) -> bool:
        return self._s.spares.pop((account, campaign, name), None) is not None

    def spares(self, account: AccountId) -> tuple[Spare, ...]:
        mine = (s for s in self._s.spares.values() if s.account == account)
        return tuple(sorted(mine, key=lambda s: (s.added_at, s.name)))

    # housekeeping
    def compact(self, before: datetime) -> int:
        newest = {(r.account, r.campaign): r.id for r in sorted(self._s.decisions.values(), key=lambda r: (r.at, r.id))}
        old = [
            r.id
            for r in self._s.decisions.values()
            if r.field is None and r.at < before and r.id not in newest.values()
        ]
        for gone in old:
            del self._s.decisions[gone]
        return len(old)

    def beat(self, account: AccountId, tick: str, at: datetime, good_read: bool) -> None:
        self._s.beats[account] = at

    def last_beat(self, account: AccountId) -> datetime | None:
        return self._s.beats.get(account)

    def accounts(self) -> tuple[AccountId, ...]:
        return tuple(sorted({a for a, _ in (*self._s.enrolments, *self._s.campaigns)} | set(self._s.beats)))


def _touched(write: Write) -> datetime:
    seen = (write.taken_at, write.read_at, write.sent_at, write.settled_at, write.absent_first_at)
    return max(at for at in seen if at is not None)


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _same_value(one: str | None, other: str | None) -> bool:
    number = [Decimal(t) for t in (one, other) if t is not None and t.replace(".", "", 1).isdigit()]
    return number[0] == number[1] if len(number) == 2 else one == other


def _fact_key(panel: Panel, i: int) -> tuple[str, int, float]:
    return str(panel.campaign[i]), int(panel.grain[i]), float(panel.happened_at[i])


def _values(panel: Panel, i: int) -> tuple[str, ...]:
    return tuple(repr(float(getattr(panel, m)[i])) for m in METRICS)


def _opens_an_hour(panel: Panel, i: int, before: float) -> bool:
    """The first reading of each hour of a day's totals is kept, though it repeats the one before."""
    hours = [math.ceil(at / 3600) for at in (before, float(panel.known_at[i]))]
    return bool(panel.grain[i] == Grain.CUMULATIVE) and hours[1] > hours[0]
