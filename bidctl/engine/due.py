"""Which facts are due to be asked for: finished hours once an hour, days once a day, and again when they may have changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bidctl.domain.panel import Grain
from bidctl.engine.days import NaturalDays
from bidctl.engine.life import OBSERVE_SESSIONS

KEPT_DAYS = 40
"""Natural days of facts that the windows hold: a restart loads as many from the ledger."""
FIRST_DAYS = 31
"""Complete days asked for on the first day: R-START's average counts 30, no rule needs more."""
FIRST_HOURS = timedelta(days=7)
"""The hourly topic goes back 7 days (qianchuan.md 9.2); R-NOVOLUME's usual day is the mean of as many."""
FIRST_SESSIONS, ALL_SESSIONS, FEW_SESSIONS = timedelta(days=8), timedelta(days=31), 2 * OBSERVE_SESSIONS
"""A room seen for the first time costs a call a day: the last 8 days are enough to count three sessions (R-OBSERVE), unless it was
on air fewer times than this in them."""
DAILY_DAYS, WEEKLY_DAYS = 8, 31
"""Settlement is filled in afterwards: re-pull 7 days daily and 30 days weekly (qianchuan.md 9.6)."""
HOUR_SETTLES = timedelta(minutes=20)
"""A finished hour is asked for this long after its end."""


class Due:
    """Remembers only what has already been read, so a restart asks a little more, never less."""

    def __init__(self, days: NaturalDays) -> None:
        self._days = days
        self._hours_until: datetime | None = None
        self._days_read: int | None = None
        self._week_read: int | None = None

    def at(self, now: datetime) -> list[tuple[Grain, datetime, datetime]]:
        """(grain, since, until) of every read due at `now`."""
        hour = (now - HOUR_SETTLES).replace(minute=0, second=0, microsecond=0)
        today = self._days.of(now.timestamp())
        due = []
        if self._hours_until is None or hour > self._hours_until:
            since = (self._hours_until or now - FIRST_HOURS) - timedelta(hours=2)
            due.append((Grain.HOUR, max(since, now - FIRST_HOURS).replace(minute=0, second=0, microsecond=0), hour))
        if self._days_read != today:
            back = (
                FIRST_DAYS
                if self._days_read is None
                else WEEKLY_DAYS
                if today - (self._week_read or 0) >= 7
                else DAILY_DAYS
            )
            due.append((Grain.DAY, self._instant(today - back), self._instant(today)))
        return due

    def done(self, grain: Grain, until: datetime, now: datetime) -> None:
        """A read up to `until` was whole."""
        if grain is Grain.HOUR:
            self._hours_until = until
            return
        today = self._days.of(now.timestamp())
        if self._days_read is None or today - (self._week_read or 0) >= 7:
            self._week_read = today
        self._days_read = today

    def _instant(self, day: int) -> datetime:
        return datetime.fromtimestamp(self._days.start(day), UTC)
