"""One control cycle of one account: read, see what others did, observe, decide, store, write through the gate, tell."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo, Listing
from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.observation import Observation
from bidctl.domain.panel import Panel
from bidctl.domain.reasons import WORDING, Alert, Reason
from bidctl.domain.values import AccountId, CampaignId, Field, Kind, Mode, Stage, SuggestionState
from bidctl.domain.writes import Write
from bidctl.engine.approvals import UNJUDGED, forbidden
from bidctl.engine.clearance import MAX_OFFSET_S
from bidctl.engine.days import NaturalDays
from bidctl.engine.decide import decide
from bidctl.engine.due import FIRST_DAYS
from bidctl.engine.edit_feed import EditFeed
from bidctl.engine.external import Foreign, LogWindow, next_session, watch
from bidctl.engine.gate import Gate
from bidctl.engine.memory import listing_facts
from bidctl.engine.mixed import Mixed
from bidctl.engine.observe import Observer
from bidctl.engine.pauses import news
from bidctl.engine.ports import WITHDRAWN, Clock, DecisionRecord, Ledger, Notice, Notifier, PlatformReads, Transaction
from bidctl.engine.reading import Reader, Reading
from bidctl.engine.records import Signature, record, request, told_rule
from bidctl.engine.selectors import is_selector, newcomers
from bidctl.engine.standing import Standing, budget_moved, budget_raises, budget_refused, proved_absent, refused
from bidctl.engine.suggestions import Suggestions
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rules import sayings

OPERATOR_TICK = "operator"
"""The `tick` of a proposal that a person made (a revert): the controller does not withdraw it."""
REFUSED_REST = timedelta(hours=1)
"""A budget that the platform refused is not sent again for so long (ours)."""
UNDECIDED = (Reason.NO_DATA, Reason.NO_RULE)
ASKS_SUGGESTION = (Reason.SUGGESTION_UNKNOWN, Reason.ASK_START)


@dataclass(frozen=True, slots=True)
class Book:
    """Policies by reference, with the id that decisions carry."""

    policies: Mapping[str, tuple[str, Policy]]

    def mixed(self, enrolments: Sequence[Enrolment]) -> tuple[Mixed, Mapping[CampaignId, str]]:
        """The policy of an account, and the id of each campaign's own."""
        names = list(self.policies)
        # one that was enrolled since then, with a policy that this process has not loaded, matches no rule until a restart
        loaded = [e for e in enrolments if e.policy in self.policies]
        of = {e.campaign: names.index(e.policy) for e in loaded}
        ids = {e.campaign: self.policies[e.policy][0] for e in loaded}
        return Mixed(tuple(p for _, p in self.policies.values()), of), ids


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick of one account came to. `decided` rows; `held` enrolled ones by reason; `writes` as they came out of the
    gate; `foreign`: others' changes found; `free`: enrolled campaigns past observation, `judged`: those that were decided on."""

    account: AccountId
    at: datetime
    tick: str
    good_read: bool
    troubles: tuple[str, ...]
    decided: int
    held: Mapping[Reason, int]
    acts: tuple[DecisionRecord, ...]
    writes: tuple[Write, ...]
    foreign: int = 0
    free: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()


class Desk:
    """The control cycle of one account. `gate` decides by its own writer whether anything can be sent."""

    def __init__(
        self, account: AccountId, reads: PlatformReads, ledger: Ledger, gate: Gate, clock: Clock, notifier: Notifier,
        book: Book, rules: RuleSettings, sign: Signature,
    ) -> None:  # fmt: skip
        self.account, self._reads, self._ledger, self._gate = account, reads, ledger, gate
        self._clock, self._notifier, self._book, self._rules, self._sign = clock, notifier, book, rules, sign
        self._days = NaturalDays(reads.capabilities.time_zone)
        self._reader = Reader(reads, account, self._days)
        self._suggestions, self._log = Suggestions(), LogWindow()
        self.observer = Observer(account, reads.capabilities)
        self._edits = EditFeed(account, self.observer)
        self._ticks = 0
        self._holding: dict[str, tuple[int, str]] = {}  # reason and the rule's words
        self._ledger_since: datetime | None = None

    def now(self) -> datetime:
        """Platform time."""
        offset = self._reads.clock_offset_s()
        return self._clock.now() + timedelta(seconds=offset if offset == offset else 0.0)

    def open(self) -> None:
        """Load what the ledger knows: facts of the windows, campaigns with their milestones, everybody's edits."""
        now = self._clock.now()
        with self._ledger.begin() as t:
            known = t.load_campaigns(self.account).values()
            if known:
                lives = [k.life for k in known if k.life is not None]
                self.observer.restore([k.info for k in known], max(k.seen_at for k in known), lives)
            self.observer.ingest(t.load_facts(self.account, now - timedelta(days=FIRST_DAYS)))
            self._edits.load(t, now)
            self._ledger_since = t.gate_view(self.account, CampaignId(""), now).ledger_since

    async def tick(self) -> TickReport:
        """One cycle. Raises what the ledger raises; a platform that does not answer is a tick that holds."""
        self._ticks += 1
        name = f"{self.account}@{self.now().isoformat(timespec='milliseconds')}#{self._gate.parts.fence}.{self._ticks}"
        await self._gate.settle(self.account)
        with self._ledger.begin() as t:
            given = t.enrolments(self.account)
        reading = await self._reader.read(self.now(), [e.campaign for e in given if e.boost_quiet])
        enrolments = self._enrol(given, reading.listing)
        foreign = await self._others(reading.listing)
        self._end_hands_off(reading)
        now = self.now()
        standing = self._take_in(reading, enrolments, now, foreign)
        o, d, policy, ids = await self._decide(now, enrolments, standing)
        acts, holds, repeats = self._records(o, d, policy, ids, name, now)
        self._store(name, now, reading, acts, holds, repeats)
        due = [a for a in acts if not a.needs_approval]
        if reading.stops and due:
            self._gate.forgo(self.account)
        writes = [] if reading.stops else await self._write(due, self._still_allowed(o))
        await self._tell(o, d, reading, now)
        good = reading.listing is not None and reading.listing.complete
        free = o.enrolled & (o.stage == Stage.FREE)
        judged = free & ~np.isin(d.reason, UNDECIDED)
        return TickReport(
            self.account, now, name, good, reading.troubles, len(d), _held(d, o.enrolled), tuple(acts), tuple(writes), len(foreign),
            frozenset(o.campaign[free].tolist()), frozenset(o.campaign[judged].tolist()),
        )  # fmt: skip

    def _enrol(self, enrolments: Sequence[Enrolment], listing: Listing | None) -> list[Enrolment]:
        """Enrolled campaigns, newcomers that a standing enrolment takes in among them (R-ENROL)."""
        fresh: list[Enrolment] = []
        if listing is not None and any(is_selector(e.campaign) for e in enrolments):
            with self._ledger.begin(durable=True) as t:
                fresh = newcomers(enrolments, t.unenrolled(self.account), listing.campaigns, self.now())
                for e in fresh:
                    t.enrol(e)
        return [e for e in (*enrolments, *fresh) if not is_selector(e.campaign)]

    async def _others(self, listing: Listing | None) -> tuple[Foreign, ...]:
        """R-EXTERNAL: what somebody else changed is adopted before anything is decided."""
        if listing is None:
            return ()
        unread = self._log.unread
        foreign = await watch(self._ledger, self._reads, self._notifier, listing, self._sign.mode, self._log)
        self.observer.ingest_edits([f.edit for f in foreign])
        if unread:  # the look-back told of edits from before what a tick takes in
            with self._ledger.begin() as t:
                self._edits.load(t, self.now())
        self._switched(listing, {f.campaign for f in foreign if f.field is Field.STATUS})
        return foreign

    def _switched(self, listing: Listing, touched: set[CampaignId]) -> None:
        """What people did to pauses of ours, and what they switched on (R-STOPLOSS)."""
        lag = timedelta(seconds=self._reads.capabilities.read_delay_s)
        with self._ledger.begin() as t:
            t.save_pauses(news(t.pauses(self.account), listing, touched, lag))

    def _take_in(
        self, reading: Reading, enrolments: Sequence[Enrolment], now: datetime, foreign: Sequence[Foreign] = ()
    ) -> Standing:
        o = self.observer
        o.ingest_enrolments(enrolments)
        o.ingest(reading.panel)
        for cover in reading.covers:
            o.cover(cover.campaigns, cover.grain, cover.since, cover.until)
        o.ingest_sessions(reading.sessions)
        if reading.listing is not None:
            o.ingest_listing(reading.listing)
        with self._ledger.begin() as t:
            open_writes = t.open_writes(self.account)
            o.ingest_pauses(t.pauses(self.account))
            self._edits.refresh(t, open_writes, now)
            switches = t.switches(self.account)
            midnight = self._days.start(self._days.of(now.timestamp()))
            live_since = self._first_live(t, midnight)
            today = datetime.fromtimestamp(midnight, UTC)
            recent = t.recent_writes(self.account, now - EditFeed.LOOK_BACK)
            said_no = refused(t.refused(self.account, today))
            budgets = t.recent_writes(self.account, today, field=Field.BUDGET)
        return Standing(
            clock_ok=abs(_number(self._reads.clock_offset_s())) <= MAX_OFFSET_S,
            killed=any(s.killed for s in switches.values()),
            breaker=any(s.breaker for s in switches.values()),
            switches=switches,
            open_writes=frozenset(w.request.campaign for w in open_writes),
            boosts=reading.boosts,
            live_since=live_since,
            budget_raises=budget_raises(budgets),
            budget_moved=budget_moved(budgets) | {f.campaign for f in foreign if f.field is Field.BUDGET},
            budget_refused=budget_refused(budgets, now - REFUSED_REST),
            proved_absent=proved_absent(recent),
            ledger_since=self._ledger_since,
            refused=said_no,
        )

    def _end_hands_off(self, reading: Reading) -> None:
        """A live campaign that a person edited is free again when its next session begins."""
        if not reading.sessions or reading.listing is None:
            return
        rooms = {i.campaign: i.live_account for i in reading.listing.campaigns}
        with self._ledger.begin() as t:
            for campaign, held in t.switches(self.account).items():
                room = rooms.get(campaign)
                mine = [s for s in reading.sessions if s.live_account == room]
                if room and next_session(held.human_hold_until, mine):
                    t.set_human_hold(self.account, campaign, None)

    def _first_live(self, t: Transaction, midnight: float) -> dict[AccountId, datetime]:
        """R-BLAST: the first live day lasts while no write of ours in live mode is older than today."""
        today = datetime.fromtimestamp(midnight, UTC)
        past = self._sign.mode is not Mode.LIVE or t.wrote_before(self.account, self._sign.mode, today)
        return {} if past else {self.account: today}

    async def _decide(
        self, now: datetime, enrolments: Sequence[Enrolment], standing: Standing
    ) -> tuple[Observation, Decisions, Policy, Mapping[CampaignId, str]]:
        """Decide; ask for the suggestions that the outcome turns on; decide again with them."""
        policy, ids = self._book.mixed(enrolments)
        await self._ask_due(now, {e.campaign for e in enrolments})
        o = self.observer.observe(now, standing)
        d = decide(policy, o, self._rules)
        asked = (o.suggestion_state == SuggestionState.UNKNOWN) & (
            (d.lever == Lever.TARGET) | np.isin(d.reason, ASKS_SUGGESTION)
        )
        wanted = [self._info(CampaignId(str(c))) for c in o.campaign[asked]]
        told = await self._ask([i for i in wanted if i is not None], now)
        standing, aired = await self._ask_rooms(o, d, standing, now)
        if told or aired:
            o = self.observer.observe(now, standing)
            d = decide(policy, o, self._rules)
        return o, d, policy, ids

    async def _ask_rooms(
        self, o: Observation, d: Decisions, standing: Standing, now: datetime
    ) -> tuple[Standing, bool]:
        """Ask for the sessions that an edit turns on, a decided or an approved one: a room that went off and on air between two
        ticks looks the same in both listings, and its first hour is quiet (R-QUIET). Whether they tell anything new."""
        live = o.kind == Kind.LIVE
        if not live.any():
            return standing, False
        with self._ledger.begin() as t:
            approved = {a.campaign for a in t.approved(self.account)}
        due = live & (np.isin(d.lever, (Lever.TARGET, Lever.BUDGET)) | np.isin(o.campaign, sorted(approved)))
        infos = [self._info(CampaignId(str(c))) for c in o.campaign[due]]
        rooms = sorted({i.live_account for i in infos if i is not None and i.live_account is not None})
        sessions, unread = await self._reader.rooms(rooms, now, [])
        fresh = [s for s in sessions if not self.observer.knows(s)]
        self.observer.ingest_sessions(fresh)
        return replace(standing, unread_rooms=unread), bool(fresh or unread)

    def _info(self, campaign: CampaignId) -> CampaignInfo | None:
        roster = self.observer.memory.roster
        row = roster.index.get(campaign)
        return None if row is None else roster.infos[row]

    async def _ask_due(self, now: datetime, enrolled: set[CampaignId]) -> None:
        if not self._reads.capabilities.has_suggestion:
            return
        infos = [i for c in enrolled if (i := self._info(c)) is not None and i.cost_controlled and not i.ended]
        await self._ask(self._suggestions.due(infos, now.astimezone(self._days.zone)), now)

    async def _ask(self, infos: Sequence[CampaignInfo], now: datetime) -> bool:
        if not infos or not self._reads.capabilities.has_suggestion:
            return False
        answers = await asyncio.gather(*(self._reads.suggestion(self.account, i) for i in infos))
        day = now.astimezone(self._days.zone).date().isoformat()
        for info, answer in zip(infos, answers, strict=True):
            self._suggestions.put(info.campaign, day, answer)
            self.observer.ingest_suggestion(info.campaign, answer, now)
        return True

    def _records(
        self, o: Observation, d: Decisions, policy: Policy, ids: Mapping[CampaignId, str], tick: str, now: datetime
    ) -> tuple[list[DecisionRecord], list[DecisionRecord], Mapping[int, int]]:
        """What acts, the holds whose reason changed since the last tick, and how many repeated theirs."""
        rows = np.flatnonzero(o.enrolled)
        acts: list[DecisionRecord] = []
        holds: list[DecisionRecord] = []
        repeats: Counter[int] = Counter()
        held: dict[str, tuple[int, str]] = {}
        rule = [told_rule(says) for says in sayings(policy, o)] + ["[]"]  # -1 = no rule
        for i in rows.tolist():
            one = d.row(i)
            if one.lever is Lever.NONE:
                held[one.campaign] = int(one.reason), rule[one.matched]
                if self._holding.get(one.campaign) == held[one.campaign]:
                    repeats[int(one.reason)] += 1
                    continue
            made = record(one, o, i, tick, now, ids.get(CampaignId(one.campaign), ""), self._sign, rule[one.matched])
            (acts if made.field is not None else holds).append(made)
        self._holding = held
        return acts, holds, repeats

    def _store(
        self, tick: str, now: datetime, reading: Reading, acts: Sequence[DecisionRecord], holds: Sequence[DecisionRecord],
        repeats: Mapping[int, int],
    ) -> None:  # fmt: skip
        """Everything this tick knew and decided, committed before anything is sent."""
        listing = reading.listing
        good = listing is not None and listing.complete
        with self._ledger.begin(durable=True) as t:
            if listing is not None:
                t.add_facts(self.account, Panel.concat([listing_facts(listing, self._days), reading.panel]))
                t.save_campaigns(listing.campaigns, listing.read_at)
            t.save_life(self.observer.lives())
            t.add_decisions([*self._news(t, acts, now), *holds])
            t.count_holds(self.account, self._sign.mode, now, repeats)
            t.beat(self.account, tick, now, good)

    def _news(self, t: Transaction, acts: Sequence[DecisionRecord], now: datetime) -> list[DecisionRecord]:
        """A proposal that waits already, for a person or for its turn, is not made again; one no longer wished is withdrawn."""
        waiting = {(p.campaign, p.field, p.old, p.new): p for p in t.pending(self.account)}
        proposed = {(a.campaign, a.field, a.old, a.new) for a in acts if a.needs_approval}
        for key, stale in waiting.items():
            if key not in proposed and stale.mode is self._sign.mode and stale.tick != OPERATOR_TICK:
                t.answer_proposal(stale.id, False, WITHDRAWN, now)
        made = waiting.keys() | {
            (p.campaign, p.field, p.old, p.new) for p in t.approved(self.account) if p.mode is self._sign.mode
        }
        return [a for a in acts if not (a.needs_approval and (a.campaign, a.field, a.old, a.new) in made)]

    async def carry_out(self, decided: DecisionRecord) -> Write:
        """Store and pass one decision that a person asked for (a plan file)."""
        with self._ledger.begin(durable=True) as t:
            t.add_decisions([decided])
        return (await self._write([decided], []))[0]

    async def wish(self, campaign: CampaignId, policy: Policy) -> DecisionRecord | None:
        """What `policy` would do to one campaign now, as a decision that is not stored; None where it is not enrolled."""
        with self._ledger.begin() as t:
            enrolments = [e for e in t.enrolments(self.account) if not is_selector(e.campaign)]
        if campaign not in {e.campaign for e in enrolments}:
            return None
        reading = await self._reader.read(self.now(), [])
        now = self.now()
        o = self.observer.observe(now, self._take_in(reading, enrolments, now))
        info = self._info(campaign)
        if info is not None and await self._ask([info], now):
            o = self.observer.observe(now, self._take_in(reading, enrolments, now))
        rows = np.flatnonzero(o.campaign == campaign)
        if len(rows) == 0:
            return None
        d = decide(policy, o, self._rules)
        return record(d.row(int(rows[0])), o, int(rows[0]), "wish", now, type(policy).__name__, self._sign, "[]")

    def _still_allowed(self, o: Observation) -> list[DecisionRecord]:
        """What a person has approved, save the targets that the rules no longer allow as they stand: an approval may be hours
        old. Those are dropped with the reason; while there is nothing to judge by (R-FRESH) they wait."""
        with self._ledger.begin() as t:
            approved = [a for a in t.approved(self.account) if a.mode is self._sign.mode]
        for a, reason in forbidden(approved, o, self._rules, self._reads.capabilities.grid):
            approved.remove(a)
            if reason not in UNJUDGED:
                self._gate.refuse(a, f"{reason.name}: {WORDING[reason].zh} / {WORDING[reason].en}")
        return approved

    async def _write(self, acts: Sequence[DecisionRecord], approved: Sequence[DecisionRecord]) -> list[Write]:
        """Through the gate, one after the other: what a person has approved first, then what acts now; of two wishes for one
        campaign the gate drops the second (R-SPACE), and a person's goes before the policy's."""
        writes = []
        for decided in [*approved, *acts]:
            info = self._info(decided.campaign)
            objective = info.objective if info is not None and decided.field is Field.ROI_TARGET else None
            write = await self._gate.write(request(decided, objective), decided)
            writes.append(write)
        return writes

    async def _tell(self, o: Observation, d: Decisions, reading: Reading, now: datetime) -> None:
        notices = [
            Notice(
                a, self.account, CampaignId(str(d.campaign[i])), self._sign.mode, now, "", f"{a.name}/{d.campaign[i]}"
            )
            for i in np.flatnonzero(o.enrolled & (d.alerts != 0)).tolist()
            for a in Alert
            if int(d.alerts[i]) & a.bit
        ]
        if reading.stops:
            notices.append(
                Notice(Alert.ENVELOPE, self.account, None, self._sign.mode, now, reading.troubles[0], "ENVELOPE")
            )
        await self._notifier.notify(notices)


def _held(d: Decisions, enrolled: NDArray[np.bool_]) -> dict[Reason, int]:
    reasons, counts = np.unique(d.reason[enrolled & ~d.acts], return_counts=True)
    return {Reason(int(r)): int(n) for r, n in zip(reasons, counts, strict=True)}


def _number(value: float) -> float:
    return value if value == value else 0.0
