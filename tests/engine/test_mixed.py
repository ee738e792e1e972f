"""Several policies over one account are each policy over its own campaigns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId
from bidctl.engine.decide import decide
from bidctl.engine.mixed import Book, Mixed
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from policies.hold import Hold
from tests.builders import rows
from tests.fakes.rig import enrolment

RULES = RuleSettings()
POLICIES = (Handbook(), Hold(), Handbook(step=0.06))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_each_row_is_ruled_by_its_own_policy(charge: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    roas = chance.choice([1.5, 1.85, 2.0, 2.15, 2.8], len(charge))
    o = rows(len(charge), projected_roas=roas, projected_lo=roas * 0.99, projected_hi=roas * 1.01,
             p_below_goal=(roas < 2.0) * 1.0)  # fmt: skip
    of = {CampaignId(str(c)): k for c, k in zip(o.campaign, charge, strict=True)}
    mixed = decide(Mixed(POLICIES, of), o, RULES)
    alone = [decide(p, o, RULES) for p in POLICIES]
    for i, k in enumerate(charge):
        ours, theirs = mixed.row(i), alone[k].row(i)
        assert (ours.lever, ours.result, ours.reason, ours.bound) == (
            theirs.lever,
            theirs.result,
            theirs.reason,
            theirs.bound,
        )


def test_a_campaign_in_nobodys_charge_matches_no_rule() -> None:
    o = rows(1, projected_roas=1.5, p_below_goal=1.0)
    assert decide(Mixed(POLICIES, {}), o, RULES).row(0).reason == Reason.NO_RULE


def test_a_book_gives_each_campaign_the_policy_of_its_enrolment() -> None:
    book = Book({"h": ("handbook@1", POLICIES[0]), "k": ("hold@1", POLICIES[1])})
    mixed, ids = book.mixed([enrolment(CampaignId("1"), policy="k"), enrolment(CampaignId("2"), policy="h")])
    assert mixed.of == {"1": 1, "2": 0} and ids == {"1": "hold@1", "2": "handbook@1"}
