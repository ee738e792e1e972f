"""R-NOVOLUME: a campaign that gets no volume is lowered a little; it is its own evidence."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import Stage
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Sheet
from bidctl.policy.rulebook.units import ratio


def starved(o: Observation, s: RuleSettings) -> Bool:
    """The last 2 effective hours spent less than max(50 yuan, 5 % of budget), and may still be answered today.

    An unlimited budget leaves the 50 yuan; NaN (fewer than 2 such hours since the last edit) is never starved. When
    free, only in a usual hour while the account's other campaigns spend as usual.
    """
    share = np.where(np.isfinite(o.budget), o.budget * s.novolume_budget, 0.0)
    low = (o.spend_last2 < np.maximum(share, s.novolume_yuan)) & (o.novolume_today < s.novolume_daily)
    free = (o.stage == Stage.FREE) & o.usual_hour & o.account_usual
    hungry: Bool = low & (free | (o.stage == Stage.FEEDING) | ((o.stage == Stage.NEW) & o.started))
    return hungry


def novolume(d: Sheet) -> None:
    """R-NOVOLUME: one lowering by 5 %, at most 3 a natural day; spacing, floor and all other limits kept."""
    hit = starved(d.o, d.settings) & d.free & ~d.person & ~d.start
    if not hit.any():
        return
    top, bottom = ratio(d.settings.novolume_step)
    want = d.old * (bottom - top) / bottom
    np.copyto(d.want, want, where=hit)
    np.copyto(d.out.wish, want / d.o.grid, where=hit)
    np.copyto(d.out.reason, Reason.NOVOLUME, where=hit)
    np.copyto(d.out.matched, -1, where=hit)
    d.bind(hit, Rule.NOVOLUME)
    d.novolume |= hit
