"""Builders for tests: an observation in which every rule is satisfied and binds nothing (RULEBOOK 6)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.values import FloorState, Intent, Kind, Protection, Stage, SuggestionState

NAN, INF = float("nan"), float("inf")

SATISFIED: dict[str, object] = dict(  # noqa: C408
    kind=Kind.GOODS, complete=True, read_age_s=60.0, metric_stale=False, spending=True,
    enrolled=True, advise_only=False, cost_controlled=True, killed=False, clock_ok=True, breaker_open=False, hold=0, refused=0,
    human_hold=False, open_write=False, trusted=True, floor_assumed=False, waivers=0,
    stage=Stage.FREE, observed_s=30 * 86400.0, observed_sessions=30, started=True, human_since_creation=False,
    avg30=NAN, avg30_rung=0,
    grid=100, target_units=200, day_anchor_units=0, week_anchor_units=0, since_edit_s=INF, spacing_s=3600.0,
    edits_today=0, edits_per_day=4, edit_days_7d=0, edit_days_per_week=0, edited_today=False, novolume_today=0,
    suggestion=3.0, suggestion_state=SuggestionState.NUMBER, lowered_since_unknown=False,
    floor=0.01, floor_state=FloorState.KNOWN, minimum=NAN, maximum=NAN, platform_min=0.01, platform_max=100.0,
    goal=2.0, intent=Intent.BALANCED, projected_roas=2.0, projected_lo=1.98, projected_hi=2.02, p_below_goal=0.5,
    evidence_orders=400.0, evidence_spend=20000.0, order_value=100.0, since_edit_data_s=INF, margin=0.5,
    elasticity=3.0, elasticity_log_sd=0.3, usual_spend=2000.0, break_even=1.33, break_even_log_sd=0.05, optimum=2.0,
    optimum_log_sd=0.1, optimum_gain=0.0, goal_target=1.8, draw=0.5, protection_at_stake=0.0,
    spend_today=1000.0, spend_24h=2000.0, spend_7d=14000.0, spend_30d=60000.0,
    paid_gmv_today=2600.0, paid_gmv_24h=5200.0, paid_gmv_7d=36400.0, paid_gmv_30d=156000.0,
    paid_orders_today=26.0, paid_orders_24h=52.0, paid_orders_7d=364.0, paid_orders_30d=1560.0,
    projected_gmv_24h=4000.0, projected_gmv_7d=28000.0, projected_roas_24h=2.0, projected_roas_7d=2.0,
    settlement_rate=0.77,
    effective=True, off_air=False, budget=5000.0, budget_spent_share=0.2, budget_bound_days=0, spend_last2=400.0,
    usual_last2=500.0, usual_hour=True, account_usual=True,
    quiet=False, session_age_s=NAN, host_change_s=NAN, boost_running=False,
    protection=Protection.IN_EFFECT, valid_orders_today=26.0, expected_compensation=0.0, stoploss_spend=300.0,
    stoploss_loss=1000.0, spend_since_on=1000.0, orders_since_on=26.0, projected_loss_today=0.0,
    paused_by_us=False, resume_at_midnight=False,
    first_live_day=False, account_spend=1e9, blast_campaigns=0, blast_spend=0.0, blast_edited=False,
    budget_on=False, budget_cap=20000.0, budget_base=NAN, budget_raises_today=0, base_due=False,
    stock_cover_h=NAN, stock_pieces=NAN, stock_red_share=NAN, ship_late=False, cash_short=False,
)  # fmt: skip

_DTYPES = {"Text": np.str_, "Float": np.float64, "Int": np.int64, "Small": np.int8, "Bool": np.bool_}


def rows(n: int = 1, **columns: Any) -> Observation:
    """`n` campaigns on which no rule acts; name the columns (scalar or length n) that the test is about."""
    unknown = set(columns) - {f.name for f in fields(Observation)}
    assert not unknown, f"no such columns: {sorted(unknown)}"
    values: dict[str, object] = {
        "account": "A",
        "campaign": np.array([f"{7_000_000_000_000_000_000 + i}" for i in range(n)]),
        "account_index": 0,
        **SATISFIED,
        **(
            {"projected_roas_7d": columns["projected_roas"]} if "projected_roas" in columns else {}
        ),  # a week as its days
        **columns,
    }
    return Observation(**{f.name: _column(n, values[f.name], str(f.type)) for f in fields(Observation)})


def missing_rows(n: int) -> Observation:
    """Rows of which nothing is known: NaN everywhere, zeros where a column cannot be NaN, and `complete` False."""
    columns = {f.name: NAN for f in fields(Observation) if str(f.type) == "Float"}
    return rows(n, complete=False, target_units=0, **columns)


def _column(n: int, value: object, kind: str) -> Any:
    if kind == "Text":
        return np.broadcast_to(np.asarray(value, dtype=np.str_), (n,)).copy()
    return np.broadcast_to(np.asarray(value), (n,)).astype(_DTYPES[kind])
