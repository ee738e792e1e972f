"""Random observations for properties: every column moves, the awkward values (NaN, zero, boundaries) come often."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from bidctl.domain.observation import Observation
from tests.builders import INF, NAN, rows


def roas(low: float = 0.2, high: float = 6.0) -> list[float]:
    return [milli / 1000 for milli in range(round(low * 1000), round(high * 1000))]


def maybe(values: list[float]) -> list[float]:
    return values + [NAN] * (len(values) // 2)


RARELY, MOSTLY, EITHER = [False] * 5 + [True], [True] * 5 + [False], [False, True]

COLUMNS: dict[str, list[Any]] = {
    "kind": list(range(2)),
    "complete": MOSTLY,
    "read_age_s": [0.0, 600.0, 1800.0, 1800.5, NAN],
    "metric_stale": RARELY,
    "enrolled": MOSTLY,
    "advise_only": RARELY,
    "cost_controlled": MOSTLY,
    "killed": RARELY,
    "clock_ok": MOSTLY,
    "breaker_open": RARELY,
    "hold": [0, 0, 0, 0, 0, 0, 1, 2],
    "human_hold": RARELY,
    "refused": [0] * 8 + [1, 2, 4, 8, 16, 32, 127],
    "open_write": RARELY,
    "trusted": MOSTLY,
    "floor_assumed": RARELY,
    "waivers": [0, 0, 0, 1, 2, 4, 7],
    "stage": [0, 1, 2, 3, 3, 3, 3, 3, 4],
    "observed_s": [NAN, 0.0, 259199.0, 259200.0, 259201.0, 1e6, 1e6, 1e6],
    "observed_sessions": list(range(7)),
    "started": MOSTLY,
    "human_since_creation": RARELY,
    "avg30": maybe(roas()),
    "grid": [10, 100, 100, 1000],
    "target_units": list(range(1, 901)),
    "day_anchor_units": list(range(901)),
    "week_anchor_units": list(range(901)),
    "since_edit_s": [INF, 899.0, 900.0, 901.0, 3599.0, 3600.0, 3601.0, 90000.0, NAN],
    "spacing_s": [3600.0, 900.0],
    "edits_today": list(range(10)),
    "edits_per_day": [2, 4, 8, 24],
    "edit_days_7d": list(range(3)),
    "edit_days_per_week": [0, 0, 0, 1],
    "edited_today": EITHER,
    "novolume_today": list(range(5)),
    "suggestion": roas(),
    "suggestion_state": [0, 1, 2, 2, 2, 2],
    "lowered_since_unknown": EITHER,
    "floor": maybe(roas(0.1, 4.0)),
    "floor_state": [0, 1, 1, 1, 1, 2],
    "minimum": maybe(roas(0.1, 2.0)),
    "maximum": maybe(roas(1.0, 8.0)),
    "goal": roas(0.5, 4.0),
    "intent": list(range(3)),
    "projected_roas": [NAN, 0.0, *roas(0.1, 8.0)],
    "p_below_goal": [0.0, 0.1, 0.2, 0.21, 0.5, 0.79, 0.8, 0.95, 1.0, NAN],
    "evidence_orders": [0.0, 9.0, 10.0, 300.0],
    "evidence_spend": [10.0, 400.0, 20000.0],
    "since_edit_data_s": [INF, 3599.0, 3600.0, 1e6],
    "effective": MOSTLY,
    "budget": [300.0, 500.0, 1000.0, 5000.0, INF],
    "budget_spent_share": [0.1, 0.5, 0.5, 0.9, 1.0],
    "budget_bound_days": [0, 0, 0, 1, 2, 3],
    "spend_last2": [NAN, 0.0, 49.0, 51.0, 400.0, 400.0],
    "usual_last2": [NAN, 0.0, 30.0, 99.0, 120.0, 500.0, 800.0],
    "usual_hour": EITHER,
    "account_usual": EITHER,
    "quiet": RARELY,
    "session_age_s": [NAN, NAN, NAN, 3599.0, 3600.0],
    "host_change_s": [NAN, NAN, NAN, 900.0, 901.0],
    "boost_running": RARELY,
    "protection": [0, 1, 1, 1, 2, 5],
    "spend_today": [0.0, 250.0, 299.0, 300.0, 5000.0],
    "spend_since_on": [0.0, 250.0, 299.0, 300.0, 5000.0],
    "orders_since_on": [0.0, 1.0, 1.0, 30.0],
    "spend_7d": [0.0, 10.0, 500.0, 8000.0, NAN],
    "paid_orders_today": [0.0, 1.0, 1.0, 30.0],
    "valid_orders_today": [0.0, 9.0, 10.0],
    "stoploss_spend": [NAN, 300.0],
    "stoploss_loss": [NAN, 500.0],
    "projected_loss_today": [NAN, 0.0, 0.0, 500.0, 501.0],
    "paused_by_us": EITHER,
    "resume_at_midnight": RARELY,
    "budget_on": EITHER,
    "budget_cap": [1000.0, 20000.0],
    "budget_base": [NAN, 500.0],
    "budget_raises_today": list(range(4)),
    "base_due": EITHER,
    "stock_cover_h": [NAN, NAN, NAN, 1.0, 12.0],
    "stock_pieces": [NAN, NAN, NAN, 0.0, 60.0],
    "stock_red_share": [NAN, 0.2, 0.6],
    "ship_late": RARELY,
    "cash_short": RARELY,
}


ALWAYS = {"target_units", "grid", "suggestion", "floor", "maximum", "intent"}
"""Columns that move in every row; the others move in a share of the rows, so that most rows reach the last rules."""


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """1, 30 or 200 rows in up to 3 accounts. Hypothesis draws the seed and how awkward the rows are."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, awkward = draw(st.sampled_from([1, 30, 200])), draw(st.sampled_from([0.01, 0.03, 0.1, 0.4]))
    plain = rows(n, p_below_goal=chance.choice([0.2, 0.8, 0.95, 0.05], n))
    columns: dict[str, object] = {}
    for name, values in COLUMNS.items():
        moves = np.ones(n, bool) if name in ALWAYS else chance.random(n) < awkward
        columns[name] = np.where(moves, np.array(values)[chance.integers(0, len(values), n)], getattr(plain, name))
    projected, width = np.array(columns["projected_roas"]), chance.choice([0.0, 0.02, 0.2], n)
    used = int(chance.integers(0, 12))
    return rows(
        n, projected_lo=projected * (1 - width), projected_hi=projected * (1 + width),
        account_index=chance.integers(0, 3, n), account_spend=float(chance.choice([100.0, 40000.0, 1e9])),
        first_live_day=bool(chance.random() < 0.2), blast_campaigns=used, blast_spend=used * 50.0,
        blast_edited=(chance.random(n) < 0.3) & (used > 0), **columns,
    )  # fmt: skip
