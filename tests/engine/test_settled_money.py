"""Where paid and settled money disagree the decision is another, all the way to the platform.

One campaign: 100 yuan an hour buy 250 yuan of paid GMV, of which half comes back. Paid ROAS 2.50 looks fine against a goal of 2.00;
what stays is 1.25, and at a margin of 60 % every yuan of advertising loses 0.25.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bidctl.domain.enrolment import Economics, Prior
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Basis
from bidctl.domain.writes import WriteState
from bidctl.engine.mixed import Book
from bidctl.policy import scale
from bidctl.policy.rules import PolicyRule
from policies.handbook import Handbook
from tests.fakes.flat_platform import Rate, number
from tests.fakes.rig import enrolment
from tests.fakes.shop import C1, HANDBOOK, Shop

SPEND, PAID, KEPT, MARGIN, GOAL = 100.0, 250.0, 0.5, 0.6, 2.0
MARKET = Rate(SPEND, PAID, 60.0, kept=KEPT)
BY_PAID = enrolment(C1, goal=GOAL, goal_basis=Basis.PAID, economics=Economics(break_even=1 / MARGIN), stoploss_set=True)
"""An operator who thinks in what was paid: goal and 保本 alike."""
BY_SETTLED = enrolment(
    C1,
    goal=GOAL,
    goal_basis=Basis.PROJECTED,
    economics=Economics(margin=MARGIN),
    prior=Prior(confirmed=True),
    stoploss_set=True,
)


@dataclass(frozen=True)
class PaidOnly:
    """Lowers by 5 % where paid ROAS of 7 days is above the goal, raises where it is below."""

    def rules(self, o: Observation) -> Iterator[PolicyRule]:
        yield scale(Reason.ROAS_ABOVE_GOAL, o.paid_roas_7d > o.goal, 0.95)
        yield scale(Reason.ROAS_BELOW_GOAL, o.paid_roas_7d <= o.goal, 1.05)


PAID_ONLY = "tests.engine.test_settled_money:PaidOnly"
BOOK = Book({HANDBOOK: ("handbook@1", Handbook()), PAID_ONLY: ("paid@1", PaidOnly())})


async def opened(given: object, market: Rate = MARKET) -> Shop:
    shop = await Shop(book=BOOK).open()
    shop.platform.rates[C1] = market
    shop.platform.suggested = number(4.0)  # above what breaks even, so that a raise has room
    shop.enrol(given)  # type: ignore[arg-type]
    return shop


def test_the_premise_paid_looks_fine_and_settled_loses() -> None:
    assert PAID / SPEND > GOAL and MARGIN * PAID > SPEND
    assert MARGIN * KEPT * PAID < SPEND


async def test_who_looks_at_paid_money_lowers_and_who_looks_at_settled_raises() -> None:
    moved = {}
    for name, given in (("paid", BY_PAID), ("settled", BY_SETTLED)):
        shop = await opened(given)
        report = await shop.tick(30)
        (write,) = report.writes
        assert write.state is WriteState.CONFIRMED
        moved[name] = shop.target(), shop.reason()
    assert moved["paid"][0] < 200 < moved["settled"][0]
    assert (moved["paid"][1], moved["settled"][1]) == (Reason.ROAS_ABOVE_GOAL, Reason.ROAS_BELOW_GOAL)


async def test_where_nothing_comes_back_they_agree() -> None:
    for given in (BY_PAID, BY_SETTLED):
        shop = await opened(given, Rate(SPEND, PAID, 60.0, kept=1.0))
        await shop.tick(30)
        assert shop.target() < 200


async def test_what_was_learned_is_what_came_back() -> None:
    shop = await opened(BY_SETTLED)
    await shop.tick(30)
    o = shop.seen()
    assert o.settlement_rate[0] == pytest.approx(KEPT, abs=0.03)
    assert KEPT * PAID / SPEND - 0.05 < o.projected_roas[0] < 0.6 * PAID / SPEND < GOAL < o.paid_roas_7d[0]


async def test_a_policy_that_looks_at_paid_money_is_held_by_the_rulebook_where_settled_money_is_lost() -> None:
    """Its wish is to lower; the evidence, on settled money, speaks against it."""
    shop = await opened(
        enrolment(C1, goal=GOAL, economics=Economics(margin=MARGIN), policy=PAID_ONLY, stoploss_set=True)
    )
    report = await shop.tick(30)
    assert not report.writes and shop.target() == 200
    assert shop.reason() in (Reason.THIN_EVIDENCE, Reason.FLOOR)
    fine = await opened(
        enrolment(C1, goal=GOAL, economics=Economics(margin=MARGIN), policy=PAID_ONLY, stoploss_set=True),
        Rate(SPEND, PAID, 60.0, kept=1.0),
    )
    await fine.tick(30)
    assert fine.target() < 200
