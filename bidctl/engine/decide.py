"""Deciding: a policy, what is known, and the rulebook's numbers become one decision per campaign. Pure, in columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.decision import Decisions, TraceStep
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.policy.rulebook import RuleSettings, apply_rulebook
from bidctl.policy.rulebook.trace import trace_row
from bidctl.policy.rules import Policy, Rules, set_to

DEFAULT = RuleSettings()


def decide(
    policy: Policy,
    o: Observation,
    settings: RuleSettings = DEFAULT,
    *,
    starts: NDArray[np.bool_] | None = None,
) -> Decisions:
    """One decision for every row of `o`: the policy's wish, then every rule in the order of RULEBOOK 4.

    `starts`: (n,) rows whose R-START proposal a person has approved (they ask no more). Row i depends on the rows of its
    own account only (R-BLAST), and on nothing else. Pure: no clock, no chance, nothing remembered.
    """
    return apply_rulebook(policy, o, settings, starts)


def trace(policy: Policy, o: Observation, settings: RuleSettings, i: int) -> list[TraceStep]:
    """What each rule did to row `i`, in order, from the same code on the rows of its account."""
    return trace_row(policy, o, settings, i)


@dataclass(frozen=True)
class Asked:
    """A person's wish as a policy: a revert, an approved proposal, the operator's own value.

    `target`: (n,) or scalar ROAS. `reason`: REVERT, APPROVED or OPERATOR: exempt from R-EVIDENCE, bound by all else
    (clamped, spaced, perhaps two steps).
    """

    target: NDArray[np.float64] | float
    reason: Reason = Reason.REVERT

    def rules(self, o: Observation) -> Rules:
        wish = np.broadcast_to(np.asarray(self.target, np.float64), (len(o),))
        yield set_to(self.reason, np.isfinite(wish), wish)
