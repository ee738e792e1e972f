"""Natural days and hours of an account's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

HOUR_S = 3600.0
DAY_S = 86400.0
QUARTER_S = 900.0


class NaturalDays:
    """Calendar days of one time zone (IANA name), by ordinal; a day has 23, 24 or 25 hours where clocks are changed.

    >>> d = NaturalDays("Asia/Shanghai")
    >>> d.start(d.of(1_700_000_000.0)) <= 1_700_000_000.0
    True
    """

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.start = lru_cache(maxsize=512)(self._start)
        self.hours = lru_cache(maxsize=512)(self._hours)
        self.hour_start = lru_cache(maxsize=4096)(self._hour_start)
        self.local_hours = lru_cache(maxsize=512)(self._local_hours)
        self.runs = lru_cache(maxsize=512)(self._runs)
        self.places = lru_cache(maxsize=4096)(self._places)
        self.local = lru_cache(maxsize=4096)(self._local)
        self._phase = lru_cache(maxsize=4096)(self._phase_within)

    def _start(self, day: int) -> float:
        return datetime.combine(date.fromordinal(day), time(), tzinfo=self.zone).timestamp()

    def of(self, t: float) -> int:
        """The day (ordinal) that holds epoch second `t`."""
        return self.local(t).toordinal()

    def _local(self, t: float) -> datetime:
        return datetime.fromtimestamp(t, UTC).astimezone(self.zone)

    def of_many(self, t: NDArray[np.float64]) -> NDArray[np.int64]:
        """`of` for (n,) finite epoch seconds."""
        if len(t) == 0:
            return np.zeros(0, np.int64)
        first, last = self.of(float(t.min())), self.of(float(t.max()))
        midnights = np.array([self.start(d) for d in range(first, last + 1)])
        return first + np.searchsorted(midnights, t, side="right") - 1

    def midnight_after(self, t: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(n,) the midnight that ends the day of each epoch second `t`; NaN where not asked."""
        out = np.full(len(t), np.nan)
        if where.any():
            days = self.of_many(t[where])
            first = int(days.min())
            out[where] = np.array([self.start(d + 1) for d in range(first, int(days.max()) + 1)])[days - first]
        return out

    def _hours(self, day: int) -> tuple[int, int]:
        """First hour index of the day and its number of hours (23 to 25)."""
        start = self.start(day)
        return self.hour_of(start), round((self.start(day + 1) - start) / HOUR_S)

    def hour_of(self, t: float) -> int:
        """Index of the clock hour that holds `t`; zones off by half an hour have hours that begin at :30 UTC."""
        return int((t - self._phase(int(t // QUARTER_S))) // HOUR_S)

    def hours_of(self, t: NDArray[np.float64]) -> NDArray[np.int64]:
        """`hour_of` for (n,) epoch seconds (one phase: the first's)."""
        phase = self._phase(int(t[0] // QUARTER_S)) if len(t) else 0.0
        return np.floor_divide(t - phase, HOUR_S).astype(np.int64)

    def _hour_start(self, hour: int) -> float:
        """Epoch second at which an hour index begins."""
        return hour * HOUR_S + self._phase(int(hour * HOUR_S // QUARTER_S))

    def _local_hours(self, day: int) -> NDArray[np.int64]:
        """Clock hour 0..23 of each hour of the day."""
        first, n = self.hours(day)
        return np.array([self.local(self.hour_start(first + i)).hour for i in range(n)])

    def _runs(self, day: int) -> tuple[tuple[slice, slice], ...]:
        """Hours of the day that follow each other on the clock: (hours of the day, clock hours)."""
        clock = self.local_hours(day)
        cuts = [0, *(np.flatnonzero(np.diff(clock) != 1) + 1).tolist(), len(clock)]
        return tuple((slice(a, b), slice(int(clock[a]), int(clock[a]) + b - a)) for a, b in pairwise(cuts))

    def _places(self, day: int, clock: int) -> tuple[int, ...]:
        """Hours of the day, counted from its first, that are hour `clock` on the clock: two where clocks are put back."""
        return tuple(np.flatnonzero(self.local_hours(day) == clock).tolist())

    def minute(self, t: float) -> int:
        """Minute of the local day."""
        local = self.local(t)
        return local.hour * 60 + local.minute

    def _phase_within(self, quarter: int) -> float:
        """s after a full hour of UTC at which clock hours begin, by the quarter of an hour in which one asks."""
        offset = self.local(quarter * QUARTER_S).utcoffset()
        return (-offset.total_seconds() % HOUR_S) if offset else 0.0


def end_of_hour(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) end of the full hour of UTC that holds each epoch second; NaN stays NaN, and is not divided: that takes ten times as long."""
    whole = np.floor_divide(t, HOUR_S, out=np.full(len(t), np.nan), where=np.isfinite(t))
    return np.asarray((whole + 1) * HOUR_S)
