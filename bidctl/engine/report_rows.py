"""An exported report as the engine takes it: one row per campaign and span, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bidctl.domain.values import Intent


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of an export. `hour` 0..23 or None = the whole day. Yuan, counts, plain ratios; None = blank or "-" (not
    reported), never zero. Instants are aware. `line`: row in the file, for people."""

    line: int
    campaign: str
    name: str
    day: date
    hour: int | None
    spend: float | None
    gmv: float | None
    orders: float | None
    gmv_1h: float | None = None
    gmv_7d: float | None = None
    target: Decimal | None = None
    suggestion: float | None = None
    last_edit: datetime | None = None
    first_spend: datetime | None = None
    goal: float | None = None
    break_even: float | None = None
    margin: float | None = None
    intent: Intent | None = None
