"""A policy's rules and how they resolve: first match wins per row, and what matched is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.wording import Wording

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule: `reason`, `mask` (n,) bool, `wish` (n,) float64 target in ROAS (NaN = keep), `because` evidence columns;
    `says`: the rule in its author's words, None = the reason's own wording says it."""

    reason: Reason
    mask: Bool
    wish: Float | None
    factor: Float | float | None
    because: Mapping[str, Float] = field(default_factory=dict)
    says: Wording | None = None


Rules = Iterable[PolicyRule]


class Policy(Protocol):
    """A frozen dataclass whose fields are its parameters and whose one method lists rules, most important first."""

    def rules(self, o: Observation) -> Rules: ...


def keep(reason: Reason, mask: Bool, *, because: Mapping[str, Float] | None = None) -> PolicyRule:
    """Hold the target where `mask`."""
    return PolicyRule(reason, mask, None, None, because or {})


def scale(
    reason: Reason, mask: Bool, factor: Float | float, *, because: Mapping[str, Float] | None = None
) -> PolicyRule:
    """Wish the present target times `factor` where `mask` (1.05 = raise 5 %)."""
    return PolicyRule(reason, mask, None, factor, because or {})


def set_to(reason: Reason, mask: Bool, target: Float, *, because: Mapping[str, Float] | None = None) -> PolicyRule:
    """Wish this target (ROAS) where `mask`."""
    return PolicyRule(reason, mask, target, None, because or {})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a policy wants: `wish` (n,) ROAS, NaN = keep; `reason` int16; `matched` int16 index of the winning rule, -1
    none; `evidence`: the `because` columns of every rule, keyed `<rule index>.<name>`."""

    wish: Float
    reason: NDArray[np.int16]
    matched: NDArray[np.int16]
    evidence: Mapping[str, Float]


def sayings(policy: Policy, o: Observation) -> tuple[Wording | None, ...]:
    """What each rule of a policy says in its author's words, by the index that `matched` gives. Its rules are listed on no
    row of `o`: which there are must not depend on the rows (a check of `bidctl.policy.checks`)."""
    with np.errstate(all="ignore"):
        return tuple(rule.says for rule in policy.rules(o.take(np.zeros(0, np.intp))))


def resolve(policy: Policy, o: Observation) -> Wishes:
    """Run a policy: the first rule whose mask is True wins its row; no match is `NO_RULE`, incomplete is `NO_DATA`."""
    n = len(o)
    wish = np.full(n, np.nan)
    reason = np.full(n, Reason.NO_RULE, np.int16)
    matched = np.full(n, -1, np.int16)
    evidence: dict[str, Float] = {}
    free = o.complete.copy()
    reason[~free] = Reason.NO_DATA
    target = o.roi_target
    for index, rule in enumerate(policy.rules(o)):
        won = free & rule.mask
        for name, column in rule.because.items():
            evidence[f"{index}.{name}"] = column
        if rule.factor is not None:
            np.copyto(wish, target * rule.factor, where=won)
        elif rule.wish is not None:
            np.copyto(wish, rule.wish, where=won)
        np.copyto(reason, rule.reason, where=won)
        np.copyto(matched, index, where=won)
        free ^= won
    return Wishes(wish, reason, matched, evidence)
