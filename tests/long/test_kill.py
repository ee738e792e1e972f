"""SIGKILL of the real process at every commit and every request of a tick in which edits are due, restarted until all is
clean; the list of places to die at is what one such process was seen to do."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.long.nursery import MINUTE, Case, Stage, places, prepared, recover

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]

PARTS = 6


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with prepared(tmp_path_factory.mktemp("kill")) as found:
        yield found


def die(case: Case, step: str) -> None:
    ended = case.run({step: "kill"})
    assert ended.code == -9, f"{step} was never reached: {ended}"


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


@pytest.mark.parametrize("part", range(2))
def test_death_of_the_process_that_recovers(stage: Stage, part: int) -> None:
    """Killed while writing, and what was started after it is killed as well, two minutes later at a step of its own."""
    _, _, all_places = places(stage.steps)
    draw = random.Random(f"pairs {part}")
    deaths = 0
    for first, second in [(draw.choice(all_places), draw.randrange(10, 100)) for _ in range(15)]:
        with stage.case() as case:
            die(case, first)
            case.advance(2 * MINUTE)
            again = case.run({str(second): "kill"})
            assert again.code in (-9, 0), (first, second, again)
            deaths += again.code == -9
            recover(case)
    print(f"{deaths} of 15 recovering processes killed as well")
    assert deaths >= 10
