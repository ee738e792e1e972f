"""R-NOVOLUME: a campaign that gets no volume is lowered a little; it is its own evidence."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import Stage
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float, Sheet
from bidctl.policy.rulebook.units import ratio


def starved(o: Observation, s: RuleSettings) -> Bool:
    """The last 2 effective hours spent less than max(50 yuan, 5 % of budget), and may still be answered today.

    An unlimited budget leaves the 50 yuan; NaN (fewer than 2 such hours since the last edit) is never starved. When free,
    see `_free`.
    """
    share = np.where(np.isfinite(o.budget), o.budget * s.novolume_budget, 0.0)
    least = np.maximum(share, s.novolume_yuan)
    low = (o.spend_last2 < least) & (o.novolume_today < s.novolume_daily)
    unfed = (o.stage == Stage.FEEDING) | ((o.stage == Stage.NEW) & o.started)
    hungry: Bool = low & (unfed | ((o.stage == Stage.FREE) & _free(o, least, s)))
    return hungry


def _free(o: Observation, least: Float, s: RuleSettings) -> Bool:
    """When free, only in a usual hour while the account's other campaigns spend as usual; and, which is ours and tightens the
    letter: only where it spent less than half of what it usually spends in those hours too (never asking more than `least`,
    never less than 50 yuan), and not while it is probably below its goal. A campaign that steadily uses a part of a generous
    budget is not starved, and one that loses is not to be lowered."""
    own = np.maximum(np.minimum(least, o.usual_last2 * s.novolume_usual), s.novolume_yuan)
    usual: Bool = o.usual_hour & o.account_usual & (o.spend_last2 < own) & ~(o.p_below_goal >= s.evidence_p)
    return usual


def novolume(d: Sheet) -> None:
    """R-NOVOLUME: one lowering by 5 %, at most 3 a natural day; spacing, floor and all other limits kept."""
    hit = starved(d.o, d.settings) & d.free & ~d.person & ~d.start
    if not np.count_nonzero(hit):
        return
    top, bottom = ratio(d.settings.novolume_step)
    want = d.old * (bottom - top) / bottom
    np.copyto(d.want, want, where=hit)
    np.copyto(d.out.wish, want / d.o.grid, where=hit)
    np.copyto(d.out.reason, Reason.NOVOLUME, where=hit)
    np.copyto(d.out.matched, -1, where=hit)
    d.bind(hit, Rule.NOVOLUME)
    d.novolume |= hit
