"""Controllers with one safeguard taken out: the verdict on a schedule must convict each, and acquit the true one on the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from bidctl.adapters.qianchuan.reads import CAPABILITIES, QianchuanReads
from bidctl.adapters.qianchuan.writes import QianchuanWriter
from bidctl.adapters.secrets import KEY_VARIABLE
from bidctl.domain.campaign import Creative, Reading
from bidctl.domain.values import AccountId, Suggestion, SuggestionState
from bidctl.domain.writes import Answer, AnswerKind, Write, WriteRequest, WriteState
from bidctl.engine import clearance
from bidctl.engine.clearance import Evidence, Objection
from bidctl.engine.gate import Gate
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.readback import Verdict
from bidctl.engine.recovery import Recovery
from bidctl.policy.rulebook import RuleSettings, recheck, timing
from bidctl.policy.rulebook.sheet import Bool, Float
from tests.long.arming import KINDS
from tests.long.coverage import CONVICTED
from tests.long.schedules import Outcome, play

Found = tuple[Reading, tuple[Creative, ...], Suggestion]
Patch = pytest.MonkeyPatch


def no_read_back_before(patch: Patch) -> None:
    """Does not compare what it read with the decision's `old`."""

    def objection(self: Gate, evidence: Evidence) -> Objection | None:
        checks = [check for check in clearance.CHECKS if check.__name__ != "_unmoved"]
        return next((found for check in checks if (found := check(evidence)) is not None), None)

    patch.setattr(Gate, "_objection", objection)


def no_read_back_after(patch: Patch) -> None:
    """Takes an unknown outcome for none, without looking."""

    async def verdict(self: Recovery, write: Write) -> tuple[Verdict, str | None]:
        return Verdict(WriteState.ABSENT, ""), None

    patch.setattr(Recovery, "_verdict", verdict)


def spacing_of_59_minutes(patch: Patch) -> None:
    def in_force(spacing_s: Float, waived: Bool, s: RuleSettings) -> Float:
        return np.full(np.shape(spacing_s), 3540.0)

    can = replace(CAPABILITIES, spacing_s=3540)
    patch.setattr(QianchuanReads, "capabilities", property(lambda self: can))
    patch.setattr(timing, "spacing_in_force", in_force)
    patch.setattr(recheck, "spacing_in_force", in_force)


def no_recovery(patch: Patch) -> None:
    """Leaves open rows as they are."""

    async def settle(self: Recovery, account: AccountId | None) -> tuple[Write, ...]:
        return ()

    patch.setattr(Recovery, "settle", settle)


def retry_on_timeout(patch: Patch) -> None:
    true = QianchuanWriter.write

    async def write(self: QianchuanWriter, request: WriteRequest) -> Answer:
        answer = await true(self, request)
        return await true(self, request) if answer.kind is AnswerKind.UNKNOWN else answer

    patch.setattr(QianchuanWriter, "write", write)


def remembered_old(patch: Patch) -> None:
    """Takes the last known state for a reading."""
    true = Gate._read

    async def read(self: Gate, request: WriteRequest, decision: DecisionRecord) -> Found:
        reading, creatives, suggestion = await true(self, request, decision)
        with self.parts.ledger.begin() as tx:
            known = tx.load_campaigns(request.account)[request.campaign]
        return replace(reading, info=known.info), creatives, suggestion

    patch.setattr(Gate, "_read", read)


def remembered_suggestion(patch: Patch) -> None:
    """Takes the decision's suggestion for the one in force."""

    async def read(self: Gate, request: WriteRequest, decision: DecisionRecord) -> Found:
        value = json.loads(decision.inputs)["suggestion"]
        told = Suggestion(SuggestionState.NUMBER, value) if value else Suggestion(SuggestionState.NONE)
        return await self._look(request), (), told

    patch.setattr(Gate, "_read", read)


@dataclass(frozen=True)
class Mutant:
    """What is taken out, the clauses that may convict it, and what brings it out: schedules of a fault, edges of the hour, or
    something that happens in every tick."""

    take_out: Callable[[Patch], None]
    charges: tuple[str, ...]
    fault: str = ""
    edges: float = 0.25
    always: str = ""
    since: int = 0

    @property
    def name(self) -> str:
        return self.take_out.__name__

    def seeds(self) -> range:
        """A few schedules of its fault, or of any since one that is known to bring it out."""
        apart = len(KINDS) if self.fault else 1
        first = KINDS.index(self.fault) if self.fault else self.since
        return range(first, first + MOST * apart, apart)

    def play(self, seed: int) -> Outcome:
        return play(seed, edges=self.edges, always=self.always)


MOST = 12
MUTANTS = [
    Mutant(no_read_back_before, ("5.4-CHANGED",), always="human_now"),
    Mutant(no_read_back_after, ("5.1", "lost"), "lost_reply_applied"),
    Mutant(spacing_of_59_minutes, ("5.1",), edges=0.9, since=6),
    Mutant(no_recovery, ("stuck",), "lost_reply_applied"),
    Mutant(retry_on_timeout, ("5.5",), "http_500_applied"),
    Mutant(remembered_old, ("5.4-CHANGED",), always="human_now"),
    Mutant(remembered_suggestion, ("5.3-CAP",), always="suggestion_now", since=5),
]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_convicted(mutant: Mutant, monkeypatch: Patch, record_property: Callable[[str, object], None]) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    for seed in mutant.seeds():
        with monkeypatch.context() as patch:
            mutant.take_out(patch)
            charges = [found for found in mutant.play(seed).found if found.startswith(mutant.charges)]
        if charges:
            assert mutant.play(seed).found == (), f"seed {seed}: the true controller is acquitted on the same schedule"
            record_property(CONVICTED, f"{mutant.name:<24}seed {seed}: {charges[0]}")
            return
    pytest.fail(f"not convicted of {mutant.charges} in {MOST} schedules")
