"""Reports from the books as the platform would give them now: paid at once, refunds as they have arrived so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.books import BACK_1H, GMV, ORDERS, REFUNDS, SPEND, Books
from sim.calendar import HOUR, day_of, day_start
from sim.seam import Report
from sim.shocks import Shocks, Stream

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Cells = NDArray[np.int64]  # columns x campaigns x spans


class Reporter:
    """`revision`: largest share of today's spend that shows only next day (qianchuan.md 9.6)."""

    def __init__(self, books: Books, shocks: Shocks, revision: float) -> None:
        self._books, self._shocks, self._revision = books, shocks, revision

    def rows(self, campaigns: Int, keys: Int, since: float, until: float, span: str, now: float) -> Report:
        """Rows whose span begins in [since, until), spans with neither spend nor orders left out.
        `keys`: line of luck of each campaign. Raises ValueError for an unknown span."""
        if span not in ("hour", "day"):
            raise ValueError(f"span {span!r}: expected 'hour' or 'day'")
        days = range(max(day_of(since), self._books.first_day), day_of(min(until, now)) + 1)
        parts = [self._day(campaigns, keys, d, since, until, span, now) for d in days]
        return _joined([p for p in parts if p is not None])

    def totals(self, campaigns: Int, keys: Int, now: float) -> Report:
        """The current natural day, one row per campaign, zeros included."""
        day = day_of(now)
        cells = self._cells(campaigns, keys, day, 0, 24, now).sum(axis=2)
        return _report(campaigns, np.full(len(campaigns), day_start(day)), cells)

    def _day(
        self, campaigns: Int, keys: Int, day: int, since: float, until: float, span: str, now: float
    ) -> Report | None:
        base = day_start(day)
        if span == "day":
            if not since <= base < until:
                return None
            cells = self._cells(campaigns, keys, day, 0, 24, now).sum(axis=2, keepdims=True)
            starts = np.array([base])
        else:
            first = max(0, int(-(-(since - base) // HOUR)))
            last = min(24, max(first, int(-(-(until - base) // HOUR))))
            cells = self._cells(campaigns, keys, day, first, last, now)
            starts = base + HOUR * np.arange(first, last, dtype=np.float64)
        who, when = np.nonzero((cells[SPEND] > 0) | (cells[ORDERS] > 0))
        return _report(campaigns[who], starts[when], cells[:, who, when])

    def _cells(self, campaigns: Int, keys: Int, day: int, first: int, last: int, now: float) -> Cells:
        cells = self._books.hours(campaigns, day, first, last)
        if day == day_of(now) and self._revision > 0 and len(campaigns):
            late = self._revision * self._shocks.uniforms(Stream.REVISION, keys, day)[0]
            cells[SPEND] -= (cells[SPEND] * late[:, None]).astype(np.int64)
        return cells


def _report(campaign: Int, start: Float, cells: Cells) -> Report:
    """Columns x rows to the report's columns."""
    settled = cells[GMV] - np.cumsum(cells[REFUNDS : REFUNDS + 5], axis=0)
    return Report(
        campaign=np.asarray(campaign, np.int64),
        span_start=start,
        spend=cells[SPEND],
        gmv=cells[GMV],
        orders=cells[ORDERS],
        gmv_1h=settled[0],
        orders_1h=cells[ORDERS] - cells[BACK_1H],
        gmv_7d=settled[1],
        gmv_14d=settled[2],
        gmv_30d=settled[3],
        gmv_90d=settled[4],
    )


def _joined(parts: list[Report]) -> Report:
    if not parts:
        return _report(np.zeros(0, np.int64), np.zeros(0), np.zeros((REFUNDS + 5, 0), np.int64))
    return Report(*(np.concatenate([getattr(p, n) for p in parts]) for n in Report.__dataclass_fields__))
