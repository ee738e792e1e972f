"""A goal becomes a target on the campaign's own basis through what settlement knows, or the row is NO_DATA: never by pretence.

The verdicts are counted out of the same days by hand: at the target, spend is GMV on its basis / target, and what is left at
the goal's basis of the same orders over that spend must be the goal.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.enrolment import Economics, Prior
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Basis, CampaignId, FloorState, Objective
from bidctl.engine.decide import decide
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from tests.engine.facts import at, day, enrolment, info, listing, observer, only

Kept = dict[str, float]
NOW = "2026-11-20 12:00"
SURE = Prior(settled_share=0.7, strength=0.0, confirmed=True)
COLUMN = {
    Basis.PAID: "gmv",
    Basis.NET_1H: "gmv_1h",
    Basis.NET_7D: "gmv_7d",
    Basis.BILLED: "gmv_90d",
    Basis.PROJECTED: "gmv_90d",
}


def seen(
    objective: Objective,
    basis: Basis,
    goal: float,
    kept: Kept,
    *,
    tells_1h: bool = True,
    **economics: float,
):
    """A campaign of 19 settled days, 1,000 yuan and 10 orders each, of which each column keeps a share."""
    o = observer()
    for n in range(1, 20):
        columns = {name: 1000.0 * share for name, share in kept.items()}
        if not tells_1h:
            columns["gmv_1h"] = np.nan
        o.ingest(day("c", f"2026-11-{n:02d}", 500.0, 1000.0, 10.0, **columns))
    now = info("c", spend=0.0, objective=objective)
    o.ingest_listing(listing(NOW, now))
    o.ingest_enrolments([enrolment("c", goal, basis, prior=SURE, economics=Economics(margin=0.9, **economics))])
    return o.observe(at(NOW))


shares = st.tuples(st.floats(0.7, 1.0), st.floats(0.6, 1.0), st.floats(0.5, 1.0)).map(
    lambda s: {
        "gmv_1h": s[0],
        "gmv_7d": s[0] * s[1],
        "gmv_14d": s[0] * s[1],
        "gmv_30d": s[0] * s[1] * s[2],
        "gmv_90d": s[0] * s[1] * s[2],
    }
)


@settings(max_examples=25)
@given(st.sampled_from([Basis.PAID, Basis.NET_1H]), st.sampled_from(Objective), st.floats(0.5, 5.0), shares)
def test_a_goal_on_what_is_seen_becomes_exactly_that_target(
    basis: Basis, objective: Objective, goal: float, kept: Kept
) -> None:
    row = only(seen(objective, basis, goal, kept))
    counted = {"gmv": 1000.0} | {name: 1000.0 * share for name, share in kept.items()}
    own = counted[COLUMN[objective.basis]]
    spend = own / row.goal_target
    assert counted[COLUMN[basis]] / spend == pytest.approx(goal, rel=1e-6)


@settings(max_examples=25)
@given(st.sampled_from(Objective), st.floats(0.5, 5.0), shares)
def test_a_goal_on_settled_money_asks_for_more_than_on_paid(objective: Objective, goal: float, kept: Kept) -> None:
    paid, net, settled = (
        only(seen(objective, basis, goal, kept)).goal_target for basis in (Basis.PAID, Basis.NET_1H, Basis.PROJECTED)
    )
    assert paid <= net * (1 + 1e-9) and net <= settled * (1 + 1e-9)


@settings(max_examples=20)
@given(st.floats(0.5, 5.0), shares)
def test_the_objectives_basis_changes_the_number_never_what_it_means(goal: float, kept: Kept) -> None:
    on_paid, on_net = (only(seen(o, Basis.PROJECTED, goal, kept)).goal_target for o in Objective)
    assert on_net == pytest.approx(on_paid * kept["gmv_1h"], rel=1e-6)


@pytest.mark.parametrize("basis", [Basis.PAID, Basis.NET_1H, Basis.PROJECTED])
def test_a_net_target_without_its_column_is_no_data(basis: Basis) -> None:
    kept = {"gmv_1h": 0.8, "gmv_7d": 0.7}
    o = seen(Objective.NET_ROI, basis, 2.0, kept, tells_1h=False)
    row = only(o)
    assert np.isnan(row.goal_target) and np.isnan(row.floor) and not row.complete
    assert row.floor_state == FloorState.MISSING
    assert decide(Handbook(), o, RuleSettings()).row(0).reason is Reason.NO_DATA


def test_a_goal_on_net_gmv_without_the_column_is_no_data() -> None:
    assert not only(seen(Objective.PAY_ROI, Basis.NET_1H, 2.0, {"gmv_7d": 0.7}, tells_1h=False)).complete
    assert only(seen(Objective.PAY_ROI, Basis.PAID, 2.0, {"gmv_7d": 0.7}, tells_1h=False)).goal_target == pytest.approx(
        2.0
    )


def test_where_nothing_was_paid_yet_each_basis_has_its_own_expectation() -> None:
    """A goal on paid GMV is a target on paid GMV, whatever will come back."""
    o = observer()
    o.ingest_listing(listing(NOW, info("a"), info("b"), info("c")))
    prior = Prior(settled_share=0.5, confirmed=True)
    bases = (Basis.PAID, Basis.NET_7D, Basis.PROJECTED)
    o.ingest_enrolments([enrolment(CampaignId(c), 2.0, b, prior=prior) for c, b in zip("abc", bases, strict=True)])
    paid, week, settled = (only(o.observe(at(NOW)), c).goal_target for c in "abc")
    assert paid == pytest.approx(2.0) and settled == pytest.approx(4.0)
    assert paid < week < settled


@settings(max_examples=20)
@given(shares, st.floats(0.0, 0.15), st.floats(0.0, 0.5))
def test_break_even_holds_on_either_basis(kept: Kept, refunded: float, lost: float) -> None:
    """The same orders must pay for the same spend, whichever number the platform counts them by."""
    terms = {"refund_after_dispatch": refunded, "loss_per_refund": lost}
    on_paid, on_net = (only(seen(o, Basis.PROJECTED, 2.0, kept, **terms)).floor for o in Objective)
    assert on_net == pytest.approx(on_paid * kept["gmv_1h"], rel=1e-6)
