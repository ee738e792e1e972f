"""RULEBOOK 5 over histories of time, faults, people, crashes and a second process, judged from the platform's journal."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bidctl.engine.gate import Gate
from tests.fakes.gate_history import FACTORS, FAULTS, WAITS, History, happening, play


class GateMachine(RuleBasedStateMachine):
    history: History

    @initialize(has_log=st.booleans())
    def begin(self, has_log: bool) -> None:
        self.history = History(Gate, has_log)

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: float) -> None:
        self.history.wait(seconds)

    @rule()
    def tick(self) -> None:
        self.history.tick()

    @rule(factor=st.sampled_from(FACTORS), fault=st.sampled_from(FAULTS), after=st.sampled_from(WAITS))
    def edit(self, factor: str, fault: object, after: float) -> None:
        self.history.decide(factor)
        self.history.write(-1, fault)  # type: ignore[arg-type]
        self.history.wait(after)

    @rule(factor=st.sampled_from(FACTORS))
    def decide(self, factor: str) -> None:
        self.history.decide(factor)

    @rule(index=st.integers(0, 2), fault=st.sampled_from(FAULTS))
    def write_late(self, index: int, fault: object) -> None:
        self.history.write(index, fault)  # type: ignore[arg-type]

    @rule()
    def second_process(self) -> None:
        self.history.write_as_old_worker()

    @rule(factor=st.sampled_from(FACTORS))
    def human(self, factor: str) -> None:
        self.history.human(factor)

    @rule(value=st.sampled_from((2.0, 2.1, 3.0, 9.0)))
    def suggest(self, value: float) -> None:
        self.history.suggest(value)

    @rule(name=st.sampled_from(("kill", "hold", "unenrol")), on=st.booleans())
    def switch(self, name: str, on: bool) -> None:
        self.history.switch(name, on)

    @rule()
    def resume_breaker(self) -> None:
        self.history.resume_breaker()

    @rule(steps=st.integers(1, 16))
    def die(self, steps: int) -> None:
        self.history.die_in(steps)

    @rule()
    def stop(self) -> None:
        self.history.stop_before_request()

    @rule()
    def restart(self) -> None:
        self.history.restart()

    @invariant()
    def the_journal_is_clean(self) -> None:
        if hasattr(self, "history"):
            assert self.history.breaches() == []

    def teardown(self) -> None:
        if hasattr(self, "history"):
            assert self.history.settled_breaches() == []


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(
    max_examples=60, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_seeded_histories_are_clean(first: int) -> None:
    for seed in range(first, first + 100):
        assert play(Gate, seed) == [], f"history {seed}"


def test_the_histories_do_edit() -> None:
    """A judge of nothing proves nothing: most histories apply edits of ours."""
    edits = []
    for seed in range(40):
        chance, h = random.Random(seed), History()
        for _ in range(40):
            happening(h, chance)
        edits.append(sum(e.actor == "api" for e in h.rig.platform.journal))
    assert sum(n > 0 for n in edits) >= 28, edits
