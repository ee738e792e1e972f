"""Recorded history: imported facts told as they would have been known, cut histories, and comparing with what was done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.reasons import WORDING, Reason
from bidctl.domain.values import AccountId, CampaignId, Field, Kind, Objective, Protection
from bidctl.domain.writes import Edit
from bidctl.engine.episodes import Episode, Verdict, differences
from bidctl.engine.freshness import Delays
from bidctl.engine.history import SETTLES_DAYS, Targets, covers, model_import

A, C = AccountId("1"), CampaignId("7")
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY, HOUR, NAN = 86400.0, 3600.0, float("nan")
CONNECTED = NOON.timestamp()


def panel(rows: list[dict[str, float]]) -> Panel:
    """Facts by column; what is not named is not reported."""
    return Panel(
        np.array(["7"] * len(rows)), np.array([r.get("grain", Grain.DAY) for r in rows], np.int8),
        np.array([r["at"] for r in rows]), np.array([r["known"] for r in rows]), np.zeros(len(rows), np.bool_),
        **{m: np.array([r.get(m, NAN) for r in rows], np.float64) for m in METRICS},
    )  # fmt: skip


a_day = st.fixed_dictionaries(
    {"at": st.integers(-40, -1).map(lambda d: CONNECTED - CONNECTED % DAY + d * DAY), "known": st.just(CONNECTED),
     "spend": st.floats(0, 1e4), "gmv": st.floats(0, 1e5)},
    optional={"gmv_7d": st.floats(0, 1e5), "gmv_30d": st.floats(0, 1e5)},
)  # fmt: skip


@given(rows=st.lists(a_day, min_size=1, max_size=12, unique_by=lambda r: r["at"]))
@settings(max_examples=100)
def test_an_import_is_told_no_earlier_than_it_could_be_and_ends_as_it_was(rows: list[dict[str, float]]) -> None:
    facts = panel(rows)
    told = model_import(facts, CONNECTED, Delays())
    assert (told.known_at[told.assumed] >= told.happened_at[told.assumed] + DAY).all()
    for name, days in SETTLES_DAYS.items():
        early = told.assumed & (told.known_at < np.minimum(told.happened_at + (1 + days) * DAY, CONNECTED))
        assert np.isnan(getattr(told, name)[early]).all(), f"{name} was told before it had matured"
    final, was = told.as_of(CONNECTED + 1), facts.as_of(CONNECTED + 1)
    assert len(final) == len(was)
    for name in METRICS:
        np.testing.assert_array_equal(getattr(final, name), getattr(was, name))


def test_what_was_seen_while_connected_stays_as_it_was_seen() -> None:
    later = CONNECTED + 2 * DAY
    facts = panel([{"at": CONNECTED + HOUR, "known": later, "spend": 5.0},
                   {"at": CONNECTED - HOUR, "known": CONNECTED, "spend": 7.0, "grain": Grain.CUMULATIVE}])  # fmt: skip
    told = model_import(facts, CONNECTED, Delays())
    assert not told.assumed.any() and sorted(told.known_at) == [CONNECTED, later]


def test_reads_are_found_by_when_they_were_known() -> None:
    facts = panel([{"at": CONNECTED - 3 * HOUR, "known": CONNECTED, "grain": Grain.HOUR},
                   {"at": CONNECTED - HOUR, "known": CONNECTED, "grain": Grain.HOUR},
                   {"at": CONNECTED, "known": CONNECTED + HOUR, "grain": Grain.HOUR},
                   {"at": CONNECTED - DAY, "known": CONNECTED, "grain": Grain.DAY}])  # fmt: skip
    found = [
        (c.known_at - CONNECTED, c.grain, (c.since - CONNECTED) / HOUR, (c.until - CONNECTED) / HOUR)
        for c in covers(facts)
    ]
    assert sorted(found) == [(0.0, Grain.HOUR, -3, 0), (0.0, Grain.DAY, -24, 0), (HOUR, Grain.HOUR, 0, 1)]
    assert covers(Panel.empty()) == []


def edit(hours: float, old: str, new: str, *, ours: bool = False) -> Edit:
    return Edit(A, C, Field.ROI_TARGET, old, new, NOON + timedelta(hours=hours), ours, "log", None, None, None)


INFO = CampaignInfo(A, C, "name", Kind.GOODS, True, 240, Objective.PAY_ROI, "", True, True, False, False, None, None, None,
                    Protection.UNKNOWN)  # fmt: skip


def test_the_target_in_force_is_that_of_the_last_edit_before() -> None:
    targets = Targets([edit(5, "2.10", "2.31"), edit(1, "2.00", "2.10")], [INFO], 100)
    at = [targets.at(C, (NOON + timedelta(hours=h)).timestamp()) for h in (0, 1, 1.1, 5, 5.1, 99)]
    assert at == [200, 200, 210, 210, 231, 231], "an edit made at an instant is not known at it"
    assert Targets([], [INFO], 100).at(C, 0.0) == 240
    assert Targets([], [], 100).at(C, 0.0) is None


def episode(begin: float, end: float, old: str, new: str) -> Episode:
    reason = Reason.ROAS_BELOW_GOAL
    return Episode(C, NOON + timedelta(hours=begin), NOON + timedelta(hours=end), old, new, reason, WORDING[reason])


@pytest.mark.parametrize(
    ("wished", "done", "verdicts"),
    [
        ([episode(0, 3, "2.00", "2.10")], [edit(2, "2.00", "2.20")], [Verdict.SAME]),
        ([episode(0, 3, "2.00", "2.10")], [edit(3.9, "2.00", "2.20")], [Verdict.SAME]),
        ([episode(0, 3, "2.00", "2.10")], [edit(2, "2.00", "1.90")], [Verdict.OPPOSITE]),
        ([episode(0, 3, "2.00", "2.10")], [edit(9, "2.00", "1.90")], [Verdict.ONLY_REPLAY, Verdict.ONLY_DONE]),
        ([episode(0, 3, "2.00", "2.00")], [], []),
        ([episode(0, 3, "2.00", "2.10"), episode(4, 5, "2.00", "2.10")], [edit(3.5, "2.00", "2.10")], [Verdict.SAME, Verdict.ONLY_REPLAY]),
        ([], [edit(1, "2.00", "2.10"), edit(3, "2.10", "2.00")], [Verdict.ONLY_DONE, Verdict.ONLY_DONE]),
    ],
)  # fmt: skip
def test_wishes_and_edits_answer_to_each_other_once(
    wished: list[Episode], done: list[Edit], verdicts: list[Verdict]
) -> None:
    assert [d.verdict for d in differences(wished, done, timedelta(hours=1))] == verdicts
