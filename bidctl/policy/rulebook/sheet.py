"""The working sheet: one observation, its settings, and the columns that the rules fill in, in place, one after another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import RULE_OF, Alert, Reason, Rule
from bidctl.domain.values import Waiver
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.size import cap_units, floor_units
from bidctl.policy.rulebook.units import TOLERANCE
from bidctl.policy.rules import Wishes

Bool = NDArray[np.bool_]
Float = NDArray[np.float64]

_BIT = {reason: np.uint64(RULE_OF[reason].bit) for reason in RULE_OF}
_RULE = {rule: np.uint64(rule.bit) for rule in Rule}
_ALERT = {alert: np.uint32(alert.bit) for alert in Alert}
BY_PERSON = (Reason.REVERT, Reason.APPROVED, Reason.OPERATOR)
"""Wishes of a person: exempt from R-EVIDENCE, never overruled by R-START or R-NOVOLUME, bound by everything else."""


@dataclass(slots=True)
class Sheet:
    """Rows under decision. `free`: no rule has decided the row yet; one still free at the end is an edit.

    `old`: present target in units. `want`: wished units, NaN = none (also where undecided). `up`, `down`: direction of
    a wish. `start`, `novolume`, `person`: where the wish comes from, the policy otherwise. `pick`: units after the band.
    `cap`, `floor`: suggestion or ceiling, and break-even, in units, NaN = none; read by several rules, changed by none.
    `ceilings`, `floors`: (reason, limit in units, NaN = none) that a raise and a lowering must not pass, in their order.
    """

    o: Observation
    settings: RuleSettings
    out: Decisions
    approved: Bool | None
    free: Bool
    old: Float
    want: Float
    up: Bool
    down: Bool
    start: Bool
    novolume: Bool
    person: Bool
    pick: Float
    cap: Float
    floor: Float
    over_cap: Bool | None = None
    ceilings: list[tuple[Reason, Float]] = field(default_factory=list)
    floors: list[tuple[Reason, Float]] = field(default_factory=list)

    def decide(self, where: Bool, reason: Reason) -> Bool:
        """Give free rows of `where` their final reason; they act no more. Returns the rows that were hit."""
        hit = where & self.free
        if np.count_nonzero(hit):
            np.copyto(self.out.reason, reason, where=hit)
            bit = _BIT.get(reason)
            if bit is not None:
                np.bitwise_or(self.out.bound, bit, out=self.out.bound, where=hit)
            self.free ^= hit
        return hit

    def bind(self, where: Bool, rule: Rule) -> None:
        """Note that `rule` limited these rows."""
        np.bitwise_or(self.out.bound, _RULE[rule], out=self.out.bound, where=where)

    def alert(self, where: Bool, alert: Alert) -> None:
        """Tell the operator about these rows, where they are enrolled."""
        hit = where & self.o.enrolled
        if np.count_nonzero(hit):
            np.bitwise_or(self.out.alerts, _ALERT[alert], out=self.out.alerts, where=hit)


def open_sheet(o: Observation, settings: RuleSettings, wishes: Wishes, out: Decisions, approved: Bool | None) -> Sheet:
    """A sheet whose every row holds with the policy's reason and wish, nothing decided yet."""
    n = len(o)
    out.wish[:], out.reason[:], out.matched[:] = wishes.wish, wishes.reason, wishes.matched
    old = o.target_units.astype(np.float64)
    person = np.zeros(n, bool)
    for reason in BY_PERSON:
        person |= wishes.reason == reason
    return Sheet(
        o=o,
        settings=settings,
        out=out,
        approved=approved,
        free=np.ones(n, bool),
        old=old,
        want=out.wish * o.grid,
        up=np.zeros(n, bool),
        down=np.zeros(n, bool),
        start=np.zeros(n, bool),
        novolume=np.zeros(n, bool),
        person=person,
        pick=old.copy(),
        cap=cap_units(o),
        floor=floor_units(o),
    )


def close_sheet(d: Sheet) -> None:
    """Rows that are still free are edits: write their result, and say where a waiver carried them over the suggestion."""
    np.copyto(d.out.lever, Lever.TARGET, where=d.free)
    np.copyto(d.out.result, d.pick, where=d.free, casting="unsafe")
    if d.over_cap is not None:
        over = d.over_cap & d.free & (d.pick > d.o.suggestion * d.o.grid * (1.0 + TOLERANCE))
        np.bitwise_or(d.out.waived, Waiver.PROFIT_OVER_SUGGESTION, out=d.out.waived, where=over)
        d.alert(over, Alert.OVER_SUGGESTION)
    np.copyto(d.out.waived, 0, where=~d.free)


def blank(o: Observation) -> Decisions:
    """Decisions in which every row holds and nobody has said why."""
    n = len(o)
    return Decisions(
        campaign=o.campaign,
        lever=np.zeros(n, np.int8),
        old=o.target_units.astype(np.int64),
        wish=np.full(n, np.nan),
        result=o.target_units.astype(np.int64),
        budget_result=np.full(n, np.nan),
        pause=np.zeros(n, np.int8),
        reason=np.zeros(n, np.int16),
        bound=np.zeros(n, np.uint64),
        alerts=np.zeros(n, np.uint32),
        ask=np.zeros(n, bool),
        waived=np.zeros(n, np.int16),
        matched=np.full(n, -1, np.int16),
    )
