"""The scenario that a fit stands for: each campaign a group of one, its ranges as wide as what is known of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, day_start
from sim.estimate import Estimate
from sim.fit import Fit
from sim.scenario import Scenario, parse

Float = NDArray[np.float64]
Table = Mapping[str, object]

EVEN = 3**0.5
"""A range drawn evenly has the estimate's standard deviation where it reaches so many of them to either side."""
HISTORY_DAYS = 31
OLD_DAYS = 45.0
"""Age of a campaign whose creation is not known."""
NO_LIMIT = 100.0
ZONE = timezone(timedelta(hours=8))


def twin(f: Fit, name: str, *, history_days: int = HISTORY_DAYS, offered: str = "qianchuan") -> Scenario:
    """The scenario; `offered`: family of the platform's protection. Raises ScenarioError for what no scenario can hold."""
    return parse(table_of(f, name, history_days, offered), name)


def table_of(f: Fit, name: str, history_days: int = HISTORY_DAYS, offered: str = "qianchuan") -> Table:
    """The same as the tables of a TOML file."""
    past, sold, chance = f.past, f.sold, f.chance
    start = datetime.fromtimestamp(day_start(past.first_day + past.days), UTC).astimezone(ZONE)
    return {
        "name": name,
        "about": f"Twin of {past.place}: {len(past.campaign)} campaigns, fitted to {past.days} days",
        "about_zh": f"{past.place} 的孪生: {len(past.campaign)} 个计划, 由 {past.days} 天数据拟合",
        "start": start,
        "step_s": 3600,
        "history_days": history_days,
        "history_step_s": 3600,
        "accounts": 1,
        "noise": {
            "demand": _one(chance.demand), "market": _one(chance.market), "rho": _one(chance.rho), "hour": _one(chance.hour),
            "bias": _one(chance.bias), "bias_rho": _one(chance.bias_rho),
        },
        "refunds": _refunds(f),
        "suggestion": {"sd": _one(f.suggestion_sd)},
        "protection": {"family": offered, "value": 0.5},
        "profile": {"hours": _list(f.week.hours.value), "weekdays": _list(f.week.weekdays.value)},
        "group": [_group(f, i, _range(sold.value, i, 1, 100_000)) for i in range(len(past.campaign))],
    }  # fmt: skip


def _refunds(f: Fit) -> Table:
    hour, soon = _one(f.sold.within_hour), _one(f.sold.before_dispatch)
    return {
        "within_hour": hour,
        "before_dispatch": round(min(soon, 1 - hour), 4),
        "cluster": min(_one(f.sold.cluster), 1.5),
    }


def _group(f: Fit, i: int, value: list[float]) -> Table:
    past, told = f.past, f.past.told[i]
    margin = _range(f.margin, i, 0.01, 1.0)
    goal = told.goal * f.margin.value[i] if np.isfinite(told.goal) else 1.15
    start, age = day_start(past.first_day + past.days), OLD_DAYS
    if np.isfinite(past.created[i]):
        age = float(np.clip((start - past.created[i]) / DAY, 0.0, 366.0))
    offset = _range(f.suggestion, i, -2.0, 2.0)
    level = float(f.level.value[i])
    factor = NO_LIMIT if not np.isfinite(past.budget[i]) else float(np.clip(past.budget[i] / level, 0.05, NO_LIMIT))
    return {
        "name": past.campaign[i], "count": 1, "objective": "net" if past.net[i] else "pay",
        "age_days": [round(age, 2)] * 2, "spend": _range(f.level, i, 1, 1e7),
        "budget_factor": [round(factor, 4)] * 2,
        "order_value": value, "value_log_sd": _one(f.sold.value_log_sd), "margin": margin,
        "refund": _range(f.sold.refund, i, 0.0, 0.9), "incremental": [round(told.incremental, 4)] * 2,
        "suggestion_offset": offset, "suggested": 1.0 if np.isfinite(past.suggested[i]).any() else 0.9,
        "measured": {"target": [round(float(past.now[i]), 2)] * 2, "elasticity": _range(f.elasticity, i, 1.16, 15.0)},
        "enrol": {"intent": told.intent.name.lower(), "side": "agency" if told.side.name == "AGENCY" else "merchant",
                  "goal_markup": round(float(np.clip(goal, 0.5, 5.0)), 4)},
    }  # fmt: skip


def _one(e: Estimate) -> float:
    return round(float(e.value[0]), 4)


def _list(x: Float) -> list[float]:
    return [round(max(float(v), 0.001), 4) for v in x]


def _range(e: Estimate, i: int, least: float, most: float) -> list[float]:
    """Evenly drawn from here (in the logarithm where the world does), a parameter has the estimate's spread."""
    low, high = (float(np.clip(x[i], least, most)) for x in e.around(EVEN))
    return [round(low, 6), round(high, 6)]


def toml_of(tables: Table) -> str:
    """The tables as TOML, plain values first."""
    lines = [f"{key} = {_value(v)}" for key, v in tables.items() if not _nested(v)]
    for key, v in tables.items():
        if isinstance(v, Mapping):
            lines += ["", f"[{key}]", *[f"{k} = {_value(x)}" for k, x in v.items()]]
        elif _nested(v):
            assert isinstance(v, list)
            for item in v:
                lines += ["", f"[[{key}]]", *[f"{k} = {_value(x)}" for k, x in item.items()]]
    return "\n".join(lines) + "\n"


def _nested(v: object) -> bool:
    return isinstance(v, Mapping) or (isinstance(v, list) and bool(v) and isinstance(v[0], Mapping))


def _value(v: object) -> str:
    if isinstance(v, Mapping):
        return "{ " + ", ".join(f"{k} = {_value(x)}" for k, x in v.items()) + " }"
    if isinstance(v, list):
        return "[" + ", ".join(_value(x) for x in v) + "]"
    if isinstance(v, datetime):
        return v.isoformat()
    return json.dumps(v, ensure_ascii=False)
