"""SIGKILL of the real process at every commit and every request of a tick in which edits are due, restarted until all is
clean; the list of places to die at is what one such process was seen to do."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from tests.long.nursery import MINUTE, POST_TARGET, Case, Stage, judge, prepare

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]

PARTS = 6
TOKENS = ("POST /open_api/oauth2/refresh_token/", "commit adapters.qianchuan.tokens.")
FIRST_TURN = "commit engine.gate._take 1 before"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    found = prepare(tmp_path_factory.mktemp("kill"))
    yield found
    found.nursery.close()


def places(steps: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Where to die: before the first write takes its turn, while the authorisation is renewed (the stage is a day old, so that
    it is), and from the first turn on. A read is killed while it is on the wire, a write and a commit at each place."""
    worth = [s for s in steps if not s.startswith("GET ") or s.endswith(" sent")]
    turn = worth.index(FIRST_TURN)
    tokens = [s for s in worth[:turn] if s.startswith(TOKENS)]
    return [s for s in worth[:turn] if s not in tokens], tokens, worth[turn:]


def edited(case: Case, since: int = 0) -> set[str]:
    """Campaigns whose target was set by us in the journal's lines from `since` on."""
    return {str(x["campaign"])[-1] for x in case.journal()[since:] if x.get("outcome") == "applied" and x.get("app_id")}


def die(case: Case, step: str) -> None:
    ended = case.run({step: "kill"})
    assert ended.code == -9, f"{step} was never reached: {ended}"


def recover(case: Case) -> None:
    """Restarted too early, then late enough, then a process every half hour; everything comes to its end, and every campaign
    can be edited again."""
    before = len(case.journal())
    for wait in (20.0, 2 * MINUTE):
        case.advance(wait)
        ended = case.run()
        assert ended.code == 0, ended
    case.later(2)
    judge(case)
    assert {"2", "3", "4", "5"} <= edited(case, before), "a campaign is stuck"
    assert "1" in edited(case), "an edit was lost"


@pytest.mark.parametrize("part", range(2))
def test_death_before_anything_is_sent(stage: Stage, part: int) -> None:
    """One process after the other dies a step further on, on the same database."""
    chain, _, _ = places(stage.steps)
    with stage.case() as case:
        for step in chain[part::2]:
            die(case, step)
        recover(case)
    print(f"killed at {len(chain[part::2])} of {len(chain)} places before the first turn")


def test_death_while_the_authorisation_is_renewed(stage: Stage) -> None:
    """A refresh token works once: where its answer was lost, a person must authorise again, is told so in one line, and
    nothing else is lost."""
    _, tokens, _ = places(stage.steps)
    lost = 0
    for step in tokens:
        with stage.case() as case:
            die(case, step)
            case.advance(2 * MINUTE)
            ended = case.run()
            if ended.code != 0:
                assert ended.code == 1 and ended.said_one_line() and "bidctl connect" in ended.err, (step, ended)
                assert case.run(None, "connect", "--code", "https://h/?auth_code=auth-code-2").code == 0
                lost += 1
            recover(case)
    print(f"killed at {len(tokens)} places of a refresh; authorise again after {lost}")
    assert lost <= 3, "only between the refresh's request and the commit of its answer"


@pytest.mark.parametrize("part", range(PARTS))
def test_death_while_writing(stage: Stage, part: int) -> None:
    _, _, all_places = places(stage.steps)
    mine = all_places[part::PARTS]
    for step in mine:
        with stage.case() as case:
            die(case, step)
            recover(case)
    print(f"killed at {len(mine)} of {len(all_places)} places from the first turn on")
