"""Where a campaign stands in its life: R-OBSERVE, and feeding before it."""

from __future__ import annotations

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Kind, Stage
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Sheet


def first_target(o: Observation) -> Bool:
    """Rows whose one R-START is still to come."""
    to_come: Bool = (o.stage == Stage.NEW) & ~o.started
    return to_come


def observing(o: Observation, s: RuleSettings) -> Bool:
    """Inside R-OBSERVE: 72 h since it was fed; live: and 3 sessions with spend."""
    few = (o.kind == Kind.LIVE) & (o.observed_s >= 0) & (o.observed_sessions < s.observe_sessions)
    inside: Bool = (o.observed_s < s.observe_s) | few | (o.stage == Stage.OBSERVING)
    return inside


def observe(d: Sheet) -> None:
    """R-OBSERVE: no edit inside the observation period; the first target of a new campaign is exempt."""
    d.decide(observing(d.o, d.settings) & ~first_target(d.o), Reason.OBSERVING)


def feeding(d: Sheet) -> None:
    """Before it is fed only R-START, R-NOVOLUME and a person move it: a policy has nothing to judge yet."""
    unfed = (d.o.stage == Stage.NEW) | (d.o.stage == Stage.FEEDING)
    d.decide(unfed & ~d.start & ~d.novolume & ~d.person, Reason.FEEDING)
