"""RULEBOOK 5 holds on the platform's journal whatever goes wrong: seeded schedules of faults, people, crashes, a second process."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import pytest

from bidctl.adapters.secrets import KEY_VARIABLE
from tests.long.arming import KINDS
from tests.long.coverage import NAME
from tests.long.schedules import Outcome, play
from tests.long.stage import WORLDS

CHUNKS = 21
"""Each holds one schedule for every kind of fault, which goes on until that fault has hit where it must: over all chunks every
kind hits in more than 20 schedules, and there are 525 of them."""
Tell = Callable[[str, object], None]


@pytest.fixture(autouse=True)
def _key_from_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def guilty(outcomes: Iterable[Outcome]) -> list[str]:
    """What is wrong with these schedules: a broken rule, something stuck or lost, a fault that missed, no edit of ours."""
    wrong = []
    for o in outcomes:
        wrong += [f"seed {o.seed}: {found}" for found in o.found]
        if o.primary not in o.covered:
            wrong.append(f"seed {o.seed}: {o.primary} never hit")
        if o.edits < 1:
            wrong.append(f"seed {o.seed}: no edit of ours")
    return wrong


def told(outcomes: Sequence[Outcome]) -> str:
    kinds, events = Counter[str](), Counter[str]()
    for o in outcomes:
        kinds.update(o.covered)
        events.update(o.events)
    edits, races = sum(o.edits for o in outcomes), sum(o.races for o in outcomes)
    return json.dumps({"schedules": len(outcomes), "kinds": kinds, "events": events, "edits": edits, "races": races})


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_rulebook_5_holds(chunk: int, record_property: Tell) -> None:
    outcomes = [play(seed) for seed in range(chunk * len(KINDS), (chunk + 1) * len(KINDS))]
    assert guilty(outcomes) == []
    record_property(NAME, told(outcomes))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(0, 4 * WORLDS, WORLDS))  # in one world, whose past is made once
def test_rulebook_5_holds_on_a_few(seed: int) -> None:
    assert guilty([play(seed)]) == []
