"""The real process stopped past its deadline, asked to end, or without a disk, in the middle of a write."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.long.nursery import MINUTE, POST_TARGET, Case, Ended, Stage, places, prepared, recover

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]

CHECKED = "commit engine.gate._check 1 after"
"""The write is marked `sending`; nothing has left yet."""
PAST_DEADLINE_S = 31.0
"""A turn lives 30 real seconds."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with prepared(tmp_path_factory.mktemp("stops")) as found:
        yield found


def sent(case: Case) -> list[str]:
    """Decisions that the platform was asked to carry out."""
    return [str(line["decision"]) for line in case.journal() if line.get("app_id")]


def decided_by(case: Case, step_at: str) -> list[str]:
    return [str(i) for (i,) in case.rows("SELECT id FROM decisions WHERE field IS NOT NULL AND tick = ?", step_at)]


def stopped_at(case: Case, step: str) -> int:
    pid = case.start({step: "stop"})
    told = case.nursery.ask("wait", pid=pid)
    assert told["stopped"], told
    return pid


def test_stopped_past_its_deadline_it_does_not_send(stage: Stage) -> None:
    with stage.case(speed=1.0) as case:
        before = sent(case)
        pid = stopped_at(case, CHECKED)
        ((decision, state),) = case.rows("SELECT decision, state FROM writes WHERE state IN ('taken', 'sending')")
        assert state == "sending"
        time.sleep(PAST_DEADLINE_S)
        case.signal(pid, signal.SIGCONT)
        ended = case.wait(pid)
        assert ended.code == 0, ended
        assert case.rows("SELECT state FROM writes WHERE decision = ?", decision) == [("not_sent",)]
        assert decision not in sent(case) and len(sent(case)) > len(before), "the others are written, this one is not"
        recover(case)


def test_it_is_the_deadline_that_holds_it_back(stage: Stage) -> None:
    """Without the deadline the same process does send, half a minute late."""
    with replace(stage, without="deadline").case(speed=1.0) as case:
        pid = stopped_at(case, CHECKED)
        ((decision,),) = case.rows("SELECT decision FROM writes WHERE state = 'sending'")
        time.sleep(PAST_DEADLINE_S)
        case.signal(pid, signal.SIGCONT)
        assert case.wait(pid).code == 0
        assert decision in sent(case)


def test_stopped_and_overtaken_it_writes_nothing_at_all(stage: Stage) -> None:
    with stage.case(speed=1.0) as case:
        pid = stopped_at(case, CHECKED)
        ((tick,),) = case.rows(
            "SELECT d.tick FROM decisions d JOIN writes w ON w.decision = d.id WHERE w.state = 'sending'"
        )
        its = decided_by(case, tick)
        assert len(its) >= 2
        time.sleep(PAST_DEADLINE_S)
        case.advance(MINUTE)
        other = case.run()
        assert other.code == 0, other
        case.signal(pid, signal.SIGCONT)
        ended = case.wait(pid)
        assert ended.code in (0, 3) and "Traceback" not in ended.err, ended
        assert not set(its) & set(sent(case)), "the process that was overtaken has written"
        recover(case)


@pytest.mark.parametrize("words", [["--once"], []], ids=["once", "for-good"])
@pytest.mark.parametrize("act", ["term", "int"])
def test_asked_to_end_it_finishes_the_open_write_and_begins_no_other(stage: Stage, words: list[str], act: str) -> None:
    with stage.case() as case:
        before = sent(case)
        ended = case.run({f"{POST_TARGET} 1 sent": act}, "run", "--mode", "live", *words)
        assert ended.code == 0, ended
        (decision,) = set(sent(case)) - set(before)
        assert case.rows("SELECT state FROM writes WHERE decision = ?", decision) == [("confirmed",)]
        assert case.rows("SELECT count(*) FROM leases WHERE owner <> ''") == [(0,)], "the lease was not given back"
        assert case.run(ahead_s=case.later_s).code == 0, "the next one need not wait"
        recover(case)


def fill(case: Case, step: str) -> Ended:
    """No byte is taken by the disk from `step` on: one line, exit code 1, and nothing that was not stored is sent."""
    asked = len(sent(case))
    ended = case.run({step: "full"})
    assert ended.code == 1 and ended.said_one_line(), (step, ended)
    posts = [i for i, s in enumerate(ended.steps) if s.startswith(POST_TARGET) and s.endswith(" sent")]
    assert len(sent(case)) - asked == len(posts)
    full = ended.steps.index(step)
    allowed = 1 if step.startswith("commit engine.gate._check") and step.endswith("after") else 0
    assert sum(i > full for i in posts) <= allowed, (step, "sent on a full disk")
    return ended


def test_a_full_disk_before_anything_is_sent(stage: Stage) -> None:
    chain, _, _ = places(stage.steps)
    commits = [s for s in chain if s.startswith("commit ")]
    with stage.case() as case:
        for step in commits:
            fill(case, step)
        recover(case)
    print(f"disk full at {len(commits)} commits before the first turn")


@pytest.mark.parametrize("part", range(3))
def test_a_full_disk_while_writing(stage: Stage, part: int) -> None:
    _, _, later = places(stage.steps)
    commits = [s for s in later if s.startswith("commit ")][:-1]  # after the last one nothing is left to be written
    for step in commits[part::3]:
        with stage.case() as case:
            fill(case, step)
            recover(case)
    print(f"disk full at {len(commits[part::3])} of {len(commits)} commits from the first turn on")
