"""The gate's second look: alone at its boundaries, and never softer than the decision it re-checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from bidctl.domain.decision import Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Kind, SuggestionState, Waiver
from bidctl.engine.decide import decide
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rulebook.recheck import EditNow, recheck
from policies.handbook import Handbook
from tests.builders import INF, NAN
from tests.policy.observations import observations

RULES = RuleSettings()
FINE = EditNow(
    old_units=200, new_units=220, grid=100, kind=Kind.GOODS, since_edit_s=INF, spacing_s=3600.0, edits_today=0,
    edits_per_day=4, suggestion=3.0, suggestion_state=SuggestionState.NUMBER, ceiling=NAN, floor=NAN, waivers=Waiver.NO,
    start=False,
)  # fmt: skip
UNKNOWN, NONE = SuggestionState.UNKNOWN, SuggestionState.NONE
LIVE = {"kind": Kind.LIVE, "waivers": Waiver.LIVE_SPACING_15MIN}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"suggestion": 2.2}, None),
        ({"suggestion": 2.19}, Reason.CAP),
        ({"suggestion_state": UNKNOWN}, Reason.SUGGESTION_UNKNOWN),
        ({"suggestion_state": NONE}, Reason.NO_SUGGESTION),
        ({"suggestion_state": NONE, "ceiling": 2.2}, None),
        ({"suggestion_state": NONE, "ceiling": 2.19}, Reason.CAP),
        ({"suggestion": 1.8, "floor": 2.3, "waivers": Waiver.PROFIT_OVER_SUGGESTION}, None),
        ({"suggestion": 1.8, "floor": 2.1, "waivers": Waiver.PROFIT_OVER_SUGGESTION}, Reason.CAP),
        ({"suggestion": 1.8, "floor": 2.3}, Reason.CAP),
        ({"new_units": 180, "suggestion_state": UNKNOWN}, None),
        ({"new_units": 180, "floor": 1.81}, Reason.FLOOR),
        ({"new_units": 180, "floor": 1.80}, None),
        ({"old_units": 199}, Reason.OUT_OF_BAND),
        ({"old_units": 210}, Reason.BELOW_MIN_STEP),
        ({"old_units": 220}, Reason.BELOW_MIN_STEP),
        ({"since_edit_s": 3600.0}, Reason.SPACING),
        ({"since_edit_s": 3600.5}, None),
        ({"since_edit_s": NAN}, Reason.SPACING),
        ({"since_edit_s": 1000.0, **LIVE}, None),
        ({"since_edit_s": 900.0, **LIVE}, Reason.SPACING),
        ({"since_edit_s": 1000.0, "spacing_s": 900.0}, Reason.SPACING),
        ({"edits_today": 4}, Reason.QUOTA),
        ({"edits_today": 4, "edits_per_day": 24}, Reason.QUOTA),
        ({"start": True, "new_units": 280, "since_edit_s": 5.0}, None),
        ({"start": True, "new_units": 301}, Reason.CAP),
        ({"start": True, "old_units": 400, "new_units": 310}, Reason.CAP),
        ({"start": True, "edits_today": 4}, Reason.QUOTA),
    ],
)
def test_second_look(changes: dict[str, object], reason: Reason | None) -> None:
    assert recheck(replace(FINE, **changes), RULES) is reason  # type: ignore[arg-type]


@given(o=observations())
@settings(max_examples=30)
def test_what_was_decided_passes_when_nothing_moved(o: Observation) -> None:
    made = decide(Handbook(), o)
    for i in np.flatnonzero(made.lever == Lever.TARGET):
        assert recheck(_as_edit(o, made.result[i], i, start=made.reason[i] == Reason.START), RULES) is None


def _as_edit(o: Observation, new: int, i: int, *, start: bool) -> EditNow:
    return EditNow(
        old_units=int(o.target_units[i]), new_units=int(new), grid=int(o.grid[i]), kind=Kind(int(o.kind[i])),
        since_edit_s=float(o.since_edit_s[i]), spacing_s=float(o.spacing_s[i]), edits_today=int(o.edits_today[i]),
        edits_per_day=int(o.edits_per_day[i]), suggestion=float(o.suggestion[i]),
        suggestion_state=SuggestionState(int(o.suggestion_state[i])), ceiling=float(o.maximum[i]),
        floor=float(o.floor[i]) if o.floor_state[i] == 1 else NAN, waivers=Waiver(int(o.waivers[i])), start=bool(start),
    )  # fmt: skip
