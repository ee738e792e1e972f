"""R-CASH: spend of 30 days beside the receipts of the same days; what is not known whole binds nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.domain.reasons import Alert, Reason, Rule
from bidctl.domain.tables import OperatorTables, Receipts
from bidctl.engine.cash import cash_of, short_accounts
from bidctl.engine.decide import decide
from bidctl.engine.standing import Standing
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from tests.builders import rows
from tests.engine.facts import ACCOUNT, at, day, enrolment, info, listing, observer

TODAY = at("2026-11-20 12:00").astimezone().toordinal()
LOWERS = {"p_below_goal": 0.05, "projected_roas": 3.0}


def received(yuan: float, newest: int = TODAY - 1, days: int = 30, without: int | None = None) -> Receipts:
    told = range(newest - days + 1, newest + 1)
    return Receipts({d: yuan for d in told if d != without})


def spend(yuan: float, days: int = 41) -> np.ndarray:
    return np.full(days, yuan)


def test_both_sides_speak_of_the_same_thirty_days() -> None:
    by_day = spend(100.0)
    by_day[-1] = 9e9  # today is not one of them
    by_day[-32] = 9e9  # nor is the day before
    cash = cash_of(received(200.0), by_day, TODAY, 3)
    assert cash is not None and (cash.first, cash.last) == (TODAY - 30, TODAY - 1)
    assert (cash.spend, cash.received, cash.share) == (3000.0, 6000.0, 0.5)


@pytest.mark.parametrize(
    "receipts",
    [
        None,
        Receipts({}),
        received(200.0, days=29),
        received(200.0, without=TODAY - 11),
        received(200.0, newest=TODAY - 4),
    ],
)
def test_what_is_not_told_whole_or_old_is_not_known(receipts: Receipts | None) -> None:
    assert cash_of(receipts, spend(100.0), TODAY, 3) is None
    tables = OperatorTables(receipts={} if receipts is None else {ACCOUNT: receipts})
    assert not short_accounts(tables, [ACCOUNT], spend(1e9)[None], TODAY, 0.01, 3).any()


def test_days_older_or_newer_than_today_do_not_move_the_window() -> None:
    later = Receipts({**received(200.0, newest=TODAY - 3).by_day, TODAY + 5: 1e9})
    cash = cash_of(later, spend(100.0), TODAY, 3)
    assert cash is not None and cash.last == TODAY - 3 and cash.received == 6000.0


@pytest.mark.parametrize(("most", "short"), [(0.49, True), (0.5, False), (0.51, False), (0.0, False)])
def test_above_the_stated_share_and_off_by_default(most: float, short: bool) -> None:
    cash = cash_of(received(200.0), spend(100.0), TODAY, 3)
    assert cash is not None and cash.short(most) is short
    assert RuleSettings().cash_share == 0


def test_nothing_received_is_short_as_soon_as_anything_is_spent() -> None:
    nothing = cash_of(received(0.0), spend(1.0), TODAY, 3)
    assert nothing is not None and nothing.short(1.0) and nothing.share == np.inf
    idle = cash_of(received(0.0), spend(0.0), TODAY, 3)
    assert idle is not None and not idle.short(1.0) and idle.share == 0.0


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0.01, 5), st.floats(1, 3))
def test_more_receipts_or_less_spend_never_makes_short(out: float, back: float, most: float, more: float) -> None:
    def short(spent: float, got: float) -> bool:
        cash = cash_of(received(got), spend(spent), TODAY, 3)
        assert cash is not None
        return cash.short(most)

    assert short(out, back) or not (short(out / more, back) or short(out, back * more))


def test_only_its_own_account_is_short() -> None:
    tables = OperatorTables(receipts={ACCOUNT: received(50.0)})
    both = short_accounts(tables, [ACCOUNT, "other"], np.stack([spend(100.0), spend(1e6)]), TODAY, 1.0, 3)
    assert both.tolist() == [True, False]


@pytest.mark.parametrize(("got", "short"), [(1999.0, True), (2001.0, False)])
def test_the_column_of_an_observed_account(got: float, short: bool) -> None:
    o = observer()
    for d in range(20, 32):
        o.ingest(day("c", f"2026-10-{d}", 1000.0, 2000.0, 16.8))
    for d in range(1, 20):
        o.ingest(day("c", f"2026-11-{d:02d}", 1000.0, 2000.0, 16.8))
    o.ingest_listing(listing("2026-11-20 12:00", info("c", 100.0, 250.0, 8.4)))
    o.ingest_enrolments([enrolment("c")])
    tables = OperatorTables(receipts={ACCOUNT: received(got)})
    seen = o.observe(at("2026-11-20 12:00"), Standing(tables=tables, cash_share=0.5))
    assert seen.cash_short.tolist() == [short]
    assert o.observe(at("2026-11-20 12:00"), Standing(tables=tables)).cash_short.tolist() == [False]


@pytest.mark.parametrize(
    ("case", "reason", "result"),
    [
        ({"cash_short": False, **LOWERS}, Reason.ROAS_ABOVE_GOAL, "lower"),
        ({"cash_short": True, **LOWERS}, Reason.CASH_SHORT, "hold"),  # 拿量 stops
        (
            {"cash_short": True, "p_below_goal": 0.95, "projected_roas": 1.0},
            Reason.ROAS_BELOW_GOAL,
            "raise",
        ),  # 保利 goes on
        ({"cash_short": True, "ship_late": True, **LOWERS}, Reason.SHIP_LATE, "hold"),  # RULEBOOK 4: R-SHIP goes first
        (
            {"cash_short": True, "suggestion": 2.0, **LOWERS},
            Reason.CASH_SHORT,
            "hold",
        ),  # and R-CASH before the limits of size
    ],
)
def test_worked_cases(case: dict[str, object], reason: Reason, result: str) -> None:
    d = decide(Handbook(), rows(1, **case), RuleSettings()).row(0)
    moved = "hold" if d.result == d.old else "raise" if d.result > d.old else "lower"
    assert (d.reason, moved) == (reason, result)
    assert (Alert.CASH in d.alerts) is bool(case["cash_short"])
    assert (Rule.CASH in d.bound) is (reason is Reason.CASH_SHORT)


@pytest.mark.parametrize(("short", "reason"), [(False, Reason.BUDGET_RAISE), (True, Reason.BUDGET_BOUND)])
def test_no_budget_is_raised_while_cash_is_short(short: bool, reason: Reason) -> None:
    o = rows(1, cash_short=short, budget_on=True, budget_spent_share=0.95, spend_today=4000.0, **LOWERS)
    assert decide(Handbook(), o, RuleSettings()).row(0).reason is reason
