"""The order in which the rules run (RULEBOOK 4), with the columns that each one reads as its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bidctl.domain.reasons import Rule
from bidctl.policy.rulebook import (
    authority,
    band,
    caution,
    delivery,
    evidence,
    fresh,
    life,
    limits,
    novolume,
    stoploss,
    timing,
)
from bidctl.policy.rulebook import start as first
from bidctl.policy.rulebook.sheet import Sheet


@dataclass(frozen=True, slots=True)
class RowRule:
    """One rule over independent rows: what it is, what it does to the sheet, and the columns it stands on."""

    rule: Rule
    apply: Callable[[Sheet], None]
    reads: tuple[str, ...]


ROW_RULES: tuple[RowRule, ...] = (
    RowRule(Rule.ENROL, authority.enrol, ("enrolled", "advise_only", "waivers")),
    RowRule(Rule.KILL, authority.kill, ("killed",)),
    RowRule(Rule.CLOCK, authority.clock, ("clock_ok",)),
    RowRule(
        Rule.STOPLOSS,
        stoploss.stoploss,
        (
            "spend_since_on",
            "orders_since_on",
            "order_value",
            "stoploss_spend",
            "projected_loss_today",
            "stoploss_loss",
            "valid_orders_today",
            "expected_compensation",
        ),
    ),
    RowRule(Rule.STOCK, stoploss.stock_pause, ("stock_cover_h", "stock_pieces", "stock_red_share")),
    RowRule(Rule.STOPLOSS, stoploss.unpause, ("paused_by_us", "resume_at_midnight")),
    RowRule(Rule.BREAKER, authority.breaker, ("breaker_open",)),
    RowRule(Rule.HOLD, authority.hold, ("hold",)),
    RowRule(Rule.EXTERNAL, authority.external, ("human_hold",)),
    RowRule(Rule.OBSERVE, life.observe, ("stage", "observed_s", "observed_sessions")),
    RowRule(Rule.QUIET, delivery.quiet, ("quiet", "session_age_s", "host_change_s", "boost_running")),
    RowRule(Rule.DELIVER, delivery.deliver, ("cost_controlled", "stage", "effective", "off_air")),
    RowRule(Rule.FRESH, fresh.fresh, ("complete", "read_age_s", "metric_stale", "spending")),
    RowRule(
        Rule.START,
        first.start,
        ("started", "avg30", "avg30_rung", "suggestion", "suggestion_state", "maximum", "floor", "minimum"),
    ),
    RowRule(
        Rule.NOVOLUME,
        novolume.novolume,
        ("spend_last2", "budget", "novolume_today", "usual_last2", "usual_hour", "account_usual", "p_below_goal"),
    ),
    RowRule(Rule.OBSERVE, life.feeding, ("stage",)),
    RowRule(Rule.POLICY, evidence.wish, ("goal", "projected_roas", "projected_lo", "projected_hi", "intent")),
    RowRule(Rule.DELIVER, delivery.budget_bound, ("budget_spent_share", "budget_bound_days")),
    RowRule(
        Rule.EVIDENCE,
        evidence.evidence,
        (
            "p_below_goal",
            "evidence_orders",
            "evidence_spend",
            "order_value",
            "since_edit_data_s",
            "trusted",
            "floor_assumed",
        ),
    ),
    RowRule(Rule.STOCK, caution.stock, ("stock_cover_h", "stock_pieces")),
    RowRule(Rule.SHIP, caution.ship, ("ship_late",)),
    RowRule(Rule.CASH, caution.cash, ("cash_short",)),
    RowRule(Rule.CAP, limits.cap, ("suggestion", "suggestion_state", "lowered_since_unknown", "maximum")),
    RowRule(Rule.FLOOR, limits.floor, ("floor", "floor_state", "minimum")),
    RowRule(Rule.BOUNDS, limits.bounds, ("minimum", "maximum", "platform_min", "platform_max")),
    RowRule(Rule.DRIFT, limits.drift, ("day_anchor_units", "week_anchor_units")),
    RowRule(Rule.BAND, band.band, ("target_units", "grid")),
    RowRule(Rule.HOLD, authority.refused, ("refused",)),
    RowRule(Rule.ONE, timing.one, ("open_write",)),
    RowRule(Rule.SPACE, timing.space, ("since_edit_s", "spacing_s")),
    RowRule(
        Rule.QUOTA,
        timing.quota,
        ("edits_today", "edits_per_day", "edit_days_7d", "edit_days_per_week", "protection", "protection_at_stake"),
    ),
)
"""Row by row; R-BLAST (across an account) and R-BUDGET follow, in `bidctl.engine.decide`."""

BLAST_READS = ("first_live_day", "account_spend", "blast_campaigns", "blast_spend", "blast_edited", "spend_7d")
BUDGET_READS = ("budget_on", "budget", "budget_cap", "budget_base", "budget_raises_today", "spend_today", "base_due")
