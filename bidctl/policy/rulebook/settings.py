"""Every number of the rulebook, its default, its source and its strength; five rules may only be tightened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from bidctl.policy.words import Say

FIRST, THIRD, OURS = "first-party", "third-party", "ours"
"""Strength of a number: the platform's own word, somebody else's experience, or our choice."""


def _number(default: float, rule: str, says: str, strength: str) -> Any:
    return field(default=default, metadata={"rule": rule, "says": says, "strength": strength})


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """The rulebook's numbers. Spans are seconds, money is yuan, shares are 0..1; `describe()` lists source and strength.

    Raises ValueError (one line) where a number is no number, out of range, or loosens R-BAND, R-SPACE, R-OBSERVE,
    R-QUOTA or R-KEEP.

    >>> RuleSettings().spacing_s
    3600.0
    >>> RuleSettings(spacing_s=1800)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: ... / rules.spacing_s: found 1800, expected at least 3600.0: R-SPACE may only be tightened ...
    """

    min_step: float = _number(0.05, "R-BAND", "smallest step, share of the present target", FIRST)
    max_step: float = _number(0.10, "R-BAND", "largest step, share of the present target", FIRST)
    spacing_s: float = _number(3600.0, "R-SPACE", "strictly more than this between two edits", FIRST)
    live_spacing_s: float = _number(900.0, "R-SPACE", "the same under the live waiver (protection rule)", FIRST)
    observe_s: float = _number(259200.0, "R-OBSERVE", "no edit for so long after it was fed", FIRST)
    observe_sessions: float = _number(3, "R-OBSERVE", "live: sessions with spend before the first edit", OURS)
    edits_goods: float = _number(4, "R-QUOTA", "edits a natural day, goods", OURS)
    edits_live: float = _number(8, "R-QUOTA", "edits a natural day, live (the platform's ceiling is 24)", OURS)
    keep_goods: float = _number(5, "R-KEEP", "delivering creatives that stay, goods", OURS)
    keep_live: float = _number(1, "R-KEEP", "delivering creatives that stay, live", OURS)

    drift_day_low: float = _number(0.80, "R-DRIFT", "lowest share of the day's anchor", OURS)
    drift_day_high: float = _number(1.25, "R-DRIFT", "highest share of the day's anchor", OURS)
    drift_week_low: float = _number(0.67, "R-DRIFT", "lowest share of the 7-day anchor", OURS)
    drift_week_high: float = _number(1.50, "R-DRIFT", "highest share of the 7-day anchor", OURS)

    novolume_yuan: float = _number(50.0, "R-NOVOLUME", "2 effective hours spent less than this", OURS)
    novolume_budget: float = _number(0.05, "R-NOVOLUME", "or less than this share of the daily budget", OURS)
    novolume_usual: float = _number(
        0.50, "R-NOVOLUME", "when free: and less than this share of its own usual spend of those hours", OURS
    )
    novolume_step: float = _number(0.05, "R-NOVOLUME", "size of the one lowering", FIRST)
    novolume_daily: float = _number(3, "R-NOVOLUME", "such lowerings a natural day", OURS)

    fresh_s: float = _number(1800.0, "R-FRESH", "oldest complete good read", OURS)
    evidence_p: float = _number(
        0.80,
        "R-EVIDENCE",
        "probability that ROAS is on the wrong side of the goal, or that profit is higher at the wish",
        OURS,
    )
    evidence_orders: float = _number(10, "R-EVIDENCE", "orders in the window", OURS)
    evidence_zero: float = _number(
        3.0, "R-EVIDENCE", "costs of an order without any order: evidence for a raise", THIRD
    )
    budget_bound: float = _number(0.90, "R-DELIVER", "share of the day's budget spent: it binds", OURS)
    budget_bound_days: float = _number(2, "R-DELIVER", "or it bound on so many of the last 3 days", OURS)

    quiet_session_s: float = _number(3600.0, "R-QUIET", "first part of a live session", OURS)
    quiet_host_s: float = _number(900.0, "R-QUIET", "on either side of a change of host", OURS)

    stoploss_orders: float = _number(3.0, "R-STOPLOSS", "costs of an order spent without any order", THIRD)
    stoploss_valid: float = _number(10, "R-STOPLOSS", "valid orders from which protection may compensate", FIRST)

    blast_campaigns: float = _number(10, "R-BLAST", "campaigns edited on the first live day", OURS)
    blast_first: float = _number(0.10, "R-BLAST", "share of the account's spend they carry", OURS)
    blast_lower: float = _number(0.20, "R-BLAST", "share of the account's spend lowered in one tick", OURS)

    budget_step_yuan: float = _number(100.0, "R-BUDGET", "smallest step, and the grain of budgets", FIRST)
    budget_step_share: float = _number(0.20, "R-BUDGET", "largest step", OURS)
    budget_over_spend: float = _number(1.05, "R-BUDGET", "new budget at least this times the spend", FIRST)
    budget_daily: float = _number(2, "R-BUDGET", "raises a natural day", OURS)

    retire_age_h: float = _number(72.0, "R-RETIRE", "hours before a creative may be retired", OURS)
    retire_orders: float = _number(3.0, "R-RETIRE", "costs of an order that it must have spent", THIRD)
    retire_yuan: float = _number(50.0, "R-RETIRE", "or at least this", THIRD)
    retire_share: float = _number(0.02, "R-RETIRE", "and this share of its campaign's spend", OURS)
    retire_false: float = _number(0.10, "R-RETIRE", "expected share of good ones among those retired", OURS)
    keep_youngest: float = _number(0.20, "R-KEEP", "youngest share of the delivering that is never retired", OURS)
    keep_daily_least: float = _number(2, "R-KEEP", "retirements a day that are always allowed", OURS)
    keep_daily_share: float = _number(0.05, "R-KEEP", "retirements a day as a share of the delivering", OURS)
    keep_daily_most: float = _number(10, "R-KEEP", "retirements a day at most", OURS)
    keep_replaced: float = _number(0, "R-KEEP", "1: none goes before its replacement is in", OURS)
    relay_days: float = _number(2, "R-RELAY", "days below half of its own 3-day peak of spend share", OURS)
    relay_p: float = _number(0.90, "R-RELAY", "or probability that its rate went down", OURS)
    relay_spare: float = _number(2, "R-RELAY", "delivering creatives above the kept number that are wanted", OURS)
    relay_weekly: float = _number(0, "R-RELAY", "new creatives a week that the operator wants (0 = no quota)", OURS)
    relay_ahead_days: float = _number(15, "R-RELAY", "days before a promotion at which a test batch is opened", OURS)
    relay_batch: float = _number(5, "R-RELAY", "new creatives of that batch", OURS)

    stock_yellow_h: float = _number(24.0, "R-STOCK", "live: hours of cover that are yellow", OURS)
    stock_orange_h: float = _number(8.0, "R-STOCK", "live: hours of cover that are orange", OURS)
    stock_red_h: float = _number(2.0, "R-STOCK", "live: hours of cover that are red", OURS)
    stock_yellow_goods_h: float = _number(168.0, "R-STOCK", "goods: hours of cover that are yellow", OURS)
    stock_orange_goods_h: float = _number(72.0, "R-STOCK", "goods: hours of cover that are orange", OURS)
    stock_red_goods_h: float = _number(24.0, "R-STOCK", "goods: hours of cover that are red", OURS)
    stock_yellow_pieces: float = _number(
        0, "R-STOCK", "or so many pieces left are yellow (0 = off; 200 is usual)", THIRD
    )
    stock_orange_pieces: float = _number(
        0, "R-STOCK", "or so many pieces left are orange (0 = off; 100 is usual)", THIRD
    )
    stock_red_pieces: float = _number(0, "R-STOCK", "or so many pieces left are red (0 = off; 50 is usual)", THIRD)
    stock_pause_share: float = _number(0.50, "R-STOCK", "red products carry more of the GMV than this: pause", OURS)

    stock_stale_h: float = _number(6.0, "R-STOCK", "hours after which a line of the stock table is not relied on", OURS)
    ship_hours: float = _number(24.0, "R-SHIP", "hours of the stated capacity that may wait unshipped", OURS)
    ship_stale_h: float = _number(
        24.0, "R-SHIP", "hours after which a count of unshipped orders is not relied on", OURS
    )

    cash_share: float = _number(
        0, "R-CASH", "spend of 30 days above this share of the receipts billed in the same days (0 = off)", OURS
    )
    cash_stale_d: float = _number(3, "R-CASH", "natural days after which the newest receipts are not relied on", OURS)

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
                raise ValueError(Say.RULE_NUMBER(name=f.name, value=value, rule=f.metadata["rule"]).both)
        for names, least in ((_AT_LEAST, True), (_AT_MOST, False)):
            for name in names:
                _refuse_loosening(name, getattr(self, name), least)
        for low, high in _ORDERED:
            if getattr(self, low) > getattr(self, high):
                found, limit = getattr(self, low), getattr(self, high)
                raise ValueError(Say.RULE_ORDER(low=low, value=found, high=high, limit=limit).both)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> RuleSettings:
        """Settings from a config table; ValueError (one line) on an unknown name, or what the class itself refuses."""
        names = [f.name for f in fields(cls)]
        for name in values:
            if name not in names:
                near = get_close_matches(name, names, 1)
                hint = Say.RULE_MEANT(name=near[0]) if near else Say.RULES_KNOWN(names=", ".join(names))
                raise ValueError(Say.RULE_UNKNOWN(name=name, hint=hint).both)
        return cls(**values)

    @classmethod
    def describe(cls) -> tuple[tuple[str, float, str, str, str], ...]:
        """Every number as (name, default, rule, what it says, strength), in rulebook order."""
        return tuple(
            (f.name, float(f.default), f.metadata["rule"], f.metadata["says"], f.metadata["strength"])  # type: ignore[arg-type]
            for f in fields(cls)
        )


_AT_LEAST = (
    "min_step",
    "spacing_s",
    "live_spacing_s",
    "observe_s",
    "observe_sessions",
    "keep_goods",
    "keep_live",
    "keep_youngest",
    "keep_replaced",
)
_AT_MOST = ("max_step", "edits_goods", "edits_live", "keep_daily_least", "keep_daily_share", "keep_daily_most")
_ORDERED = (
    ("min_step", "max_step"),
    ("drift_day_low", "drift_day_high"),
    ("drift_week_low", "drift_week_high"),
    ("stock_red_h", "stock_orange_h"),
    ("stock_orange_h", "stock_yellow_h"),
    ("stock_red_goods_h", "stock_orange_goods_h"),
    ("stock_orange_goods_h", "stock_yellow_goods_h"),
    ("stock_red_pieces", "stock_orange_pieces"),
    ("stock_orange_pieces", "stock_yellow_pieces"),
)


def _refuse_loosening(name: str, value: float, least: bool) -> None:
    spec = next(f for f in fields(RuleSettings) if f.name == name)
    default: Any = spec.default
    if (value < default) if least else (value > default):
        phrase = Say.TIGHTEN_UP if least else Say.TIGHTEN_DOWN
        raise ValueError(phrase(name=name, value=value, limit=default, rule=spec.metadata["rule"]).both)
