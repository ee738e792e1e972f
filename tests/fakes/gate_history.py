"""Things that may happen around a gate, one method each; a state machine or a seeded run strings them together."""

from __future__ import annotations

import random
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Field, Hold, Suggestion, SuggestionState
from bidctl.engine.gate import Gate, LedgerFailed
from bidctl.engine.ports import DecisionRecord
from tests.fakes.gate_judge import Marks, uncounted, violations
from tests.fakes.memory_platform import ACCOUNT, Fault
from tests.fakes.rig import C1, QIANCHUAN_LIKE, Rig, enrolment

T = TypeVar("T")
WAITS = (
    1.0,
    20.0,
    45.0,
    600.0,
    1800.0,
    3500.0,
    3545.0,
    3560.0,
    3590.0,
    3598.0,
    3600.0,
    3601.0,
    3700.0,
    30000.0,
    86400.0,
)
FACTORS = ("0.90", "0.95", "1.05", "1.10")
FAULTS = (None, None, *Fault)


class Killed(BaseException):
    """The process is gone."""


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine whose parts never really wait."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("the fakes never wait")


@dataclass
class History:
    """A gate's life. Every method is one happening; `breaches` asks the judge."""

    gate_class: type[Gate] = Gate
    has_log: bool = True
    marks: Marks = field(default_factory=Marks)
    pending: list[DecisionRecord] = field(default_factory=list)
    fatal_in: int = 0
    stop_at: str = ""
    off: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rig = Rig(
            can=replace(QIANCHUAN_LIKE, has_edit_log=self.has_log), gate_class=self.gate_class, trace=self._trace
        )
        self.old_gate = self.rig.gate
        self.rig.ledger.before_commit = lambda durable: self._maybe_die() if durable else None
        self.rig.ledger.after_commit = lambda durable: self._maybe_die() if durable else None
        self.rig.platform.before_call = lambda name: self._maybe_die()
        self.rig.platform.after_write = self._maybe_die
        with self.rig.ledger.begin() as tx:
            tx.enrol(enrolment(after_human_resume=True))

    def _maybe_die(self) -> None:
        self.fatal_in -= 1
        if self.fatal_in == 0:
            raise Killed

    def _trace(self, step: str) -> None:
        if step == self.stop_at:
            self.stop_at = ""
            self.rig.clock.advance(50)

    # what may happen
    def wait(self, seconds: float) -> None:
        self.rig.clock.advance(seconds)

    def tick(self) -> None:
        self._alive(self.rig.tick())

    def decide(self, factor: str) -> None:
        """A policy decides on what is known now; the write may come at once, later or never."""
        record = self.rig.decide(self.rig.step(factor), reason=Reason.ROAS_BELOW_GOAL)
        self.pending = [*self.pending[-2:], record]

    def write(self, index: int, fault: Fault | None) -> None:
        if not self.pending:
            return
        record = self.pending[index % len(self.pending)]
        self.rig.platform.faults = [fault] if fault else []
        self.rig.platform.between = lambda: self.rig.platform.human(C1, Field.ROI_TARGET, self.rig.step("1.05"))
        self._alive(self.rig.gate.write(self.rig.request(record), record))

    def write_as_old_worker(self) -> None:
        """A second process that lost its lease tries the newest decision."""
        if self.pending and self.old_gate is not self.rig.gate:
            record = self.pending[-1]
            self.rig.platform.faults = []
            self._alive(self.old_gate.write(self.rig.request(record), record))

    def human(self, factor: str) -> None:
        self.rig.platform.human(C1, Field.ROI_TARGET, self.rig.step(factor))

    def suggest(self, value: float) -> None:
        self.rig.platform.land()  # what was applied before now met the suggestion of its own time
        self.rig.platform.suggested = Suggestion(SuggestionState.NUMBER, value)

    def switch(self, name: str, on: bool) -> None:
        """The kill switch, a hold, or an end of the enrolment; and back."""
        at = self.rig.clock.now()
        with self.rig.ledger.begin() as tx:
            if name == "kill":
                tx.set_kill(None, on, "me", at)
            elif name == "hold":
                tx.set_hold(ACCOUNT, C1, Hold.TARGETS if on else Hold.NO, "me", at)
            elif on:
                tx.unenrol(ACCOUNT, C1, at)
            else:
                tx.enrol(enrolment(after_human_resume=True))
        (self.off.add if on else self.off.discard)(name)
        (self.marks.shut if self.off else self.marks.open)(at)

    def resume_breaker(self) -> None:
        with self.rig.ledger.begin() as tx:
            tx.set_breaker(ACCOUNT, False, "me", self.rig.clock.now())

    def die_in(self, steps: int) -> None:
        self.fatal_in = steps

    def stop_before_request(self) -> None:
        """SIGSTOP just before the request, SIGCONT past the deadline."""
        self.stop_at = "request:write"

    def restart(self) -> None:
        self.fatal_in = 0
        self.old_gate = self.rig.gate
        self.rig.new_gate()
        drive(self.rig.gate.recover())

    def _alive(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            drive(work)
        except Killed:
            self.restart()
        except LedgerFailed:
            pass

    # what the judge says
    def breaches(self) -> list[str]:
        state = self.rig.ledger.state
        return violations(self.rig.platform.journal, state.decisions, self.marks)

    def settled_breaches(self) -> list[str]:
        """After time enough: nothing open any more, every edit of ours counted."""
        self.fatal_in, self.stop_at = 0, ""
        self.rig.platform.read_fails = 0
        for _ in range(5):
            self.rig.clock.advance(60)
            drive(self.rig.tick())
        with self.rig.ledger.begin() as tx:
            stuck = [f"write {w.id} is stuck in {w.state.value}" for w in tx.open_writes()]
            ours = [
                (e.campaign, e.new or "", e.effective_at) for e in tx.edits(ACCOUNT, self.rig.ledger.since) if e.ours
            ]
        return self.breaches() + stuck + uncounted(self.rig.platform.journal, ours)


def play(gate_class: type[Gate], seed: int, steps: int = 40) -> list[str]:
    """A seeded history; the breaches it ends with."""
    chance = random.Random(seed)
    h = History(gate_class, has_log=chance.random() < 0.5)
    for _ in range(steps):
        happening(h, chance)
    return h.settled_breaches()


def happening(h: History, chance: random.Random) -> None:
    """One step of a seeded history: mostly decide, write and wait; now and then something goes wrong."""
    kind = chance.random()
    if kind < 0.45:
        h.wait(chance.choice(WAITS))
        if chance.random() < 0.6:
            h.tick()
        h.decide(chance.choice(FACTORS))
        if chance.random() < 0.15:
            h.wait(2.0)
            h.human(chance.choice(FACTORS))
        if chance.random() < 0.15:
            h.suggest(float(h.rig.target()) * chance.choice((1.02, 1.2)))
        h.write(-1, chance.choice(FAULTS) if chance.random() < 0.4 else None)
    elif kind < 0.6:
        h.write(chance.randrange(3), None)
    elif kind < 0.68:
        h.human(chance.choice(FACTORS))
    elif kind < 0.76:
        h.die_in(chance.randrange(1, 16))
    elif kind < 0.8:
        h.restart()
    elif kind < 0.84:
        h.stop_before_request()
    elif kind < 0.88:
        h.write_as_old_worker()
    elif kind < 0.93:
        h.suggest(chance.choice((2.05, 3.0, 9.0)))
    elif kind < 0.97:
        name = chance.choice(("kill", "hold", "unenrol"))
        h.switch(name, name not in h.off)
    else:
        h.resume_breaker()
