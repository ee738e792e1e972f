"""The probability that profit is higher at a wish, against profits added up one by one, and R-EVIDENCE that stands on it."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.decision import Lever
from bidctl.domain.reasons import Reason
from bidctl.engine.decide import decide
from bidctl.policy.profit import PRESSED_LOG_SD, p_profit_higher
from bidctl.policy.rules import set_to
from policies.curve import Curve
from tests.builders import INF, NAN, rows
from tests.policy.observations import observations

SLICES = [NormalDist().inv_cdf((i + 0.5) / 4000) for i in range(4000)]


def profit(target: float, now: float, even: float, eps: float, would: float, budget: float) -> float:
    """Yuan a day: spend falls by eps / now per unit of target, and ends with the budget."""
    return min(budget, would * math.exp(-eps / now * (target - now))) * (target / even - 1)


def by_slices(now: float, wish: float, even: float, eps: float, sd: float, would: float, budget: float) -> float:
    """Share of 4,000 equally likely elasticities at which the wish earns more."""
    likely = [eps * math.exp(sd * z) for z in SLICES]
    here, there = ([profit(t, now, even, e, would, budget) for e in likely] for t in (now, wish))
    return sum(b > a for a, b in zip(here, there, strict=True)) / len(SLICES)


@pytest.mark.parametrize("budget", [INF, 2600.0, 2001.0])
@pytest.mark.parametrize("factor", [0.7, 0.9, 0.95, 1.05, 1.1, 1.6])
@pytest.mark.parametrize(("now", "even"), [(2.0, 1.3), (1.5, 1.4), (3.0, 1.2)])
@pytest.mark.parametrize(("eps", "sd"), [(3.0, 0.3), (1.5, 0.5), (6.0, 0.2)])
def test_it_is_the_share_of_likely_elasticities(
    now: float, even: float, factor: float, eps: float, sd: float, budget: float
) -> None:
    o = rows(1, target_units=round(now * 100), break_even=even, break_even_log_sd=0.0, elasticity=eps, elasticity_log_sd=sd,
             usual_spend=2000.0, budget=budget)  # fmt: skip
    expected = by_slices(now, now * factor, even, eps, sd, 2000.0, budget)
    with np.errstate(all="ignore"):
        assert p_profit_higher(o, np.array([now * factor]))[0] == pytest.approx(expected, abs=1e-3)


def test_where_the_budget_binds_a_raise_first_takes_what_is_cut_off() -> None:
    """2,000 yuan a day cut to 1,000: a raise by 10 % loses no spend at all; how far it would go is known within 30 %."""
    o = rows(2, target_units=200, break_even=1.9, break_even_log_sd=0.0, elasticity=3.0, elasticity_log_sd=0.001, usual_spend=2000.0,
             budget=[1000.0, INF])  # fmt: skip
    bound, free = p_profit_higher(o, np.array([2.2, 2.2]))
    gain = math.log((2.2 / 1.9 - 1) / (2.0 / 1.9 - 1)) + math.log(2)
    assert bound == pytest.approx(NormalDist().cdf(math.log(gain / 0.1 / 3.0) / (PRESSED_LOG_SD / gain)), abs=1e-3)
    assert bound > 0.99 and free > 0.99  # near break-even both pay
    dear = rows(2, target_units=200, break_even=1.2, break_even_log_sd=0.0, elasticity=4.0, elasticity_log_sd=0.2,
                usual_spend=2000.0, budget=[1000.0, INF])  # fmt: skip
    bound, free = p_profit_higher(dear, np.array([2.2, 2.2]))
    assert bound > 0.9 > 0.1 > free


def test_an_unsure_break_even_makes_it_less_sure() -> None:
    sds = np.array([0.0, 0.05, 0.2])
    o = rows(3, target_units=300, break_even=1.3, break_even_log_sd=sds, elasticity=5.0, elasticity_log_sd=0.2)
    p = p_profit_higher(o, np.full(3, 2.7))
    assert p[0] > p[1] > p[2] > 0.5


@pytest.mark.parametrize(
    ("now", "wish", "even", "p"),
    [(2.0, 2.2, 2.5, 1.0), (2.0, 2.2, 2.0, 1.0), (2.0, 1.8, 2.5, 0.0), (2.0, 1.8, 1.9, 0.0), (2.0, 2.2, NAN, NAN)],
)
def test_at_break_even_a_raise_is_sure_and_no_lowering_ends_below_it(
    now: float, wish: float, even: float, p: float
) -> None:
    o = rows(1, target_units=round(now * 100), break_even=even)
    with np.errstate(all="ignore"):
        assert p_profit_higher(o, np.array([wish]))[0] == pytest.approx(p, nan_ok=True)


@given(
    now=st.floats(1.1, 5.0), even=st.floats(0.5, 1.0), eps=st.floats(1.2, 10.0), sd=st.floats(0.05, 0.8), up=st.booleans(),
    steps=st.tuples(st.floats(0.01, 0.3), st.floats(0.01, 0.3)).map(sorted),
)  # fmt: skip
@settings(max_examples=200)
def test_a_smaller_step_the_same_way_is_never_less_sure(
    now: float, even: float, eps: float, sd: float, up: bool, steps: list[float]
) -> None:
    """Profit has one peak: what a clamped wish comes to is at least as sure as the wish that was judged."""
    o = rows(
        1, target_units=round(now * 100), break_even=even, break_even_log_sd=0.0, elasticity=eps, elasticity_log_sd=sd
    )
    near, far = (o.roi_target * (1 + s if up else 1 - s) for s in steps)
    with np.errstate(all="ignore"):
        assert p_profit_higher(o, near)[0] >= p_profit_higher(o, far)[0] - 1e-9


class Wants:
    """Wishes one target for one reason."""

    def __init__(self, reason: Reason, target: float) -> None:
        self.reason, self.target = reason, target

    def rules(self, o):  # type: ignore[no-untyped-def]
        yield set_to(self.reason, o.complete, np.full(len(o), self.target))


SURE = {"break_even": 1.2, "break_even_log_sd": 0.02, "elasticity_log_sd": 0.1, "elasticity": [1.5, 6.0]}


def test_a_wish_for_profit_is_judged_by_profit_and_any_other_by_the_goal() -> None:
    """At 2.00 over a break-even of 1.20 a raise pays at an elasticity of 1.5 (optimum 3.6), not at 6; the goal says the reverse."""
    o = rows(2, suggestion=9.0, p_below_goal=[0.1, 0.9], **SURE)
    made = decide(Wants(Reason.PROFIT_HIGHER, 2.2), o)
    assert made.lever.tolist() == [Lever.TARGET, Lever.NONE] and made.reason[1] == Reason.THIN_EVIDENCE
    made = decide(Wants(Reason.ROAS_BELOW_GOAL, 2.2), o)
    assert made.lever.tolist() == [Lever.NONE, Lever.TARGET] and made.reason[0] == Reason.THIN_EVIDENCE
    made = decide(Wants(Reason.PROFIT_HIGHER, 1.8), o)
    assert made.lever.tolist() == [Lever.NONE, Lever.TARGET]


@pytest.mark.parametrize(
    "more", [{"elasticity": NAN}, {"break_even": NAN}, {"elasticity_log_sd": NAN}, {"evidence_orders": 9.0}]
)
def test_what_is_not_known_proves_nothing(more: dict[str, float]) -> None:
    o = rows(1, suggestion=9.0, **{**SURE, "elasticity": 1.5, **more})
    assert decide(Wants(Reason.PROFIT_HIGHER, 2.2), o).reason[0] == Reason.THIN_EVIDENCE


@given(o=observations(), seed=st.integers(0, 2**32))
@settings(max_examples=40)
def test_every_edit_for_profit_is_more_likely_than_not_to_earn_more(o, seed: int) -> None:  # type: ignore[no-untyped-def]
    """What `curve` moves anywhere: at least 0.8 by the slices above (break-even taken as known, and a slack for that)."""
    chance = np.random.default_rng(seed)
    n = len(o)
    even = o.roi_target * chance.uniform(0.3, 1.1, n)
    learned = {
        "break_even": even, "break_even_log_sd": np.full(n, 1e-6), "elasticity": chance.uniform(1.2, 8.0, n),
        "elasticity_log_sd": chance.choice([0.05, 0.3], n), "optimum": o.roi_target * chance.uniform(0.6, 1.5, n),
        "optimum_gain": np.full(n, 1e6), "goal_target": even * 0.5, "budget": np.full(n, INF),
    }  # fmt: skip
    o = type(o)(**{name: learned.get(name, getattr(o, name)) for name in o.__dataclass_fields__})
    made = decide(Curve(), o)
    for i in np.flatnonzero((made.reason == Reason.PROFIT_HIGHER) & (made.lever == Lever.TARGET)):
        p = by_slices(o.roi_target[i], made.wish[i], even[i], o.elasticity[i], o.elasticity_log_sd[i], 1000.0, INF)
        sure, starved = p >= 0.8 - 2e-3, o.evidence_orders[i] == 0 and made.result[i] > made.old[i]
        assert sure or starved, (o.roi_target[i], made.wish[i], even[i], o.elasticity[i])
