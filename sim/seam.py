"""What a world offers to the things built over it: simulation runs, the emulators, the in-process platform, the scores.

Index i is a campaign, 0..n-1, for the life of the world; a live campaign recreated daily is a new index each day. Times
are float64 epoch seconds (UTC). Money is integer fen, so that ledgers balance to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent, Side

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Campaigns = int | Int
"""One index, or an (m,) array of them."""


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
    number: int | None = None  # what its id is made of, whatever piece of its scenario a world holds; None = its index


def number_of(i: int, spec: CampaignSpec) -> int:
    """What the id of campaign `i` of a world is made of."""
    return i if spec.number is None else spec.number


def numbers(specs: Sequence[CampaignSpec]) -> Int:
    """(n,) the same of all campaigns of a world."""
    return np.array([number_of(i, s) for i, s in enumerate(specs)], np.int64)


@dataclass(frozen=True, slots=True)
class Report:
    """Rows (campaign index, span start) with what the platform would report as of the world's now. Money fen, int64; -1 = not
    matured / not reported. `settled` columns are GMV of orders paid in the span less refunds within N days; those of 7 days and
    more are reported for days only."""

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

    def number(self, name: str) -> Float:
        """(rows,) a column in yuan or a count; NaN = not reported."""
        column: Int = getattr(self, name)
        out = column.astype(np.float64) if name.startswith("orders") else column / 100
        np.copyto(out, np.nan, where=column < 0)
        return out


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A broadcast of a live account; `ended_at` NaN = on air."""

    live_account: int
    room: int
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class Terms:
    """How an operator would enrol a campaign (`wanted` False: would not). `goal` on projected ROAS; `margin` of kept orders."""

    group: str
    wanted: bool
    side: Side
    intent: Intent
    goal: float
    margin: float


@dataclass(frozen=True, slots=True)
class RunOut:
    """Where it ends when every order placed so far has met its fate, by campaign (n,). Fen; `profit` is what the operator is
    left with: contribution of the kept orders that would not have come by themselves, less spend, plus what the credits of
    protection are worth. `credits` fen of ended days, not yet discounted; `days_void`: days whose protection an edit forfeited."""

    spend: Int
    gmv: Int
    kept: Int
    profit: Float
    credits: Float
    days_void: Int


class World(Protocol):
    """A market in which campaigns with ROI targets spend and earn: all that a simulation run needs.

    Built as `factory(scenario, seed)`. The same seed gives the same luck whatever is done to the campaigns. Settings act from the
    world's next step on. `campaigns`, where taken, is an index or an (m,) array of indices; values broadcast to it.
    """

    @property
    def now(self) -> float: ...
    @property
    def specs(self) -> list[CampaignSpec]:
        """Every campaign so far, as created; index i is campaign i."""
        ...

    def advance(self, to: float) -> list[int]:
        """Run to epoch second `to` (never back); the indices of campaigns created on the way by the world itself."""
        ...

    def set_target(self, campaigns: Campaigns, target: float | Float) -> None:
        """ROI targets, on the basis of each campaign's objective. Raises ValueError for one that is not above 0."""
        ...

    def set_budget(self, campaigns: Campaigns, fen: int | Int) -> None:
        """Budgets of a natural day, whole fen. Raises ValueError for a negative one."""
        ...

    def set_enabled(self, campaigns: Campaigns, on: bool | NDArray[np.bool_]) -> None: ...

    def suggestion(self, campaigns: Campaigns) -> Float:
        """(m,) the platform's suggested target for each campaign's objective, fixed within a natural day; NaN = it has none."""
        ...

    def report(self, campaigns: Int, since: float, until: float, span: str) -> Report:
        """Rows whose span begins in [since, until). `span` "hour" or "day" (natural, Asia/Shanghai); rows without spend and
        orders are left out, as the platform does."""
        ...

    def today(self, campaigns: Int) -> Report:
        """Totals of the current natural day, one row per campaign, zeros included."""
        ...

    def terms(self, i: int) -> Terms: ...

    def run_out(self) -> RunOut:
        """The end of every order placed so far, by campaign; does not change the world."""
        ...


@dataclass(frozen=True, slots=True)
class CreativeReport:
    """Rows (campaign index, creative, natural day): `creative` its number within the campaign; money fen, int64; the rows of a
    campaign's day add up to the campaign's. GMV and orders are those paid."""

    campaign: Int
    creative: Int
    span_start: Float
    spend: Int
    gmv: Int
    orders: Int


class CreativeWorld(World, Protocol):
    """A world that also tells of creatives, and lets the operator exchange them."""

    def creatives(self, campaigns: Int, since: float, until: float) -> CreativeReport:
        """Rows of the natural days that begin in [since, until)."""
        ...

    def add_creative(self, i: int) -> int:
        """A new creative, delivering from the next natural day on; its number within the campaign."""
        ...

    def retire_creative(self, i: int, creative: int) -> None:
        """It delivers no more from the next natural day on. Raises ValueError for an unknown one."""
        ...


class LiveWorld(World, Protocol):
    """What a world with live campaigns (kind 1) offers beside."""

    def on_air(self, i: int) -> bool:
        """Live: its room is streaming; goods: always True."""
        ...

    def finished(self, i: int) -> bool:
        """A live campaign that the campaign of a later day has replaced (status TIME_DONE): it delivers no more."""
        ...

    def sessions(self, live_account: int, since: float) -> list[LiveSession]:
        """Broadcasts that began in [since, now], oldest first."""
        ...


class PlatformWorld(LiveWorld, Protocol):
    """What an emulated platform needs beside: births, objectives, and the truth for tests."""

    def create(self, spec: CampaignSpec) -> int: ...
    def set_objective(self, i: int, objective: int) -> None: ...

    def truth(self) -> dict[str, object]:
        """What the world knows and a platform would not tell; plain JSON values; for tests and scores only."""
        ...
