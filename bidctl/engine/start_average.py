"""R-START's 30-day average: sum(GMV) / sum(spend) of 30 complete natural days, of the same product or live account, else of
the whole account, always within marketing goal, objective, cost side and bidding type."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.rows import count, total

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

NEED_DAYS, NEED_SPEND = 3, 200.0


def groups(keys: Sequence[Hashable | None]) -> NDArray[np.int64]:
    """Dense group numbers of keys; None (belongs to no group) is -1."""
    seen: dict[Hashable, int] = {}
    return np.array([-1 if k is None else seen.setdefault(k, len(seen)) for k in keys], np.int64)


def start_average(spend: Float, gmv: Float, same: Groups, whole: Groups) -> tuple[Float, NDArray[np.int8]]:
    """(avg30, rung) of n campaigns. `spend`, `gmv` (n, days) of the days that count, `gmv` on the target's basis, NaN = unknown; group 0
    of `same` and `whole` is of those that belong to none. rung 1 same product or live account, 2 whole account, 0 none."""
    known = np.isfinite(spend) & np.isfinite(gmv)
    s, g = np.where(known, spend, 0.0), np.where(known, gmv, 0.0)
    earned = total(g)
    first, second = _of_group(s, earned, same), _of_group(s, earned, whole)
    rung = np.where(np.isfinite(first), 1, np.where(np.isfinite(second), 2, 0)).astype(np.int8)
    return np.where(rung == 1, first, second), rung


def _of_group(spend: Float, earned: Float, groups: Groups) -> Float:
    """(n,) average of each one's group. `spend` (n, days), `earned` (n,) GMV of all of them."""
    by_day = groups.sums_of_columns(spend)
    spent = total(by_day)
    enough = (count(by_day > 0.005) >= NEED_DAYS) & (spent >= NEED_SPEND - 0.005)
    enough[:1] = False
    return np.where(enough, groups.sums(earned) / np.where(spent > 0, spent, 1.0), np.nan)[groups.of]
