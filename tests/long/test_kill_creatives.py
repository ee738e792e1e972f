"""SIGKILL of the real process at every commit and every request of a tick that adds one creative and retires another, from the first
look at creatives on; what was begun comes to its end, once, and the retirement that waits for its replacement follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.long.nursery import FIRST_TURN, MINUTE, Case, Stage, judge, prepared_creatives, worth_dying_at

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]

RESERVE = "v0300fgnew"
FIRST_LOOK = "commit engine.creative_care.changes 1 before"
PARTS = 3
Weak = list[tuple[str, str]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Weak]]:
    with prepared_creatives(tmp_path_factory.mktemp("creatives"), RESERVE) as found:
        yield found


def die(case: Case, step: str) -> None:
    ended = case.run({step: "kill"})
    assert ended.code == -9, f"{step} was never reached: {ended}"


def recover(case: Case, weak: Weak, *, early: bool) -> None:
    """Restarted late enough (`early`: once before that), then twice more; everything that is due was done, and once."""
    for wait in (*([20.0] if early else []), 2 * MINUTE, 31 * MINUTE, 31 * MINUTE):
        case.advance(wait)
        ended = case.run()
        assert ended.code == 0, ended
    judge(case)
    applied = Counter(
        (str(line["campaign"]), str(line["new"]))
        for line in case.journal()
        if line.get("field") == "creative" and line["outcome"] == "applied"
    )
    first = weak[0][0]
    due = [(first, f"add:{RESERVE}"), *((campaign, f"delete:{creative}") for campaign, creative in weak)]
    assert applied == Counter(due), "a change of creatives was lost, or made twice"


def places(stage: Stage) -> tuple[list[str], list[str]]:
    """Where to die: while creatives are looked at and judged, and from the first turn on."""
    steps = worth_dying_at(stage.steps)
    turn = steps.index(FIRST_TURN)
    return steps[steps.index(FIRST_LOOK) : turn], steps[turn:]


def test_the_tick_adds_one_and_retires_another(prepared: tuple[Stage, Weak]) -> None:
    sent = [s.split("/")[-2] for s in prepared[0].steps if s.startswith("POST ") and s.endswith(" sent")]
    assert sorted(sent) == ["add", "delete"]


def test_death_while_creatives_are_looked_at(prepared: tuple[Stage, Weak]) -> None:
    """One process after the other dies a step further on, on the same database; what a day showed is kept, so that later ones have
    fewer steps."""
    stage, weak = prepared
    looking, _ = places(stage)
    deaths = 0
    with stage.case() as case:
        for step in looking[::4]:
            deaths += case.run({step: "kill"}).code == -9
        recover(case, weak, early=True)
    print(f"{deaths} deaths at {len(looking[::4])} of {len(looking)} places of the look")
    assert deaths >= 8


@pytest.mark.parametrize("part", range(PARTS))
def test_death_while_creatives_are_changed(prepared: tuple[Stage, Weak], part: int) -> None:
    stage, weak = prepared
    _, changing = places(stage)
    mine = changing[part::PARTS]
    for step in mine:
        with stage.case() as case:
            die(case, step)
            recover(case, weak, early=part == 0)
    print(f"killed at {len(mine)} of {len(changing)} places from the first turn on")
