"""The plain row: a campaign on which no rule of the rulebook binds, to be moved column by column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.domain.values import FloorState, Intent, Kind, Protection, Stage, SuggestionState
from bidctl.policy.language.columns import COLUMNS

Float = NDArray[np.float64]

NAN, INF = math.nan, math.inf

PLAIN: dict[str, object] = dict(  # noqa: C408
    kind=Kind.GOODS, complete=True, read_age_s=60.0, spending=True, enrolled=True, cost_controlled=True, clock_ok=True, trusted=True,
    stage=Stage.FREE, observed_s=30 * 86400.0, observed_sessions=30, started=True, avg30=2.0, grid=100, target_units=200,
    since_edit_s=INF, spacing_s=3600.0, edits_per_day=4, suggestion=90.0, suggestion_state=SuggestionState.NUMBER, floor=0.01,
    floor_state=FloorState.KNOWN, minimum=NAN, maximum=NAN, platform_min=0.01, platform_max=100.0, goal=2.0, intent=Intent.BALANCED,
    projected_roas=2.0, projected_lo=1.9, projected_hi=2.1, p_below_goal=0.5, evidence_orders=400.0, evidence_spend=20000.0,
    order_value=100.0, since_edit_data_s=INF, margin=0.5, elasticity=3.0, elasticity_log_sd=0.3, usual_spend=2000.0, break_even=2.0,
    break_even_log_sd=0.05, optimum=2.2, optimum_log_sd=0.1, optimum_gain=50.0, goal_target=2.0, draw=0.5,
    spend_today=1000.0, spend_24h=2000.0, spend_7d=14000.0, spend_30d=60000.0, paid_gmv_today=2600.0, paid_gmv_24h=5200.0,
    paid_gmv_7d=36400.0, paid_gmv_30d=156000.0, paid_orders_today=26.0, paid_orders_24h=52.0, paid_orders_7d=364.0,
    paid_orders_30d=1560.0, projected_gmv_24h=4000.0, projected_gmv_7d=28000.0, projected_roas_24h=2.0, projected_roas_7d=2.0,
    settlement_rate=0.77, effective=True, budget=5000.0, budget_spent_share=0.2, spend_last2=400.0, usual_last2=400.0,
    usual_hour=True, account_usual=True, session_age_s=7200.0, host_change_s=NAN, protection=Protection.IN_EFFECT,
    valid_orders_today=26.0, stoploss_spend=NAN, stoploss_loss=NAN, projected_loss_today=0.0, account_spend=1e9, budget_cap=20000.0,
    budget_base=NAN, stock_cover_h=NAN, stock_pieces=NAN, stock_red_share=NAN, spend_since_on=1000.0,
    orders_since_on=10.0,
)  # fmt: skip
"""A campaign on which no rule of the rulebook binds; columns that are not named are 0 or no."""
_DTYPES = {"Text": np.str_, "Float": np.float64, "Int": np.int64, "Small": np.int8, "Bool": np.bool_}


def plain(n: int, **columns: object) -> Observation:
    """`n` plain rows with these columns in place."""
    told = {**PLAIN, **columns}
    ids = np.array([str(7_000_000_000_000_000_000 + i) for i in range(n)], np.str_)
    made = {"account": np.full(n, "1"), "campaign": ids}
    for f in fields(Observation):
        if f.name not in made:
            made[f.name] = np.broadcast_to(np.asarray(told.get(f.name, 0)), (n,)).astype(_DTYPES[str(f.type)])
    return Observation(**made)


_BEHIND = {"roi_target": ("target_units", 100.0), "day_anchor": ("day_anchor_units", 100.0), "week_anchor": ("week_anchor_units", 100.0),
           "paid_roas_24h": ("paid_gmv_24h", 2000.0), "paid_roas_7d": ("paid_gmv_7d", 14000.0)}  # fmt: skip
"""Columns of rules that the observation computes: the field that moves them on the plain row, and its value for 1."""


def moved(values: Mapping[str, Float]) -> Observation:
    """The plain row with columns of rules moved to (n,) values each, in the rules' own measure."""
    n = len(next(iter(values.values()))) if values else 1
    put: dict[str, object] = {}
    for name, column in values.items():
        known = COLUMNS[name]
        field, factor = _BEHIND.get(name, (known.source, 1.0 / known.scale))
        put[field] = column * factor
    return plain(n, **put)
