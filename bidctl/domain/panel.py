"""Raw facts with two times: when it happened, and when we knew it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Grain(IntEnum):
    """What span a fact covers, starting at `happened_at` (a natural hour or day of the account's time zone).

    CUMULATIVE: totals of the natural day (or live session) up to `known_at`; differenced by `engine/observe.py`.
    """

    HOUR = 0
    DAY = 1
    CUMULATIVE = 2


METRICS = (
    "spend", "gmv", "orders", "gmv_1h", "orders_1h", "gmv_7d", "gmv_14d", "gmv_30d", "gmv_90d",
)  # fmt: skip
"""Columns of a fact. `spend` yuan; `gmv` paid GMV (整体成交金额) in yuan; `orders` count; `gmv_1h`, `orders_1h` net of
refunds within 1 h; `gmv_7d`.. settled GMV (N日结算) of the orders PAID in this span. NaN = not reported."""


@dataclass(frozen=True, slots=True)
class Panel:
    """n facts in columns. `campaign` (n,) str; `grain` int8; `happened_at`, `known_at` float64 epoch s (UTC); the
    `METRICS` float64. `assumed` bool: `known_at` is modelled, not seen (history imported on the first day)."""

    campaign: NDArray[np.str_]
    grain: NDArray[np.int8]
    happened_at: NDArray[np.float64]
    known_at: NDArray[np.float64]
    assumed: NDArray[np.bool_]
    spend: NDArray[np.float64]
    gmv: NDArray[np.float64]
    orders: NDArray[np.float64]
    gmv_1h: NDArray[np.float64]
    orders_1h: NDArray[np.float64]
    gmv_7d: NDArray[np.float64]
    gmv_14d: NDArray[np.float64]
    gmv_30d: NDArray[np.float64]
    gmv_90d: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.campaign)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Panel:
        """Some rows, by index or mask."""
        return Panel(*(getattr(self, f.name)[rows] for f in fields(self)))

    def as_of(self, t: float) -> Panel:
        """Exactly what was known at epoch second `t`: of every (campaign, grain, happened_at) the newest version.

        A CUMULATIVE fact is a reading of its own at its `known_at`, not a version of an earlier one: all are kept.
        """
        seen = self.take(self.known_at <= t)
        order = np.lexsort((seen.known_at, seen.happened_at, seen.grain, seen.campaign))
        s = seen.take(order)
        if len(s) == 0:
            return s
        same = (
            (s.campaign[1:] == s.campaign[:-1])
            & (s.grain[1:] == s.grain[:-1])
            & (s.happened_at[1:] == s.happened_at[:-1])
        )
        same &= (s.grain[1:] != Grain.CUMULATIVE) | (s.known_at[1:] == s.known_at[:-1])
        return s.take(np.append(~same, True))

    @staticmethod
    def empty() -> Panel:
        z = np.zeros(0)
        return Panel(
            np.zeros(0, dtype="U1"), np.zeros(0, np.int8), z, z, np.zeros(0, np.bool_), z, z, z, z, z, z, z, z, z
        )

    @staticmethod
    def concat(parts: list[Panel]) -> Panel:
        """All facts of several panels, in order."""
        if not parts:
            return Panel.empty()
        return Panel(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Panel)))
