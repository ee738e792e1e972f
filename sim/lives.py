"""When live rooms are on air: a timetable with a little jitter, a pure function of (seed, live account, day)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.calendar import DAY, HOUR, day_of, day_start
from sim.seam import LiveSession
from sim.shocks import Shocks, Stream

JITTER_S = 900.0  # hosts start up to a quarter of an hour late


@dataclass(slots=True)
class Timetable:
    """Sessions of every live account: `plan[a]` = ((hour, hours), ...) of each day, empty where it never streams."""

    shocks: Shocks
    plan: Sequence[tuple[tuple[float, float], ...]]
    _days: dict[tuple[int, int], tuple[LiveSession, ...]] = field(default_factory=dict)

    def of_day(self, account: int, day: int) -> tuple[LiveSession, ...]:
        """Sessions that begin on the natural day, oldest first, with their planned end."""
        if (account, day) not in self._days:
            self._days[account, day] = self._draw(account, day)
        return self._days[account, day]

    def _draw(self, account: int, day: int) -> tuple[LiveSession, ...]:
        out, base = [], day_start(day)
        for n, (hour, hours) in enumerate(self.plan[account]):
            late = self.shocks.uniforms(Stream.SESSION, account, day, n)[0, 0] * JITTER_S
            begin = base + hour * HOUR + float(late // 60 * 60)
            end = base + (hour + hours) * HOUR
            out.append(LiveSession(account, (account * 100_000 + day) * 10 + n, begin, max(end, begin + 600)))
        return tuple(out)

    def air_seconds(self, account: int, begin: float, end: float) -> float:
        """Seconds on air within [begin, end)."""
        return sum(max(0.0, min(end, s.ended_at) - max(begin, s.started_at)) for s in self._around(account, begin, end))

    def started(self, account: int, since: float, now: float) -> list[LiveSession]:
        """Sessions begun in [since, now]; the end of one on air is NaN."""
        seen = [s for s in self._around(account, since, now) if since <= s.started_at <= now]
        nan = float("nan")
        return [s if s.ended_at <= now else LiveSession(account, s.room, s.started_at, nan) for s in seen]

    def on_air(self, account: int, at: float) -> bool:
        return any(s.started_at <= at < s.ended_at for s in self._around(account, at, at))

    def opening(self, account: int, begin: float, end: float) -> float | None:
        """Start of the day's FIRST session where it lies in [begin, end): that is when a live campaign is made anew."""
        firsts = [self.of_day(account, d)[:1] for d in range(day_of(begin), day_of(end) + 1)]
        return next((s.started_at for f in firsts for s in f if begin <= s.started_at < end), None)

    def planned_seconds(self, account: int) -> float:
        """Air time of a day by plan."""
        return sum(hours for _, hours in self.plan[account]) * HOUR

    def _around(self, account: int, begin: float, end: float) -> list[LiveSession]:
        first = day_of(begin - DAY)  # a session may run past midnight
        return [s for d in range(first, day_of(end) + 1) for s in self.of_day(account, d)]
