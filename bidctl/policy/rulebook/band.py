"""R-BAND: a step is 5 to 10 % of the value just read, in whole grid units, exactly."""

from __future__ import annotations

import numpy as np

from bidctl.domain.reasons import RULE_OF, Reason, Rule
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float, Sheet
from bidctl.policy.rulebook.units import TOLERANCE, ratio, share_down, share_up


def steps(old: Float, s: RuleSettings) -> tuple[Float, Float]:
    """The smallest and the largest step from `old`, in units; smallest > largest = the grid is too coarse."""
    return share_up(old, s.min_step), share_down(old, s.max_step)


def too_small(old: Float, new: Float, s: RuleSettings) -> Bool:
    """A wish below 5 %, with the tolerance that a float wish needs."""
    top, bottom = ratio(s.min_step)
    return np.abs(new - old) * bottom < old * (top * (1.0 - TOLERANCE))


def band(d: Sheet) -> None:
    """R-BAND: the member of (band and limits) on the wish's own side nearest the wish, ties toward the present target."""
    d.decide((d.up | d.down) & too_small(d.old, d.want, d.settings), Reason.BELOW_MIN_STEP)
    least, most = steps(d.old, d.settings)
    d.decide((d.up | d.down) & (least > most), Reason.GRID_TOO_COARSE)
    side = np.where(d.up, 1.0, -1.0)
    wanted = np.ceil((d.want - d.old) * side - 0.5 - TOLERANCE)  # nearest whole step, ties toward the present target
    np.copyto(wanted, least, where=wanted < least)
    d.bind((wanted > most) & d.free & (d.up | d.down), Rule.BAND)
    step = np.minimum(wanted, most)
    _limit(d, d.up & d.free, d.ceilings, step, least, side)
    _limit(d, d.down & d.free, d.floors, step, least, side)
    np.copyto(d.pick, d.old + step * side, where=(d.up | d.down) & d.free)


def _limit(d: Sheet, rows: Bool, limits: list[tuple[Reason, Float]], step: Float, least: Float, side: Float) -> None:
    """Shorten the steps of `rows` to every limit; the first limit that leaves less than the least step holds the row."""
    wanted = step.copy()
    for reason, limit in limits:
        room = (limit - d.old) * side
        d.bind(rows & (room < wanted), RULE_OF[reason])
        d.decide(rows & (room < least), reason)
        np.copyto(step, room, where=rows & (room < step))
