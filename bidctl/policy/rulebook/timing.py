"""When the next edit may come: R-ONE, R-SPACE, R-QUOTA."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import Kind, Protection, Waiver
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float, Sheet


def live_waiver(o: Observation) -> Bool:
    """The operator waived R-SPACE down to the platform's 15 min for a live campaign."""
    granted: Bool = (o.waivers & Waiver.LIVE_SPACING_15MIN) != 0
    live: Bool = o.kind == Kind.LIVE
    return granted & live


def spacing_in_force(spacing_s: Float, waived: Bool, s: RuleSettings) -> Float:
    """15 min with the live waiver; else what the platform states, never below 60 min."""
    return np.where(waived, s.live_spacing_s, np.maximum(spacing_s, s.spacing_s))


def too_soon(since_edit_s: Float, spacing_s: Float) -> Bool:
    """R-SPACE: strictly more than the spacing must lie between two edits; an unknown age is too soon."""
    return ~(since_edit_s > spacing_s)


def daily_limit(o: Observation, s: RuleSettings) -> Float:
    """R-QUOTA: the smaller of the platform's number in force and ours."""
    return np.minimum(o.edits_per_day, np.where(o.kind == Kind.LIVE, s.edits_live, s.edits_goods))


def one(d: Sheet) -> None:
    """R-ONE: an earlier write is still open."""
    d.decide(d.o.open_write, Reason.OPEN_WRITE)


def space(d: Sheet) -> None:
    """R-SPACE: everybody's edits counted; a first target is exempt."""
    waived = live_waiver(d.o)
    need = spacing_in_force(d.o.spacing_s, waived, d.settings)
    d.decide(too_soon(d.o.since_edit_s, need) & ~d.start, Reason.SPACING)
    if np.count_nonzero(waived):
        used = waived & d.free & too_soon(d.o.since_edit_s, np.maximum(need, d.settings.spacing_s)) & ~d.start
        np.bitwise_or(d.out.waived, Waiver.LIVE_SPACING_15MIN, out=d.out.waived, where=used)


def quota(d: Sheet) -> None:
    """R-QUOTA: edits a natural day, edit days a week, and none after an edit has lost the day's protection."""
    o = d.o
    lost = (o.protection == Protection.INVALID) & (o.edited_today | (o.edits_today > 0))
    d.alert(lost, Alert.PROTECTION_LOST)
    d.decide(lost, Reason.PROTECTION_LOST)
    week = (o.edit_days_per_week > 0) & (o.edit_days_7d >= o.edit_days_per_week)
    d.decide(week | (o.edits_today >= daily_limit(o, d.settings)), Reason.QUOTA)
