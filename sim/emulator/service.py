"""The platform's own state over a world: who has which campaigns, what is set, who changed it, what is protected.

All state changes go through `settle` first: virtual time comes from the clock, the world follows, people's edits that fell due
are applied in order. Endpoints only read this and call the edit methods of `edits.Editor`.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.emulator import campaign as campaigns
from sim.emulator import ids, life, protection, times
from sim.emulator.campaign import Campaign, Settings
from sim.emulator.clock import VirtualClock
from sim.emulator.errors import ApiError
from sim.emulator.faults import Faults
from sim.emulator.journal import Journal
from sim.emulator.life import Life
from sim.emulator.metrics import ZERO, Sums, added, sums
from sim.emulator.tables import Tables
from sim.emulator.tokens import Tokens
from sim.seam import LiveSession, PlatformWorld

NUDGE_S = 5e-6
"""Events of one instant are told apart by microseconds (more than a float64 epoch blurs), so that the journal has one order."""


@dataclass(order=True, slots=True)
class HumanEdit:
    """A person's edit to come, at a virtual instant."""

    due: float
    order: int
    campaign: int = field(compare=False)
    name: str = field(compare=False)
    value: object = field(compare=False)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the operation log; reads show it from `shown_at` on."""

    id: int
    at: float
    shown_at: float
    campaign: int
    operator_id: str
    operator: str
    title: str
    content: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Boost:
    """A running or past boost (一键起量) of a campaign; times epoch s, budget fen."""

    id: int
    campaign: int
    begins: float
    hours: float
    budget: int


class Service:
    """Accounts, campaigns, tokens, log, faults and journal of one emulated platform."""

    def __init__(self, world: PlatformWorld, clock: VirtualClock, journal: Journal) -> None:
        self.world, self.clock, self.journal = world, clock, journal
        self.tokens, self.faults = Tokens(world.now), Faults()
        self.campaigns: list[Campaign] = []
        self._by_id: dict[int, Campaign] = {}
        self.groups: dict[tuple[int, int, int, int], list[int]] = {}
        self.of_account: dict[int, list[int]] = {}
        self.log: dict[int, list[LogEntry]] = {}
        self.boosts: list[Boost] = []
        self.last_read: dict[tuple[str, int], float] = {}
        self.answered_none: set[int] = set()
        self.pending: list[HumanEdit] = []
        self._counter, self._stamp = 0, world.now
        self._paid: dict[int, bool] = {}
        self._paid_day = float("-inf")
        self._final: dict[int, tuple[float, list[tuple[float, int]]]] = {}
        self.tables = Tables()
        self._register()

    # time

    @property
    def now(self) -> float:
        """Virtual now, as far as the state has been settled."""
        return self.world.now

    @property
    def reported_at(self) -> float:
        """The instant at which reports last changed: the end of the world's last step where it says so, else now."""
        return float(getattr(self.world, "reported_at", self.world.now))

    @property
    def latest(self) -> float:
        """Now, at or after the instant of every event so far: what a read shows."""
        return max(self.world.now, self._stamp)

    def stamp(self) -> float:
        """The instant of an event: now, strictly after every earlier one."""
        self._stamp = max(self.clock.now(), self._stamp + NUDGE_S)
        return self._stamp

    def stamp_at(self, at: float) -> float:
        """The same for an event whose instant is given."""
        self._stamp = max(at, self._stamp + NUDGE_S)
        return self._stamp

    def run_to(self, at: float) -> None:
        """Move the world to an instant and take up the campaigns it created."""
        if at > self.world.now:
            self.world.advance(at)
            self._register()

    def next_number(self) -> int:
        self._counter += 1
        return self._counter

    def schedule(self, campaign: int, name: str, value: object, after_s: float) -> float:
        """Queue a person's edit; the virtual instant at which it will land."""
        due = self.clock.now() + after_s
        heapq.heappush(self.pending, HumanEdit(due, self.next_number(), campaign, name, value))
        return due

    # who is there

    def account(self, number: int) -> int:
        """Index of an ad account. Raises ApiError 40002."""
        if number - ids.ACCOUNT not in self.of_account:
            raise ApiError(40002, f"no permission to operate account {number}")
        return number - ids.ACCOUNT

    def find(self, number: int, account: int | None = None) -> Campaign | None:
        """The campaign with a plan id (of that account)."""
        found = self._by_id.get(number)
        return found if found and (account is None or found.spec.account == account) else None

    def campaign(self, number: int, account: int) -> Campaign:
        """Raises ApiError 40000 (code unconfirmed on the platform)."""
        found = self.find(number, account)
        if found is None:
            raise ApiError(40000, f"ad_id {number} does not exist in this account (emulator)")
        return found

    def awemes(self, account: int) -> list[int]:
        """Live-account indices used in an account."""
        found = {self.campaigns[i].spec.live_account for i in self.of_account[account]}
        return sorted(one for one in found if one >= 0)

    def log_since(self, account: int, since: float) -> list[LogEntry]:
        """Entries of an account's operation log from an instant on that reads show by now, oldest first."""
        entries = self.log.get(account, [])
        first = bisect_left(entries, since, key=lambda e: e.at)
        return [e for e in entries[first:] if e.shown_at <= self.latest]

    def _register(self) -> None:
        specs = self.world.specs
        for index in range(len(self.campaigns), len(specs)):
            spec = specs[index]
            self.campaigns.append(campaigns.of(index, spec))
            self._by_id[self.campaigns[index].id] = self.campaigns[index]
            self.of_account.setdefault(spec.account, []).append(index)
            key = (spec.account, spec.kind, int(spec.overall), int(spec.cost_controlled))
            self.groups.setdefault(key, []).append(index)

    # what reports say

    def today(self, indices: Sequence[int]) -> list[Sums]:
        """Totals of the natural day, in the order of `indices`."""
        if not indices:
            return []
        report = self.world.today(np.asarray(indices, np.int64))
        found = dict(zip(report.campaign.tolist(), sums(report), strict=True))
        return [found.get(i, ZERO) for i in indices]

    def rows(self, indices: Sequence[int], since: float, until: float, span: str) -> list[tuple[int, float, Sums]]:
        """(campaign, span start, sums) of spans that begin in [since, until); empty spans are left out."""
        if not indices or since >= until:
            return []
        report = self.world.report(np.asarray(indices, np.int64), since, until, span)
        return list(zip(report.campaign.tolist(), report.span_start.tolist(), sums(report), strict=True))

    def window(self, indices: Sequence[int], since: float, until: float) -> list[Sums]:
        """Sums of the natural days that begin in [since, until], in the order of `indices`."""
        today = times.day_start(self.now)
        if times.day_start(since) == today == times.day_start(until):
            return self.today(indices)
        by_campaign: dict[int, list[Sums]] = {}
        for index, _, row in self.rows(indices, times.day_start(since), until + 1, "day"):
            by_campaign.setdefault(index, []).append(row)
        return [added(by_campaign.get(i, [])) for i in indices]

    def spend_hours(self, index: int) -> list[tuple[float, int]]:
        """(hour start, fen) of the campaign's life, hours with spend only, by what is reported now. Hours before yesterday
        do not change any more and are asked for once."""
        cut, final = self._final.get(index, (times.day_start(self.campaigns[index].spec.created_at), []))
        rows = self.rows([index], cut, self.now + 1, "hour")
        fresh = sorted((at, row.spend) for _, at, row in rows if row.spend > 0)
        yesterday = max(cut, times.day_start(self.now) - times.DAY)
        kept = [*final, *(row for row in fresh if row[0] < yesterday)]
        self._final[index] = (yesterday, kept)
        return [*final, *fresh]

    # status and suggestion

    def status(self, c: Campaign, s: Settings, spent: int) -> str:
        """The platform's word for a campaign now (qianchuan.md 5.1)."""
        if s.deleted:
            return "DELETE"
        if not s.enabled:
            return "DISABLE"
        if self.finished(c):
            return "TIME_DONE"
        if self.now < c.spec.starts_at:
            return "TIME_NO_REACH"
        if c.live and not self.world.on_air(c.index):
            return "LIVE_ROOM_OFF"
        if s.budget and spent >= s.budget:
            return "OFFLINE_BUDGET"
        return "DELIVERY_OK"

    def finished(self, c: Campaign) -> bool:
        """Whether the world says that the campaign is over."""
        return self.world.finished(c.index)

    def suggestion(self, c: Campaign) -> float | None:
        """The suggestion as the wire shows it; None where there is none, or where the last answer said so."""
        if c.index in self.answered_none:
            return None
        value = float(self.world.suggestion(c.index)[0])
        return None if math.isnan(value) else round(value, 2)

    # live sessions

    def sessions(self, live_account: int, since: float) -> list[LiveSession]:
        return self.world.sessions(live_account, since) if live_account >= 0 else []

    # life, by what the reports had shown

    def life(self, c: Campaign) -> Life:
        """Feeding and observing of a campaign at now."""
        own = self._with_today(c, self.spend_hours(c.index))
        if not c.live:
            return life.goods(own, self.now, c.switched_at)
        members = [
            i for i in self.of_account[c.spec.account] if self.campaigns[i].spec.live_account == c.spec.live_account
        ]
        members = [i for i in members if self.campaigns[i].live]
        first = min(self.campaigns[i].spec.created_at for i in members)
        by_hour: dict[float, int] = {at: 0 for at, _ in own}
        for i in members:
            for at, fen in self.spend_hours(i):
                if self.campaigns[i].objective_at(at) == c.now.objective:
                    by_hour[at] = by_hour.get(at, 0) + fen
        for at, fen in own[-1:]:
            by_hour[at] = max(by_hour[at], fen)
        group = sorted((at, fen) for at, fen in by_hour.items() if fen)
        found = self.sessions(c.spec.live_account, first)
        spans = [(s.started_at, s.ended_at if s.ended_at == s.ended_at else float("inf")) for s in found]
        return life.live(own, group, spans, self.now, c.switched_at)

    def _with_today(self, c: Campaign, hours: list[tuple[float, int]]) -> list[tuple[float, int]]:
        """The list shows today's totals, perhaps sooner than the hourly report: the difference belongs to this hour."""
        shown = self.today([c.index])[0].spend
        counted = sum(fen for at, fen in hours if at >= times.day_start(self.now))
        return hours if shown <= counted else [*hours, (times.hour_start(self.now), shown - counted)]

    # protection

    def compensation(self, c: Campaign, spent_today: int) -> tuple[str, str]:
        """(compensate_status, reason). Today's once it has spent today, before that yesterday's outcome."""
        if not c.spec.cost_controlled or c.spec.overall:
            return "DEFAULT", ""
        if c.discipline.spoilt(self.now):
            return "INVALID", c.discipline.why
        if not spent_today and self._owed(c):
            done = self.now - times.day_start(self.now) >= protection.CONFIRMED_BY_S
            return ("PAID" if done else "CONFIRMING"), ""
        return ("ENDED", "") if c.now.deleted or self.finished(c) else ("IN_EFFECT", "")

    def _owed(self, c: Campaign) -> bool:
        """Whether yesterday is to be compensated; judged once, at the first question of the day."""
        today = times.day_start(self.now)
        yesterday = today - times.DAY
        if c.spec.created_at >= today or c.discipline.spoilt_day == yesterday:
            return False
        if self._paid_day != today:
            self._paid, self._paid_day = {}, today
        key = c.index
        if key not in self._paid:
            rows = self.rows([c.index], yesterday, today, "hour")
            net = c.objective_at(yesterday) == 1
            gmv = [((s.gmv_1h if net else s.gmv) or 0, c.target_at(at) / 100) for _, at, s in rows]
            orders = sum((s.orders_1h if net else s.orders) or 0 for _, _, s in rows)
            self._paid[key] = protection.is_owed(sum(s.spend for _, _, s in rows), orders, gmv)
        return self._paid[key]
