"""What was booked: spend, orders and refunds by campaign and hour, and a ledger per campaign that balances to the cent.

A row is a (campaign, natural day) with 24 hours in each column. Refunds wait in a calendar queue (by day, then by
five-minute slot) and are booked in the slot in which they arrive, on the hour in which the order was paid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, OFFSET, SLOT, slot_of
from sim.orders import Orders

Int = NDArray[np.int64]
SPEND, GMV, ORDERS, BACK_1H, KEEP, REFUNDS = 0, 1, 2, 3, 4, 5  # REFUNDS .. REFUNDS + 4: by window of the delay
COLUMNS = 10


class Books:
    """All bookings of a world. `first_day`: natural day of its beginning; `settle_days`: age at which the orders that are never
    refunded count as kept. Tallies per campaign, fen: gmv = kept + refunded + open at every instant."""

    def __init__(self, first_day: int, settle_days: int) -> None:
        self.first_day, self.settle_days = first_day, settle_days
        self._row = np.full((0, 8), -1, np.int32)
        self._data = np.zeros((COLUMNS, 0), np.int64)
        self._owner = np.zeros(0, np.int64)
        self._rows = 0
        self._near: dict[int, list[Int]] = {}
        self._far: dict[int, list[Int]] = {}
        self._today = first_day
        self.spend, self.gmv, self.kept, self.refunded, self.open, self.never_refunded = (
            np.zeros(0, np.int64) for _ in range(6)
        )

    def admit(self, n: int) -> None:
        """Make room for `n` campaigns in all."""
        more = n - len(self.gmv)
        self._row = np.pad(self._row, ((0, more), (0, 0)), constant_values=-1)
        for name in ("spend", "gmv", "kept", "refunded", "open", "never_refunded"):
            setattr(self, name, np.pad(getattr(self, name), (0, more)))

    def book_spend(self, campaigns: Int, fen: Int, hour: int) -> None:
        """Spend of campaigns (each once) in an hour of today."""
        cells = self._cells(campaigns, hour)
        self._data[SPEND, cells] += fen
        self.spend[campaigns] += fen

    def book_orders(self, campaigns: Int, orders: Orders, hour: int) -> None:
        """Orders paid in an hour of today by `campaigns[orders.at]`, whose spend was booked in the same hour."""
        cells, owner = self._cells(campaigns, hour)[orders.at], campaigns[orders.at]
        keep = ~np.isfinite(orders.refund_at)
        np.add.at(self._data[GMV], cells, orders.value)
        np.add.at(self._data[ORDERS], cells, 1)
        np.add.at(self._data[KEEP], cells[keep], orders.value[keep])
        np.add.at(self.gmv, owner, orders.value)
        np.add.at(self.open, owner, orders.value)
        np.add.at(self.never_refunded, owner[keep], orders.value[keep])
        back = ~keep
        slots = (orders.refund_at[back] // SLOT).astype(np.int64)
        self._enqueue(np.stack([slots, cells[back], orders.window[back], orders.value[back]]))

    def arrive(self, begin: float, end: float) -> None:
        """Book the refunds that arrive in [begin, end), slots of today."""
        due = [part for s in range(slot_of(begin), slot_of(end)) for part in self._near.pop(s, ())]
        if due:
            _, cells, window, value = np.concatenate(due, axis=1)
            owner = self._owner[cells // 24]
            np.add.at(self._data, (REFUNDS + window, cells), value)
            np.add.at(self._data[BACK_1H], cells[window == 0], 1)
            np.add.at(self.refunded, owner, value)
            np.subtract.at(self.open, owner, value)

    def next_day(self, day: int) -> None:
        """Begin natural day `day`: bring its refunds near, settle the day that has come of age."""
        self._today = day
        for part in self._far.pop(day, ()):
            self._by(self._near, part, part[0])
        self._settle(day - self.settle_days)

    def _settle(self, day: int) -> None:
        if day < self.first_day:
            return
        campaigns, rows = self._rows_of(day)
        fen = self._data[KEEP].reshape(-1, 24)[rows].sum(axis=1)
        self.kept[campaigns] += fen
        self.open[campaigns] -= fen

    def hours(self, campaigns: Int, day: int, first: int, last: int) -> NDArray[np.int64]:
        """Columns x campaigns x hours [first, last) of a natural day; zeros where nothing was booked."""
        k = day - self.first_day
        out = np.zeros((COLUMNS, len(campaigns), last - first), np.int64)
        if 0 <= k < self._row.shape[1]:
            rows = self._row[campaigns, k]
            have = np.flatnonzero(rows >= 0)
            cells = rows[have, None].astype(np.int64) * 24 + np.arange(first, last)
            out[:, have] = self._data[:, cells]
        return out

    def _rows_of(self, day: int) -> tuple[Int, Int]:
        k = day - self.first_day
        rows = self._row[:, k] if k < self._row.shape[1] else np.zeros(0, np.int32)
        campaigns = np.flatnonzero(rows >= 0)
        return campaigns, rows[campaigns].astype(np.int64)

    def _cells(self, campaigns: Int, hour: int) -> Int:
        k = self._today - self.first_day
        if k >= self._row.shape[1]:
            self._row = np.pad(self._row, ((0, 0), (0, max(8, k // 2))), constant_values=-1)
        fresh = campaigns[self._row[campaigns, k] < 0]
        if len(fresh):
            self._row[fresh, k] = self._add_rows(fresh)
        return np.asarray(self._row[campaigns, k], np.int64) * 24 + hour

    def _add_rows(self, owners: Int) -> Int:
        end = self._rows + len(owners)
        if end > len(self._owner):
            room = max(end, len(self._owner) + len(self._owner) // 3) - len(self._owner)
            self._owner = np.pad(self._owner, (0, room))
            self._data = np.pad(self._data, ((0, 0), (0, room * 24)))
        self._owner[self._rows : end] = owners
        rows = np.arange(self._rows, end)
        self._rows = end
        return rows

    def _enqueue(self, parts: Int) -> None:
        days = (parts[0] * SLOT + OFFSET) // DAY
        soon = days <= self._today
        self._by(self._near, parts[:, soon], parts[0, soon])
        self._by(self._far, parts[:, ~soon], days[~soon])

    @staticmethod
    def _by(queue: dict[int, list[Int]], parts: Int, keys: Int) -> None:
        if not len(keys):
            return
        order = np.argsort(keys, kind="stable")
        keys, parts = keys[order], parts[:, order]
        edges = np.flatnonzero(np.diff(keys)) + 1
        for key, part in zip(keys[np.r_[0, edges]].tolist(), np.split(parts, edges, axis=1), strict=True):
            queue.setdefault(key, []).append(np.ascontiguousarray(part))
