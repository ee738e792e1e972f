"""The limits of size as grid units: where the cap, the floor and the bounds stand. Shared by R-START and the limits."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Bool, Float, Observation
from bidctl.domain.values import FloorState, SuggestionState, Waiver
from bidctl.policy.rulebook.units import units_down, units_up


def cap_units(o: Observation) -> Float:
    """R-CAP: the suggestion, or where it is NONE the operator's ceiling; NaN = there is none, or it is UNKNOWN."""
    value = np.where(o.suggestion_state == SuggestionState.NONE, o.maximum, o.suggestion)
    value[o.suggestion_state == SuggestionState.UNKNOWN] = np.nan
    return units_down(value, o.grid)


def floor_units(o: Observation) -> Float:
    """R-FLOOR: break-even rounded up; NaN = none known."""
    value = np.where(o.floor_state == FloorState.KNOWN, o.floor, np.nan)
    return units_up(value, o.grid)


def bound_units(o: Observation) -> tuple[Float, Float]:
    """R-BOUNDS: (lowest, highest) of operator and platform; NaN = none."""
    lowest = units_up(np.fmax(o.minimum, o.platform_min), o.grid)
    return lowest, units_down(np.fmin(o.maximum, o.platform_max), o.grid)


def no_floor(o: Observation) -> Bool:
    """R-FLOOR: neither a margin, a 保本ROI nor a minimum was given: nothing may be lowered."""
    missing = (o.floor_state == FloorState.MISSING) | np.isnan(o.floor)
    none: Bool = missing & np.isnan(o.minimum) & (o.floor_state != FloorState.NEVER_PROFITABLE)
    return none


def loss_under_suggestion(o: Observation, cap: Float, floor: Float) -> Bool:
    """Break-even stands above the suggestion: a person chooses to keep, to pause, or to grant the waiver."""
    loss: Bool = (floor > cap) & (o.suggestion_state == SuggestionState.NUMBER)
    return loss


def over_suggestion(o: Observation) -> Bool:
    """The waiver to step up to the floor above the suggestion is granted."""
    granted: Bool = (o.waivers & Waiver.PROFIT_OVER_SUGGESTION) != 0
    return granted
