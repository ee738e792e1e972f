"""When live rooms are on air, and how well their hosts sell: timetables with a little jitter, pure functions of (seed, live
account, day), in columns over live accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR, day_of, day_start, weekday
from sim.seam import LiveSession
from sim.shocks import Shocks, Stream

Int = NDArray[np.int64]
Float = NDArray[np.float64]

JITTER_S = 900.0  # hosts start up to a quarter of an hour late
SHORTEST_S = 600.0
HOST_LINE = 100  # ordinals of hosts begin here, beyond any session's


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The plan of one live account: `sessions` ((hour, hours), ...) on `weekdays`; empty where it never streams."""

    sessions: tuple[tuple[float, float], ...]
    weekdays: tuple[int, ...]
    host_sd: float
    host_hours: int


class Timetable:
    """Sessions of every live account, by its index."""

    def __init__(self, shocks: Shocks, plan: Sequence[Broadcast]) -> None:
        self._shocks, self.plan = shocks, plan
        most = max((len(p.sessions) for p in plan), default=0)
        self._hour = np.full((len(plan), most), np.nan)
        self._hours = np.full((len(plan), most), np.nan)
        for a, p in enumerate(plan):
            for n, (hour, hours) in enumerate(p.sessions):
                self._hour[a, n], self._hours[a, n] = hour, hours
        self._on = np.array([[d in p.weekdays for d in range(7)] for p in plan], np.bool_).reshape(-1, 7)
        self.planned_seconds: Float = np.nansum(self._hours, axis=1) * HOUR
        self._host_sd = np.array([p.host_sd for p in plan])
        self._host_hours = np.array([p.host_hours for p in plan], np.int64)
        self._days: dict[int, tuple[Float, Float]] = {}

    def of_day(self, day: int) -> tuple[Float, Float]:
        """Begin and end (accounts, sessions) of the sessions that begin on the natural day; NaN where there is none."""
        if day not in self._days:
            self._days = {d: t for d, t in self._days.items() if d >= day - 2}
            self._days[day] = self._draw(day)
        return self._days[day]

    def _draw(self, day: int) -> tuple[Float, Float]:
        base, shape = day_start(day), self._hour.shape
        account, session = np.indices(shape).reshape(2, -1)
        u = self._shocks.uniforms(Stream.SESSION, account, day, session)[0].reshape(shape) if len(account) else 0.0
        hour = np.where(self._on[:, [weekday(day)]], self._hour, np.nan)
        begin = base + hour * HOUR + np.floor(u * JITTER_S / 60) * 60
        return begin, np.maximum(base + (hour + self._hours) * HOUR, begin + SHORTEST_S)

    def air_seconds(self, accounts: Int, edges: Float) -> Float:
        """(steps, m): seconds on air of these accounts between neighbouring `edges`, which lie within one natural day."""
        day = day_of(float(edges[0]))
        total = np.zeros((len(edges) - 1, len(accounts)))
        for begin, end in (self.of_day(day - 1), self.of_day(day)):  # a session may run past midnight
            for n in range(begin.shape[1]):
                b, e = begin[accounts, n], end[accounts, n]
                shared = np.minimum(e, edges[1:, None]) - np.maximum(b, edges[:-1, None])
                total += np.fmax(shared, 0.0)  # NaN: no session
        return total

    def openings(self, day: int) -> Float:
        """(accounts,) start of the day's FIRST session, NaN = none: that is when a live campaign is made anew."""
        begin = self.of_day(day)[0]
        return begin[:, 0] if begin.shape[1] else np.full(len(self.plan), np.nan)

    def host_skill(self, accounts: Int, day: int, hours: Int) -> Float:
        """(hours, m): ln of the efficiency of the host on air, mean 1 over hosts; who it is changes by shifts of the day."""
        shift = hours[:, None] // self._host_hours[accounts]
        flat = np.broadcast_to(accounts, shift.shape)
        z = self._shocks.normals(Stream.SESSION, flat.ravel(), day, HOST_LINE + shift.ravel())[0].reshape(shift.shape)
        sd = self._host_sd[accounts]
        return np.asarray(sd * z - sd * sd / 2, np.float64)

    def has_hosts(self, accounts: Int) -> bool:
        return bool((self._host_sd[accounts] > 0).any())

    def started(self, account: int, since: float, now: float) -> list[LiveSession]:
        """Sessions begun in [since, now]; the end of one on air is NaN."""
        if not self.plan[account].sessions:
            return []
        found = []
        for day in range(day_of(since - DAY), day_of(now) + 1):
            begin, end = (t[account].tolist() for t in self._draw_once(day))
            for n, (b, e) in enumerate(zip(begin, end, strict=True)):
                if since <= b <= now:
                    room = (account * 100_000 + day) * 10 + n
                    found.append(LiveSession(account, room, b, e if e <= now else float("nan")))
        return found

    def on_air(self, account: int, at: float) -> bool:
        tables = [self._draw_once(d) for d in (day_of(at) - 1, day_of(at))]
        return any(bool(((b[account] <= at) & (at < e[account])).any()) for b, e in tables)

    def _draw_once(self, day: int) -> tuple[Float, Float]:
        return self._days.get(day) or self._draw(day)
