"""The columns that a policy needs to seek profit: how spend answers, where profit is greatest, and what a move may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import FloorState, Kind, Protection
from bidctl.engine.day_sums import DAYS
from bidctl.engine.desired import BINDS, OF_DAYS, desired, pressing
from bidctl.engine.draw import draw
from bidctl.engine.lessons import Lesson
from bidctl.engine.life import OBSERVE_S
from bidctl.engine.optimum import Response, Stand, respond
from bidctl.engine.protection import PROTECTED_SHARE
from bidctl.engine.response import first_target, learn, tracking, usable
from bidctl.engine.windows import turned

if TYPE_CHECKING:
    from bidctl.engine.columns import Columns

Float = NDArray[np.float64]


def prospects(c: Columns) -> dict[str, NDArray[np.generic]]:
    """The columns by name, (n,) each."""
    with np.errstate(all="ignore"):
        even, even_sd = _break_even(c)
        r = _response(c, even)
        return {
            "elasticity": r.elasticity,
            "elasticity_log_sd": r.elasticity_log_sd,
            "usual_spend": r.usual_spend,
            "break_even": even,
            "break_even_log_sd": even_sd,
            "optimum": r.optimum,
            "optimum_log_sd": r.optimum_log_sd,
            "optimum_gain": r.optimum_gain,
            "goal_target": _goal_target(c),
            "draw": draw(c.roster.marks(), c.table.last_day),
            "protection_at_stake": _at_stake(c, r.usual_spend),
        }


def _break_even(c: Columns) -> tuple[Float, Float]:
    """(n,) target at which profit is nought, and the sd of its logarithm: R-FLOOR's floor over what the platform delivers."""
    floor, state = c.floors()
    delivered, log_sd = tracking(c.target_gmv * c.table.share, c.table.x[0], c.table.x[2], c.cv)
    settled_sd = np.sqrt(c.settled.refund_var) / np.maximum(c.settled.rate, 0.05)
    known = np.where(state == FloorState.KNOWN, floor, np.nan)
    return known / delivered, np.where(np.isfinite(known), np.sqrt(settled_sd**2 + log_sd**2), np.nan)


def _response(c: Columns, break_even: Float) -> Response:
    target, listed, today = c.roster.ints("target"), c.roster.floats("budget"), c.table.last_day
    counts = (c.m.past_changes, today)
    budgets = _budgets(c)
    lesson = c.o.lessons.newest(counts, (listed, c.lives.observe_from), lambda: _lesson(c, budgets))
    now = np.where(target > 0, target / c.o.capabilities.grid.per_one, np.nan)
    stand = Stand(now, lesson.first, c.m.suggested.before(c.midnight), break_even, listed)
    budget, held = budgets[:, -OF_DAYS:], 1.0 / c.table.share[:, -OF_DAYS - 1 : -1]
    wanted = _wanted(c, budget)
    return respond(lesson.learned, stand, c.accounts, lambda k: pressing(wanted, budget, held, now, k))


def _lesson(c: Columns, budgets: Float) -> Lesson:
    """From the days before today, with their budgets."""
    spend, held = np.ascontiguousarray(c.table.x[0][:, :-1]), 1.0 / c.table.share[:, :-1]
    d = spend.shape[1]
    begins = np.array([c.days.start(c.table.last_day - d + i) for i in range(d)])
    use = usable(spend, held, budgets, begins >= c.lives.observe_from[:, None] + OBSERVE_S)
    return Lesson(learn(spend, held, use, c.accounts), first_target(held))


def _budgets(c: Columns) -> Float:
    """(n, 40) yuan by complete day, inf = none; the present one where a day's was not seen."""
    last, d = c.table.last_day, DAYS - 1
    budget = turned(c.m.sums.budget, (last - d) % DAYS, d).astype(np.float64)
    return np.where(np.isnan(budget), c.roster.floats("budget")[:, None], budget)


def _wanted(c: Columns, budget: Float) -> Float:
    """(n, 3) yuan that the last 3 complete days would have spent without a budget; live rooms: what they spent."""
    out = c.table.x[0][:, -OF_DAYS - 1 : -1].copy()
    pressed = (out >= BINDS * budget).any(axis=1) & (c.roster.ints("kind") == Kind.GOODS)
    rows = np.flatnonzero(pressed)
    for i in range(OF_DAYS if len(rows) else 0):
        hours = c.o.hourly.own.get(c.table.last_day - OF_DAYS + i)
        if hours is not None:
            out[rows, i] = np.fmax(desired(hours[rows].astype(np.float64), budget[rows, i]), out[rows, i])
    return np.asarray(out)


def _goal_target(c: Columns) -> Float:
    """(n,) target at which projected ROAS meets the goal: the goal over what is left of a yuan on the target's basis."""
    left = c.judged.share_7d * c.per_target
    return np.asarray(np.where(left > 0, c.e.goal / np.where(left > 0, left, 1.0), np.nan))


def _at_stake(c: Columns, usual_spend: Float) -> Float:
    """(n,) yuan of protection that an edit today would forfeit, where edits do."""
    expected = np.maximum(np.nan_to_num(c.compensation()), np.nan_to_num(PROTECTED_SHARE * usual_spend))
    insured = c.roster.ints("protection") == Protection.IN_EFFECT
    return np.where(insured & c.o.capabilities.edit_voids_protection, expected, 0.0)
