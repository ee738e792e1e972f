"""Several processes on one ledger, and processes that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bidctl.adapters.store import SqlLedger
from bidctl.domain.writes import WriteState
from tests.adapters.store.builders import open_at, sqlite_url
from tests.contracts.ledger_contract import DAY, NOW, A, C, record, run, take

ROOT = Path(__file__).parents[3]
HEAD = """
import sys, time
from datetime import timedelta
from bidctl.domain.writes import WriteState
from tests.adapters.store.builders import open_at
from tests.contracts.ledger_contract import *
ledger = open_at(sys.argv[1])
def say(word): print(word, flush=True)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def start(url: str, body: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + body, url], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate("\n", timeout=60)
    return out.split()


def kill_when(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == word:
            break
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)


def opened_again(url: str) -> SqlLedger:
    return open_at(url, NOW + timedelta(hours=1))


def test_of_two_processes_exactly_one_takes_each_turn(url: str) -> None:
    open_at(url).close()
    body = """
say("ready")
sys.stdin.readline()
for n in range(40):
    with ledger.begin(durable=True) as t:
        if take(t, campaign=f"c{n}") is not None:
            say(n)
"""
    both = [start(url, body), start(url, body)]
    for process in both:
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    taken = [finish(process) for process in both]
    assert sorted(int(n) for n in taken[0] + taken[1]) == list(range(40))


def test_of_two_processes_exactly_one_has_the_lease(url: str) -> None:
    open_at(url).close()
    body = """
say("ready")
sys.stdin.readline()
for n in range(40):
    fence = ledger.acquire_lease(f"l{n}", sys.argv[1] + str(id(ledger)) + str(time.time_ns()), NOW, 60)
    if fence is not None:
        say(n)
"""
    both = [start(url, body), start(url, body)]
    for process in both:
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
    taken = [finish(process) for process in both]
    assert sorted(int(n) for n in taken[0] + taken[1]) == list(range(40))


def test_after_a_kill_the_next_takes_over_once_the_lease_has_run_out(url: str) -> None:
    open_at(url).close()
    kill_when(
        start(url, 'assert ledger.acquire_lease("l", "first", NOW, 60) == 1; say("held"); time.sleep(60)'), "held"
    )
    ledger = opened_again(url)
    assert ledger.acquire_lease("l", "second", NOW + timedelta(seconds=59), 60) is None
    assert ledger.acquire_lease("l", "second", NOW + timedelta(seconds=60), 60) == 2
    ledger.close()


def test_killed_inside_a_transaction_nothing_of_it_is_there(url: str) -> None:
    body = """
with ledger.begin(durable=True) as t:
    t.add_decisions([record(1)]); take(t); t.enrol(enrolment())
    say("inside"); time.sleep(60)
"""
    kill_when(start(url, body), "inside")
    ledger = opened_again(url)
    with ledger.begin(durable=True) as t:
        assert t.decision(record(1).id) is None and t.open_writes() == () and t.enrolments() == ()
        assert take(t) is not None, "nobody holds the turn or a lock"
    ledger.close()


@pytest.mark.parametrize("steps", [0, 1, 2], ids=["after T1", "after T2", "after an unknown answer"])
def test_killed_between_transactions_the_write_is_found_open(url: str, steps: int) -> None:
    body = f"""
with ledger.begin(durable=True) as t:
    t.add_decisions([record(1)])
walk = [(WriteState.SENDING, NOW), (WriteState.UNKNOWN, NOW)][:{steps}]
run(ledger, *walk)
say("stored"); time.sleep(60)
"""
    kill_when(start(url, body), "stored")
    ledger = opened_again(url)
    with ledger.begin(durable=True) as t:
        (found,) = t.open_writes()
        assert found.state is (WriteState.TAKEN, WriteState.SENDING, WriteState.UNKNOWN)[steps]
        assert t.decision(found.request.decision) == record(1), "the decision was stored before"
        assert take(t) is None, "its turn is held until it is resolved"
        assert len(t.edits(A, DAY)) == (0, 1, 1)[steps]
        assert t.move(found, WriteState.ABSENT, settled_at=NOW) is not None
        assert take(t) is not None
    ledger.close()


def test_people_and_gates_do_not_pass_each_other(url: str) -> None:
    """While a gate transaction is open, nobody changes a switch: what it read is true until it commits."""
    ledger = open_at(url)
    body = """
say("ready"); sys.stdin.readline()
with ledger.begin() as t:
    t.set_kill(A, True, "li", NOW)
say("killed")
"""
    other = start(url, body)
    assert other.stdout is not None and other.stdin is not None and other.stdout.readline().strip() == "ready"
    with ledger.begin(durable=True) as t:
        assert not t.gate_view(A, C, DAY).switches.killed
        other.stdin.write("\n")
        other.stdin.flush()
        time.sleep(0.3)
        assert not t.gate_view(A, C, DAY).switches.killed
    finish(other)
    with ledger.begin(durable=True) as t:
        assert t.gate_view(A, C, DAY).switches.killed
    ledger.close()


def test_two_processes_open_a_new_ledger_at_once(url: str) -> None:
    both = [start(url, 'say("open")'), start(url, 'say("open")')]
    assert [finish(process) for process in both] == [["open"], ["open"]]
    ledger = opened_again(url)
    run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW))
    ledger.close()
