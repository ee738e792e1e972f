"""The simulator decides as the controller does: the same policy in the same world, walked by `sim.run` in process, and ticked
through the engine's ports on the in-process platform (which decides as the one behind HTTP does: test_parity.py).

Compared at each common instant, row by row: every column of the decisions, and every column of the observation. Apart are:
suggestions that a tick did not ask for, because nothing turned on them (a run looks at all of them, so the state is known
there and UNKNOWN here), with what follows from their being unknown; and `protection` where a day without edits is being paid
(the platform says CONFIRMING or PAID for some hours, a run IN_EFFECT; no rule tells them apart). Sums over an account may
differ in their last bits: rows are added in another order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

import numpy as np
import pytest

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.values import Mode, Protection, SuggestionState
from bidctl.policy import Policy
from policies.curve import Curve
from policies.guard import Guard
from policies.handbook import Handbook
from sim.run import Plan, run
from tests.parity.sides import in_process, world

ASKED = {"suggestion", "suggestion_state", "lowered_since_unknown"}
HINTED = {"elasticity", "elasticity_log_sd", "usual_spend", "optimum", "optimum_log_sd", "optimum_gain"}
"""Learned of an account's suggestions together: apart for as long as one of them was not asked for, and a wish with them; what
becomes of the wish is compared always."""
ADDED_UP = 1e-9


@dataclass
class Seen:
    """What a run decided on, by instant."""

    rows: list[tuple[float, Observation, Decisions]] = field(default_factory=list)

    def __call__(self, at: float, o: Observation, d: Decisions) -> None:
        self.rows.append((at, o, d))


def walked(policy: Policy, scenario: str, seed: int, plan: Plan) -> list[tuple[float, Observation, Decisions]]:
    seen = Seen()
    run(world(scenario, seed), policy, plan, name="p", scenario=scenario, seed=seed, witness=seen)
    return seen.rows


def differing(mine: Observation | Decisions, ticked: Observation | Decisions, ignored: set[str]) -> list[str]:
    return [
        f.name
        for f in fields(mine)
        if f.name not in ignored and not _same(getattr(mine, f.name), getattr(ticked, f.name))
    ]


def _same(x: np.ndarray, y: np.ndarray) -> bool:
    if x.dtype.kind == "f":
        return bool(np.allclose(x, y, rtol=ADDED_UP, atol=ADDED_UP, equal_nan=True))
    return x.dtype == y.dtype and bool(np.array_equal(x, y))


@pytest.mark.parametrize(
    ("policy", "reference", "scenario", "days", "every"),
    [
        (Handbook(), "policies.handbook:Handbook", "fault", 5, 3),
        (Guard(), "policies.guard:Guard", "fault", 4, 6),
        (Curve(), "policies.curve:Curve", "fault", 4, 6),
        (Handbook(), "policies.handbook:Handbook", "small", 5, 6),
    ],
)
async def test_a_run_decides_as_ticks_do(
    policy: Policy, reference: str, scenario: str, days: int, every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = walked(policy, scenario, 7, Plan(days, every))
    seen: Counter[str] = Counter()
    async with in_process(scenario, 7, Mode.LIVE, reference) as side:
        await side.session.open()
        for number, (at, o, d) in enumerate(mine):
            await side.step(monkeypatch, every * 3600.0 if number else 0.0)
            assert side.now().timestamp() == at
            ((o2, d2),) = side.final[-1].values()
            asked = o2.suggestion_state != SuggestionState.UNKNOWN
            assert _same(o.suggestion[asked], o2.suggestion[asked])
            paid = np.isin(o2.protection, [Protection.CONFIRMING, Protection.PAID])
            assert _same(o.protection[~paid], o2.protection[~paid])
            whole = bool(asked.all())
            assert differing(d, d2, set() if whole else {"wish"}) == [], f"instant {number}"
            follows = set() if whole else HINTED
            assert differing(o, o2, ASKED | {"protection"} | follows) == [], f"instant {number}"
            seen["rows"] += len(d)
            seen["acts"] += int(d.acts.sum())
    print(f"\n{scenario}, {type(policy).__name__}: {dict(seen)} at {len(mine)} instants")
    assert seen["rows"] > 50 and (seen["acts"] > 3 or scenario == "small")
