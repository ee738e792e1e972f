"""Never changes anything: the smallest example, and the baseline that every policy is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from bidctl.policy import Observation, Reason, Rules, keep


@dataclass(frozen=True)
class Hold:
    """Keep every target as it is.

    >>> Hold()
    Hold()
    """

    def rules(self, o: Observation) -> Rules:
        yield keep(Reason.POLICY_HOLDS, o.complete)
