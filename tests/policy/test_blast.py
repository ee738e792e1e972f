"""R-BLAST: how much of an account one tick or the first live day may touch."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.engine.decide import decide
from policies.handbook import Handbook
from tests.builders import rows

LOWER = {"projected_lo": 2.39, "projected_hi": 2.41, "p_below_goal": 0.01}


def lowering(spend: list[float], *, account_spend: float = 1000.0, **columns: object) -> Observation:
    return rows(
        len(spend), projected_roas=2.4, spend_7d=np.array(spend), account_spend=account_spend, **LOWER, **columns
    )


def passed(o: Observation) -> list[bool]:
    made = decide(Handbook(), o)
    assert set(made.reason.tolist()) <= {Reason.ROAS_ABOVE_GOAL, Reason.ROAS_BELOW_GOAL, Reason.BLAST, Reason.START}
    assert (made.result[made.reason == Reason.BLAST] == made.old[made.reason == Reason.BLAST]).all()
    return (made.reason != Reason.BLAST).tolist()


def test_lowerings_carry_a_fifth_of_the_account() -> None:
    assert passed(lowering([100.0, 100.0])) == [True, True]
    assert passed(lowering([100.0, 100.01])) == [True, False]
    assert passed(lowering([50.0] * 6)) == [True] * 4 + [False] * 2


def test_one_campaign_is_always_allowed() -> None:
    assert passed(lowering([900.0])) == [True]
    assert passed(lowering([900.0, 1.0])) == [True, False]


def test_the_largest_gap_goes_first_then_the_smaller_id() -> None:
    o = lowering([150.0, 150.0, 150.0], intent=[1, 1, 1])
    assert passed(o) == [True, False, False]
    near = np.array([2.15, 2.4, 2.4])  # 5 % against 10 %
    mixed = rows(3, projected_roas=near, projected_lo=near - 0.01, projected_hi=near + 0.01, p_below_goal=0.01,
                 spend_7d=150.0, account_spend=1000.0)  # fmt: skip
    assert passed(mixed) == [False, True, False]


def test_raises_are_free_of_it() -> None:
    o = rows(
        3,
        projected_roas=1.7,
        projected_lo=1.69,
        projected_hi=1.71,
        p_below_goal=0.99,
        spend_7d=900.0,
        account_spend=1e3,
    )
    assert passed(o) == [True] * 3


def test_accounts_are_apart() -> None:
    assert passed(lowering([900.0, 900.0, 1.0], account_index=[0, 5, 5])) == [True, True, False]
    assert passed(lowering([900.0, 900.0, 1.0], account_index=[0, 9_000_000, 9_000_000])) == [True, True, False]


def test_first_live_day() -> None:
    first = {"first_live_day": True, "account_spend": 1e6}
    assert passed(lowering([1.0] * 12, **first)).count(True) == 10
    assert passed(lowering([1.0] * 3, **first, blast_campaigns=9)) == [True, False, False]
    assert passed(lowering([1.0], **first, blast_campaigns=10)) == [False]
    assert passed(lowering([60_000.0, 60_000.0], **first)) == [True, False]
    assert passed(lowering([60_000.0], **first, blast_campaigns=1, blast_spend=50_000.0)) == [False]
    assert passed(lowering([500_000.0], **first)) == [True]
    again = {"blast_campaigns": 1, "blast_spend": 150_000.0}
    assert passed(lowering([150_000.0, 1.0], **first, **again, blast_edited=[True, False])) == [True, False]
