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
from sim.orders import Returns, Sales

Int = NDArray[np.int64]
SPEND, GMV, ORDERS, BACK_ORDERS, BACK = 0, 1, 2, 3, 4  # BACK, BACK_ORDERS: refunded within the hour
WINDOWS = 5  # rows BACK .. BACK + 4 of a day: by window of the delay
KEEP = BACK + WINDOWS  # of a day: never refunded
HOURLY, DAILY = BACK + 1, KEEP + 1
AT, ROW, PLACE, VALUE = (
    0,
    1,
    2,
    3,
)  # of refunds to come; AT seconds since the first day, PLACE = hour x WINDOWS + window
LARGEST = 2**31 - 1
Due = NDArray[np.int32 | np.int64]
LEDGER = ("spend", "gmv", "kept", "refunded", "open", "never_refunded")


@dataclass(slots=True)
class Page:
    """A natural day. `who`: campaign of each column; `column` of each campaign, -1 = none; `first`: row of column 0 in the table
    of days; `hours` (HOURLY, 24, columns), in 32 bits while no day's sum of a column needs more."""

    who: Int
    column: Int
    first: int
    hours: NDArray[np.int32 | np.int64]


class Books:
    """All bookings of a world. `first_day`: natural day of its beginning; `settle_days`: age at which the orders that are never
    refunded count as kept. Tallies per campaign, fen: gmv = kept + refunded + open at every instant."""

    def __init__(self, first_day: int, settle_days: int) -> None:
        self.first_day, self.settle_days = first_day, settle_days
        self.pages: list[Page] = []
        self.daily = np.zeros((DAILY, 0), np.int64)
        self._owner = np.zeros(0, np.int64)
        self._due: Due = np.zeros((4, 0), np.int32)  # of today
        self._fresh: list[Due] = []  # of today's orders, not yet looked at
        self._rest: list[Due] = []  # of today's orders, for later days
        self._later: list[
            tuple[int, Due, Int]
        ] = []  # day of the orders, refunds by day of arrival, edges of these days
        self.spend, self.gmv, self.kept, self.refunded, self.open, self.never_refunded = (
            np.zeros(0, np.int64) for _ in range(6)
        )

    @property
    def today(self) -> int:
        return self.first_day + len(self.pages) - 1

    @property
    def closed(self) -> list[Page]:
        """Pages on which nothing is booked any more."""
        return self.pages[:-2]

    def admit(self, n: int) -> None:
        """Make room for `n` campaigns in all."""
        for name in LEDGER:
            setattr(self, name, np.pad(getattr(self, name), (0, n - len(getattr(self, name)))))

    def next_day(self, who: Int) -> None:
        """Begin the next natural day for these campaigns: bring its refunds near, settle the day that has come of age."""
        if self.pages:
            self.arrive((self.today + 1) * DAY - OFFSET)
            self._put_by()
        column = np.full(len(self.gmv), -1)
        column[who] = np.arange(len(who))
        self._claim(who)
        self.pages.append(Page(who, column, self._rows, np.zeros((HOURLY, 24, len(who)), np.int32)))
        self._due = np.concatenate(self._arriving(self.today), axis=1)
        self._settle(self.today - self.settle_days)

    def add_columns(self, who: Int) -> None:
        """Columns of today for further campaigns, in this order after those that it has."""
        page, more = self.pages[-1], len(who)
        self._claim(who)
        page.column = np.pad(page.column, (0, len(self.gmv) - len(page.column)), constant_values=-1)
        page.column[who] = len(page.who) + np.arange(more)
        page.who = np.concatenate([page.who, who])
        page.hours = np.concatenate([page.hours, np.zeros((HOURLY, 24, more), np.int32)], axis=2)

    def book(self, first: int, who: Int, span: Span, spend: Int, sales: Sales) -> None:
        """A span of today of the campaigns `who`, whose columns begin at `first`; (steps, m) each."""
        page, m = self.pages[-1], len(who)
        columns, rows = slice(first, first + m), slice(page.first + first, page.first + first + m)
        for name, what in ((SPEND, spend), (GMV, sales.gmv), (ORDERS, sales.orders)):
            total = what.sum(axis=0)
            self.daily[name, rows] += total
            if page.hours.dtype == np.int32 and self.daily[name, rows].max() > LARGEST:
                page.hours = page.hours.astype(np.int64)
            page.hours[name, span.hours, columns] += (what if span.hourly else total).astype(page.hours.dtype)
            if name != ORDERS:
                self._tally(name)[who] += total
            if name == GMV:
                self._book_returns(page, first, who, span, total, sales.returns)

    def _book_returns(self, page: Page, first: int, who: Int, span: Span, gmv: Int, back: Returns) -> None:
        lost = np.bincount(back.column, weights=back.value, minlength=len(who)).astype(np.int64)
        self.daily[KEEP, page.first + first : page.first + first + len(who)] += gmv - lost
        self.never_refunded[who] += gmv - lost
        self.open[who] += gmv
        if len(back.value):
            fresh = np.empty((4, len(back.value)), np.int32 if back.value.max() <= LARGEST else np.int64)
            fresh[AT] = back.at + (self.today - self.first_day) * DAY
            fresh[ROW] = back.column + (page.first + first)
            fresh[PLACE] = (back.step + span.first if span.hourly else span.first) * WINDOWS + back.window
            fresh[VALUE] = back.value
            self._fresh.append(fresh)

    def _tally(self, name: int) -> Int:
        return self.spend if name == SPEND else self.gmv

    def arrive(self, until: float) -> None:
        """Book the refunds that arrive before `until`, an instant of today or its end."""
        if self._fresh:
            self._look_at_fresh()
        now = self._due[AT] < until - (self.first_day * DAY - OFFSET)
        if now.all():
            self._refund(self._due)
            self._due = self._due[:, :0]
        elif now.any():
            self._refund(self._due.compress(now, axis=1))
            self._due = self._due.compress(~now, axis=1)

    def _refund(self, due: Due) -> None:
        row, place, value = due[ROW], due[PLACE], due[VALUE].astype(np.int64)
        hour, room = place // WINDOWS, self.daily.shape[1]
        window, owner = place - hour * WINDOWS, self._owner.take(row)
        np.add.at(
            self.daily.reshape(-1), (BACK + window) * room + row, value
        )  # flat and of one type: ten times as fast
        came = np.bincount(owner, weights=value, minlength=len(self.gmv)).astype(np.int64)  # exact below 2**53
        self.refunded += came
        self.open -= came
        quick = np.flatnonzero(window == 0)
        self._refund_within_hour(row[quick], hour[quick], value[quick])

    def _refund_within_hour(self, row: Int, hour: Int, value: Int) -> None:
        """On the hour in which the order was paid: today's or yesterday's."""
        np.add.at(self.daily[BACK_ORDERS], row, 1)
        for page in self.pages[-2:]:
            here = np.flatnonzero((row >= page.first) & (row < page.first + len(page.who)))
            cell = hour[here] * len(page.who) + (row[here] - page.first)
            np.add.at(page.hours[BACK].reshape(-1), cell, value[here].astype(page.hours.dtype))
            np.add.at(page.hours[BACK_ORDERS].reshape(-1), cell, 1)

    def _look_at_fresh(self) -> None:
        """Refunds of today's orders: those of today fall due, the others wait."""
        fresh = self._fresh[0] if len(self._fresh) == 1 else np.concatenate(self._fresh, axis=1)
        self._fresh.clear()
        soon = fresh[AT] < (self.today + 1 - self.first_day) * DAY
        self._due = np.concatenate([self._due, fresh.compress(soon, axis=1)], axis=1)
        self._rest.append(fresh.compress(~soon, axis=1))

    def _put_by(self) -> None:
        """End of a day: order what its orders will bring back by the day of arrival."""
        if not self._rest:
            return
        rest = np.concatenate(self._rest, axis=1)
        self._rest.clear()
        days = (rest[AT] // DAY - (self.today - self.first_day)).astype(np.uint8)
        edges = np.cumsum(np.bincount(days, minlength=1))
        self._later.append((self.today, rest.take(np.argsort(days, kind="stable"), axis=1), np.r_[0, edges]))

    def _arriving(self, day: int) -> list[Due]:
        found: list[Due] = [np.zeros((4, 0), np.int32)]
        for paid, rest, edges in self._later:
            if day - paid + 1 < len(edges):
                found.append(rest[:, edges[day - paid] : edges[day - paid + 1]])
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

    def ledger(self, until: float) -> dict[str, Int]:
        """(n,) fen by campaign when all that arrives before `until` is booked: gmv = kept + refunded + open."""
        self.arrive(until)
        return {name: getattr(self, name).copy() for name in LEDGER if name != "never_refunded"}

    def hours(self, campaigns: Int, day: int, first: int, last: int) -> Int:
        """(HOURLY, hours [first, last), campaigns) of a natural day; zeros where nothing was booked."""
        page = self._page(day)
        if page is None:
            return np.zeros((HOURLY, last - first, len(campaigns)), np.int64)
        return _picked(page.hours[:, first:last], campaigns, page)

    def days(self, campaigns: Int, day: int) -> Int:
        """(DAILY, campaigns) of a natural day; zeros where nothing was booked."""
        page = self._page(day)
        if page is None:
            return np.zeros((DAILY, len(campaigns)), np.int64)
        return _picked(self.daily[:, page.first : page.first + len(page.who)], campaigns, page)

    def _page(self, day: int) -> Page | None:
        k = day - self.first_day
        return self.pages[k] if 0 <= k < len(self.pages) and len(self.pages[k].who) else None

    @property
    def _rows(self) -> int:
        """Rows in use."""
        return self.pages[-1].first + len(self.pages[-1].who) if self.pages else 0

    def _claim(self, owners: Int) -> None:
        """The next rows of the table of days belong to these campaigns."""
        rows, room = self._rows + len(owners), self.daily.shape[1]
        if rows > room:
            more = max(rows, room + room // 2) - room
            self.daily = np.pad(self.daily, ((0, 0), (0, more)))
            self._owner = np.pad(self._owner, (0, more))
        self._owner[self._rows : rows] = owners


def _picked(cells: Due, campaigns: Int, page: Page) -> Int:
    """(..., campaigns) of the columns (..., columns) of a page; zeros of a campaign that has none."""
    column = np.where(campaigns < len(page.column), page.column[np.minimum(campaigns, len(page.column) - 1)], -1)
    out = cells.take(column, axis=-1, mode="clip").astype(np.int64, copy=False)
    out[..., column < 0] = 0
    return out
