"""R-START: the first target of a new campaign, once in its life."""

from __future__ import annotations

import numpy as np

from bidctl.domain.reasons import Alert, Reason, Rule
from bidctl.domain.values import FloorState, SuggestionState
from bidctl.policy.rulebook.life import first_target
from bidctl.policy.rulebook.sheet import Bool, Sheet
from bidctl.policy.rulebook.size import bound_units, no_floor
from bidctl.policy.rulebook.units import units_down


def start(d: Sheet) -> None:
    """R-START: min(avg30, cap) rounded down, not below the floor; hold and ask where a part is missing. A value that is the
    floor, or a lowering that only the floor bounds, is a proposal while that floor stands on an unconfirmed prior."""
    new = first_target(d.o) & d.free & ~d.person
    if not np.count_nonzero(new):
        return
    d.out.wish[new], d.out.matched[new] = np.nan, -1
    _ask(d, new & (d.o.suggestion_state == SuggestionState.UNKNOWN), Reason.ASK_START)
    cap, floor, average = d.cap, d.floor, units_down(d.o.avg30, d.o.grid)
    lowest, highest = bound_units(d.o)
    no_cap, no_average = np.isnan(cap), np.isnan(average)
    _ask(d, new & no_cap & no_average, Reason.NO_BASIS)
    _ask(d, new & no_cap, Reason.ASK_START)
    top = np.fmin(cap, highest)
    value = np.fmin(average, top)
    raised = value < floor
    _bind(d, new & d.free, value, average, cap, highest, floor, lowest)
    bottom = np.fmax(floor, lowest)
    value = np.fmax(value, bottom)
    _ask(d, new & (floor > top), Reason.FLOOR_ABOVE_CAP)
    contradict = new & (bottom > top)
    d.bind(contradict & d.free, Rule.BOUNDS)
    d.bind(contradict & d.free & (bottom > cap), Rule.CAP)
    _ask(d, contradict, Reason.EMPTY_LIMITS)
    lowers = new & (value < d.old)
    d.decide(lowers & (d.o.floor_state == FloorState.NEVER_PROFITABLE), Reason.NEVER_PROFITABLE)
    d.decide(lowers & no_floor(d.o), Reason.NO_FLOOR)
    assumed = d.o.floor_assumed & (raised | lowers)
    d.bind(new & d.free & assumed, Rule.EVIDENCE)
    _propose(d, new & d.free, value, assumed)


def _ask(d: Sheet, where: Bool, reason: Reason) -> None:
    d.alert(d.decide(where, reason), Alert.ASK)


def _bind(d: Sheet, new: Bool, *values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    value, average, cap, highest, floor, lowest = values
    d.bind(new & (average > cap), Rule.CAP)
    d.bind(new & ((np.fmin(average, cap) > highest) | (value < lowest)), Rule.BOUNDS)
    d.bind(new & (value < floor), Rule.FLOOR)


def _propose(d: Sheet, where: Bool, value: np.ndarray[tuple[int], np.dtype[np.float64]], assumed: Bool) -> None:
    """A person's edit since creation makes it a proposal, and so does a break-even that it rests on and nobody has confirmed
    (`assumed`); unless a person has approved it."""
    np.copyto(d.out.wish, value / d.o.grid, where=where)
    d.decide(where & (value == d.old), Reason.START_KEPT)
    where = where & d.free
    np.copyto(d.out.reason, Reason.START, where=where)
    np.copyto(d.want, value, where=where)
    np.copyto(d.pick, value, where=where)
    d.start |= where
    asks = where & (d.o.human_since_creation | assumed)
    if d.approved is not None:
        asks &= ~d.approved
    np.logical_or(d.out.ask, asks, out=d.out.ask)
    d.alert(asks, Alert.ASK)
