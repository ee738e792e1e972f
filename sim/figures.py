"""Figures of the world taken from public data: read once from figures.json, which fit_figures.py wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """`hour_profile` (7, 24), weekday 0 = Monday, mean 1. `refund_delay_days`: 101 quantiles. Elasticity: 10, 50, 90 %
    near the goal and its logistic shape relative to the elasticity there. Log sds: of order value, of volume between
    days, of efficiency between days, of quality between creatives. Pareto index of the top 1 % of order values; sales of a day in
    November over another's; rank correlation of a refund's delay with its value. Deciles 10..90 % of budgets (relative to the
    median) and of lives (days)."""

    hour_profile: Float
    refund_delay_days: Float
    elasticity_near_goal: Float
    elasticity_low: float
    elasticity_high: float
    elasticity_width: float
    order_value_log_sd: float
    daily_sales_log_sd: float
    volume_log_sd_day: float
    efficiency_log_sd_day: float
    creative_log_sd: float
    order_value_tail_index: float
    november_factor: float
    refund_delay_value_correlation: float
    budget_relative_deciles: Float
    life_days_deciles: Float


@cache
def figures() -> Figures:
    """The shipped figures."""
    d = json.loads(Path(__file__).with_name("figures.json").read_text(encoding="utf-8"))
    return Figures(
        hour_profile=_fixed(d["hour_profile"]),
        refund_delay_days=_fixed(d["refund_delay_days_percentiles"]),
        elasticity_near_goal=_fixed(d["elasticity_near_goal"]),
        budget_relative_deciles=_fixed(d["budget_relative_deciles"]),
        life_days_deciles=_fixed(d["life_days_deciles"]),
        **{name: float(d[name]) for name in _PLAIN},
    )


_PLAIN = (
    "elasticity_low",
    "elasticity_high",
    "elasticity_width",
    "order_value_log_sd",
    "daily_sales_log_sd",
    "volume_log_sd_day",
    "efficiency_log_sd_day",
    "creative_log_sd",
    "order_value_tail_index",
    "november_factor",
    "refund_delay_value_correlation",
)


def _fixed(values: object) -> Float:
    out = np.array(values, np.float64)
    out.setflags(write=False)
    return out
