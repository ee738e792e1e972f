"""Natural days of every campaign, each number from the finest facts that cover the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.day_sums import DAYS
from bidctl.engine.memory import Memory
from bidctl.engine.resolve import DayByHours, Source
from bidctl.engine.rows import to_the_fen, total
from bidctl.engine.settlement import Cohorts
from bidctl.engine.windows import turned, turned_wide

Float = NDArray[np.float64]

_SETTLED = slice(4, 9)
"""Of `METRICS`: the first gives way to the GMV net of 1 h."""


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
        return total(self.x[metric, :, -n:])


def day_table(m: Memory, today_view: DayByHours, now: float) -> DayTable:
    """Hours where they cover the whole day, else the day's own fact, else the last snapshot, else zero if a whole read had no
    row or the campaign did not exist, else unknown."""
    today = today_view.day
    first = today - DAYS + 1

    def window(column: NDArray[Any]) -> NDArray[Any]:
        return turned(column, first % DAYS, DAYS)

    def wide(column: NDArray[Any]) -> Float:
        return turned_wide(column, first % DAYS, DAYS)

    x, source = wide(m.sums.total), window(m.sums.source).copy()
    x[:, :, -1], source[:, -1] = today_view.total, today_view.total_source
    daily, has_day = wide(m.daily.values), window(m.daily.known > -np.inf)
    ends = np.array([m.days.start(first + 1 + i) for i in range(DAYS)])
    zero = window(m.daily.covered) | (ends <= m.roster.floats("created")[:, None])
    by_hours = source == Source.HOUR
    by_hours[:, -1] |= source[:, -1] == Source.SNAPSHOT  # today is never finished: its newest totals are the finest
    use_day = has_day & ~by_hours
    from_day = np.isnan(x)
    from_day &= by_hours & has_day
    from_day |= use_day
    np.copyto(x, daily[:5], where=from_day)
    nothing = (source == Source.UNKNOWN) & ~use_day & zero
    np.copyto(x, 0.0, where=nothing)
    source[use_day] = Source.DAY
    source[nothing] = Source.ZERO
    x[:2] = to_the_fen(x[:2])
    share = wide(m.sums.share)
    return DayTable(today, x, source, share, _cohorts(x, daily, has_day, m, today, now))


def _cohorts(x: Float, daily: Float, has_day: NDArray[np.bool_], m: Memory, today: int, now: float) -> Cohorts:
    """Where the day's own fact carries settled columns, paid GMV and orders are taken from the same fact."""
    own = has_day & np.isfinite(daily[1])
    paid, orders = np.where(own, daily[1], x[1]), np.where(own, daily[2], x[2])
    settled = daily[_SETTLED]
    np.copyto(settled, np.nan, where=~has_day)
    settled[0] = np.where(own & np.isfinite(daily[3]), daily[3], x[3])  # in place of the orders net of 1 h
    begins = np.array([m.days.start(today - DAYS + 1 + i) for i in range(DAYS)])
    ends = np.minimum(np.append(begins[1:], now), now)
    # a day's columns are as old as their last reading: days beyond the last eight are read again once a week
    told = np.where(own, np.minimum(turned(m.daily.known, (today - DAYS + 1) % DAYS, DAYS), now), now)
    age = np.maximum(told - (begins + ends) / 2, 0.0) / 86400.0
    return Cohorts(age, paid, orders, settled.transpose(1, 0, 2))
