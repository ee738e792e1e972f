"""When facts are taken as known that tell only when they happened: what was there before we looked (ASSUMED)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

KNOWN_AFTER_S = 600.0
"""An order and a refund are taken as known ten minutes after they happened (ours)."""
BILLS_AT = timedelta(days=1, hours=15)
"""A bill shows from 15:00 of the day after its settlement (doudian-settlement.md 4)."""


def bill_known_at(settled: float, zone: tzinfo) -> float:
    """When a bill settled at epoch second `settled` is taken as known, epoch second. `zone` of the natural day."""
    return _shown_at(datetime.fromtimestamp(settled, zone).date(), zone)


@lru_cache(maxsize=4096)
def _shown_at(day: date, zone: tzinfo) -> float:
    return (datetime.combine(day, time(), tzinfo=zone) + BILLS_AT).timestamp()
