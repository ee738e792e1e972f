"""The platform's time texts: Beijing wall clock without an offset, to and from aware UTC (qianchuan.md 12, doudian-settlement.md 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


@lru_cache(maxsize=1 << 15)
def parse(text: str) -> datetime:
    """UTC instant of "YYYY-MM-DD[ HH[:MM[:SS]]]" in Beijing. Raises ValueError."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=BEIJING).astimezone(UTC)


def stamp(at: datetime) -> str:
    """Beijing "YYYY-MM-DD HH:MM:SS" of an aware instant."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def stamp_of(second: float) -> str:
    """The same of an epoch second."""
    return stamp(datetime.fromtimestamp(second, UTC))


def day(at: datetime) -> date:
    """The natural day in Beijing that holds `at`."""
    return at.astimezone(BEIJING).date()


def day_start(of: date) -> datetime:
    """First instant (UTC) of a natural day."""
    return datetime(of.year, of.month, of.day, tzinfo=BEIJING).astimezone(UTC)


def window(of: date) -> tuple[str, str]:
    """Texts of the first and last second of a natural day."""
    return f"{of} 00:00:00", f"{of} 23:59:59"


def days(since: datetime, until: datetime) -> list[date]:
    """Natural days that begin in [since, until)."""
    first = day(since) if day_start(day(since)) >= since else day(since) + timedelta(days=1)
    count = max(0, (day(until - timedelta(microseconds=1)) - first).days + 1)
    return [first + timedelta(days=i) for i in range(count)]
