"""What is known of an account's past, day by day: what a fit stands on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent, Side
from bidctl.engine.settlement import STAGES_DAYS
from sim.calendar import day_start

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Told:
    """What the operator said of a campaign. NaN = not told."""

    margin: float = float("nan")
    incremental: float = 1.0
    goal: float = float("nan")
    intent: Intent = Intent.BALANCED
    side: Side = Side.MERCHANT


@dataclass(frozen=True, slots=True)
class Past:
    """n goods campaigns over d complete natural days from `first_day` (sim/calendar.py), oldest first; money in yuan, NaN = not
    known. `account` (n,) dense; `net`: the target is on ROI net of refunds within the hour; `created` epoch s. `spend`, `gmv`,
    `orders` (n, d); `settled` (n, 5, d) the columns of `settlement.STAGES_DAYS` as known at `known_at` (epoch s); `hours`
    (n, d, 24) spend. `target` (n, d): geometric mean of those in force on the day; `now` (n,): in force at the end.
    `budget` (n,) a day, inf = none; `suggested` (n, d). `live_omitted`: campaigns left out (live, hosted, without a target)."""

    place: str
    first_day: int
    known_at: float
    campaign: tuple[str, ...]
    account: Int
    net: Mask
    created: Float
    spend: Float
    gmv: Float
    orders: Float
    settled: Float
    hours: Float
    target: Float
    now: Float
    budget: Float
    suggested: Float
    told: tuple[Told, ...]
    live_omitted: int = 0

    @property
    def days(self) -> int:
        return int(self.spend.shape[1])

    def without_last(self, k: int) -> Past:
        """The same as it was `k` days before its end: settled columns that had not matured by then are not known. The target
        in force at the end is that of the last day left."""
        d = self.days - k
        end = day_start(self.first_day + d)
        ages = (end - np.array([day_start(self.first_day + i + 1) for i in range(d)])) / 86400.0
        ripe = ages[None, :] >= np.array(STAGES_DAYS)[:, None]
        last = latest(self.target[:, :d])
        return replace(
            self,
            known_at=end,
            spend=self.spend[:, :d],
            gmv=self.gmv[:, :d],
            orders=self.orders[:, :d],
            settled=np.where(ripe, self.settled[:, :, :d], np.nan),
            hours=self.hours[:, :d],
            target=self.target[:, :d],
            now=np.where(np.isfinite(last), last, self.now),
            suggested=self.suggested[:, :d],
        )

    def take(self, rows: Int) -> Past:
        """Some campaigns, by index."""
        columns = {
            name: getattr(self, name)[rows]
            for name in (
                "account", "net", "created", "spend", "gmv", "orders", "settled", "hours", "target", "now", "budget",
                "suggested",
            )
        }  # fmt: skip
        some = rows.tolist()
        return replace(
            self, campaign=tuple(self.campaign[i] for i in some), told=tuple(self.told[i] for i in some), **columns
        )


def latest(x: Float) -> Float:
    """(n,) the newest known value of each row, NaN = none."""
    if x.shape[1] == 0:
        return np.full(len(x), np.nan)
    known = np.isfinite(x)
    at = x.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.where(known.any(axis=1), x[np.arange(len(x)), at], np.nan)
