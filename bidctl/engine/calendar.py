"""What the promotion calendar does to an observation: where R-DRIFT anchors, which days R-START counts, the day's goals and bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.promotions import PLAIN, Calendar
from bidctl.engine.day_sums import DAYS
from bidctl.engine.days import NaturalDays
from bidctl.engine.enrolled import Enrolled


def phase_since(calendar: Calendar, days: NaturalDays, now: float) -> float:
    """Midnight at which the present phase (or none) began within 7 days; -inf = longer ago, or no calendar."""
    today = days.of(now)
    phases = [calendar.phase(date.fromordinal(today - i)) for i in range(9)]
    changed = [i for i in range(8) if phases[i] != phases[i + 1]]
    return days.start(today - changed[0]) if changed else -np.inf


def counted_days(calendar: Calendar, last_day: int) -> NDArray[np.bool_]:
    """(41,) days that R-START's average counts: 30 complete ones before today, no promotion."""
    ordinals = range(last_day - DAYS + 1, last_day + 1)
    return np.array([last_day - 30 <= d < last_day and calendar.usual(date.fromordinal(d)) for d in ordinals])


def of_day(e: Enrolled, calendar: Calendar, day: int) -> Enrolled:
    """What operators gave, with the day's factors on goals and bounds."""
    f = calendar.factors(date.fromordinal(day))
    if f == PLAIN:
        return e
    return replace(e, goal=e.goal * f.goal, minimum=e.minimum * f.minimum, maximum=e.maximum * f.maximum)
