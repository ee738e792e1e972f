"""How often a run decides: live rooms must be decided while they are on air."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.values import Kind
from policies.curve import Curve
from sim.cadence import USUAL, cadence, never_on_air
from sim.run import Plan, run
from sim.scenario import Scenario, shipped
from sim.world import MarketWorld

FILES = sorted(p.name for p in resources.files("sim.scenarios").iterdir() if p.name.endswith(".toml"))
LIVE = [
    name.removesuffix(".toml") for name in FILES if any(g.sessions for g in shipped(name.removesuffix(".toml")).group)
]


def with_sessions(*sessions: tuple[float, float]) -> Scenario:
    base = shipped("daily-live")
    return replace(base, group=(replace(base.group[0], sessions=sessions),))


def test_there_are_live_scenarios() -> None:
    assert {"daily-live", "weekly-sessions", "host-change"} <= set(LIVE)


def test_goods_keep_the_usual_hours() -> None:
    assert cadence(shipped("base60")) == USUAL and never_on_air(shipped("base60"), 24) == ()


@pytest.mark.parametrize(
    ("session", "every"),
    [
        ((0.0, 24.0), 6),
        ((19.0, 4.0), 3),
        ((18.0, 6.0), 4),
        ((12.0, 8.0), 6),
        ((22.0, 5.0), 6),
        ((9.0, 3.0), 1),
        ((20.0, 1.0), 1),
    ],
)
def test_a_decision_falls_into_every_session_beyond_its_quiet_hour(session: tuple[float, float], every: int) -> None:
    assert cadence(with_sessions(session)) == every
    assert cadence(with_sessions((0.0, 24.0), session)) == every, "the shortest session says how often"


def test_what_never_decides_on_air_is_named() -> None:
    world = with_sessions((19.0, 4.0))
    assert never_on_air(world, 6) == never_on_air(world, 4) == ("room",)
    assert never_on_air(world, 3) == never_on_air(world, 2) == ()


@pytest.mark.parametrize("name", LIVE)
def test_shipped_rooms_are_decided_on_air_beyond_the_quiet_hour(name: str) -> None:
    """By what is seen in a run: every room that went on air was looked at while it was and no quiet hour ran."""
    scenario, seen, on_air = shipped(name), set[str](), set[str]()

    def witness(at: float, o: Observation, d: Decisions) -> None:
        live = (o.kind == Kind.LIVE) & o.enrolled & ~o.off_air
        on_air.update(o.account[live & (o.session_age_s > 0)].tolist())
        seen.update(o.account[live & (o.session_age_s >= 3600.0)].tolist())

    world = MarketWorld.with_history(scenario, 3, accounts=range(min(2, scenario.accounts)))
    days = 7 if name == "weekly-sessions" else 2
    run(world, Curve(), Plan(days, cadence(scenario)), name="curve", scenario=name, seed=3, witness=witness)
    assert len(on_air) == len(np.unique([s.account for s in world.specs])) and seen == on_air
