"""How a usual week's traffic spreads over its days and hours: the fitted profile, or a scenario's own."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.figures import figures
from sim.scenario import Profile

Float = NDArray[np.float64]


@cache
def week_of(profile: Profile | None) -> Float:
    """(7, 24) mean 1 over the week, weekday 0 = Monday."""
    if profile is None:
        return figures().hour_profile
    week = np.outer(profile.weekdays, profile.hours)
    week /= week.mean()
    week.setflags(write=False)
    return np.asarray(week)
