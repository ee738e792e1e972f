"""guard, pi, curve and curve_ts against their own sentences, case by case."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Intent, SuggestionState
from bidctl.policy import Policy, resolve
from bidctl.policy.profit import p_profit_higher
from policies.curve import Curve
from policies.curve_ts import CurveTs
from policies.guard import Guard
from policies.pi import Pi
from tests.builders import NAN, rows

DAY = 86400.0
VOLUME, BALANCED, PROFIT = Intent.VOLUME, Intent.BALANCED, Intent.PROFIT


def one(policy: Policy, **columns: object) -> tuple[Reason, float]:
    with np.errstate(all="ignore"):
        made = resolve(policy, rows(1, **columns))
    return Reason(int(made.reason[0])), float(made.wish[0])


@pytest.mark.parametrize(
    ("columns", "reason", "wish"),
    [
        ({"floor": 1.3}, Reason.WITHIN_BAND, NAN),  # aim 1.95
        ({"floor": 1.6}, Reason.PROFIT_HIGHER, 2.2),  # aim 2.40, a step of 10 %
        ({"floor": 1.42}, Reason.PROFIT_HIGHER, 2.13),
        ({"floor": 1.1}, Reason.PROFIT_HIGHER, 1.8),
        ({"floor": 1.1, "goal_target": 1.85}, Reason.PROFIT_HIGHER, 1.85),  # never under the goal
        ({"floor": 1.1, "goal_target": 2.5}, Reason.ROAS_BELOW_GOAL, 2.2),
        ({"floor": 1.6, "intent": VOLUME}, Reason.PROFIT_HIGHER, 2.4 / 1.1),
        ({"floor": 1.6, "since_edit_s": 0.9 * DAY}, Reason.WAITING_RESULT, NAN),
        ({"floor": NAN}, Reason.NO_RULE, NAN),
        ({"floor": 1.1, "goal_target": NAN}, Reason.NO_RULE, NAN),
    ],
)
def test_guard(columns: dict[str, object], reason: Reason, wish: float) -> None:
    assert one(Guard(), **columns) == (reason, pytest.approx(wish, nan_ok=True))


PI = {"goal": 2.0, "elasticity": 3.0}


@pytest.mark.parametrize(
    ("columns", "reason", "wish"),
    [
        ({"projected_roas": 2.0, "projected_roas_7d": 2.0}, Reason.WITHIN_BAND, NAN),
        # e = I = ln 0.9: (1.5 e + 0.6 I) / 3
        ({"projected_roas": 1.8, "projected_roas_7d": 1.8}, Reason.ROAS_BELOW_GOAL, 2 * 0.9**-0.7),
        ({"projected_roas": 2.2, "projected_roas_7d": 2.2}, Reason.ROAS_ABOVE_GOAL, 2 * 1.1**-0.7),
        # an answer twice as strong: half the move, which is no edit
        ({"projected_roas": 1.8, "projected_roas_7d": 1.8, "elasticity": 6.0}, Reason.WITHIN_BAND, NAN),
        # an answer weaker than 2 counts as 2
        ({"projected_roas": 1.8, "projected_roas_7d": 1.8, "elasticity": 1.0}, Reason.ROAS_BELOW_GOAL, 2 * 0.9**-1.05),
        # an integral that pushes the other way speaks of targets that are gone
        ({"projected_roas": 1.7, "projected_roas_7d": 2.4}, Reason.ROAS_BELOW_GOAL, 2 * 0.85**-0.5),
        # the integral is cut at 0.15
        ({"projected_roas": 1.6, "projected_roas_7d": 1.0}, Reason.ROAS_BELOW_GOAL, 2 * 0.8**-0.5 * np.exp(0.2 * 0.15)),
        # no raise can be had: the integral does not wind up
        ({"projected_roas": 1.6, "projected_roas_7d": 1.0, "suggestion": 2.05}, Reason.ROAS_BELOW_GOAL, 2 * 0.8**-0.5),
        (
            {"projected_roas": 1.6, "projected_roas_7d": 1.0, "suggestion_state": SuggestionState.NONE, "maximum": 2.0},
            Reason.ROAS_BELOW_GOAL, 2 * 0.8**-0.5,
        ),
        ({"projected_roas": 2.4, "projected_roas_7d": 3.0, "floor": 1.95}, Reason.ROAS_ABOVE_GOAL, 2 * 1.2**-0.5),
        ({"projected_roas": 1.6, "projected_roas_7d": 1.6, "since_edit_s": 1.9 * DAY}, Reason.WAITING_RESULT, NAN),
        ({"projected_roas": NAN, "projected_roas_7d": 2.0}, Reason.NO_RULE, NAN),
        ({"projected_roas": 1.6, "projected_roas_7d": 1.6, "elasticity": NAN}, Reason.NO_RULE, NAN),
    ],
)  # fmt: skip
def test_pi(columns: dict[str, object], reason: Reason, wish: float) -> None:
    assert one(Pi(), **{**PI, **columns}) == (reason, pytest.approx(wish, nan_ok=True))


SURE = {
    "break_even": 1.33, "elasticity_log_sd": 0.05, "break_even_log_sd": 0.01, "optimum_gain": 100.0, "usual_spend": 2000.0,
}  # fmt: skip
UP = {**SURE, "elasticity": 2.0, "optimum": 2.6}  # 1.33 + 2.00 / 2.0 = 2.33: a raise by 10 % pays for sure
DOWN = {**SURE, "elasticity": 6.0, "optimum": 1.6}  # 1.33 + 2.00 / 6.0 = 1.66


@pytest.mark.parametrize(
    ("columns", "reason", "wish"),
    [
        (UP, Reason.PROFIT_HIGHER, 2.2),
        (DOWN, Reason.PROFIT_HIGHER, 1.8),
        ({**UP, "optimum": 2.09}, Reason.NEAR_OPTIMUM, NAN),
        ({**UP, "optimum": 2.14}, Reason.PROFIT_HIGHER, 2.14),
        ({**DOWN, "goal_target": 1.87}, Reason.PROFIT_HIGHER, 1.87),
        ({**DOWN, "goal_target": 2.3}, Reason.ROAS_BELOW_GOAL, 2.2),
        ({**UP, "since_edit_s": 0.1 * DAY}, Reason.WAITING_RESULT, NAN),
        ({**UP, "since_edit_s": 0.3 * DAY}, Reason.PROFIT_HIGHER, 2.2),  # far: after a quarter of a day
        ({**UP, "optimum": 2.14, "since_edit_s": 3 * DAY}, Reason.WAITING_RESULT, NAN),  # near: after four days
        ({**UP, "optimum_gain": 4.0}, Reason.NOT_WORTH_MOVING, NAN),  # 14 days x 4 yuan < 3 % of 2,000 yuan
        ({**UP, "optimum_gain": 4.5}, Reason.PROFIT_HIGHER, 2.2),
        ({**UP, "protection_at_stake": 1350.0}, Reason.NOT_WORTH_MOVING, NAN),
        ({**UP, "protection_at_stake": 1330.0}, Reason.PROFIT_HIGHER, 2.2),
        ({**DOWN, "intent": PROFIT}, Reason.PROFIT_HIGHER, 1.8),
        ({**DOWN, "intent": VOLUME}, Reason.PROFIT_HIGHER, 1.8),
        # 1.33 + 2.00 / 3.0 = 2.00 is best: for volume beyond what profit asks, the goal must allow it
        (
            {**SURE, "elasticity": 3.0, "optimum": 2.0, "goal_target": 1.5, "intent": VOLUME},
            Reason.ROAS_ABOVE_GOAL,
            2 / 1.1,
        ),
        ({**UP, "intent": VOLUME, "optimum": 2.2}, Reason.NEAR_OPTIMUM, NAN),  # 2.2 / 1.1 = 2.0
        ({**UP, "intent": VOLUME, "optimum": 2.5}, Reason.PROFIT_HIGHER, 2.2),
        ({**UP, "optimum": NAN}, Reason.NO_RULE, NAN),
        ({**UP, "goal_target": NAN}, Reason.NO_RULE, NAN),
    ],
)
def test_curve(columns: dict[str, object], reason: Reason, wish: float) -> None:
    assert one(Curve(), **columns) == (reason, pytest.approx(wish, nan_ok=True))


def test_curve_takes_the_largest_step_that_is_sure() -> None:
    """The better known the elasticity, the longer the step; where none is sure it wishes the smallest, and R-EVIDENCE holds it."""
    sds = np.array([0.05, 0.25, 0.35, 0.8])
    o = rows(
        4,
        break_even=1.33,
        break_even_log_sd=0.0,
        elasticity=2.06,
        optimum=2.3,
        optimum_gain=100.0,
        elasticity_log_sd=sds,
    )
    made = resolve(Curve(), o)
    steps = made.wish / 2.0 - 1
    assert steps[0] == pytest.approx(0.10) and steps[3] == pytest.approx(Curve().least)
    assert (np.diff(steps) <= 1e-12).all()
    sure = p_profit_higher(o, made.wish) >= 0.8
    assert sure[0] and not sure[3]
    further = p_profit_higher(o, np.minimum(made.wish * 1.03, 2.2)) >= 0.8
    assert not further[(steps < 0.099)].any()


def test_curve_says_what_it_stands_on() -> None:
    made = resolve(Curve(), rows(1, **UP))
    told = {name.partition(".")[2]: float(column[0]) for name, column in made.evidence.items() if name.startswith("5.")}
    assert told == {
        "aim": 2.6, "optimum": 2.6, "elasticity": 2.0, "elasticity_sd": pytest.approx(0.1), "gain_per_day": 100.0,
        "cost_of_move": pytest.approx(60.0),
    }  # fmt: skip


def test_thompson_draws_only_where_elasticity_is_unsure_and_never_far() -> None:
    draws = np.linspace(0.001, 0.999, 99)
    base = {**UP, "optimum": 2.0, "optimum_log_sd": 0.1, "draw": draws}
    unsure = CurveTs().best(rows(99, **{**base, "elasticity_log_sd": 0.5}))
    assert (np.diff(unsure) >= 0).all() and unsure.min() == pytest.approx(1.9) and unsure.max() == pytest.approx(2.1)
    assert unsure[49] == pytest.approx(2.0)
    assert (CurveTs().best(rows(99, **{**base, "elasticity_log_sd": 0.3})) == 2.0).all()


def test_the_draws_have_the_spread_they_should() -> None:
    """Logistic for normal: the middle 68 % within one sd, to two points."""
    draws = (np.arange(10_000) + 0.5) / 10_000
    o = rows(10_000, optimum=2.0, optimum_log_sd=0.01, elasticity=3.0, elasticity_log_sd=0.5, draw=draws)
    within = np.abs(np.log(CurveTs().best(o) / 2.0)) <= 0.01
    assert within.mean() == pytest.approx(0.6827, abs=0.04)
