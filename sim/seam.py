"""What a world offers to the things built over it: the emulators, the in-process platform, the scores.

Index i is a campaign, 0..n-1, for the life of the world; a live campaign recreated daily is a new index each day. Times
are float64 epoch seconds (UTC). Money is integer fen, so that ledgers balance to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """A campaign as it is created. `target` a ratio with 2 decimals; `budget` fen a day; `kind` 0 goods, 1 live; `account`
    and `live_account` dense indices; `objective` 0 pay ROI, 1 net ROI; `starts_at` when delivery may begin."""

    account: int
    kind: int
    live_account: int
    products: tuple[int, ...]
    objective: int
    name: str
    target: float
    budget: int
    created_at: float
    starts_at: float
    cost_controlled: bool = True
    overall: bool = False  # 乘方 scene


@dataclass(frozen=True, slots=True)
class Report:
    """Rows (campaign index, span start) with what the platform would report as of the world's now. Money fen, int64; -1 = not
    matured / not reported. `settled` columns are GMV of orders paid in the span less refunds within N days."""

    campaign: Int
    span_start: Float
    spend: Int
    gmv: Int
    orders: Int
    gmv_1h: Int
    orders_1h: Int
    gmv_7d: Int
    gmv_14d: Int
    gmv_30d: Int
    gmv_90d: Int


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A broadcast of a live account; `ended_at` NaN = on air."""

    live_account: int
    room: int
    started_at: float
    ended_at: float


class World(Protocol):
    """A market in which campaigns with ROI targets spend and earn."""

    @property
    def now(self) -> float: ...
    @property
    def specs(self) -> list[CampaignSpec]: ...

    def advance(self, to: float) -> list[int]:
        """Run to epoch second `to` (never back); the indices of campaigns created on the way by the world itself."""
        ...

    def create(self, spec: CampaignSpec) -> int: ...
    def set_target(self, i: int, target: float) -> None: ...
    def set_objective(self, i: int, objective: int) -> None: ...
    def set_budget(self, i: int, fen: int) -> None: ...
    def set_enabled(self, i: int, on: bool) -> None: ...

    def on_air(self, i: int) -> bool:
        """Live: its room is streaming; goods: always True."""
        ...

    def finished(self, i: int) -> bool:
        """A live campaign that the campaign of a later day has replaced (status TIME_DONE): it delivers no more."""
        ...

    def sessions(self, live_account: int, since: float) -> list[LiveSession]: ...

    def suggestion(self, i: int) -> float | None:
        """The platform's suggested target for the campaign's objective, fixed within a natural day; None = it has none."""
        ...

    def report(self, campaigns: Int, since: float, until: float, span: str) -> Report:
        """`span` "hour" or "day" (natural, Asia/Shanghai); rows without spend and orders are left out, as the platform does."""
        ...

    def today(self, campaigns: Int) -> Report:
        """Totals of the current natural day, one row per campaign, zeros included."""
        ...

    def truth(self) -> dict[str, object]:
        """What the world knows and a platform would not tell; plain JSON values; for tests and scores only."""
        ...
