"""Rules one by one: what each holds, at its boundary, and which of two wins."""

from __future__ import annotations

import math

import pytest

from bidctl.domain.decision import Decision, Lever
from bidctl.domain.reasons import Alert, Reason, Rule
from bidctl.domain.values import Hold, Intent, Kind, Protection, Refused, Stage, SuggestionState, Waiver
from bidctl.engine.decide import Asked, decide
from policies.handbook import Handbook
from policies.hold import Hold as HoldPolicy
from tests.builders import INF, NAN, rows

RAISE = {"projected_roas": 1.7, "projected_lo": 1.69, "projected_hi": 1.71, "p_below_goal": 0.99}
LOWER = {"projected_roas": 2.4, "projected_lo": 2.39, "projected_hi": 2.41, "p_below_goal": 0.01}
NEW = {"stage": Stage.NEW, "started": False, "avg30": 2.4, "observed_s": NAN, "effective": False}
EMPTY = {"spend_since_on": 300.0, "orders_since_on": 0.0}
LOSING = {"projected_loss_today": 1001.0}


def one(**columns: object) -> Decision:
    return decide(Handbook(), rows(1, **columns)).row(0)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"enrolled": False}, Reason.NOT_ENROLLED),
        ({"advise_only": True}, Reason.PROTECTION_UNKNOWN),
        ({"advise_only": True, "cost_controlled": False}, Reason.NOT_COST_CONTROLLED),
        ({"killed": True}, Reason.KILLED),
        ({"clock_ok": False}, Reason.CLOCK_UNSETTLED),
        ({"breaker_open": True}, Reason.BREAKER_OPEN),
        ({"hold": Hold.TARGETS}, Reason.HELD),
        ({"hold": Hold.ALL}, Reason.HELD),
        ({"human_hold": True}, Reason.HUMAN_EDIT),
        ({"observed_s": 259199.0}, Reason.OBSERVING),
        ({"stage": Stage.OBSERVING}, Reason.OBSERVING),
        ({"kind": Kind.LIVE, "observed_sessions": 2}, Reason.OBSERVING),
        ({"stage": Stage.FEEDING, "observed_s": NAN}, Reason.FEEDING),
        ({"quiet": True}, Reason.QUIET),
        ({"kind": Kind.LIVE, "session_age_s": 3599.0}, Reason.QUIET),
        ({"kind": Kind.LIVE, "host_change_s": 900.0}, Reason.QUIET),
        ({"boost_running": True}, Reason.QUIET),
        ({"cost_controlled": False}, Reason.NOT_COST_CONTROLLED),
        ({"stage": Stage.STOPPED}, Reason.STOPPED),
        ({"effective": False}, Reason.NOT_DELIVERING),
        ({"complete": False}, Reason.NO_DATA),
        ({"target_units": 0}, Reason.NO_DATA),
        ({"read_age_s": 1801.0}, Reason.STALE),
        ({"read_age_s": NAN}, Reason.STALE),
        ({"metric_stale": True}, Reason.STALE),
        ({"p_below_goal": 0.79}, Reason.THIN_EVIDENCE),
        ({"p_below_goal": NAN}, Reason.THIN_EVIDENCE),
        ({"evidence_orders": 9.0}, Reason.THIN_EVIDENCE),
        ({"evidence_orders": 0.0, "evidence_spend": 149.0}, Reason.THIN_EVIDENCE),
        ({"since_edit_data_s": 3599.0}, Reason.THIN_EVIDENCE),
        ({"trusted": False}, Reason.PRIOR_UNCONFIRMED),
        ({"suggestion_state": SuggestionState.UNKNOWN}, Reason.SUGGESTION_UNKNOWN),
        ({"maximum": 2.05}, Reason.BOUNDS),
        ({"platform_max": 2.05}, Reason.BOUNDS),
        ({"day_anchor_units": 165}, Reason.DRIFT),
        ({"week_anchor_units": 136}, Reason.DRIFT),
        ({"minimum": 2.5, "maximum": 2.3}, Reason.EMPTY_LIMITS),
        ({"open_write": True}, Reason.OPEN_WRITE),
        ({"since_edit_s": NAN}, Reason.SPACING),
        ({"since_edit_s": 3600.0, "spacing_s": 900.0}, Reason.SPACING),
        ({"kind": Kind.LIVE, "since_edit_s": 900.0, "waivers": Waiver.LIVE_SPACING_15MIN}, Reason.SPACING),
        ({"edits_today": 4}, Reason.QUOTA),
        ({"edits_today": 4, "edits_per_day": 24}, Reason.QUOTA),
        ({"edits_today": 8, "edits_per_day": 24, "kind": Kind.LIVE}, Reason.QUOTA),
        ({"edit_days_7d": 1, "edit_days_per_week": 1}, Reason.QUOTA),
        ({"protection": Protection.INVALID, "edits_today": 1}, Reason.PROTECTION_LOST),
    ],
)
def test_a_raise_is_held(columns: dict[str, object], reason: Reason) -> None:
    assert one(**RAISE).reason is Reason.ROAS_BELOW_GOAL
    made = one(**{**RAISE, **columns})
    assert (made.reason, made.lever, made.result) == (reason, Lever.NONE, made.old)


@pytest.mark.parametrize(
    "columns",
    [
        {"read_age_s": 1800.0},
        {"kind": Kind.LIVE, "session_age_s": 3600.0},
        {"host_change_s": 901.0},
        {"advise_only": True, "waivers": Waiver.PROTECTION_UNKNOWN},
        {"evidence_orders": 0.0, "evidence_spend": 150.0, "p_below_goal": NAN},
        {"p_below_goal": 0.8, "evidence_orders": 10.0},
        {"kind": Kind.LIVE, "since_edit_s": 901.0, "spacing_s": 900.0, "waivers": Waiver.LIVE_SPACING_15MIN},
        {"edit_days_7d": 0, "edit_days_per_week": 1},
        {"protection": Protection.INVALID},
        {"day_anchor_units": 176},
        {"budget_spent_share": 1.0, "ship_late": True, "cash_short": True, "stock_cover_h": 1.0},
    ],
)
def test_a_raise_passes_at_the_boundary(columns: dict[str, object]) -> None:
    assert one(**{**RAISE, **columns}).result == 220


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"budget_spent_share": 0.9}, Reason.BUDGET_BOUND),
        ({"budget_bound_days": 2}, Reason.BUDGET_BOUND),
        ({"stock_cover_h": 24.0}, Reason.STOCK_RED),
        ({"ship_late": True}, Reason.SHIP_LATE),
        ({"cash_short": True}, Reason.CASH_SHORT),
        ({"floor": 1.95}, Reason.FLOOR),
        ({"minimum": 1.95}, Reason.BOUNDS),
        ({"day_anchor_units": 245}, Reason.DRIFT),
        ({"suggestion_state": SuggestionState.UNKNOWN, "lowered_since_unknown": True}, Reason.SUGGESTION_UNKNOWN),
    ],
)
def test_a_lowering_is_held(columns: dict[str, object], reason: Reason) -> None:
    assert one(**LOWER).result == 180
    assert one(**{**LOWER, **columns}).reason is reason


def test_an_unknown_suggestion_leaves_one_lowering() -> None:
    assert one(**LOWER, suggestion_state=SuggestionState.UNKNOWN).result == 180


def test_used_waivers_are_printed_and_unused_ones_not() -> None:
    live = {"kind": Kind.LIVE, "spacing_s": 900.0, "waivers": Waiver.LIVE_SPACING_15MIN}
    assert one(**RAISE, **live, since_edit_s=1000.0).waived == Waiver.LIVE_SPACING_15MIN
    assert one(**RAISE, **live, since_edit_s=5000.0).waived == Waiver.NO


@pytest.mark.parametrize(
    ("columns", "reason", "pause", "ask"),
    [
        ({**EMPTY}, Reason.STOPLOSS_NO_ORDERS, 1, False),
        ({**EMPTY, "spend_since_on": 299.0}, Reason.WITHIN_BAND, 0, False),
        ({**EMPTY, "order_value": 400.0}, Reason.WITHIN_BAND, 0, False),  # 3 x 400 / 2 = 600 yuan
        ({**EMPTY, "stoploss_spend": NAN}, Reason.WITHIN_BAND, 0, False),
        ({**LOSING, "valid_orders_today": 9.0}, Reason.STOPLOSS_DAY_LOSS, 1, False),
        ({**LOSING, "protection": Protection.INVALID}, Reason.STOPLOSS_DAY_LOSS, 1, False),
        ({**LOSING}, Reason.STOPLOSS_ASK, 1, True),
        ({"projected_loss_today": 1000.0}, Reason.WITHIN_BAND, 0, False),
        ({**LOSING, "valid_orders_today": 0.0, "hold": Hold.ALL}, Reason.STOPLOSS_DAY_LOSS, 1, False),
        ({**LOSING, "valid_orders_today": 0.0, "breaker_open": True}, Reason.STOPLOSS_DAY_LOSS, 1, False),
        ({**LOSING, "valid_orders_today": 0.0, "stage": Stage.OBSERVING}, Reason.STOPLOSS_DAY_LOSS, 1, False),
        ({**LOSING, "killed": True}, Reason.KILLED, 0, False),
        ({**LOSING, "complete": False}, Reason.NO_DATA, 0, False),
        ({**LOSING, "read_age_s": 1801.0}, Reason.STALE, 0, False),
        ({**LOSING, "stage": Stage.STOPPED}, Reason.STOPPED, 0, False),
        ({"stock_cover_h": 20.0, "stock_red_share": 0.6}, Reason.STOCK_PAUSE, 1, False),
        ({"stock_cover_h": 20.0, "stock_red_share": 0.5}, Reason.WITHIN_BAND, 0, False),
        ({"stage": Stage.STOPPED, "paused_by_us": True, "resume_at_midnight": True}, Reason.UNPAUSE, -1, False),
        ({"stage": Stage.STOPPED, "resume_at_midnight": True}, Reason.STOPPED, 0, False),
    ],
)
def test_pauses(columns: dict[str, object], reason: Reason, pause: int, ask: bool) -> None:
    columns = {"valid_orders_today": 0.0, **columns} if "orders_since_on" in columns else columns
    made = one(**columns)
    assert (made.reason, made.pause, made.ask) == (reason, pause, ask)
    assert made.lever is (Lever.STATUS if pause else Lever.NONE)
    assert (Alert.STOPLOSS in made.alerts) == (reason.name.startswith("STOPLOSS"))


def test_the_earlier_rule_gives_the_reason() -> None:
    """RULEBOOK 4: everything is wrong at once, and is put right from the top."""
    wrong: dict[str, object] = {
        "enrolled": False, "killed": True, "clock_ok": False, "breaker_open": True, "hold": Hold.TARGETS,
        "human_hold": True, "observed_s": 10.0, "quiet": True, "effective": False, "complete": False,
        "budget_spent_share": 1.0, "evidence_orders": 0.0, "trusted": False, "stock_cover_h": 1.0, "ship_late": True,
        "cash_short": True, "floor": 1.99, "since_edit_s": 5.0, "edits_today": 9,
    }  # fmt: skip
    order = [
        Reason.NOT_ENROLLED, Reason.KILLED, Reason.CLOCK_UNSETTLED, Reason.BREAKER_OPEN, Reason.HELD, Reason.HUMAN_EDIT,
        Reason.OBSERVING, Reason.QUIET, Reason.NOT_DELIVERING, Reason.NO_DATA, Reason.BUDGET_BOUND, Reason.THIN_EVIDENCE,
        Reason.PRIOR_UNCONFIRMED, Reason.STOCK_RED, Reason.SHIP_LATE, Reason.CASH_SHORT, Reason.FLOOR, Reason.SPACING,
        Reason.QUOTA, Reason.ROAS_ABOVE_GOAL,
    ]  # fmt: skip
    met = []
    for name in [*wrong, None]:
        met.append(one(**{**LOWER, **wrong}).reason)
        if name is not None:
            del wrong[name]
    assert met == order


@pytest.mark.parametrize(
    ("columns", "reason", "result", "ask"),
    [
        ({}, Reason.START, 240, False),
        ({"avg30": NAN}, Reason.START, 300, False),
        ({"avg30": NAN, "suggestion_state": SuggestionState.NONE}, Reason.NO_BASIS, 200, False),
        ({"suggestion_state": SuggestionState.NONE}, Reason.ASK_START, 200, False),
        ({"human_since_creation": True}, Reason.START, 240, True),
        ({"floor_assumed": True, "floor": 2.3}, Reason.START, 240, False),  # a raise that passes it anyway
        ({"floor_assumed": True, "floor": 2.6}, Reason.START, 260, True),
        ({"floor_assumed": True, "target_units": 300}, Reason.START, 240, True),
        ({"target_units": 240}, Reason.START_KEPT, 240, False),
        ({"minimum": 2.6}, Reason.START, 260, False),
        ({"maximum": 2.2}, Reason.START, 220, False),
        ({"minimum": 2.6, "maximum": 2.2}, Reason.EMPTY_LIMITS, 200, False),
        ({"since_edit_s": 5.0, "day_anchor_units": 100, "evidence_orders": 0.0}, Reason.START, 240, False),
        ({"observed_s": 10.0, "kind": Kind.LIVE}, Reason.START, 240, False),
        ({"edits_today": 4}, Reason.QUOTA, 200, False),
        ({"quiet": True}, Reason.QUIET, 200, False),
        ({"human_hold": True}, Reason.HUMAN_EDIT, 200, False),
        ({"target_units": 300, "floor": NAN}, Reason.NO_FLOOR, 300, False),
        ({"floor": NAN}, Reason.START, 240, False),
        ({"started": True, "effective": True}, Reason.FEEDING, 200, False),
    ],
)
def test_first_target(columns: dict[str, object], reason: Reason, result: int, ask: bool) -> None:
    made = one(**{**NEW, **columns})
    assert (made.reason, made.result, made.ask) == (reason, result, ask)


def test_an_approved_first_target_asks_no_more() -> None:
    o = rows(2, **NEW, human_since_creation=True)
    made = decide(Handbook(), o, starts=o.campaign == o.campaign[0])
    assert made.ask.tolist() == [False, True]


@pytest.mark.parametrize(
    ("columns", "acts"),
    [
        ({"stage": Stage.FREE}, True),
        ({"stage": Stage.FREE, "usual_hour": False}, False),
        ({"stage": Stage.FREE, "account_usual": False}, False),
        ({"stage": Stage.FEEDING, "usual_hour": False}, True),
        ({"stage": Stage.NEW}, True),
        ({"spend_last2": 120.0, "usual_last2": 240.0}, False),  # half of its usual
        ({"spend_last2": 119.0, "usual_last2": 240.0}, True),
        ({"spend_last2": 49.0, "usual_last2": 60.0}, True),  # under 50 yuan, whatever is usual
        ({"spend_last2": 50.0, "usual_last2": 60.0}, False),
        ({"usual_last2": NAN}, False),
        ({"p_below_goal": 0.8}, False),
        ({"p_below_goal": NAN}, True),
        ({"stage": Stage.FEEDING, "spend_last2": 120.0, "usual_last2": NAN, "p_below_goal": 0.9}, True),
        ({"novolume_today": 3}, False),
        ({"spend_last2": NAN}, False),
        ({"spend_last2": 250.0}, False),  # 5 % of 5,000 yuan
        ({"spend_last2": 249.0}, True),
        ({"budget": INF, "spend_last2": 50.0}, False),
        ({"budget": INF, "spend_last2": 49.0}, True),
        ({"budget": 300.0, "spend_last2": 49.0}, True),
        ({"floor": 1.95}, False),
        ({"since_edit_s": 3600.0}, False),
        ({"trusted": False, "evidence_orders": 0.0}, True),
        ({"trusted": False, "floor_assumed": True}, False),
    ],
)
def test_no_volume(columns: dict[str, object], acts: bool) -> None:
    made = one(**{"spend_last2": 10.0, **columns})
    assert (made.lever is Lever.TARGET) == acts
    if acts:
        assert (made.reason, made.result) == (Reason.NOVOLUME, 190) and Rule.NOVOLUME in made.bound


def test_a_persons_wish_needs_no_evidence_and_keeps_all_else() -> None:
    thin = {"evidence_orders": 0.0, "evidence_spend": 0.0, "trusted": False, "spend_last2": 1.0}
    made = decide(Asked(1.5), rows(1, **thin)).row(0)
    assert (made.reason, made.result) == (Reason.REVERT, 180)
    assert decide(Asked(2.4, Reason.APPROVED), rows(1, suggestion=2.05)).row(0).reason is Reason.CAP
    assert decide(Asked(2.4), rows(1, since_edit_s=3600.0)).row(0).reason is Reason.SPACING
    assert decide(Asked(math.nan), rows(1)).row(0).reason is Reason.NO_RULE


@pytest.mark.parametrize(
    ("columns", "refused", "reason"),
    [
        (RAISE, Refused.RAISE, Reason.REFUSED),
        (RAISE, Refused.LOWER, Reason.ROAS_BELOW_GOAL),
        (LOWER, Refused.LOWER, Reason.REFUSED),
        ({"spend_last2": 10.0}, Refused.LOWER, Reason.REFUSED),
        (NEW, Refused.RAISE, Reason.REFUSED),
        (NEW, Refused.LOWER, Reason.START),
        (RAISE, Refused.THERE_RAISE, Reason.PLATFORM_REFUSED),
        (RAISE, Refused.THERE_LOWER, Reason.ROAS_BELOW_GOAL),
        (LOWER, Refused.THERE_LOWER, Reason.PLATFORM_REFUSED),
        ({**EMPTY, "valid_orders_today": 0.0}, Refused.PAUSE, Reason.WITHIN_BAND),
        (
            {**EMPTY, "valid_orders_today": 0.0},
            Refused.PAUSE_ASKED,
            Reason.STOPLOSS_NO_ORDERS,
        ),  # nothing to forfeit now
        (LOSING, Refused.PAUSE_ASKED, Reason.WITHIN_BAND),
        (LOSING, Refused.PAUSE, Reason.WITHIN_BAND),
        (LOSING, Refused.RAISE, Reason.STOPLOSS_ASK),
        ({"stage": Stage.STOPPED, "paused_by_us": True, "resume_at_midnight": True}, Refused.UNPAUSE, Reason.STOPPED),
        (
            {"stage": Stage.STOPPED, "paused_by_us": True, "resume_at_midnight": True},
            Refused.THERE_UNPAUSE,
            Reason.STOPPED,
        ),
    ],
)
def test_a_no_stands_for_its_time(columns: dict[str, object], refused: Refused, reason: Reason) -> None:
    made = one(**columns, refused=refused)
    assert made.reason is reason and (made.lever is Lever.NONE) == (
        reason.name in ("REFUSED", "PLATFORM_REFUSED", "WITHIN_BAND", "STOPPED")
    )
    if columns is LOSING:
        assert Alert.STOPLOSS in made.alerts, "what it refers to is still told"
    assert not made.ask or reason is Reason.STOPLOSS_ASK


def test_a_person_may_wish_what_was_refused() -> None:
    assert decide(Asked(1.5), rows(1, refused=Refused.LOWER)).row(0).result == 180


def test_stale_while_spending_is_told_but_not_of_others() -> None:
    assert Alert.STALE_SPENDING in one(read_age_s=1801.0).alerts
    assert Alert.STALE_SPENDING not in one(read_age_s=1801.0, spending=False).alerts
    assert one(read_age_s=1801.0, enrolled=False).alerts == ()


def test_an_untrusted_row_still_shows_its_wish() -> None:
    made = one(**RAISE, trusted=False)
    assert (made.wish, made.matched, made.result) == (pytest.approx(2.2), 0, 200)


def test_profit_is_patient() -> None:
    assert one(**{**LOWER, "projected_roas": 2.25}, intent=Intent.PROFIT).reason is Reason.POLICY_HOLDS


BUDGET = {"budget_on": True, "budget_spent_share": 0.95, "budget": 1000.0, "spend_today": 950.0}


@pytest.mark.parametrize(
    ("columns", "reason", "budget"),
    [
        ({}, Reason.BUDGET_RAISE, 1200.0),
        ({"budget_cap": 1150.0}, Reason.BUDGET_RAISE, 1100.0),
        ({"budget": 400.0, "spend_today": 390.0}, Reason.POLICY_HOLDS, NAN),
        ({"budget_cap": 1050.0}, Reason.POLICY_HOLDS, NAN),
        ({"spend_today": 1190.0}, Reason.POLICY_HOLDS, NAN),
        ({"budget_raises_today": 2}, Reason.POLICY_HOLDS, NAN),
        ({"ship_late": True}, Reason.POLICY_HOLDS, NAN),
        ({"quiet": True}, Reason.QUIET, NAN),
        ({"hold": Hold.TARGETS}, Reason.BUDGET_RAISE, 1200.0),
        ({"hold": Hold.ALL}, Reason.HELD, NAN),
        ({"stage": Stage.OBSERVING}, Reason.BUDGET_RAISE, 1200.0),
        ({"killed": True}, Reason.KILLED, NAN),
        ({"breaker_open": True}, Reason.BREAKER_OPEN, NAN),
        ({"projected_roas": 1.9}, Reason.POLICY_HOLDS, NAN),
        ({"budget_on": False}, Reason.POLICY_HOLDS, NAN),
        ({"trusted": False}, Reason.PRIOR_UNCONFIRMED, NAN),
        ({"refused": Refused.BUDGET_UP}, Reason.POLICY_HOLDS, NAN),
        ({"refused": Refused.BUDGET_DOWN}, Reason.BUDGET_RAISE, 1200.0),
        ({"refused": Refused.THERE_BUDGET_UP}, Reason.PLATFORM_REFUSED, NAN),
        ({"refused": Refused.THERE_BUDGET_DOWN}, Reason.BUDGET_RAISE, 1200.0),
        ({"refused": Refused.THERE_BUDGET_UP, "budget_spent_share": 0.5}, Reason.POLICY_HOLDS, NAN),
        ({"refused": Refused.THERE_BUDGET_UP, "trusted": False}, Reason.PLATFORM_REFUSED, NAN),
        ({"refused": Refused.BUDGET_UP | Refused.THERE_BUDGET_UP}, Reason.PLATFORM_REFUSED, NAN),
        ({"trusted": False, "base_due": True, "budget_base": 500.0, "spend_today": 0.0}, Reason.BUDGET_BASE, 500.0),
        ({"base_due": True, "budget_base": 500.0, "spend_today": 0.0}, Reason.BUDGET_BASE, 500.0),
        ({"base_due": True, "budget_base": 500.0, "spend_today": 0.0, "observed_s": 5.0}, Reason.BUDGET_RAISE, 1200.0),
    ],
)
def test_budget(columns: dict[str, object], reason: Reason, budget: float) -> None:
    made = decide(HoldPolicy(), rows(1, **{**BUDGET, **columns})).row(0)
    assert made.reason is reason
    assert made.budget_result == pytest.approx(budget, nan_ok=True)
    assert made.result == made.old


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (Refused.BUDGET_DOWN, Reason.POLICY_HOLDS),
        (Refused.THERE_BUDGET_DOWN, Reason.PLATFORM_REFUSED),
        (Refused.THERE_BUDGET_UP, Reason.BUDGET_BASE),
    ],
)
def test_a_refused_return_to_the_base_budget_waits_and_says_so(refused: Refused, reason: Reason) -> None:
    due = {"base_due": True, "budget_base": 500.0, "spend_today": 0.0, "budget_spent_share": 0.0}
    made = decide(HoldPolicy(), rows(1, **{**BUDGET, **due, "refused": refused})).row(0)
    assert made.reason is reason and (made.lever is Lever.BUDGET) == (reason is Reason.BUDGET_BASE)
    assert (Rule.HOLD in made.bound) == (made.lever is Lever.NONE)


def test_a_budget_without_a_legal_step_says_so() -> None:
    made = decide(HoldPolicy(), rows(1, **{**BUDGET, "budget": 400.0, "spend_today": 390.0})).row(0)
    assert Alert.NO_BUDGET_STEP in made.alerts and Rule.BUDGET in made.bound


def test_one_lever_the_target_first() -> None:
    made = one(**RAISE, **BUDGET)
    assert (made.lever, made.result) == (Lever.TARGET, 220)
    assert math.isnan(made.budget_result)


def test_the_corridor_is_rounded_inward() -> None:
    assert one(**RAISE, day_anchor_units=171).result == 213  # 1.25 x 171 = 213.75
    assert one(**LOWER, day_anchor_units=231).result == 185  # 0.80 x 231 = 184.8
    assert one(**RAISE, week_anchor_units=143).result == 214  # 1.50 x 143 = 214.5
    assert one(**LOWER, week_anchor_units=277).result == 186  # 0.67 x 277 = 185.59
