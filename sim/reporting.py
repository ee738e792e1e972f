"""Reports from the books as the platform would give them now: paid at once, refunds as they have arrived so far, some rows late."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sim.books import BACK, BACK_ORDERS, GMV, HOURLY, ORDERS, SPEND, WINDOWS, Books
from sim.calendar import HOUR, day_of, day_start
from sim.scenario import Scenario
from sim.seam import Report
from sim.shocks import Shocks, Stream

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = tuple[Int, Float, Int]
"""Campaign (m,), begin of the span (m,), and its cells (columns of the books, m)."""


class Reporter:
    """`scenario.noise.spend_revision`: largest share of today's spend that shows only next day (qianchuan.md 9.6)."""

    def __init__(self, books: Books, shocks: Shocks, scenario: Scenario) -> None:
        self._books, self._shocks = books, shocks
        self._revision, self._rules = scenario.noise.spend_revision, scenario.reporting
        self._whole = not (self._rules.delay_hours or self._rules.late_share)

    def rows(self, campaigns: Int, keys: Int, since: float, until: float, span: str, now: float) -> Report:
        """Rows whose span begins in [since, until), spans with neither spend nor orders left out.
        `keys`: line of luck of each campaign. Raises ValueError for an unknown span."""
        if span not in ("hour", "day"):
            raise ValueError(f"span {span!r}: expected 'hour' or 'day'")
        days = range(max(day_of(since), self._books.first_day), day_of(min(until, now)) + 1)
        if span == "hour":
            return _report(*_joined([self._hours(campaigns, keys, d, since, until, now) for d in days]))
        return self._days(campaigns, keys, [d for d in days if since <= day_start(d) < until], now)

    def totals(self, campaigns: Int, keys: Int, now: float) -> Report:
        """The current natural day, one row per campaign, zeros included."""
        day = day_of(now)
        return _report(
            campaigns, np.full(len(campaigns), day_start(day)), self._cells_of_day(campaigns, keys, day, now)
        )

    def _days(self, campaigns: Int, keys: Int, days: list[int], now: float) -> Report:
        cells = np.zeros((BACK + WINDOWS, len(days), len(campaigns)), np.int64)
        for i, day in enumerate(days):
            cells[:, i] = self._cells_of_day(campaigns, keys, day, now)
        rows = np.flatnonzero((cells[SPEND] > 0) | (cells[ORDERS] > 0))
        when, who = np.divmod(rows, max(1, len(campaigns)))
        begins = np.array([day_start(day) for day in days], np.float64)
        return _report(campaigns[who], begins[when], cells.reshape(len(cells), -1).take(rows, axis=1))

    def _cells_of_day(self, campaigns: Int, keys: Int, day: int, now: float) -> Int:
        cells = self._books.days(campaigns, day)[: BACK + WINDOWS]
        if not self._whole and now < day_start(day + 1) + (self._rules.delay_hours + self._rules.late_hours) * HOUR:
            hours = self._revised(self._books.hours(campaigns, day, 0, 24), keys, day, now)
            cells[:HOURLY] = (hours * self._shown(keys, day, 0, 24, now)).sum(axis=1)
            held = np.cumsum(cells[BACK:], axis=0) > cells[GMV]  # refunds of orders that do not show yet
            cells[BACK:][held] = 0
        elif day == day_of(now) and self._revision:
            begun = int((now - day_start(day)) // HOUR) + 1
            hours = self._books.hours(campaigns, day, 0, begun)
            cells[SPEND] = self._revised(hours, keys, day, now)[SPEND].sum(axis=0)  # as the hours add up
        return cells

    def _hours(self, campaigns: Int, keys: Int, day: int, since: float, until: float, now: float) -> Rows:
        base = day_start(day)
        first = max(0, int(-(-(since - base) // HOUR)))
        last = min(24, max(first, int(-(-(until - base) // HOUR))))
        cells = self._revised(self._books.hours(campaigns, day, first, last), keys, day, now)
        seen = (cells[SPEND] > 0) | (cells[ORDERS] > 0)
        seen &= self._shown(keys, day, first, last, now)
        if self._rules.missing_share:
            seen &= self._luck(keys, day, np.arange(first, last), 1) >= self._rules.missing_share
        who, when = np.nonzero(seen.T)
        rows = when * len(campaigns) + who
        begins = base + HOUR * (first + when.astype(np.float64))
        return campaigns[who], begins, cells.reshape(len(cells), -1).take(rows, axis=1)

    def _revised(self, cells: Int, keys: Int, day: int, now: float) -> Int:
        if day == day_of(now) and self._revision > 0 and len(keys):
            cells[SPEND] -= (cells[SPEND] * self._late(keys, day)).astype(np.int64)
        return cells

    def _late(self, keys: Int, day: int) -> Float:
        """(campaigns,) share of the day's spend that shows only on the next."""

        def draw() -> Float:
            return np.asarray(self._revision * self._shocks.uniforms(Stream.REVISION, keys, day)[0])

        return self._shocks.shared(("revision", self._revision, keys.tobytes(), day), range(day, day + 1), draw)

    def _shown(self, keys: Int, day: int, first: int, last: int, now: float) -> Mask:
        """(hours, campaigns): reports hold the hour by now."""
        if self._whole or not len(keys):
            return np.ones((last - first, len(keys)), np.bool_)
        hours, rules = np.arange(first, last), self._rules
        late = rules.late_hours * (self._luck(keys, day, hours, 0) < rules.late_share)
        wait = (rules.delay_hours + late) * HOUR
        ended = np.where(wait > 0, day_start(day) + HOUR * (hours[:, None] + 1), now)
        return np.asarray(ended + wait <= now)

    def _luck(self, keys: Int, day: int, hours: Int, which: int) -> Float:
        flat = np.broadcast_to(keys, (len(hours), len(keys)))
        u: Float = self._shocks.uniforms(Stream.ROWS, flat.ravel(), day, np.repeat(hours, len(keys)))[which]
        return u.reshape(flat.shape)


def _report(campaign: Int, start: Float, cells: Int) -> Report:
    """Columns x rows to the report's columns. Of an hour, what is settled after N days is not reported."""
    _, within_hour, *by_days = accumulate(cells[BACK:], np.subtract, initial=cells[GMV])
    if not by_days:
        by_days = [np.full(len(campaign), -1)] * (WINDOWS - 1)
    return Report(
        np.asarray(campaign, np.int64), start, cells[SPEND], cells[GMV], cells[ORDERS],
        within_hour, cells[ORDERS] - cells[BACK_ORDERS], *by_days,
    )  # fmt: skip


def _joined(parts: list[Rows]) -> Rows:
    none = np.zeros(0, np.int64), np.zeros(0), np.zeros((HOURLY, 0), np.int64)
    campaign, start, cells = zip(none, *parts, strict=True)
    return np.concatenate(campaign), np.concatenate(start), np.concatenate(cells, axis=1)
