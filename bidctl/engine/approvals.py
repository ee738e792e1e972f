"""Proposals and approvals: what is proposed to a person, and an approval judged anew when its turn comes, for it may be hours
old, and what it rests on too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import AccountId, CampaignId, Field, Grid, Refused, Stage
from bidctl.engine.clearance import because
from bidctl.engine.decide import Asked, decide
from bidctl.engine.gate import Gate
from bidctl.engine.ports import WITHDRAWN, DecisionRecord, Ledger, Transaction
from bidctl.engine.records import Signature
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rulebook.authority import said_no
from bidctl.policy.rulebook.budget import legal_budget, open_for_budget
from bidctl.policy.rulebook.delivery import quiet_now
from bidctl.policy.rulebook.fresh import stale
from bidctl.policy.rulebook.life import observing

OPERATOR_TICK = "operator"
"""The `tick` of a proposal that a person made (a revert): the controller does not withdraw it."""
PLAN_TICK = "plan "
"""Begins the `tick` of an approval that came from a plan file."""
PLAN_LIFE = timedelta(minutes=30)
"""A plan stands on reads that R-FRESH calls good for 30 min; so do the approvals that come from it."""
KEPT_YES = "yes to "
"""Begins who answered a decision that stands for one that was put off."""
PASSING = frozenset({
    Reason.NO_DATA, Reason.STALE, Reason.CLOCK_UNSETTLED, Reason.QUIET, Reason.NOT_DELIVERING, Reason.SPACING, Reason.OPEN_WRITE,
    Reason.BLAST, Reason.PLATFORM_REFUSED,
})  # fmt: skip
"""While it is so an approval waits: the condition passes by itself, and a person's yes is not lost to it."""
CREATIVE_LIFE = timedelta(hours=24)
"""What is decided of creatives stands on the figures of complete days: the next day it is judged anew, not carried out."""
FOR_THE_GATE = frozenset({Reason.SUGGESTION_UNKNOWN, Reason.ASK_START})
"""Not known yet here; the gate asks for the suggestion itself."""


class Judged(NamedTuple):
    """Approvals that the rules allow as they stand, that were dropped, and that wait for something to pass, with the reason."""

    allowed: list[DecisionRecord]
    dropped: list[tuple[DecisionRecord, str]]
    waiting: list[tuple[DecisionRecord, str]]


class Approvals:
    """The proposals of one account, of the mode that this process runs in."""

    def __init__(
        self, account: AccountId, ledger: Ledger, gate: Gate, rules: RuleSettings, sign: Signature, grid: Grid
    ) -> None:
        self._account, self._ledger, self._gate = account, ledger, gate
        self._rules, self._sign, self._grid = rules, sign, grid

    def news(self, t: Transaction, acts: Sequence[DecisionRecord], now: datetime) -> list[DecisionRecord]:
        """The acts to be stored. A proposal that waits already, for a person or for its turn, is not made again; one no longer
        wished is withdrawn, and one of another mode, which nobody would carry out, by a process that can write."""
        pending = t.pending(self._account)
        proposed = {_key(a) for a in acts if a.needs_approval}
        mine = [p for p in pending if p.mode is self._sign.mode]
        for p in pending:
            idle = p not in mine and self._gate.parts.writer is not None
            if idle or (p in mine and _key(p) not in proposed and not _stands(p, now)):
                t.answer_proposal(p.id, False, WITHDRAWN, now)
        made = {_key(p) for p in (*mine, *self._approved(t))}
        return [a for a in acts if not (a.needs_approval and _key(a) in made)]

    def judged(self, o: Observation, now: datetime) -> Judged:
        """What a person has approved, judged anew; what the rules no longer allow is dropped, with the reason."""
        with self._ledger.begin() as t:
            approved = self._approved(t)
        against = {a.id: reason for a, reason in forbidden(approved, o, self._rules, self._grid)}
        against |= {a.id: Reason.STALE for a in approved if _overdue(a, now)}
        out = Judged([a for a in approved if a.id not in against], [], [])
        for a in (a for a in approved if a.id in against):
            why = because(against[a.id])
            if against[a.id] in PASSING and not _overdue(a, now):
                out.waiting.append((a, str(why)))
            else:
                self._gate.refuse(a, why)
                out.dropped.append((a, str(why)))
        return out

    def keep(self, decided: DecisionRecord, now: datetime) -> None:
        """A person's yes is not lost to the platform's pace: the same once more, as a decision of its own, approved, for the next look."""
        again = replace(decided, id=hashlib.blake2b(decided.id.encode(), digest_size=16).hexdigest())
        with self._ledger.begin(durable=True) as t:
            t.add_decisions([again])
            t.answer_proposal(again.id, True, f"{KEPT_YES}{decided.id}", now)

    def _approved(self, t: Transaction) -> list[DecisionRecord]:
        return [a for a in t.approved(self._account) if a.mode is self._sign.mode]


def forbidden(
    approved: Sequence[DecisionRecord], o: Observation, rules: RuleSettings, grid: Grid
) -> Iterator[tuple[DecisionRecord, Reason]]:
    """Approvals that every rule but R-EVIDENCE no longer allows as they stand, each with the reason now. A suggestion not known yet is
    left to the gate, which asks for it itself, as is what a campaign's list of creatives says; a person's pause is always allowed."""
    rows = {CampaignId(str(c)): i for i, c in enumerate(o.campaign)}
    for a in approved:
        if a.field is Field.CREATIVE and a.campaign in rows:
            reason = _creative(a, o.take(np.array([rows[a.campaign]])), rules)
            if reason is not None:
                yield a, reason
    judged = [a for a in approved if a.field in (Field.ROI_TARGET, Field.BUDGET) and a.campaign in rows]
    if not judged:
        return
    wish, starts = np.full(len(o), np.nan), np.zeros(len(o), np.bool_)
    for a in judged:
        if a.field is Field.ROI_TARGET and a.reason != Reason.START:
            wish[rows[a.campaign]] = float(a.new)
        starts[rows[a.campaign]] |= a.reason == Reason.START
    d = decide(Asked(wish, Reason.APPROVED), o, rules, starts=starts)
    for a in judged:
        against = (_target if a.field is Field.ROI_TARGET else _budget)(a, o, d, rows[a.campaign], rules, grid)
        if against is not None and against not in FOR_THE_GATE:
            yield a, against


def _target(a: DecisionRecord, o: Observation, d: Decisions, i: int, rules: RuleSettings, grid: Grid) -> Reason | None:
    as_it_stands = d.lever[i] == Lever.TARGET and d.result[i] == grid.units(a.new)
    return None if as_it_stands else Reason(int(d.reason[i]))


def _budget(a: DecisionRecord, o: Observation, d: Decisions, i: int, rules: RuleSettings, grid: Grid) -> Reason | None:
    row = o.take(np.array([i]))
    if open_for_budget(row, rules)[0]:
        if not legal_budget(row, float(a.new), rules)[0]:
            return Reason.NO_BUDGET_STEP
        there = Refused.THERE_BUDGET_UP if float(a.new) > row.budget[0] else Refused.THERE_BUDGET_DOWN
        return Reason.PLATFORM_REFUSED if said_no(row, there)[0] else None
    if row.open_write[0]:
        return Reason.OPEN_WRITE
    held = Reason(int(d.reason[i]))
    return Reason.NO_BUDGET_STEP if held is Reason.NO_RULE else held


def _creative(a: DecisionRecord, row: Observation, rules: RuleSettings) -> Reason | None:
    """R-FRESH and R-QUIET of both changes; a retirement needs a campaign that is free, adding is allowed in any."""
    retires = a.new.startswith("delete:")
    ladder: tuple[tuple[bool, Reason], ...] = (
        (retires and bool(observing(row, rules)[0]), Reason.OBSERVING),
        (bool(quiet_now(row, rules)[0]), Reason.QUIET),
        (retires and row.stage[0] == Stage.STOPPED, Reason.STOPPED),
        (not row.complete[0], Reason.NO_DATA),
        (bool(stale(row, rules)[0]), Reason.STALE),
        (retires and row.stage[0] in (Stage.NEW, Stage.FEEDING), Reason.FEEDING),
    )
    return next((reason for met, reason in ladder if met), None)


def _key(p: DecisionRecord) -> tuple[CampaignId, Field | None, str, str]:
    return p.campaign, p.field, p.old, p.new


def _stands(p: DecisionRecord, now: datetime) -> bool:
    """Whether a proposal stays though this tick does not make it: a person's does, a creative's is looked at once a day."""
    return not _overdue(p, now) if p.field is Field.CREATIVE else p.tick == OPERATOR_TICK


def _overdue(a: DecisionRecord, now: datetime) -> bool:
    if a.field is Field.CREATIVE:
        return now - a.at > CREATIVE_LIFE
    return a.tick.startswith(PLAN_TICK) and now - a.at > PLAN_LIFE
