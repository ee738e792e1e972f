"""Gates with one safeguard taken out: the judge must convict each of them, and acquit the true one on the same histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bidctl.domain.campaign import Creative, Reading
from bidctl.domain.values import AccountId, Suggestion, SuggestionState
from bidctl.domain.writes import AnswerKind, Write, WriteRequest
from bidctl.engine import clearance
from bidctl.engine.clearance import Evidence, Objection
from bidctl.engine.gate import Gate
from bidctl.engine.ports import DecisionRecord, PlatformWriter
from tests.fakes.gate_history import drive, play
from tests.fakes.rig import Rig

SEEDS = range(120)
Found = tuple[Reading, tuple[Creative, ...], Suggestion]


class NoReadBack(Gate):
    """Does not compare what it read with the decision's `old`."""

    def _objection(self, evidence: Evidence) -> Objection | None:
        checks = [check for check in clearance.CHECKS if check.__name__ != "_unmoved"]
        return next((found for check in checks if (found := check(evidence)) is not None), None)


class ShortSpacing(Gate):
    """59 minutes."""

    def _objection(self, evidence: Evidence) -> Objection | None:
        last = evidence.view.last_edit_at
        earlier = None if last is None else last - timedelta(minutes=1)
        return super()._objection(replace(evidence, view=replace(evidence.view, last_edit_at=earlier)))


class NoRecovery(Gate):
    """Leaves open rows as they are."""

    async def recover(self) -> tuple[Write, ...]:
        return ()

    async def settle(self, account: AccountId) -> tuple[Write, ...]:
        return ()


class RetryOnUnknown(Gate):
    """Sends again where the outcome is not known."""

    async def _send(self, sending: Write, writer: PlatformWriter, latest: float) -> Write:
        answer = await writer.write(sending.request)
        if answer.kind is AnswerKind.UNKNOWN:
            answer = await writer.write(sending.request)
        return await self._outcome(sending, answer)


class RememberedSuggestion(Gate):
    """Asks for the suggestion once and remembers it."""

    remembered = Suggestion(SuggestionState.NUMBER, 3.0)

    async def _read(self, request: WriteRequest, decision: DecisionRecord) -> Found:
        reading, creatives, _ = await super()._read(request, decision)
        return reading, creatives, self.remembered


class RememberedOld(Gate):
    """Takes the last known state for a reading."""

    async def _read(self, request: WriteRequest, decision: DecisionRecord) -> Found:
        reading, creatives, suggestion = await super()._read(request, decision)
        with self.parts.ledger.begin() as tx:
            known = tx.load_campaigns(request.account)[request.campaign]
        return replace(reading, info=known.info), creatives, suggestion


class NoDeadline(Gate):
    """Sends however late it is."""

    def _late(self, sending: Write, latest: float) -> bool:
        return False


MUTANTS: list[tuple[type[Gate], str]] = [
    (NoReadBack, "the campaign changed after its decision"),
    (ShortSpacing, "after another"),
    (NoRecovery, "is stuck"),
    (RetryOnUnknown, "its decision was written before"),
    (RememberedSuggestion, "above the suggestion"),
    (RememberedOld, "the campaign changed after its decision"),
]


@pytest.mark.parametrize(("mutant", "charge"), MUTANTS, ids=lambda x: getattr(x, "__name__", ""))
def test_the_judge_convicts(mutant: type[Gate], charge: str) -> None:
    guilty = [breach for seed in SEEDS for breach in play(mutant, seed)]
    assert any(charge in breach for breach in guilty), guilty[:5]


def test_the_judge_acquits_the_true_gate_on_the_same_histories() -> None:
    assert {seed: found for seed in SEEDS if (found := play(Gate, seed))} == {}


def test_a_gate_without_deadline_sends_late(rig_late: Callable[[type[Gate]], int]) -> None:
    assert rig_late(Gate) == 0
    assert rig_late(NoDeadline) == 1


@pytest.fixture
def rig_late() -> Callable[[type[Gate]], int]:

    def sent(gate_class: type[Gate]) -> int:
        rig = Rig(gate_class=gate_class)
        rig.trace = lambda step: rig.clock.advance(60) if step == "request:write" else None
        rig.new_gate()
        drive(rig.write("2.20"))
        return len(rig.platform.attempts)

    return sent
