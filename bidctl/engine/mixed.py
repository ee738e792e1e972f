"""Several policies over one account: each rules the campaigns that were enrolled with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bidctl.domain.enrolment import Enrolment
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


@dataclass(frozen=True, slots=True)
class Book:
    """Policies by reference, with the id that decisions carry."""

    policies: Mapping[str, tuple[str, Policy]]

    def mixed(self, enrolments: Sequence[Enrolment]) -> tuple[Mixed, Mapping[CampaignId, str]]:
        """The policy of an account, and the id of each campaign's own."""
        names = list(self.policies)
        # one that was enrolled since then, with a policy that this process has not loaded, matches no rule until a restart
        loaded = [e for e in enrolments if e.policy in self.policies]
        of = {e.campaign: names.index(e.policy) for e in loaded}
        ids = {e.campaign: self.policies[e.policy][0] for e in loaded}
        return Mixed(tuple(p for _, p in self.policies.values()), of), ids
