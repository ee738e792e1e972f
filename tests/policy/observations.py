"""Random observations for properties: every column moves, the awkward values (NaN, zero, boundaries) come often."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from bidctl.domain.observation import Observation
from tests.builders import INF, NAN, rows


def roas(low: float = 0.2, high: float = 6.0) -> st.SearchStrategy[float]:
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda milli: milli / 1000)


def maybe(values: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    return st.one_of(st.just(NAN), values)


def rarely() -> st.SearchStrategy[bool]:
    return st.sampled_from([False] * 11 + [True])


def mostly() -> st.SearchStrategy[bool]:
    return rarely().map(lambda flag: not flag)


COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.integers(0, 1),
    "complete": mostly(),
    "read_age_s": st.sampled_from([0.0, 600.0, 1800.0, 1800.5, NAN]),
    "metric_stale": rarely(),
    "enrolled": mostly(),
    "advise_only": rarely(),
    "cost_controlled": mostly(),
    "killed": rarely(),
    "clock_ok": mostly(),
    "breaker_open": rarely(),
    "hold": st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2]),
    "human_hold": rarely(),
    "open_write": rarely(),
    "trusted": mostly(),
    "waivers": st.sampled_from([0, 0, 0, 1, 2, 4, 7]),
    "stage": st.sampled_from([0, 1, 2, 3, 3, 3, 3, 3, 4]),
    "observed_s": st.sampled_from([NAN, 0.0, 259199.0, 259200.0, 259201.0, 1e6, 1e6, 1e6]),
    "observed_sessions": st.integers(0, 6),
    "started": mostly(),
    "human_since_creation": rarely(),
    "avg30": maybe(roas()),
    "grid": st.sampled_from([10, 100, 100, 1000]),
    "target_units": st.integers(1, 900),
    "day_anchor_units": st.integers(0, 900),
    "week_anchor_units": st.integers(0, 900),
    "since_edit_s": st.sampled_from([INF, 899.0, 900.0, 901.0, 3599.0, 3600.0, 3601.0, 90000.0, NAN]),
    "spacing_s": st.sampled_from([3600.0, 900.0]),
    "edits_today": st.integers(0, 9),
    "edits_per_day": st.sampled_from([2, 4, 8, 24]),
    "edit_days_7d": st.integers(0, 2),
    "edit_days_per_week": st.sampled_from([0, 0, 0, 1]),
    "edited_today": st.booleans(),
    "novolume_today": st.integers(0, 4),
    "suggestion": roas(),
    "suggestion_state": st.sampled_from([0, 1, 2, 2, 2, 2]),
    "lowered_since_unknown": st.booleans(),
    "floor": maybe(roas(0.1, 4.0)),
    "floor_state": st.sampled_from([0, 1, 1, 1, 1, 2]),
    "minimum": maybe(roas(0.1, 2.0)),
    "maximum": maybe(roas(1.0, 8.0)),
    "goal": roas(0.5, 4.0),
    "intent": st.integers(0, 2),
    "projected_roas": st.one_of(st.just(NAN), st.just(0.0), roas(0.1, 8.0)),
    "p_below_goal": st.sampled_from([0.0, 0.1, 0.2, 0.21, 0.5, 0.79, 0.8, 0.95, 1.0, NAN]),
    "evidence_orders": st.sampled_from([0.0, 9.0, 10.0, 300.0]),
    "evidence_spend": st.sampled_from([10.0, 400.0, 20000.0]),
    "since_edit_data_s": st.sampled_from([INF, 3599.0, 3600.0, 1e6]),
    "effective": mostly(),
    "budget": st.sampled_from([300.0, 500.0, 1000.0, 5000.0, INF]),
    "budget_spent_share": st.sampled_from([0.1, 0.5, 0.5, 0.9, 1.0]),
    "budget_bound_days": st.sampled_from([0, 0, 0, 1, 2, 3]),
    "spend_last2": st.sampled_from([NAN, 0.0, 49.0, 51.0, 400.0, 400.0]),
    "usual_hour": st.booleans(),
    "account_usual": st.booleans(),
    "quiet": rarely(),
    "session_age_s": st.sampled_from([NAN, NAN, NAN, 3599.0, 3600.0]),
    "host_change_s": st.sampled_from([NAN, NAN, NAN, 900.0, 901.0]),
    "boost_running": rarely(),
    "protection": st.sampled_from([0, 1, 1, 1, 2, 5]),
    "spend_today": st.sampled_from([0.0, 250.0, 299.0, 300.0, 5000.0]),
    "spend_7d": st.sampled_from([0.0, 10.0, 500.0, 8000.0, NAN]),
    "paid_orders_today": st.sampled_from([0.0, 1.0, 1.0, 30.0]),
    "valid_orders_today": st.sampled_from([0.0, 9.0, 10.0]),
    "stoploss_spend": st.sampled_from([NAN, 300.0]),
    "stoploss_loss": st.sampled_from([NAN, 500.0]),
    "projected_loss_today": st.sampled_from([NAN, 0.0, 0.0, 500.0, 501.0]),
    "paused_by_us": st.booleans(),
    "resume_at_midnight": rarely(),
    "budget_on": st.booleans(),
    "budget_cap": st.sampled_from([1000.0, 20000.0]),
    "budget_base": st.sampled_from([NAN, 500.0]),
    "budget_raises_today": st.integers(0, 3),
    "midnight": st.booleans(),
    "stock_cover_h": st.sampled_from([NAN, NAN, NAN, 1.0, 12.0]),
    "stock_red_share": st.sampled_from([NAN, 0.2, 0.6]),
    "ship_late": rarely(),
    "cash_short": rarely(),
}


@st.composite
def observations(draw: st.DrawFn, most: int = 12, awkward: bool = True) -> Observation:
    """1 to `most` rows in up to 3 accounts; with `awkward` every column moves in every row, else about one in five
    columns does, so that most rows reach the last rules."""
    n = draw(st.integers(1, most))
    names = list(COLUMNS) if awkward else [c for c in COLUMNS if c in _ALWAYS or draw(st.integers(0, 4)) == 0]
    columns: dict[str, object] = {c: draw(st.lists(COLUMNS[c], min_size=n, max_size=n)) for c in names}
    if "projected_roas" in columns:
        projected = np.array(columns["projected_roas"])
        width = draw(st.sampled_from([0.0, 0.02, 0.2]))
        columns |= {"projected_lo": projected * (1 - width), "projected_hi": projected * (1 + width)}
    accounts = np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    spend, first = draw(st.sampled_from([100.0, 20000.0, 1e9])), draw(rarely())
    used = draw(st.integers(0, 11))
    return rows(
        n, account_index=accounts, account_spend=spend, first_live_day=first, blast_campaigns=used, blast_spend=used * 50.0,
        **columns,
    )  # fmt: skip


_ALWAYS = {
    "target_units", "grid", "suggestion", "suggestion_state", "floor", "maximum", "p_below_goal", "since_edit_s",
    "day_anchor_units", "waivers",
}  # fmt: skip
