"""The shipped policies, run as they would be, never earn more than the oracle under the rules beyond noise."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from policies.curve import Curve
from policies.guard import Guard
from policies.handbook import Handbook
from policies.hold import Hold
from sim.bootstrap import Interval
from sim.experiment import Entrant, Task, market, perform
from sim.oracle import measure
from sim.run import Plan
from sim.scenario import Scenario
from sim.score import compare, missed_by_line
from sim.yardstick import Yardstick
from tests.sim.results import result
from tests.sim.test_oracle import KINDS

DAYS, EVERY_H = 14, 6
POLICIES = {"hold": Hold, "handbook": Handbook, "guard": Guard, "curve": Curve}


def with_history(name: str) -> Scenario:
    return replace(KINDS[name], history_days=31, history_step_s=3600)


@cache
def oracle_of(name: str, seed: int) -> Yardstick:
    return measure(lambda: market(with_history(name), seed), seed, DAYS, EVERY_H)


def ahead(name: str, policy: str, seeds: range) -> Interval:
    """What a policy earned more than the path of O_feas on the same luck, yuan a line."""
    mine, oracle = [], []
    for seed in seeds:
        known, entrant = oracle_of(name, seed), Entrant(policy, POLICIES[policy])
        (ran,) = perform(Task(market, with_history(name), seed, None, (entrant,), Plan(DAYS, EVERY_H)))
        assert ran.violations == ()
        lost = missed_by_line([ran], [known])
        account = known.campaign % 20
        mine.append(result(known.feas - lost, policy=policy, seed=seed, account=account))
        oracle.append(result(known.feas, policy="O_feas", seed=seed, account=account))
    return compare(mine, oracle).gain_yuan


@pytest.mark.parametrize("policy", ["handbook"])
def test_no_shipped_policy_beats_it_beyond_noise(policy: str) -> None:
    assert ahead("plain", policy, range(1, 3)).low <= 0


@pytest.mark.long
@pytest.mark.parametrize("policy", ["handbook", "guard", "curve"])
@pytest.mark.parametrize("name", KINDS)
def test_no_shipped_policy_beats_it_in_any_scenario(name: str, policy: str) -> None:
    assert ahead(name, policy, range(1, 3)).low <= 0
