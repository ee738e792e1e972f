"""Beijing wall-clock texts of the wire, natural days and hours as epoch seconds (qianchuan.md 12). China has no summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

BEIJING = timezone(timedelta(hours=8))
OFFSET = 8 * 3600
HOUR, DAY = 3600, 86400


@lru_cache(maxsize=65536)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def stamp(at: float) -> str:
    """ "YYYY-MM-DD HH:MM:SS" in Beijing, cut to the second."""
    return _second(int(at))


def iso(at: float) -> str:
    """ISO 8601 with offset and microseconds, for the journal."""
    return datetime.fromtimestamp(at, BEIJING).isoformat(timespec="microseconds")


def parse(text: str) -> float:
    """Epoch second of "YYYY-MM-DD[ HH:MM:SS]" in Beijing. Raises ValueError."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=BEIJING).timestamp()


def parse_exactly(text: str) -> float:
    """The same of "YYYY-MM-DD HH:MM:SS" and no other form. Raises ValueError."""
    return datetime.strptime(f"{text} +0800", "%Y-%m-%d %H:%M:%S %z").timestamp()


def day_start(at: float) -> float:
    """Beginning of the natural day that holds `at`."""
    return float((int(at) + OFFSET) // DAY * DAY - OFFSET)


def hour_start(at: float) -> float:
    return float(int(at) // HOUR * HOUR)


def http_date(at: float) -> str:
    """The Date header of an instant."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
