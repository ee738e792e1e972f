"""One policy at the desk of a world: look, observe, decide by the whole rulebook, carry out; again some hours later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.asking import turns_on
from bidctl.engine.decide import decide
from bidctl.engine.ports import Pause
from bidctl.engine.standing import Standing
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from sim.controls import Controls
from sim.enrolments import enrolments
from sim.platform import CAPABILITIES
from sim.seam import World
from sim.violations import OwnEdit
from sim.watch import Watch

Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Made:
    """Target edits made at one decision: `campaign` index, `old` and `new` grid units, `reason`, suggestion in force (NaN =
    none)."""

    at: float
    campaign: Int
    old: Int
    new: Int
    reason: NDArray[np.int16]
    suggestion: NDArray[np.float64]


Witness = Callable[[float, Observation, Decisions], None]
"""Sees every observation with what was decided on it."""


def unseen(at: float, o: Observation, d: Decisions) -> None:
    """A witness that looks away."""


class Desk:
    """Decides for all campaigns of `world` together. `made`: the edits so far; `holds`: row-decisions held, by reason."""

    def __init__(self, world: World, policy: Policy, rules: RuleSettings, witness: Witness = unseen) -> None:
        self._world, self._policy, self._rules, self._witness = world, policy, rules, witness
        self.controls = Controls(world, CAPABILITIES.grid)
        self._watch = Watch(world, self.controls)
        self._began = world.now
        self._enrolled = 0
        self._terms: list[Enrolment] = []
        self._ours = np.zeros(0, np.bool_)  # (n,) enrolled
        self._day: int | None = None
        self._first_edit: dict[AccountId, float] = {}
        self._raises: Counter[CampaignId] = Counter()
        self._moved: set[CampaignId] = set()
        self._pauses: dict[CampaignId, Pause] = {}
        self.made: list[Made] = []
        self.holds: Counter[int] = Counter()

    def decide(self) -> None:
        """One look and what follows from it, at the world's now."""
        now = self._world.now
        self._watch.look(now)
        self._enrol(now)
        o, d = self._judge(now)
        self._witness(now, o, d)
        act = d.acts & ~d.ask
        reasons, counts = np.unique(d.reason[o.enrolled & ~act], return_counts=True)
        self.holds.update(dict(zip(reasons.tolist(), counts.tolist(), strict=True)))
        if act.any():
            self._carry_out(now, o, d, np.flatnonzero(act))

    def _judge(self, now: float) -> tuple[Observation, Decisions]:
        """Observe and decide; ask for the suggestions that the outcome turns on, and decide again with them, as live does."""
        self._watch.ask_due(self._ours, now)
        look = self._watch.observer.look(datetime.fromtimestamp(now, UTC), self._standing(now))
        o = look.observation
        d = decide(self._policy, o, self._rules)
        unknown = turns_on(o, d)
        if unknown.any():
            self._watch.ask(self._watch.who.index(o.campaign[unknown].tolist()), now)
            o = look.with_answers().observation
            d = decide(self._policy, o, self._rules)
        return o, d

    def own_edits(self) -> Iterator[OwnEdit]:
        """Every target edit made so far, one by one."""
        for m in self.made:
            columns = (m.campaign, m.old, m.new, m.suggestion, m.reason)
            for campaign, old, new, suggestion, reason in zip(*(c.tolist() for c in columns), strict=True):
                yield OwnEdit(m.at, campaign, old, new, suggestion, Reason(reason).name)

    def _enrol(self, now: float) -> None:
        if self._enrolled < len(self._world.specs):
            self._terms += enrolments(self._world, self._enrolled, datetime.fromtimestamp(now, UTC))
            self._enrolled = len(self._world.specs)
            self._watch.observer.ingest_enrolments(self._terms)
            self._ours = np.zeros(self._enrolled, np.bool_)
            self._ours[self._watch.who.index(e.campaign for e in self._terms)] = True

    def _standing(self, now: float) -> Standing:
        days = self._watch.observer.days
        today = days.of(now)
        first, self._day = self._day != today, today
        if first:
            self._raises.clear()
            self._moved.clear()
        midnight = days.start(today)
        accounts = self._watch.observer.memory.roster.accounts
        begin = datetime.fromtimestamp(midnight, UTC)
        return Standing(
            live_since={
                AccountId(a): begin for a in accounts if not self._first_edit.get(AccountId(a), np.inf) < midnight
            },
            budget_raises=dict(self._raises),
            budget_moved=frozenset(self._moved),
            ledger_since=datetime.fromtimestamp(self._began, UTC),
        )

    def _carry_out(self, now: float, o: Observation, d: Decisions, rows: Int) -> None:
        index = self._watch.who.index(d.campaign[rows].tolist())
        for lever, put in (
            (Lever.TARGET, self._retarget),
            (Lever.BUDGET, self._rebudget),
            (Lever.STATUS, self._switch),
        ):
            mine = d.lever[rows] == lever
            if mine.any():
                put(now, o, d, rows[mine], index[mine])
        for account in set(o.account[rows].tolist()):
            self._first_edit.setdefault(AccountId(account), now)

    def _retarget(self, now: float, o: Observation, d: Decisions, rows: Int, index: Int) -> None:
        self.controls.retarget(index, d.result[rows], now)
        self._watch.observer.ingest_own_edits(
            d.campaign[rows].tolist(), d.old[rows], d.result[rows], d.reason[rows], now
        )
        self.made.append(Made(now, index, d.old[rows], d.result[rows], d.reason[rows], o.suggestion[rows]))

    def _rebudget(self, now: float, o: Observation, d: Decisions, rows: Int, index: Int) -> None:
        fen = np.rint(d.budget_result[rows] * 100).astype(np.int64)
        self._raises.update(d.campaign[rows[d.budget_result[rows] > o.budget[rows]]].tolist())
        self._moved.update(d.campaign[rows].tolist())
        self.controls.rebudget(index, fen, now)

    def _switch(self, now: float, o: Observation, d: Decisions, rows: Int, index: Int) -> None:
        on = d.pause[rows] < 0
        self.controls.switch(index, on, now)
        at = datetime.fromtimestamp(now, UTC)
        for row, campaign, resumed in zip(rows.tolist(), d.campaign[rows].tolist(), on.tolist(), strict=True):
            self._pauses[campaign] = Pause(AccountId(str(o.account[row])), campaign, None if resumed else at)
        self._watch.observer.ingest_pauses(dict(self._pauses))
