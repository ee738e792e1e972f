"""Several policies over one account: each rules the campaigns that were enrolled with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.values import CampaignId
from bidctl.policy import Policy
from bidctl.policy.rules import PolicyRule


@dataclass(frozen=True)
class Mixed:
    """`policies` in order; `of` names each campaign's by index. A campaign that is in nobody's charge matches no rule."""

    policies: tuple[Policy, ...]
    of: Mapping[CampaignId, int]

    def rules(self, o: Observation) -> Iterator[PolicyRule]:
        charge = np.array([self.of.get(CampaignId(str(c)), -1) for c in o.campaign], dtype=np.int64)
        for index, policy in enumerate(self.policies):
            mine = charge == index
            for rule in policy.rules(o):
                yield replace(rule, mask=rule.mask & mine)
