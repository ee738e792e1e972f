"""A short run of the deaths for the fast suite, and the judge itself: it notices what a missing safety does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.long.nursery import MINUTE, POST_TARGET, Case, Stage, judge, prepared_young

SENT = f"{POST_TARGET} 1 sent"


@pytest.fixture(scope="module")
def young(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with prepared_young(tmp_path_factory.mktemp("young")) as found:
        yield found


def die_and_recover(case: Case, step: str) -> None:
    assert case.run({step: "kill"}).code == -9, step
    for wait in (20.0, 2 * MINUTE, 10 * MINUTE):
        case.advance(wait)
        ended = case.run()
        assert ended.code == 0, ended


@pytest.mark.parametrize("step", ["commit engine.tick._store 1 after", "commit engine.gate._take 1 after", SENT])
def test_death_at_a_few_places(young: Stage, step: str) -> None:
    with young.case() as case:
        die_and_recover(case, step)
        judge(case)


@pytest.mark.long
@pytest.mark.parametrize(
    ("without", "step", "said"),
    [("left_over", "commit engine.tick._store 1 after", "without an outcome"), ("read_back", SENT, "platform applied")],
)
def test_the_judge_notices(young: Stage, without: str, step: str, said: str) -> None:
    with replace(young, without=without).case() as case:
        die_and_recover(case, step)
        with pytest.raises(AssertionError, match=said):
            judge(case)
