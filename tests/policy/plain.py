"""The rulebook again, one row at a time, in plain Python with fractions: what an edit must satisfy. Shares nothing with
the code it judges; numbers are written out, not imported."""

from __future__ import annotations

import math
from dataclasses import fields
from fractions import Fraction
from typing import Any

from bidctl.domain.observation import Observation

Row = dict[str, Any]
SLACK = Fraction(1, 10**8)


def row(o: Observation, i: int) -> Row:
    """One row as plain Python values."""
    return {f.name: getattr(o, f.name)[i].item() for f in fields(o)}


def units(value: float, grid: int) -> Fraction | None:
    return None if math.isnan(value) else Fraction(repr(value)) * grid


def cap(r: Row) -> Fraction | None:
    """The suggestion, or the ceiling where there is none; None = no raise at all."""
    if r["suggestion_state"] == 0:
        return None
    return units(r["suggestion"] if r["suggestion_state"] == 2 else r["maximum"], r["grid"])


def floor(r: Row) -> Fraction | None:
    return units(r["floor"], r["grid"]) if r["floor_state"] == 1 else None


def why_not(r: Row, new: int, *, start: bool, novolume: bool) -> list[str]:
    """Every rule of sections 1 and 4 that a target edit from the row's target to `new` breaks."""
    broken = _authority(r, new, start) + _size(r, new, start)
    broken += [] if start else _band(r["target_units"], new) + _spacing(r) + _observing(r) + _drift(r, new)
    if r["edits_today"] >= min(r["edits_per_day"], 8 if r["kind"] == 1 else 4):
        broken.append("quota of the day")
    if r["edit_days_per_week"] and r["edit_days_7d"] >= r["edit_days_per_week"]:
        broken.append("edit days of the week")
    if r["protection"] == 2 and (r["edited_today"] or r["edits_today"]):
        broken.append("protection lost by an edit")
    if new < r["target_units"] and not start:
        broken += _lowering(r)
    if not (start or novolume):
        broken += _evidence(r, new) + (["a policy edits an unfed campaign"] if r["stage"] in (0, 1) else [])
    if novolume and not (new < r["target_units"] and r["spend_last2"] < 250 and r["novolume_today"] < 3):
        broken.append("no volume")
    if novolume and r["stage"] == 3 and not _unusual(r):
        broken.append("a free campaign spends as usual, or is below its goal")
    if novolume and r["floor_assumed"]:
        broken.append("a lowering down to a break-even that nobody confirmed")
    return broken


def _authority(r: Row, new: int, start: bool) -> list[str]:
    wrong = {
        "enrolment": not r["enrolled"] or (r["advise_only"] and not r["waivers"] & 4),
        "kill": r["killed"],
        "clock": not r["clock_ok"],
        "breaker": r["breaker_open"],
        "hold": r["hold"] != 0 or r["human_hold"],
        "quiet": r["quiet"] or r["boost_running"] or r["session_age_s"] < 3600 or r["host_change_s"] <= 900,
        "no target": not r["cost_controlled"],
        "stopped": r["stage"] == 4,
        "not delivering": not r["effective"] and not start,
        "data": not r["complete"] or r["metric_stale"] or not r["read_age_s"] <= 1800,
        "open write": r["open_write"],
        "a person's no": bool(r["refused"] & (1 if new > r["target_units"] else 2)),
    }
    return [name for name, is_so in wrong.items() if is_so]


def _observing(r: Row) -> list[str]:
    few = r["kind"] == 1 and r["observed_s"] >= 0 and r["observed_sessions"] < 3
    return ["observation"] if r["observed_s"] < 72 * 3600 or few or r["stage"] == 2 else []


def _band(old: int, new: int) -> list[str]:
    return [] if 20 * abs(new - old) >= old and 10 * abs(new - old) <= old and new != old else ["band"]


def _spacing(r: Row) -> list[str]:
    need = 900 if r["waivers"] & 2 and r["kind"] == 1 else max(3600, r["spacing_s"])
    return [] if r["since_edit_s"] > need else ["spacing"]


def _size(r: Row, new: int, start: bool) -> list[str]:
    old, broken = r["target_units"], []
    top, low = cap(r), floor(r)
    if (
        r["waivers"] & 1
        and r["suggestion_state"] == 2
        and top is not None
        and low is not None
        and low > top
        and not start
    ):
        top = Fraction(math.ceil(low - SLACK))
    if (new > old or start) and (top is None or new > top + SLACK):
        broken.append("suggestion")
    lows = {"floor": low, "minimum": units(r["minimum"], r["grid"]), "platform": Fraction(r["grid"], 100)}
    highs = {"maximum": units(r["maximum"], r["grid"]), "platform": Fraction(r["grid"] * 100)}
    broken += [n for n, x in lows.items() if x is not None and (new < old or start) and new < x - SLACK]
    broken += [n for n, x in highs.items() if x is not None and (new > old or start) and new > x + SLACK]
    return broken


def _drift(r: Row, new: int) -> list[str]:
    old, broken = r["target_units"], []
    corridors = {"day": (80, 125, "day_anchor_units"), "week": (67, 150, "week_anchor_units")}
    for name, (low, high, anchor) in corridors.items():
        if r[anchor] > 0 and (
            (new < old and 100 * new < low * r[anchor]) or (new > old and 100 * new > high * r[anchor])
        ):
            broken.append(f"drift of the {name}")
    return broken


def _lowering(r: Row) -> list[str]:
    red = r["stock_cover_h"] <= (2 if r["kind"] == 1 else 24) or r["stock_pieces"] <= 0
    wrong = {
        "budget binds": r["budget_spent_share"] >= 0.9 or r["budget_bound_days"] >= 2,
        "stock, shipping, cash": red or r["ship_late"] or r["cash_short"],
        "second lowering while the suggestion is unknown": r["suggestion_state"] == 0 and r["lowered_since_unknown"],
        "never profitable": r["floor_state"] == 2,
        "no floor": floor(r) is None and math.isnan(r["minimum"]),
    }
    return [name for name, is_so in wrong.items() if is_so]


def _evidence(r: Row, new: int) -> list[str]:
    up = new > r["target_units"]
    p = r["p_below_goal"] if up else 1.0 - r["p_below_goal"]
    order_cost = Fraction(r["order_value"]) * r["grid"] / r["target_units"]
    nothing = up and r["evidence_orders"] == 0 and r["evidence_spend"] >= 3 * order_cost
    enough = nothing or (p >= 0.8 and r["evidence_orders"] >= 10)
    settled = r["since_edit_data_s"] >= r["spacing_s"] and r["trusted"]
    return [] if enough and settled else ["evidence"]


def _unusual(r: Row) -> bool:
    """A free campaign that spent under 50 yuan, or under half of its own usual, and is not probably below its goal."""
    return (r["spend_last2"] < 50 or 2 * r["spend_last2"] < r["usual_last2"]) and not r["p_below_goal"] >= 0.8


def best_step(r: Row, want: Fraction, start: bool) -> int | None:
    """By exhaustion: of all grid values on the wish's side that band and limits allow, the nearest; ties toward old."""
    old = r["target_units"]
    side = 1 if want > old else -1
    allowed = [
        new for new in range(old + side, old + side * (old // 10 + 1), side)
        if not _band(old, new) and not _size(r, new, start) and not _drift(r, new)
    ]  # fmt: skip
    return min(allowed, key=lambda new: (abs(new - want), abs(new - old)), default=None)
