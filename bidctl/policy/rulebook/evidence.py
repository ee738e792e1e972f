"""The policy's own wish, and the evidence it needs: R-EVIDENCE."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Sheet


def wish(d: Sheet) -> None:
    """Rows without a wish hold with the policy's reason (nothing matched is NO_RULE); the others get a direction."""
    d.free &= np.isfinite(d.want)
    edits = d.free & ~d.start
    np.logical_and(d.want > d.old, edits, out=d.up)
    np.logical_and(d.want < d.old, edits, out=d.down)
    d.decide(edits & (d.want == d.old), Reason.BELOW_MIN_STEP)


def enough(o: Observation, s: RuleSettings, up: Bool, down: Bool) -> Bool:
    """R-EVIDENCE: 10 orders and a probability of 0.8 for the wish's direction; or no order at all after 3 x its cost."""
    sure = (up & (o.p_below_goal >= s.evidence_p)) | (down & (1.0 - o.p_below_goal >= s.evidence_p))
    cost_per_order = o.order_value * o.grid / o.target_units
    nothing = (o.evidence_orders == 0) & (o.evidence_spend >= s.evidence_zero * cost_per_order) & up
    proven: Bool = (sure & (o.evidence_orders >= s.evidence_orders)) | nothing
    return proven


def evidence(d: Sheet) -> None:
    """R-EVIDENCE: binds a policy's edit only. What rests on an unconfirmed settlement prior without a mature cohort writes
    nothing: a policy's edit, and an R-NOVOLUME whose break-even was computed from it."""
    judged = (d.up | d.down) & d.free & ~d.novolume & ~d.person
    settled = d.o.since_edit_data_s >= d.o.spacing_s
    d.decide(judged & ~(settled & enough(d.o, d.settings, d.up, d.down)), Reason.THIN_EVIDENCE)
    d.decide((judged & ~d.o.trusted) | (d.novolume & d.down & d.o.floor_assumed), Reason.PRIOR_UNCONFIRMED)
