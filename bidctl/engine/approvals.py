"""Approved proposals judged anew when their turn comes: an approval may be hours old, what it rests on too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bidctl.domain.decision import Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId, Field, Grid
from bidctl.engine.decide import Asked, decide
from bidctl.engine.ports import DecisionRecord
from bidctl.policy.rulebook import RuleSettings

UNJUDGED = (Reason.NO_DATA, Reason.STALE)
"""While there is nothing to judge by (R-FRESH) an approval waits."""


def forbidden(
    approved: Sequence[DecisionRecord], o: Observation, rules: RuleSettings, grid: Grid
) -> Iterator[tuple[DecisionRecord, Reason]]:
    """Approvals of a target that every rule but R-EVIDENCE no longer allows as it stands, each with the reason now. A first
    target, and a suggestion not known yet, are left to the gate, which asks for the suggestion itself."""
    wished = {a.campaign: a for a in approved if a.field is Field.ROI_TARGET and a.reason != Reason.START}
    names = [CampaignId(str(c)) for c in o.campaign] if wished else []
    rows = [i for i, name in enumerate(names) if name in wished]
    if not rows:
        return
    wish = np.full(len(o), np.nan)
    wish[rows] = [float(wished[names[i]].new) for i in rows]
    d = decide(Asked(wish, Reason.APPROVED), o, rules)
    for i in rows:
        a, reason = wished[names[i]], Reason(int(d.reason[i]))
        as_it_stands = d.lever[i] == Lever.TARGET and d.result[i] == grid.units(a.new)
        if not as_it_stands and reason is not Reason.SUGGESTION_UNKNOWN:
            yield a, reason
