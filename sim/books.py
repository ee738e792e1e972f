"""What was booked: spend, orders and refunds by campaign and hour, and a ledger per campaign that balances to the cent.

A page is a natural day: its hours in columns, one column a campaign. What is asked by the day has a row for each (campaign, day).
Refunds wait by the day in which they arrive, and are booked on the hour and the day in which the order was paid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, OFFSET
from sim.delivery import Span
from sim.orders import Sales

Int = NDArray[np.int64]
SPEND, GMV, ORDERS, BACK_ORDERS, BACK = 0, 1, 2, 3, 4  # BACK, BACK_ORDERS: refunded within the hour
WINDOWS = 5  # rows BACK .. BACK + 4 of a day: by window of the delay
KEEP = BACK + WINDOWS  # of a day: never refunded
HOURLY, DAILY = BACK + 1, KEEP + 1
AT, ROW, PLACE, VALUE = 0, 1, 2, 3  # of refunds to come; PLACE = hour x WINDOWS + window
LEDGER = ("spend", "gmv", "kept", "refunded", "open", "never_refunded")


@dataclass(slots=True)
class Page:
    """A natural day. `who`: campaign of each column; `column` of each campaign, -1 = none; `first`: row of column 0 in the table
    of days; `hours` (HOURLY, 24, columns)."""

    who: Int
    column: Int
    first: int
    hours: Int


class Books:
    """All bookings of a world. `first_day`: natural day of its beginning; `settle_days`: age at which the orders that are never
    refunded count as kept. Tallies per campaign, fen: gmv = kept + refunded + open at every instant."""

    def __init__(self, first_day: int, settle_days: int) -> None:
        self.first_day, self.settle_days = first_day, settle_days
        self.pages: list[Page] = []
        self.daily = np.zeros((DAILY, 0), np.int64)
        self._owner = np.zeros(0, np.int64)
        self._due = np.zeros((4, 0), np.int64)
        self._fresh: list[Int] = []
        self._later: list[
            tuple[int, Int, Int]
        ] = []  # first day of arrival, refunds by day of arrival, edges of the days
        self.spend, self.gmv, self.kept, self.refunded, self.open, self.never_refunded = (
            np.zeros(0, np.int64) for _ in range(6)
        )

    @property
    def today(self) -> int:
        return self.first_day + len(self.pages) - 1

    def admit(self, n: int) -> None:
        """Make room for `n` campaigns in all."""
        for name in LEDGER:
            setattr(self, name, np.pad(getattr(self, name), (0, n - len(getattr(self, name)))))

    def next_day(self, who: Int) -> None:
        """Begin the next natural day for these campaigns: bring its refunds near, settle the day that has come of age."""
        if self.pages:
            self.arrive((self.today + 1) * DAY - OFFSET)
        self._put_by()
        self.pages.append(Page(who[:0], np.full(len(self.gmv), -1), self._rows, np.zeros((HOURLY, 24, 0), np.int64)))
        self.add_columns(who)
        self._due = np.concatenate([self._due, *self._arriving(self.today)], axis=1)
        self._settle(self.today - self.settle_days)

    def add_columns(self, who: Int) -> None:
        """Columns of today for further campaigns, in this order after those that it has."""
        page, more, rows = self.pages[-1], len(who), self._rows
        self._grow(rows + more)
        self._owner[rows : rows + more] = who
        page.column = np.pad(page.column, (0, len(self.gmv) - len(page.column)), constant_values=-1)
        page.column[who] = len(page.who) + np.arange(more)
        page.who = np.concatenate([page.who, who])
        page.hours = np.concatenate([page.hours, np.zeros((HOURLY, 24, more), np.int64)], axis=2)

    def book(self, first: int, who: Int, span: Span, spend: Int, sales: Sales) -> None:
        """A span of today of the campaigns `who`, whose columns begin at `first`; (steps, m) each."""
        page, m = self.pages[-1], len(who)
        hours, columns = span.hours, slice(first, first + m)
        rows = slice(page.first + first, page.first + first + m)
        for name, what in ((SPEND, spend), (GMV, sales.gmv), (ORDERS, sales.orders)):
            total = what.sum(axis=0)
            page.hours[name, hours, columns] += what if span.hourly else total
            self.daily[name, rows] += total
            if name != ORDERS:
                self._tally(name)[who] += total
        self._book_returns(page, first, who, span, sales)

    def _book_returns(self, page: Page, first: int, who: Int, span: Span, sales: Sales) -> None:
        back, m = sales.returns, len(who)
        lost = np.bincount(back.column, weights=back.value, minlength=m).astype(np.int64)
        keep = sales.gmv.sum(axis=0) - lost
        self.daily[KEEP, page.first + first : page.first + first + m] += keep
        self.never_refunded[who] += keep
        self.open[who] += sales.gmv.sum(axis=0)
        if len(back.value):
            hour = span.first + (back.step if span.hourly else np.zeros_like(back.step))
            row = back.column + (page.first + first)
            self._fresh.append(np.stack([back.at, row, hour * WINDOWS + back.window, back.value]))

    def _tally(self, name: int) -> Int:
        return self.spend if name == SPEND else self.gmv

    def arrive(self, until: float) -> None:
        """Book the refunds that arrive before `until`, an instant of today or its end."""
        if self._fresh:
            self._split_fresh()
        now = self._due[AT] < until
        if now.any():
            self._refund(self._due[:, now])
            self._due = self._due[:, ~now]

    def _refund(self, due: Int) -> None:
        row, place, value = due[ROW], due[PLACE], due[VALUE]
        window, owner = place % WINDOWS, self._owner[row]
        np.add.at(self.daily.reshape(-1), (BACK + window) * self.daily.shape[1] + row, value)
        np.add.at(self.refunded, owner, value)
        np.subtract.at(self.open, owner, value)
        quick = window == 0
        np.add.at(self.daily[BACK_ORDERS], row[quick], 1)
        for page in self.pages[-2:]:
            here = quick & (row >= page.first) & (row < page.first + len(page.who))
            cell = (place[here] // WINDOWS, row[here] - page.first)
            np.add.at(page.hours[BACK], cell, value[here])
            np.add.at(page.hours[BACK_ORDERS], cell, 1)

    def _split_fresh(self) -> None:
        """Refunds of today's orders: those of today fall due, the others wait."""
        fresh = np.concatenate(self._fresh, axis=1)
        self._fresh.clear()
        tomorrow = (self.today + 1) * DAY - OFFSET
        soon = fresh[AT] < tomorrow
        self._due = np.concatenate([self._due, fresh[:, soon]], axis=1)
        rest = fresh[:, ~soon]
        if rest.shape[1]:
            self._later.append((self.today, rest, np.zeros(0, np.int64)))

    def _put_by(self) -> None:
        """End of a day: order what its orders will bring back by the day of arrival."""
        mine = [part for day, part, edges in self._later if day == self.today and not len(edges)]
        if not mine:
            return
        self._later = [one for one in self._later if len(one[2])]
        rest = np.concatenate(mine, axis=1)
        days = ((rest[AT] + OFFSET) // DAY - self.today).astype(np.uint8)
        order = np.argsort(days, kind="stable")
        edges = np.searchsorted(days[order], np.arange(int(days.max()) + 2))
        self._later.append((self.today, np.ascontiguousarray(rest[:, order]), edges))

    def _arriving(self, day: int) -> list[Int]:
        found = []
        for paid, rest, edges in self._later:
            k = day - paid
            if k + 1 < len(edges):
                found.append(rest[:, edges[k] : edges[k + 1]])
        self._later = [one for one in self._later if day - one[0] + 2 < len(one[2])]
        return found

    def _settle(self, day: int) -> None:
        if day < self.first_day:
            return
        page = self.pages[day - self.first_day]
        fen = self.daily[KEEP, page.first : page.first + len(page.who)]
        self.kept[page.who] += fen
        self.open[page.who] -= fen

    # what was booked

    def hours(self, campaigns: Int, day: int, first: int, last: int) -> Int:
        """(HOURLY, hours [first, last), campaigns) of a natural day; zeros where nothing was booked."""
        out = np.zeros((HOURLY, last - first, len(campaigns)), np.int64)
        have, column = self._columns(campaigns, day)
        out[:, :, have] = self.pages[day - self.first_day].hours[:, first:last, column] if len(have) else 0
        return out

    def days(self, campaigns: Int, day: int) -> Int:
        """(DAILY, campaigns) of a natural day; zeros where nothing was booked."""
        out = np.zeros((DAILY, len(campaigns)), np.int64)
        have, column = self._columns(campaigns, day)
        out[:, have] = self.daily[:, self.pages[day - self.first_day].first + column] if len(have) else 0
        return out

    def _columns(self, campaigns: Int, day: int) -> tuple[Int, Int]:
        k = day - self.first_day
        if not 0 <= k < len(self.pages):
            return campaigns[:0], campaigns[:0]
        page = self.pages[k]
        if not len(page.who):
            return campaigns[:0], campaigns[:0]
        column = np.where(campaigns < len(page.column), page.column[np.minimum(campaigns, len(page.column) - 1)], -1)
        have = np.flatnonzero(column >= 0)
        return have, column[have]

    @property
    def _rows(self) -> int:
        """Rows in use."""
        return self.pages[-1].first + len(self.pages[-1].who) if self.pages else 0

    def _grow(self, rows: int) -> None:
        room = self.daily.shape[1]
        if rows > room:
            more = max(rows, room + room // 2) - room
            self.daily = np.pad(self.daily, ((0, 0), (0, more)))
            self._owner = np.pad(self._owner, (0, more))
