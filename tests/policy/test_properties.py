"""What holds for every row of every observation, judged by plain code that shares nothing with the rulebook."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import WORDING, Reason
from bidctl.engine.decide import decide
from bidctl.policy import Rules, scale
from policies.handbook import Handbook
from tests.policy import plain
from tests.policy.observations import observations

MANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Times:
    """Wishes the target times a factor: up or down by much or little."""

    factor: float = 1.2

    def rules(self, o: Observation) -> Rules:
        reason = Reason.ROAS_BELOW_GOAL if self.factor > 1 else Reason.ROAS_ABOVE_GOAL
        yield scale(reason, o.complete, self.factor)


factors = st.sampled_from([0.5, 0.9, 0.93, 0.95, 0.97, 1.03, 1.05, 1.07, 1.1, 1.5])
seen = observations()


@given(o=seen, factor=factors)
@MANY
def test_every_edit_keeps_every_rule(o: Observation, factor: float) -> None:
    made = decide(Times(factor), o)
    for i in np.flatnonzero(made.lever == Lever.TARGET):
        reason = Reason(int(made.reason[i]))
        start, starved = reason is Reason.START, reason is Reason.NOVOLUME
        broken = plain.why_not(plain.row(o, i), int(made.result[i]), start=start, novolume=starved)
        assert broken == [], (reason, made.row(i))
        if not starved and not start:
            assert (made.result[i] > made.old[i]) == (factor > 1)


@given(o=seen, factor=factors)
@MANY
def test_an_edit_is_the_allowed_value_nearest_the_wish(o: Observation, factor: float) -> None:
    """And a row held by a limit or the band had no such value."""
    made = decide(Times(factor), o)
    by_size = {Reason.CAP, Reason.BOUNDS, Reason.DRIFT, Reason.FLOOR, Reason.GRID_TOO_COARSE}
    for i in range(len(o)):
        reason, r = Reason(int(made.reason[i])), plain.row(o, i)
        factor_here = Fraction("0.95") if reason is Reason.NOVOLUME else Fraction(repr(factor))
        if reason in by_size and plain.row(o, i)["stage"] == 3 and made.matched[i] >= 0:
            assert plain.best_step(r, r["target_units"] * factor_here, start=False) is None, made.row(i)
        if made.lever[i] == Lever.TARGET and reason is not Reason.START:
            assert made.result[i] == plain.best_step(r, r["target_units"] * factor_here, start=False), made.row(i)


@given(o=seen, factor=factors)
@MANY
def test_every_row_has_one_worded_reason_and_one_lever(o: Observation, factor: float) -> None:
    made = decide(Times(factor), o)
    for i in range(len(o)):
        one = made.row(i)
        assert one.reason in WORDING
        assert (one.lever is Lever.TARGET) == (one.result != one.old)
        assert (one.lever is Lever.BUDGET) == (not np.isnan(one.budget_result))
        assert (one.lever is Lever.STATUS) == (one.pause != 0)
        assert one.lever is Lever.NONE or int(one.reason) >= 60 or one.reason is Reason.STOPLOSS_ASK
        assert one.lever is not Lever.NONE or int(one.reason) < 60


@given(o=seen)
@MANY
def test_a_pause_stands_on_known_numbers_only(o: Observation) -> None:
    made = decide(Handbook(), o)
    for i in np.flatnonzero(made.pause == 1):
        r = plain.row(o, i)
        assert r["complete"] and not r["metric_stale"] and r["read_age_s"] <= 1800 and r["stage"] != 4
        assert r["enrolled"] and not r["killed"]
        order_cost = Fraction(r["order_value"]) * r["grid"] / r["target_units"]
        no_orders = r["orders_since_on"] == 0 and r["spend_since_on"] >= max(3 * order_cost, r["stoploss_spend"])
        lost = r["projected_loss_today"] > r["stoploss_loss"]
        red = r["stock_cover_h"] <= (2 if r["kind"] == 1 else 24) or r["stock_pieces"] <= 0
        stock = r["stock_red_share"] > 0.5 and red
        assert (no_orders and r["stoploss_spend"] == r["stoploss_spend"]) or lost or stock


def _same(a: Decisions, b: Decisions) -> None:
    for f in fields(Decisions):
        x, y = getattr(a, f.name), getattr(b, f.name)
        assert np.array_equal(x, y, equal_nan=x.dtype.kind == "f"), f.name


@given(o=seen, data=st.data())
@MANY
def test_accounts_do_not_see_each_other_and_order_does_not_matter(o: Observation, data: st.DataObject) -> None:
    whole = decide(Handbook(), o)
    order = np.array(data.draw(st.permutations(range(len(o)))), np.intp)
    _same(decide(Handbook(), o.take(order)), whole.take(order))
    mine = np.flatnonzero(o.account_index == o.account_index[0])
    _same(decide(Handbook(), o.take(mine)), whole.take(mine))


@given(o=seen)
@MANY
def test_deciding_reads_only(o: Observation) -> None:
    for f in fields(o):
        getattr(o, f.name).setflags(write=False)
    _same(decide(Handbook(), o), decide(Handbook(), o))
