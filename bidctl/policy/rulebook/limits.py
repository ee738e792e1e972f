"""Limits of size: R-CAP, R-FLOOR, R-BOUNDS, R-DRIFT.

From inside no edit ends outside a limit; from outside none moves further out, and a step toward it is allowed: so
ceilings bind raises alone, floors lowerings alone, and a limit already passed leaves no room (R-BAND shortens the
steps). NaN = no limit. They intersect; standing limits that contradict each other hold the row and name both.
"""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Alert, Reason, Rule
from bidctl.domain.values import FloorState, SuggestionState
from bidctl.policy.rulebook import size
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float, Sheet
from bidctl.policy.rulebook.units import share_down, share_up


def cap(d: Sheet) -> None:
    """R-CAP: a raise never ends above the suggestion (NONE: the ceiling); UNKNOWN: no raise and at most one lowering."""
    loss = size.loss_under_suggestion(d.o, d.cap, d.floor)
    limit = _over_suggestion(d, loss) if np.count_nonzero(loss) else d.cap
    unknown = d.o.suggestion_state == SuggestionState.UNKNOWN
    d.decide(unknown & (d.up | (d.down & d.o.lowered_since_unknown)), Reason.SUGGESTION_UNKNOWN)
    d.decide(d.up & np.isnan(limit), Reason.NO_SUGGESTION)
    d.ceilings.append((Reason.CAP, limit))


def _over_suggestion(d: Sheet, loss: Bool) -> Float:
    """Break-even above the suggestion: hold and alert, or with the waiver let a raise reach the floor. The cap then."""
    granted = loss & size.over_suggestion(d.o)
    held = loss & ~granted
    d.alert(held, Alert.LOSS_UNDER_SUGGESTION)
    d.bind(d.decide(held & (d.up | d.down), Reason.LOSS_UNDER_SUGGESTION), Rule.FLOOR)
    d.over_cap = granted & d.up & d.free
    return np.where(granted, d.floor, d.cap)


def floor(d: Sheet) -> None:
    """R-FLOOR: no lowering below break-even, none at all where it is not known or never reached."""
    never = d.o.floor_state == FloorState.NEVER_PROFITABLE
    d.alert(never, Alert.NEVER_PROFITABLE)
    d.decide(d.down & never, Reason.NEVER_PROFITABLE)
    d.decide(d.down & size.no_floor(d.o), Reason.NO_FLOOR)
    d.floors.append((Reason.FLOOR, d.floor))


def bounds(d: Sheet) -> None:
    """R-BOUNDS: the operator's minimum and maximum, and the platform's range."""
    lowest, highest = size.bound_units(d.o)
    d.ceilings.append((Reason.BOUNDS, highest))
    d.floors.append((Reason.BOUNDS, lowest))
    _contradiction(d, lowest, highest)


def _contradiction(d: Sheet, lowest: Float, highest: Float) -> None:
    """Standing limits with nothing between them hold the row and name both."""
    limit, least = d.cap, d.floor
    if d.over_cap is not None:
        limit = np.where(d.over_cap, least, limit)
    bottom, top = np.fmax(least, lowest), np.fmin(limit, highest)
    empty = (bottom > top) & (d.up | d.down) & d.free
    if np.count_nonzero(empty):
        d.decide(empty, Reason.EMPTY_LIMITS)
        d.bind(empty & (least == bottom), Rule.FLOOR)
        d.bind(empty & (limit == top), Rule.CAP)
        d.bind(empty & ((lowest == bottom) | (highest == top)), Rule.BOUNDS)


def drift_units(o: Observation, s: RuleSettings) -> tuple[Float, Float]:
    """R-DRIFT: (lowest, highest) units within the day's and the week's corridor; an anchor of 0 is no anchor."""
    day, week = o.day_anchor_units.astype(np.float64), o.week_anchor_units.astype(np.float64)
    day[day <= 0] = np.nan
    week[week <= 0] = np.nan
    lowest = np.fmax(share_up(day, s.drift_day_low), share_up(week, s.drift_week_low))
    return lowest, np.fmin(share_down(day, s.drift_day_high), share_down(week, s.drift_week_high))


def drift(d: Sheet) -> None:
    """R-DRIFT: net move within the day's and the week's corridor around their anchors."""
    lowest, highest = drift_units(d.o, d.settings)
    d.ceilings.append((Reason.DRIFT, highest))
    d.floors.append((Reason.DRIFT, lowest))
