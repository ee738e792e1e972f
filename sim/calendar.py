"""Natural time of the world: epoch seconds (UTC) to days, hours and weekdays of Asia/Shanghai (UTC+8, no summer time)."""

from __future__ import annotations

HOUR = 3600
DAY = 86400
OFFSET = 8 * HOUR
SLOT = 300  # the finest step


def day_of(t: float) -> int:
    """Number of the natural day that holds `t` (0 = 1970-01-01, a Thursday)."""
    return int((t + OFFSET) // DAY)


def day_start(day: int) -> float:
    """First instant of a natural day, epoch seconds."""
    return float(day * DAY - OFFSET)


def weekday(day: int) -> int:
    """0 = Monday."""
    return (day + 3) % 7
