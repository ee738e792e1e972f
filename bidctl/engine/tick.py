"""One control cycle of one account: read, see what others did, observe, decide, store, write through the gate, tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from bidctl.domain.campaign import Listing
from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.observation import Observation
from bidctl.domain.panel import Panel
from bidctl.domain.reasons import OF_ACCOUNT, Alert, Reason
from bidctl.domain.tables import OperatorTables
from bidctl.domain.values import AccountId, CampaignId, Field, Kind, Mode
from bidctl.domain.writes import Write
from bidctl.engine.approvals import Approvals
from bidctl.engine.asking import Asking
from bidctl.engine.clearance import MAX_OFFSET_S, because
from bidctl.engine.creative_care import Care, CreativeCare
from bidctl.engine.days import NaturalDays
from bidctl.engine.decide import decide
from bidctl.engine.due import KEPT_DAYS
from bidctl.engine.edit_feed import EditFeed
from bidctl.engine.external import REACHED, Foreign, LogWindow, next_session, watch
from bidctl.engine.gate import Gate
from bidctl.engine.guards import fresh
from bidctl.engine.memory import listing_facts
from bidctl.engine.mixed import Book
from bidctl.engine.observe import Observer
from bidctl.engine.pauses import news
from bidctl.engine.ports import Clock, DecisionRecord, Ledger, Notice, Notifier, PlatformReads, Transaction
from bidctl.engine.reading import Reader, Reading
from bidctl.engine.records import Signature, record, request, told_rule
from bidctl.engine.selectors import is_selector, newcomers
from bidctl.engine.standing import Standing, budget_moved, budget_raises, proved_absent, refused
from bidctl.engine.tick_report import TickReport, report_of
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rules import sayings

REFUSED_REST = timedelta(hours=1)
"""What the platform refused is not sent again for so long (ours)."""


class Desk:
    """The control cycle of one account. `gate` decides by its own writer whether anything can be sent."""

    def __init__(
        self, account: AccountId, reads: PlatformReads, ledger: Ledger, gate: Gate, clock: Clock, notifier: Notifier,
        book: Book, rules: RuleSettings, sign: Signature, tables: Callable[[], OperatorTables] = OperatorTables,
    ) -> None:  # fmt: skip
        self._tables = tables
        self.account, self._reads, self._ledger, self._gate = account, reads, ledger, gate
        self._clock, self._notifier, self._book, self._rules, self._sign = clock, notifier, book, rules, sign
        self._days = NaturalDays(reads.capabilities.time_zone)
        self._reader = Reader(reads, account, self._days)
        self._log = LogWindow()
        self.observer = Observer(account, reads.capabilities)
        self._asking = Asking(reads, self.observer, self._reader)
        self._approvals = Approvals(account, ledger, gate, rules, sign, reads.capabilities.grid)
        self._care = CreativeCare(account, reads, ledger, rules, sign)
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
            self.observer.ingest(t.load_facts(self.account, now - timedelta(days=KEPT_DAYS)))
            self._edits.load(t, now)
            self._ledger_since = t.gate_view(self.account, CampaignId(""), now).ledger_since

    async def tick(self) -> TickReport:
        """One cycle. Raises what the ledger raises; a platform that does not answer is a tick that holds."""
        self._ticks += 1
        name = self._name()
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
        care = Care([], [])
        if not reading.stops:
            busy, calendar = {a.campaign for a in acts}, standing.tables.calendar
            care = await self._care.changes(o, enrolments, busy, ids, calendar, name, now)
        acts += care.acts
        self._store(name, now, reading, acts, holds, repeats)
        due = [a for a in acts if not a.needs_approval]
        if reading.stops and due:
            self._gate.forgo(self.account)
        writes = [] if reading.stops else await self._write(due, await self._allowed(o, now))
        await self._tell(o, d, reading, now, standing.tables.troubles)
        await self._notifier.notify(care.notices)
        return report_of(self.account, now, name, reading, o, d, acts, writes, len(foreign))

    def _name(self) -> str:
        """Names this tick; its decisions' ids follow from it."""
        return f"{self.account}@{self.now().isoformat(timespec='milliseconds')}#{self._gate.parts.fence}.{self._ticks}"

    async def _allowed(self, o: Observation, now: datetime) -> list[DecisionRecord]:
        """What a person has approved and may be sent; people hear of what may not."""
        judged = self._approvals.judged(o, now)
        await self._notifier.notify([self._dropped(a, why) for a, why in judged.dropped])
        return judged.allowed

    def _enrol(self, enrolments: Sequence[Enrolment], listing: Listing | None) -> list[Enrolment]:
        """Enrolled campaigns, newcomers that a standing enrolment takes in among them (R-ENROL)."""
        fresh: list[Enrolment] = []
        if listing is not None and any(is_selector(e.campaign) for e in enrolments):
            with self._ledger.begin() as t:
                fresh = newcomers(enrolments, t.unenrolled(self.account), listing.campaigns, self.now())
            if fresh:
                with self._ledger.begin(durable=True) as t:
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
        with self._ledger.begin() as t:
            open_writes = t.open_writes(self.account)
            self._edits.refresh(t, open_writes, now)
            if reading.listing is not None:  # after the edits, which explain the targets that it shows
                o.ingest_listing(reading.listing)
            o.ingest_pauses(t.pauses(self.account))
            switches = t.switches(self.account)
            midnight = self._days.start(self._days.of(now.timestamp()))
            live_since = self._first_live(t, midnight)
            today = datetime.fromtimestamp(midnight, UTC)
            recent = t.recent_writes(self.account, now - EditFeed.LOOK_BACK)
            said_no = refused(t.refused(self.account, today), recent, now - REFUSED_REST)
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
            proved_absent=proved_absent(recent),
            ledger_since=self._ledger_since,
            refused=said_no,
            tables=fresh(self._tables(), now.timestamp(), self._rules),
            ship_hours=self._rules.ship_hours,
            cash_share=self._rules.cash_share,
            cash_stale_d=self._rules.cash_stale_d,
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
        """Decide; ask for the suggestions, then the sessions that the outcome turns on; decide again with them."""
        policy, ids = self._book.mixed(enrolments)
        await self._asking.due({e.campaign for e in enrolments}, now)
        look = self.observer.look(now, standing)
        o = look.observation
        d = decide(policy, o, self._rules)
        if await self._asking.turned_on(o, d, now):
            o = look.with_answers().observation
            d = decide(policy, o, self._rules)
        unread, aired = await self._asking.rooms(o, d, self._approved_live(o), now)
        if aired:
            o = self.observer.observe(now, replace(standing, unread_rooms=unread))
            d = decide(policy, o, self._rules)
        return o, d, policy, ids

    def _approved_live(self, o: Observation) -> set[CampaignId]:
        if not (o.kind == Kind.LIVE).any():
            return set()
        with self._ledger.begin() as t:
            return {a.campaign for a in t.approved(self.account)}

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
        idle, names = (d.lever == Lever.NONE).tolist(), d.campaign.tolist()
        reasons, matched = d.reason.tolist(), d.matched.tolist()
        for i in rows.tolist():
            if idle[i]:
                held[names[i]] = reasons[i], rule[matched[i]]
                if self._holding.get(names[i]) == held[names[i]]:
                    repeats[reasons[i]] += 1
                    continue
            made = record(d.row(i), o, i, tick, now, ids.get(CampaignId(names[i]), ""), self._sign, rule[matched[i]])
            (acts if made.field is not None else holds).append(made)
        self._holding = held
        return acts, holds, repeats

    def _store(
        self, tick: str, now: datetime, reading: Reading, acts: Sequence[DecisionRecord], holds: Sequence[DecisionRecord],
        repeats: Mapping[int, int],
    ) -> None:  # fmt: skip
        """Everything this tick knew and decided, before anything is sent. Holds alone may die with the power: they can be redone."""
        listing = reading.listing
        good = listing is not None and listing.complete
        with self._ledger.begin(durable=bool(acts)) as t:
            if listing is not None:
                t.add_facts(self.account, Panel.concat([listing_facts(listing, self._days), reading.panel]))
                t.save_campaigns(listing.campaigns, listing.read_at)
            t.save_life(self.observer.lives())
            t.add_decisions([*self._approvals.news(t, acts, now), *holds])
            t.count_holds(self.account, self._sign.mode, now, repeats)
            t.beat(self.account, tick, now, good)

    async def preview(self) -> TickReport:
        """What a tick would do now, beside the process that does it: nothing is adopted, stored or written."""
        reading, now, (o, d, policy, ids) = await self._look()
        acts, _, _ = self._records(o, d, policy, ids, self._name(), now)
        return report_of(self.account, now, self._name(), reading, o, d, acts)

    async def look(self) -> tuple[Reading, Observation, Decisions]:
        """What a tick would read, see and decide now, over all listed campaigns; nothing is adopted, stored or written."""
        reading, _, (o, d, _, _) = await self._look()
        return reading, o, d

    async def _look(
        self,
    ) -> tuple[Reading, datetime, tuple[Observation, Decisions, Policy, Mapping[CampaignId, str]]]:
        with self._ledger.begin() as t:
            given = t.enrolments(self.account)
        reading = await self._reader.read(self.now(), [e.campaign for e in given if e.boost_quiet])
        enrolments, now = [e for e in given if not is_selector(e.campaign)], self.now()
        return reading, now, await self._decide(now, enrolments, self._take_in(reading, enrolments, now))

    async def take_up(self, decisions: Collection[str]) -> dict[str, tuple[str, str]]:
        """Carry out approved proposals at once, as a tick would: read, see what others did, judge them anew, pass the gate. By
        decision, the state of its write and why; "waiting" where something must pass first."""
        await self._gate.settle(self.account)
        with self._ledger.begin() as t:
            enrolments = [e for e in t.enrolments(self.account) if not is_selector(e.campaign)]
        reading = await self._reader.read(self.now(), [e.campaign for e in enrolments if e.boost_quiet])
        foreign = await self._others(reading.listing)
        now = self.now()
        o, _, _, _ = await self._decide(now, enrolments, self._take_in(reading, enrolments, now, foreign))
        judged = self._approvals.judged(o, now)
        allowed = [] if reading.stops else judged.allowed
        await self._write([], [a for a in allowed if a.id in decisions])
        with self._ledger.begin() as t:
            recent = t.recent_writes(self.account, now - timedelta(hours=1))
        told = {a.id: ("waiting", why) for a, why in judged.waiting}
        told |= {w.request.decision: (w.state.value, w.why) for w in recent}
        return {id: told.get(id, ("waiting", "")) for id in decisions}

    async def wish(self, campaign: CampaignId, policy: Policy) -> DecisionRecord | None:
        """What `policy` would do to one campaign now, as a decision that is not stored; None where it is not enrolled."""
        with self._ledger.begin() as t:
            enrolments = [e for e in t.enrolments(self.account) if not is_selector(e.campaign)]
        if campaign not in {e.campaign for e in enrolments}:
            return None
        reading = await self._reader.read(self.now(), [])
        now = self.now()
        o = self.observer.observe(now, self._take_in(reading, enrolments, now))
        info = self._asking.info(campaign)
        if info is not None and await self._asking.suggestions([info], now):
            o = self.observer.observe(now, self._take_in(reading, enrolments, now))
        rows = np.flatnonzero(o.campaign == campaign)
        if len(rows) == 0:
            return None
        d = decide(policy, o, self._rules)
        return record(d.row(int(rows[0])), o, int(rows[0]), "wish", now, type(policy).__name__, self._sign, "[]")

    async def _write(self, acts: Sequence[DecisionRecord], approved: Sequence[DecisionRecord]) -> list[Write]:
        """Through the gate, one after the other: pauses first, then what a person has approved, then what acts now. R-ONE: of two
        levers of one campaign the first goes; an approval then waits for the next tick, an act is dropped."""
        writes: list[Write] = []
        moved: set[CampaignId] = set()
        said = {a.id for a in approved}
        for decided in sorted([*approved, *acts], key=lambda a: (not _pauses(a), a.id not in said)):
            if decided.campaign in moved:
                if decided.id not in said:
                    writes.append(self._gate.refuse(decided, because(Reason.ONE_LEVER)))
                continue
            info = self._asking.info(decided.campaign)
            objective = info.objective if info is not None and decided.field is Field.ROI_TARGET else None
            write = await self._gate.write(request(decided, objective), decided)
            writes.append(write)
            if write.state in REACHED:
                moved.add(decided.campaign)
            elif decided.id in said and write.id:
                await self._notifier.notify([self._dropped(decided, write.why)])
        return writes

    def _dropped(self, a: DecisionRecord, why: str) -> Notice:
        detail = f"{a.field.value if a.field else ''} {a.old} -> {a.new}: {why}"
        key = f"{Alert.APPROVAL_DROPPED.name}/{a.id}"
        return Notice(Alert.APPROVAL_DROPPED, self.account, a.campaign, self._sign.mode, self.now(), detail, key)

    async def _tell(
        self, o: Observation, d: Decisions, reading: Reading, now: datetime, troubles: Sequence[str]
    ) -> None:
        raised = {
            (a, None if a in OF_ACCOUNT else CampaignId(str(d.campaign[i])))
            for i in np.flatnonzero(o.enrolled & (d.alerts != 0)).tolist()
            for a in Alert
            if int(d.alerts[i]) & a.bit
        }
        notices = [
            Notice(a, self.account, campaign, self._sign.mode, now, "", f"{a.name}/{campaign or self.account}")
            for a, campaign in sorted(raised, key=lambda r: (r[1] or "", r[0]))
        ]
        if reading.stops:
            notices.append(
                Notice(Alert.ENVELOPE, self.account, None, self._sign.mode, now, reading.troubles[0], "ENVELOPE")
            )
        notices += [
            Notice(Alert.TABLE, self.account, None, self._sign.mode, now, trouble, f"TABLE/{trouble}")
            for trouble in troubles
        ]
        await self._notifier.notify(notices)


def _pauses(a: DecisionRecord) -> bool:
    return a.field is Field.STATUS and a.new == "DISABLE"


def _number(value: float) -> float:
    return value if value == value else 0.0
