"""What `check` runs a policy through: the suite and the lints, on probing rows, on worlds that come along, on recorded history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

import numpy as np

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.engine.history import History
from bidctl.engine.lints.conformance import conformance, look_ahead
from bidctl.engine.lints.course import edits_a_day, oscillation
from bidctl.engine.lints.drift import worst_day
from bidctl.engine.lints.finding import Finding, Level
from bidctl.engine.lints.probes import probes
from bidctl.engine.lints.reach import overlaps, unreachable
from bidctl.engine.replay import Span, Walk, walk
from bidctl.engine.replay import look_ahead as peeks
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.wording import Wording
from sim.record import record
from sim.run import Plan, run
from sim.scenario import shipped
from sim.world import MarketWorld

SEED = 1
STEADY_DAYS, LIVELY_DAYS, TAPE_DAYS = 21, 14, 6
WARM_DAYS = 7
"""Days of the lively world in which campaigns are still observed and looked after for the first time: not counted."""
LIVELY = Wording("自带的六个计划的模拟市场", "the small simulated market that comes along")

Stage = Callable[[Wording], None]
"""Told what is being looked at."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An account's past to check on as well, and the instants to look at."""

    history: History
    span: Span


def check(policy: Policy, rules: RuleSettings, recorded: Recorded | None, stage: Stage) -> list[Finding]:
    """Everything found, worst first. A policy that fails the suite is taken no further."""
    stage(Wording("行为检查", "conformance"))
    rows = probes(policy)
    broken = list(conformance(policy, rows))
    if broken:
        return broken
    stage(Wording("规则", "rules"))
    found = [*chain(unreachable(policy, rows), overlaps(policy, rows), worst_day(policy, rows, rules))]
    stage(Wording("不变的世界", "a world that stands still"))
    found += _swings(policy, rules)
    stage(Wording("前视与改动次数", "look-ahead and edits"))
    found += _of_history(policy, rules, recorded) if recorded else _of_world(policy, rules)
    return sorted(found, key=lambda f: list(Level).index(f.level))


def _swings(policy: Policy, rules: RuleSettings) -> Sequence[Finding]:
    world = MarketWorld.with_history(shipped("steady"), SEED)
    begin, at, targets = world.now, list[float](), list[np.ndarray[tuple[int], np.dtype[np.float64]]]()

    def watch(now: float, o: Observation, d: Decisions) -> None:
        at.append((now - begin) / 86400.0)
        targets.append(o.roi_target)

    run(world, policy, Plan(STEADY_DAYS, 3, rules), name="", scenario="steady", seed=SEED, witness=watch)
    return list(oscillation(np.array(at), np.array(targets)))


def _of_world(policy: Policy, rules: RuleSettings) -> list[Finding]:
    """On a market of its own: edits as they were made, and its record cut short."""
    lively = replace(shipped("small"), step_s=3600)
    world = MarketWorld.with_history(lively, SEED)
    result = run(world, policy, Plan(LIVELY_DAYS, 3, rules), name="", scenario="small", seed=SEED)
    tape = record(MarketWorld.with_history(lively, SEED), TAPE_DAYS)
    span = Span(tape.connected, tape.connected + timedelta(days=TAPE_DAYS), timedelta(hours=4))
    return [*_peeks(policy, rules, tape, span, walk(tape, policy, rules, span), LIVELY),
            edits_a_day(result.edits[:, WARM_DAYS:].astype(np.int64), LIVELY)]  # fmt: skip


def _of_history(policy: Policy, rules: RuleSettings, given: Recorded) -> list[Finding]:
    """On recorded history: moves that it would have begun, each stretch counted once, and the record cut short."""
    told = walk(given.history, policy, rules, given.span)
    begin, end = given.span.begin, given.span.end
    days = max(int((end - begin) / timedelta(days=1)), 0) + 1
    place = {e.campaign: i for i, e in enumerate(given.history.enrolments)}
    edits = np.zeros((len(place), days), np.int64)
    for e in told.episodes.done:
        if e.acts:
            edits[place[e.campaign], (e.begin - begin) // timedelta(days=1)] += 1  # type: ignore[index]
    where = Wording(f"账本 {given.history.account}, {days} 天, 每段只算一次",
                    f"the ledger of {given.history.account}, {days} days, each stretch counted once")  # fmt: skip
    return [*_peeks(policy, rules, given.history, given.span, told, where), edits_a_day(edits, where)]


def _peeks(policy: Policy, rules: RuleSettings, h: History, span: Span, told: Walk, where: Wording) -> list[Finding]:
    return list(look_ahead(peeks(h, policy, rules, span, told), where))
