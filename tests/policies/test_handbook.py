"""The handbook policy against its own sentence, case by case."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Intent
from bidctl.policy import resolve
from policies.handbook import Handbook
from policies.hold import Hold
from tests.builders import rows

VOLUME, BALANCED, PROFIT = Intent.VOLUME, Intent.BALANCED, Intent.PROFIT


@pytest.mark.parametrize(
    ("projected", "half", "intent", "wish", "reason"),
    [
        (1.91, 0.0, BALANCED, np.nan, Reason.WITHIN_BAND),  # gap -4.5 %, d 5 %
        (1.89, 0.0, BALANCED, 2.10, Reason.ROAS_BELOW_GOAL),  # -5.5 %
        (1.79, 0.0, BALANCED, 2.20, Reason.ROAS_BELOW_GOAL),  # -10.5 %
        (1.79, 0.0, PROFIT, 2.20, Reason.ROAS_BELOW_GOAL),
        (2.11, 0.0, BALANCED, 1.90, Reason.ROAS_ABOVE_GOAL),  # +5.5 %
        (2.11, 0.0, VOLUME, 1.90, Reason.ROAS_ABOVE_GOAL),
        (2.21, 0.0, VOLUME, 1.80, Reason.ROAS_ABOVE_GOAL),  # +10.5 %
        (2.21, 0.0, PROFIT, np.nan, Reason.POLICY_HOLDS),  # under 3 d
        (2.29, 0.0, PROFIT, np.nan, Reason.POLICY_HOLDS),  # +14.5 %
        (2.31, 0.0, PROFIT, 1.80, Reason.ROAS_ABOVE_GOAL),  # +15.5 %
        (2.20, 0.2, BALANCED, 1.90, Reason.ROAS_ABOVE_GOAL),  # d = 0.2/2.2 = 9.09 %, gap 10 %
        (2.10, 0.2, BALANCED, np.nan, Reason.WITHIN_BAND),  # d = 9.5 %, gap 5 %
        (0.00, 0.0, BALANCED, 2.20, Reason.ROAS_BELOW_GOAL),  # no order at all
        (np.nan, 0.0, BALANCED, np.nan, Reason.NO_RULE),
    ],
)
def test_gap_decides(projected: float, half: float, intent: Intent, wish: float, reason: Reason) -> None:
    o = rows(1, projected_roas=projected, projected_lo=projected - half, projected_hi=projected + half, intent=intent)
    with np.errstate(all="ignore"):
        made = resolve(Handbook(), o)
    assert made.reason[0] == reason
    assert made.wish[0] == pytest.approx(wish, nan_ok=True)


@pytest.mark.parametrize(
    ("week", "wish"),
    [
        (1.79, 2.20),  # the week says the same
        (1.85, 2.10),  # the nearer of the two counts: -7.5 %
        (1.95, np.nan),  # and lies within the band
        (2.20, np.nan),  # they disagree: chance
        (np.nan, 2.20),  # a day is unknown: the window alone
    ],
)
def test_the_week_must_say_the_same(week: float, wish: float) -> None:
    made = resolve(
        Handbook(), rows(1, projected_roas=1.79, projected_lo=1.79, projected_hi=1.79, projected_roas_7d=week)
    )
    assert made.wish[0] == pytest.approx(wish, nan_ok=True)


def test_a_row_says_what_it_stands_on() -> None:
    made = resolve(Handbook(), rows(1, projected_roas=1.8, projected_lo=1.7, projected_hi=1.9))
    assert made.evidence["0.gap"][0] == pytest.approx(-0.1)
    assert made.evidence["0.d"][0] == pytest.approx(0.1 / 1.8)


def test_hold_never_wishes() -> None:
    made = resolve(Hold(), rows(3, projected_roas=[0.5, 2.0, 9.0]))
    assert np.isnan(made.wish).all() and (made.reason == Reason.POLICY_HOLDS).all()
