"""RULEBOOK 6, row by row and in its order. The observation binds nothing that a row does not name."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from bidctl.domain.decision import Decision, Lever
from bidctl.domain.reasons import Alert, Reason, Rule
from bidctl.domain.values import FloorState, Stage, SuggestionState, Waiver
from bidctl.engine.decide import decide
from bidctl.policy import Observation, Rules, keep, set_to
from tests.builders import rows


@dataclass(frozen=True)
class Wants:
    """A policy that wishes one target; NaN = keep."""

    target: float

    def rules(self, o: Observation) -> Rules:
        if np.isnan(self.target):
            yield keep(Reason.POLICY_HOLDS, o.complete)
        elif self.target > o.roi_target[0]:
            yield set_to(Reason.ROAS_BELOW_GOAL, o.complete, np.full(len(o), self.target))
        else:
            yield set_to(Reason.ROAS_ABOVE_GOAL, o.complete, np.full(len(o), self.target))


NONE, UNKNOWN = SuggestionState.NONE, SuggestionState.UNKNOWN
HOUR = 3600.0
KEEP = float("nan")


@dataclass(frozen=True)
class Case:
    """`result`: the new target, or the reason it holds. `bound`: rules that must be named."""

    name: str
    old: float
    wish: float
    suggestion: float | SuggestionState
    result: float | Reason
    bound: tuple[Rule, ...] = ()
    other: dict[str, object] = field(default_factory=dict)
    grid: int = 100

    def decide(self) -> Decision:
        sure = {"p_below_goal": 0.95 if self.wish > self.old else 0.05}
        suggestion: dict[str, object] = {"suggestion": self.suggestion}
        if isinstance(self.suggestion, SuggestionState):
            suggestion = {"suggestion": np.nan, "suggestion_state": self.suggestion}
        columns = {"target_units": round(self.old * self.grid), "grid": self.grid, **suggestion, **sure, **self.other}
        return decide(Wants(self.wish), rows(1, **columns)).row(0)


LOSS = {"floor": 2.30}
STARVED = {"stage": Stage.FEEDING, "spend_last2": 12.0, "budget": 1000.0, "observed_s": np.nan}


def new(avg30: float, **other: object) -> dict[str, object]:
    return {"stage": Stage.NEW, "started": False, "avg30": avg30, "observed_s": np.nan, "effective": False, **other}


CASES = [
    Case("below 5 % is no edit", 2.00, 2.06, 3.00, Reason.BELOW_MIN_STEP),
    Case("clamped up", 2.00, 2.50, 3.00, 2.20, (Rule.BAND,)),
    Case("clamped down", 2.00, 1.00, 3.00, 1.80, (Rule.BAND,)),
    Case("1.40 would be +10.2 %", 1.27, 1.45, 3.00, 1.39, (Rule.BAND,)),
    Case("1.14 would be -10.2 %", 1.27, 1.00, 3.00, 1.15, (Rule.BAND,)),
    Case("+5.5 %", 1.27, 1.34, 3.00, 1.34),
    Case("+4.7 %", 1.27, 1.33, 3.00, Reason.BELOW_MIN_STEP),
    Case("capped", 2.00, 2.20, 2.15, 2.15, (Rule.CAP,)),
    Case("the cap leaves +4 %", 2.00, 2.20, 2.08, Reason.CAP, (Rule.CAP,)),
    Case("above the cap: no raise", 2.60, 2.80, 2.50, Reason.CAP, (Rule.CAP,)),
    Case("above the cap: a step toward it", 2.60, 2.40, 2.50, 2.40),
    Case("grid 0.1", 3.0, 3.2, 5.0, 3.2, grid=10),
    Case("grid 0.1, one step", 1.1, 1.2, 5.0, 1.2, grid=10),
    Case("grid 0.1, below 1.0", 0.9, 1.0, 5.0, Reason.GRID_TOO_COARSE, (Rule.BAND,), grid=10),
    Case("60 min 0 s ago", 2.00, 2.20, 3.00, Reason.SPACING, (Rule.SPACE,), {"since_edit_s": HOUR, "edits_today": 1}),
    Case("60 min 1 s ago", 2.00, 2.20, 3.00, 2.20, (), {"since_edit_s": HOUR + 1, "edits_today": 1}),
    Case("71 h 59 min", 2.00, 2.20, 3.00, Reason.OBSERVING, (Rule.OBSERVE,), {"observed_s": 72 * HOUR - 60}),
    Case("72 h 1 min", 2.00, 2.20, 3.00, 2.20, (), {"observed_s": 72 * HOUR + 60}),
    Case("no suggestion, down", 2.00, 1.80, NONE, 1.80),
    Case("no suggestion, no ceiling, up", 2.00, 2.20, NONE, Reason.NO_SUGGESTION, (Rule.CAP,)),
    Case("no suggestion, ceiling", 2.00, 2.20, NONE, 2.15, (Rule.CAP,), {"maximum": 2.15}),
    Case("1.60 leaves -2.4 %", 1.64, 1.50, 3.00, Reason.DRIFT, (Rule.DRIFT,), {"day_anchor_units": 200}),
    Case("toward the floor", 1.00, 1.50, 3.00, 1.10, (Rule.BAND,), {"floor": 1.50}),
    Case("loss under the suggestion", 2.00, 2.20, 1.80, Reason.LOSS_UNDER_SUGGESTION, (Rule.CAP, Rule.FLOOR), LOSS),
    Case("with the waiver", 2.00, 2.20, 1.80, 2.20, (), {**LOSS, "waivers": Waiver.PROFIT_OVER_SUGGESTION}),
    Case("budget 95 % spent", 2.00, 1.80, 3.00, Reason.BUDGET_BOUND, (Rule.DELIVER,), {"budget_spent_share": 0.95}),
    Case("feeding without volume", 2.00, KEEP, 3.00, 1.90, (Rule.NOVOLUME,), STARVED),
    Case("START, the average", 1.50, KEEP, 2.5, 2.34, (), new(2.347)),
    Case("START, capped", 1.50, KEEP, 2.5, 2.50, (Rule.CAP,), new(2.8)),
    Case("START, the ceiling", 1.50, KEEP, NONE, 2.00, (Rule.CAP,), new(2.3, maximum=2.0)),
    Case("START, the floor", 1.50, KEEP, 2.5, 1.80, (Rule.FLOOR,), new(1.4, floor=1.8)),
    Case("START, the floor above", 1.50, KEEP, 2.5, Reason.FLOOR_ABOVE_CAP, (Rule.START,), new(1.4, floor=2.7)),
    Case("START, suggestion unknown", 1.50, KEEP, UNKNOWN, Reason.ASK_START, (Rule.START,), new(2.3)),
]


WAIVED = {"floor": 2.30, "waivers": Waiver.PROFIT_OVER_SUGGESTION}
FURTHER = [
    Case("the cap itself", 2.00, 2.20, 2.20, 2.20),
    Case("a hair under the grid", 2.00, 2.20, 2.1999999, 2.19, (Rule.CAP,)),
    Case("the cap leaves +5 %", 2.00, 2.20, 2.10, 2.10, (Rule.CAP,)),
    Case("a wish of 5 %", 2.00, 2.10, 3.00, 2.10),
    Case("a wish of a hair less", 2.00, 2.0999, 3.00, Reason.BELOW_MIN_STEP),
    Case("a tie goes toward the present target", 2.00, 2.105, 3.00, 2.10),
    Case("a tie on the grid 0.1", 2.0, 2.15, 5.0, 2.1, grid=10),
    Case("the lowest target that has a step", 0.10, 0.20, 3.00, 0.11, (Rule.BAND,)),
    Case("below it", 0.09, 0.20, 3.00, Reason.GRID_TOO_COARSE, (Rule.BAND,)),
    Case("the floor itself", 2.00, 1.80, 3.00, 1.80, (), {"floor": 1.80}),
    Case("the floor is rounded up", 2.00, 1.80, 3.00, 1.81, (Rule.FLOOR,), {"floor": 1.801}),
    Case("the floor leaves -5 %", 2.00, 1.80, 3.00, 1.90, (Rule.FLOOR,), {"floor": 1.90}),
    Case("the floor leaves -4.95 %", 2.00, 1.80, 3.00, Reason.FLOOR, (Rule.FLOOR,), {"floor": 1.901}),
    Case("1.60 leaves -5.9 %", 1.70, 1.50, 3.00, 1.60, (Rule.DRIFT,), {"day_anchor_units": 200}),
    Case("1.25 of the day's anchor", 2.38, 2.60, 3.00, 2.50, (Rule.DRIFT,), {"day_anchor_units": 200}),
    Case("1.5 of the week's anchor", 2.85, 3.10, 4.00, 3.00, (Rule.DRIFT,), {"week_anchor_units": 200}),
    Case("the waiver reaches the floor and no further", 2.10, 2.40, 1.80, 2.30, (Rule.CAP,), WAIVED),
    Case("the waiver leaves +2 %", 2.25, 2.40, 1.80, Reason.CAP, (Rule.CAP,), WAIVED),
    Case("no volume at 1.05", 1.05, KEEP, 3.00, 0.99, (Rule.NOVOLUME,), STARVED),
    Case(
        "no volume where the budget bound",
        2.00,
        KEEP,
        3.00,
        Reason.BUDGET_BOUND,
        (),
        {**STARVED, "budget_bound_days": 2},
    ),
    Case(
        "no volume where the grid has no step", 0.9, KEEP, 3.0, Reason.GRID_TOO_COARSE, (Rule.BAND,), STARVED, grid=10
    ),
    Case("no volume, suggestion unknown", 2.00, KEEP, UNKNOWN, 1.90, (Rule.NOVOLUME,), STARVED),
    Case("START, the floor is rounded up to the cap", 1.50, KEEP, 2.5, 2.50, (Rule.FLOOR,), new(1.0, floor=2.4991)),
    Case("START, and past it", 1.50, KEEP, 2.5, Reason.FLOOR_ABOVE_CAP, (), new(1.0, floor=2.5001)),
    Case("START, grid 0.1", 1.5, KEEP, 2.5, 2.3, (), new(2.36), grid=10),
    Case("START, neither", 1.50, KEEP, NONE, Reason.NO_BASIS, (Rule.START,), new(KEEP)),
]
"""Not in the rulebook's table, but in its text: each limit itself, a hair beyond it, and ties."""


@pytest.mark.parametrize("case", [*CASES, *FURTHER], ids=lambda case: case.name)
def test_worked_case(case: Case) -> None:
    made = case.decide()
    if isinstance(case.result, Reason):
        assert (made.reason, made.lever, made.result) == (case.result, Lever.NONE, made.old)
    else:
        assert (made.result, made.lever) == (round(case.result * case.grid), Lever.TARGET)
    assert set(case.bound) <= set(made.bound)
    assert not made.ask


def test_what_a_person_is_asked_or_told() -> None:
    by_name = {case.name: case.decide() for case in CASES}
    assert Alert.ASK in by_name["START, suggestion unknown"].alerts
    assert Alert.ASK in by_name["START, the floor above"].alerts
    assert Alert.LOSS_UNDER_SUGGESTION in by_name["loss under the suggestion"].alerts
    granted = by_name["with the waiver"]
    assert Alert.OVER_SUGGESTION in granted.alerts and granted.waived == Waiver.PROFIT_OVER_SUGGESTION
    assert by_name["feeding without volume"].reason is Reason.NOVOLUME
    assert by_name["START, the average"].reason is Reason.START


def test_a_case_without_room_names_no_more_than_it_must() -> None:
    plain = next(case for case in CASES if case.name == "+5.5 %").decide()
    assert plain.bound == () and plain.alerts == () and plain.reason is Reason.ROAS_BELOW_GOAL


def test_floor_states_stop_lowerings_only() -> None:
    never = {"floor": np.nan, "floor_state": FloorState.NEVER_PROFITABLE}
    missing = {"floor": np.nan, "floor_state": FloorState.MISSING}
    assert Case("", 2.0, 1.8, 3.0, 0.0, (), never).decide().reason is Reason.NEVER_PROFITABLE
    assert Alert.NEVER_PROFITABLE in Case("", 2.0, 2.2, 3.0, 0.0, (), never).decide().alerts
    assert Case("", 2.0, 1.8, 3.0, 0.0, (), missing).decide().reason is Reason.NO_FLOOR
    assert Case("", 2.0, 2.2, 3.0, 0.0, (), missing).decide().result == 220
    assert Case("", 2.0, 1.8, 3.0, 0.0, (), {**missing, "minimum": 1.5}).decide().result == 180
