"""Turns the hours of changed days into day sums, and keeps today's and yesterday's hours at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import Session
from bidctl.domain.values import Kind
from bidctl.engine.day_sums import DAYS
from bidctl.engine.days import HOUR_S
from bidctl.engine.groups import Groups
from bidctl.engine.life import FED_SPEND, SPENT
from bidctl.engine.memory import EVERY_DAY, RESOLVED_DAYS, Memory
from bidctl.engine.resolve import DayByHours, resolve
from bidctl.engine.roster import Roster
from bidctl.engine.rows import dot, filled, total

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """The rows by life unit, and the `number` of each unit, ascending."""

    rows: Groups
    number: Int


def _units(roster: Roster) -> Units:
    number, of = np.unique(roster.ints("unit"), return_inverse=True)
    return Units(roster.grouped(of, len(number)), number)


class Hourly:
    """`views`: today and yesterday by hour; `account`: yuan of each account by day and hour, (a, 23 to 25); `by_session`: yuan of
    a life unit in a session's share of a day, keyed (unit, room, day); `own`: yuan of each campaign by day and hour,
    (n, 23 to 25), NaN = unknown."""

    def __init__(self, memory: Memory) -> None:
        self._m = memory
        self.views: dict[int, DayByHours] = {}
        self.account: dict[int, Float] = {}
        self.by_session: dict[tuple[int, str, int], float] = {}
        self.own: dict[int, NDArray[np.float32]] = {}

    def refresh(self, now: float) -> None:
        """Resolve what changed since the last time; the cost is that of today, whatever the history."""
        m, today = self._m, self._m.days.of(now)
        window = range(today - RESOLVED_DAYS + 1, today + 1)
        everything = EVERY_DAY in m.dirty or not self.views
        stale = set(window) if everything else m.dirty & set(window)
        m.dirty.clear()
        m.past_changes += bool(stale - {today}) or today not in self.views
        units = _units(m.roster)
        for day in sorted(stale | {today}):
            view = resolve(day, m.days, m.hours, m.snaps, m.roster.floats("created"), now)
            self._keep(view, today)
            self._add_up(view, units)
            self.own[day] = view.x[0].astype(np.float32)
        self.own = {d: x for d, x in self.own.items() if d in window}
        if everything:
            self._older_shares(range(today - DAYS + 1, window[0]))
        for day in [d for d in self.views if d < today - 1]:
            del self.views[day]
        self.account = {d: x for d, x in self.account.items() if d in window}
        self.by_session = {k: v for k, v in self.by_session.items() if k[2] > today - DAYS}

    def _keep(self, view: DayByHours, today: int) -> None:
        if view.day >= today - 1:
            self.views[view.day] = view

    def _add_up(self, view: DayByHours, units: Units) -> None:
        m, slot = self._m, view.day % DAYS
        m.sums.total[:, :, slot] = view.total
        m.sums.source[:, slot] = view.total_source
        net = m.roster.flags("net")
        gmv = filled(np.where(net[:, None], view.x[3], view.x[1]) if net.any() else view.x[1])
        m.sums.share[:, slot] = self._share(view.first, gmv, np.ones(len(net), np.bool_))
        m.sums.weighed[:, slot] = True
        m.sums.least[:, slot] = view.least
        m.sums.known[:, slot] = view.known_at
        spend = filled(view.x[0])
        self.account[view.day] = m.roster.by_account.sums_of_columns(spend)
        self._milestones(view, spend, slot, units)

    def _share(self, first: int, gmv: Float, which: NDArray[np.bool_]) -> Float:
        """sum(GMV_i / target_i) / sum(GMV_i) of a day whose hours' `gmv` (n, k) begin at index `first`, by the target in force in
        the middle of each hour; `which` (n,): rows whose edits count."""
        m = self._m
        grid, target = m.book.grid_units, m.roster.ints("target")
        share = np.where(target > 0, grid / np.where(target > 0, target, 1), np.nan)
        middles = np.array([m.days.hour_start(first + i) + HOUR_S / 2 for i in range(gmv.shape[1])])
        rows = np.flatnonzero(which & (target > 0) & m.book.some(m.book.changes.at >= middles[0]))
        if len(rows):
            inverse = grid / np.maximum(m.book.in_force(rows, middles, target[rows]), 1)
            own, mean = total(gmv[rows]), total(inverse) / inverse.shape[1]
            weighed = dot(gmv[rows], inverse) / np.where(own > 0, own, 1.0)
            same = (inverse == inverse[:, :1]).all(axis=1)
            share[rows] = np.where(same, inverse[:, 0], np.where(own > 0, weighed, mean))
        return share

    def _older_shares(self, window: range) -> None:
        """The same of days whose hours were never read: hourly reports do not reach as far back as the ledger's edits."""
        m = self._m
        for day in window:
            first, k = m.days.hours(day)
            slot = day % DAYS
            blind = ~m.sums.weighed[:, slot]
            if blind.any():
                told = self._share(first, np.zeros((len(blind), k)), blind)
                m.sums.share[:, slot] = np.where(blind, told, m.sums.share[:, slot])

    def _milestones(self, view: DayByHours, spend: Float, slot: int, units: Units) -> None:
        """In which hour the unit's spend of the day began and reached 200 yuan; what each session spent."""
        m, unit = self._m, units.rows.of
        by_unit = units.rows.sums_of_columns(spend)
        level = np.cumsum(by_unit, axis=1)
        fed = np.where((level[:, -1] >= FED_SPEND), (level >= FED_SPEND).argmax(axis=1), -1)
        first = np.where(level[:, -1] > SPENT, (by_unit > SPENT).argmax(axis=1), -1)
        m.fed_hour[:, slot] = fed[unit]
        m.first_hour[:, slot] = first[unit]
        self._sessions(view, units.number, by_unit)

    def _sessions(self, view: DayByHours, units: Int, by_unit: Float) -> None:
        m, k = self._m, by_unit.shape[1]
        if not m.sessions:
            return
        begin, end = m.days.hour_start(view.first), m.days.hour_start(view.first + k)
        live = np.flatnonzero((m.roster.ints("kind") == Kind.LIVE) & (m.roster.ints("live_key") >= 0))
        pairs = dict(zip(m.roster.ints("unit")[live].tolist(), m.roster.ints("live_key")[live].tolist(), strict=True))
        for u, key in pairs.items():
            for s in m.sessions.get(key, []):
                if s.started_at.timestamp() < end and _ended(s) > begin:
                    spent = by_unit[np.searchsorted(units, u)] * _overlap(s, begin, k)
                    self.by_session[(u, s.room, view.day)] = float(spent.sum())


def _ended(s: Session) -> float:
    return np.inf if s.ended_at is None else s.ended_at.timestamp()


def _overlap(s: Session, begin: float, k: int) -> Float:
    """(k,) hours of the day that the session touches. Live spend happens on air, so a touched hour is the session's."""
    starts = begin + HOUR_S * np.arange(k)
    return ((s.started_at.timestamp() < starts + HOUR_S) & (_ended(s) > starts)).astype(np.float64)
