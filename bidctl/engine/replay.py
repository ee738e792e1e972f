"""Replay: a policy walked over recorded history as it was known. Decisions only: a tape does not answer back.

At every tick the observer has exactly the facts that were known by then, each campaign stands at its recorded target, and
`decide` says what the policy would do. Its wishes are never carried out: the next tick stands at the recorded target again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.engine.decide import decide
from bidctl.engine.episodes import Episodes
from bidctl.engine.history import History
from bidctl.engine.tape import Tape
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rules import sayings

Step = Callable[[float], None]
"""Told the share that is done, 0 .. 1."""
Witness = Callable[[datetime, Observation, Decisions], None]
"""Sees every observation with what was decided on it."""


def unwatched(share: float) -> None:
    """Nobody is told."""


def unseen(at: datetime, o: Observation, d: Decisions) -> None:
    """A witness that looks away."""


@dataclass(frozen=True, slots=True)
class Span:
    """The instants of a replay: from `begin`, every `every`, not after `end`."""

    begin: datetime
    end: datetime
    every: timedelta

    def __len__(self) -> int:
        return max((self.end - self.begin) // self.every + 1, 0)

    def at(self, i: int) -> datetime:
        return self.begin + i * self.every


@dataclass(frozen=True, slots=True)
class Walk:
    """What a policy decided along a history. `marks`: a fingerprint of each tick's decisions. `unsuggested`: row-decisions
    without a recorded suggestion."""

    span: Span
    episodes: Episodes
    marks: tuple[str, ...]
    unsuggested: int


def walk(
    history: History, policy: Policy, rules: RuleSettings, span: Span, step: Step = unwatched, witness: Witness = unseen
) -> Walk:
    """Decide at every instant of `span` on what was known then. The cost grows with the ticks alone."""
    tape, episodes, marks, unsuggested = Tape(history), Episodes(), [], 0
    for i in range(len(span)):
        at = span.at(i)
        o, blind = tape.observe(at)
        d = decide(policy, o, rules)
        episodes.take(at, o, d, sayings(policy, o))
        marks.append(mark(d))
        witness(at, o, d)
        unsuggested += int((blind & o.enrolled).sum())
        step((i + 1) / len(span))
    episodes.close()
    return Walk(span, episodes, tuple(marks), unsuggested)


def mark(d: Decisions) -> str:
    """A fingerprint of decisions: who, result, reason, rule."""
    told = hashlib.blake2b("|".join(d.campaign.tolist()).encode(), digest_size=8)
    for column in (d.result, d.reason, d.matched, d.lever):
        told.update(column.tobytes())
    return told.hexdigest()


@dataclass(frozen=True, slots=True)
class Peek:
    """A decision that changes when the future is cut off: it was made with knowledge of what came after `cut`."""

    cut: datetime
    at: datetime


def look_ahead(
    history: History,
    policy: Policy,
    rules: RuleSettings,
    span: Span,
    whole: Walk,
    cuts: int = 3,
    step: Step = unwatched,
) -> list[Peek]:
    """Replay again on histories that end earlier: the decisions up to there must stay as `whole` has them."""
    found = []
    for k in range(1, cuts + 1):
        last = len(span) * k // (cuts + 1)
        if not last:
            continue
        short = Span(span.begin, span.at(last - 1), span.every)
        again = walk(history.until(short.end), policy, rules, short)
        other = next((i for i in range(last) if again.marks[i] != whole.marks[i]), None)
        if other is not None:
            found.append(Peek(short.end, short.at(other)))
        step(k / cuts)
    return found
