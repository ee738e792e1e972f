"""The write gate's second look (DESIGN 5, T2): one edit against what was just read, by the rulebook's own functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Kind, SuggestionState, Waiver
from bidctl.policy.rulebook.band import steps
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.timing import spacing_in_force, too_soon
from bidctl.policy.rulebook.units import units_down, units_up


@dataclass(frozen=True, slots=True, kw_only=True)
class EditNow:
    """One target edit about to be sent. Units are grid units, ages seconds of platform time, limits ROAS (NaN = none).

    `old_units`: the value just read back. `since_edit_s`: since the latest instant anybody's last edit can have taken
    effect, inf = never. `ceiling`: the operator's maximum, the cap where the suggestion is NONE. `floor`: break-even,
    for a lowering and for the waiver. `start`: R-START, exempt from R-BAND and R-SPACE.
    """

    old_units: int
    new_units: int
    grid: int
    kind: Kind
    since_edit_s: float
    spacing_s: float
    edits_today: int
    edits_per_day: int
    suggestion: float
    suggestion_state: SuggestionState
    ceiling: float
    floor: float
    waivers: Waiver
    start: bool


def recheck(edit: EditNow, settings: RuleSettings) -> Reason | None:
    """Why this edit must not be sent now, or None. A lowering needs no cap, and may be checked with state UNKNOWN."""
    checks = (_size, _band, _spacing, _quota)
    return next((reason for check in checks if (reason := check(edit, settings)) is not None), None)


def _size(e: EditNow, s: RuleSettings) -> Reason | None:
    floor = float(units_up(np.array([e.floor]), np.array([e.grid]))[0])
    if e.new_units < e.old_units and not e.start and e.new_units < floor:
        return Reason.FLOOR
    if e.new_units > e.old_units or e.start:
        return _cap(e, floor)
    return None


def _cap(e: EditNow, floor: float) -> Reason | None:
    if e.suggestion_state is SuggestionState.UNKNOWN:
        return Reason.SUGGESTION_UNKNOWN
    by_ceiling = e.suggestion_state is SuggestionState.NONE
    cap = float(units_down(np.array([e.ceiling if by_ceiling else e.suggestion]), np.array([e.grid]))[0])
    if np.isnan(cap):
        return Reason.NO_SUGGESTION
    if e.waivers & Waiver.PROFIT_OVER_SUGGESTION and not by_ceiling and not e.start and floor > cap:
        cap = floor
    return Reason.CAP if e.new_units > cap else None


def _band(e: EditNow, s: RuleSettings) -> Reason | None:
    if e.start:
        return None
    least, most = (float(step[0]) for step in steps(np.array([float(e.old_units)]), s))
    moved = abs(e.new_units - e.old_units)
    if moved > most:
        return Reason.OUT_OF_BAND
    return Reason.BELOW_MIN_STEP if moved < least or moved == 0 else None


def _spacing(e: EditNow, s: RuleSettings) -> Reason | None:
    waived = bool(e.waivers & Waiver.LIVE_SPACING_15MIN) and e.kind is Kind.LIVE
    need = spacing_in_force(np.array([e.spacing_s]), np.array([waived]), s)
    return Reason.SPACING if not e.start and too_soon(np.array([e.since_edit_s]), need)[0] else None


def _quota(e: EditNow, s: RuleSettings) -> Reason | None:
    ours = s.edits_live if e.kind is Kind.LIVE else s.edits_goods
    return Reason.QUOTA if e.edits_today >= min(e.edits_per_day, ours) else None
