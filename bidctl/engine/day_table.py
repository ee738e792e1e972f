"""Natural days of every campaign, each number from the finest facts that cover the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.day_sums import DAYS
from bidctl.engine.memory import Memory
from bidctl.engine.resolve import DayByHours, Source
from bidctl.engine.settlement import Cohorts

Float = NDArray[np.float64]

_SETTLED = (3, 5, 6, 7, 8)


@dataclass(frozen=True, slots=True)
class DayTable:
    """`x` (5, n, 41) the `HOURLY` metrics by day, oldest first, today last, NaN = unknown; `source` (n, 41) int8 `Source`;
    `share` (n, 41) sum(GMV_i / target_i) / sum(GMV_i), NaN = none; `cohorts` for settlement, of the same days."""

    last_day: int
    x: Float
    source: NDArray[np.int8]
    share: Float
    cohorts: Cohorts

    def sum(self, metric: int, n: int) -> Float:
        """(n,) over today and the n - 1 days before; NaN where one is unknown."""
        return np.asarray(self.x[metric, :, -n:].sum(axis=1))


def day_table(m: Memory, today_view: DayByHours, now: float) -> DayTable:
    """Hours where they cover the whole day, else the day's own fact, else the last snapshot, else zero if a whole read had no
    row or the campaign did not exist, else unknown."""
    today = today_view.day
    slots = m.window(today, DAYS)
    sums = m.sums.total[:, :, slots].transpose(1, 0, 2).astype(np.float64)
    source = m.sums.source[:, slots].copy()
    sums[:, :, -1], source[:, -1] = today_view.total, today_view.total_source
    daily = m.daily.values[:, :, slots].transpose(1, 0, 2).astype(np.float64)
    has_day = m.daily.known[:, slots] > -np.inf
    ends = np.array([m.days.start(today - DAYS + 2 + i) for i in range(DAYS)])
    zero = m.daily.covered[:, slots] | (ends <= m.roster.floats("created")[:, None])
    by_hours = source == Source.HOUR
    by_hours[:, -1] |= source[:, -1] == Source.SNAPSHOT  # today is never finished: its newest totals are the finest
    use_day = has_day & ~by_hours
    x = np.where(use_day, daily[:5], sums)
    x = np.where(by_hours & has_day & np.isnan(x), daily[:5], x)
    nothing = (source == Source.UNKNOWN) & ~use_day
    x[:, nothing & zero] = 0.0
    source[use_day] = Source.DAY
    source[nothing & zero] = Source.ZERO
    share = m.sums.share[:, slots].astype(np.float64)
    return DayTable(today, x, source, share, _cohorts(x, daily, has_day, m, today, now))


def _cohorts(x: Float, daily: Float, has_day: NDArray[np.bool_], m: Memory, today: int, now: float) -> Cohorts:
    """Where the day's own fact carries settled columns, paid GMV and orders are taken from the same fact."""
    settled = daily[list(_SETTLED)].transpose(1, 0, 2)
    settled[:, 0] = np.where(np.isnan(settled[:, 0]), x[3], settled[:, 0])
    own = has_day & np.isfinite(daily[1])
    paid, orders = np.where(own, daily[1], x[1]), np.where(own, daily[2], x[2])
    settled[:, 0] = np.where(own & np.isfinite(daily[3]), daily[3], x[3])
    begins = np.array([m.days.start(today - DAYS + 1 + i) for i in range(DAYS)])
    ends = np.minimum(np.append(begins[1:], now), now)
    # a day's columns are as old as their last reading: days beyond the last eight are read again once a week
    told = np.where(own, np.minimum(m.daily.known[:, m.window(today, DAYS)], now), now)
    return Cohorts(np.maximum(told - (begins + ends) / 2, 0.0) / 86400.0, paid, orders, settled)
