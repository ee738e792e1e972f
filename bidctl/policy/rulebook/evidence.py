"""The policy's own wish, and the evidence it needs: R-EVIDENCE."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.policy.profit import p_profit_higher
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float, Sheet


def wish(d: Sheet) -> None:
    """Rows without a wish hold with the policy's reason (nothing matched is NO_RULE); the others get a direction."""
    d.free &= np.isfinite(d.want)
    edits = d.free & ~d.start
    np.logical_and(d.want > d.old, edits, out=d.up)
    np.logical_and(d.want < d.old, edits, out=d.down)
    d.decide(edits & (d.want == d.old), Reason.BELOW_MIN_STEP)


PROFIT = tuple(int(r) for r in (Reason.PROFIT_HIGHER, Reason.RULE_FOR_PROFIT))
"""Reasons of wishes that are made for profit: judged by profit, not by the goal."""


def enough(o: Observation, s: RuleSettings, up: Bool, down: Bool, p: Float) -> Bool:
    """R-EVIDENCE: 10 orders and a probability `p` of 0.8 for the wish; or no order at all after 3 x its cost."""
    cost_per_order = o.order_value * o.grid / o.target_units
    nothing = (o.evidence_orders == 0) & (o.evidence_spend >= s.evidence_zero * cost_per_order) & up
    proven: Bool = ((up | down) & (p >= s.evidence_p) & (o.evidence_orders >= s.evidence_orders)) | nothing
    return proven


def probability(d: Sheet) -> Float:
    """(n,) how sure the wish is: that projected ROAS is on the wrong side of the goal, or for a wish made for profit that
    projected profit is higher at the wish than at the present target."""
    p = np.where(d.down, 1.0 - d.o.p_below_goal, d.o.p_below_goal)
    profit = (d.out.reason == PROFIT[0]) | (d.out.reason == PROFIT[1])
    profit &= d.free & (d.up | d.down)
    if np.count_nonzero(profit):
        np.copyto(p, p_profit_higher(d.o, d.out.wish), where=profit)
    return p


def evidence(d: Sheet) -> None:
    """R-EVIDENCE: binds a policy's edit only. What rests on an unconfirmed settlement prior without a mature cohort writes
    nothing: a policy's edit, and an R-NOVOLUME whose break-even was computed from it."""
    judged = (d.up | d.down) & d.free & ~d.novolume & ~d.person
    settled = d.o.since_edit_data_s >= d.o.spacing_s
    d.decide(judged & ~(settled & enough(d.o, d.settings, d.up, d.down, probability(d))), Reason.THIN_EVIDENCE)
    d.decide((judged & ~d.o.trusted) | (d.novolume & d.down & d.o.floor_assumed), Reason.PRIOR_UNCONFIRMED)
