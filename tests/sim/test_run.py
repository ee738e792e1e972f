"""A run's figures do not depend on how it is cut, on who runs beside it or on where it is done; its own edits keep the rules."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from policies.curve_ts import CurveTs
from policies.guard import Guard
from policies.handbook import Handbook
from policies.hold import Hold
from sim.engines import Pool, WorkersLost
from sim.experiment import Entrant, Task, gathered, joined, market, perform, tasks
from sim.result import Result
from sim.run import Plan
from sim.scenario import Scenario, shipped
from sim.seam import World

ENTRANTS = (Entrant("handbook", Handbook), Entrant("guard", Guard), Entrant("hold", Hold), Entrant("curve_ts", CurveTs))
PLAN = Plan(5, 6)


def five_accounts() -> Scenario:
    """Small: thirteen goods campaigns and two rooms in five accounts, a few days of history."""
    small = shipped("small")
    groups = (replace(small.group[0], count=13, age_days=(9, 40)), *small.group[1:])
    return replace(small, name="five", accounts=5, group=groups, history_days=9, step_s=3600, history_step_s=3600)


def same(one: Result, other: Result, but: frozenset[str] = frozenset()) -> None:
    for f in fields(Result):
        if f.name in but:
            continue
        x, y = getattr(one, f.name), getattr(other, f.name)
        if isinstance(x, np.ndarray):
            assert x.dtype == y.dtype and x.tobytes() == y.tobytes(), f.name
        else:
            assert x == y, f.name


@pytest.fixture(scope="module")
def whole() -> dict[str, Result]:
    (task,) = tasks(market, five_accounts(), [3], ENTRANTS, PLAN)
    return {r.policy: r for r in perform(task)}


def test_something_is_done_and_adds_up(whole: dict[str, Result]) -> None:
    r = whole["handbook"]
    n = len(r.campaign)
    assert n >= 15 and r.edits.sum() > 10 and whole["hold"].edits.sum() <= r.edits.sum()
    assert r.target.shape == r.edits.shape == r.day_spend.shape == (n, PLAN.days)
    assert r.day_spend.sum(axis=1).tolist() == r.spend.tolist() and r.day_gmv.sum(axis=1).tolist() == r.gmv.tolist()
    moved = (np.diff(r.target, axis=1) != 0) & np.isfinite(np.diff(r.target, axis=1))
    assert (r.edits[:, 1:][moved] > 0).all(), "a target changed on a day without an edit of ours"
    assert r.violations == () and sum(r.holds.values()) > 200


@pytest.mark.long
@pytest.mark.parametrize("chunk", [3, 7])
def test_results_do_not_depend_on_the_pieces(whole: dict[str, Result], chunk: int) -> None:
    cut = tasks(market, five_accounts(), [3], ENTRANTS, PLAN, chunk=chunk)
    assert len(cut) > 1
    found = gathered(cut, [(t, perform(t)) for t in reversed(cut)])
    for name, (r,) in found.items():
        order = np.argsort(whole[name].account, kind="stable")
        rows = {f.name: getattr(whole[name], f.name) for f in fields(Result)}
        sorted_ = {k: v[order] if isinstance(v, np.ndarray) else v for k, v in rows.items()}
        same(replace(whole[name], **sorted_), r)


@pytest.mark.long
def test_results_do_not_depend_on_who_runs_beside(whole: dict[str, Result]) -> None:
    for some in (ENTRANTS[:1], ENTRANTS[::-1]):
        (task,) = tasks(market, five_accounts(), [3], some, PLAN)
        for r in perform(task):
            same(r, whole[r.policy])


def test_a_seed_with_a_missing_piece_is_not_told() -> None:
    cut = tasks(market, five_accounts(), [3, 4], ENTRANTS[:1], Plan(1), chunk=7)
    done = [(t, perform(t)) for t in cut[1:]]
    found = gathered(cut, done)
    assert [r.seed for r in found["handbook"]] == [4]


def test_joined_adds_holds_and_keeps_violations(whole: dict[str, Result]) -> None:
    one = replace(whole["hold"], holds={1: 2}, violations=("a",))
    two = replace(whole["hold"], holds={1: 3, 4: 1}, violations=("b",))
    both = joined([one, two])
    assert both.holds == {1: 5, 4: 1} and both.violations == ("a", "b")


@pytest.mark.long
def test_a_killed_worker_changes_nothing(whole: dict[str, Result]) -> None:
    """kill -9 of pool workers while they are at work."""
    work = tasks(market, five_accounts(), [3, 4, 5], ENTRANTS, PLAN)
    stop, killed = threading.Event(), []

    def hunt() -> None:
        while not stop.is_set() and len(killed) < 2:
            time.sleep(1.5)
            children = _children()
            if children:
                os.kill(children[-1], signal.SIGKILL)
                killed.append(children[-1])

    hunter = threading.Thread(target=hunt)
    hunter.start()
    found = gathered(work, list(Pool(2).perform(work, lambda share: None)))
    stop.set()
    hunter.join()
    assert killed
    for name, results in found.items():
        assert [r.seed for r in results] == [3, 4, 5]
        same(results[0], whole[name])


def _children() -> list[int]:
    """Spawned workers of this process (not the tracker that multiprocessing keeps)."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            status = (entry / "status").read_text() if entry.name.isdigit() else ""
            command = (entry / "cmdline").read_text() if status else ""
        except OSError:
            continue
        if f"PPid:\t{os.getpid()}\n" in status and "spawn_main" in command:
            found.append(int(entry.name))
    return found


def deadly(scenario: Scenario, seed: int) -> World:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_a_task_that_kills_every_worker_is_given_up_with_its_name() -> None:
    task = Task(deadly, five_accounts(), 1, None, ENTRANTS[:1], PLAN)
    with pytest.raises(WorkersLost, match="five, seed 1"):
        list(Pool(1).perform([task], lambda share: None))
