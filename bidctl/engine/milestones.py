"""Milestones of campaigns that must survive restarts: kept per row, restored from and given to the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.days import DAY_S, NaturalDays
from bidctl.engine.life import Kept, Lives, UnitDays, live_through
from bidctl.engine.ports import KnownLife
from bidctl.engine.roster import Roster

Float = NDArray[np.float64]
Int = NDArray[np.int64]

KEEP_AFTER_S = 7 * DAY_S
"""What is older is taken as settled: the facts behind it are about to leave memory."""


class Milestones:
    """`first_spend`, `fed`, `observe_from`, `unknown_since` epoch s by campaign, NaN = none; `started`; `paused`."""

    def __init__(self, account: AccountId) -> None:
        self._account = account
        self._kept: dict[CampaignId, KnownLife] = {}
        self._told: dict[CampaignId, KnownLife] = {}

    def restore(self, lives: Iterable[KnownLife]) -> None:
        for life in lives:
            self._kept[life.campaign] = life
            self._told[life.campaign] = life

    def of(self, campaign: CampaignId) -> KnownLife | None:
        return self._kept.get(campaign)

    def column(self, roster: Roster, name: str) -> Float:
        """(n,) epoch s of a milestone, NaN = none."""
        if not self._kept:
            return np.full(len(roster), np.nan)
        return np.array([_at(self._kept.get(c), name) for c in roster.names])

    def flag(self, roster: Roster, name: str) -> NDArray[np.bool_]:
        return np.array([bool(k is not None and getattr(k, name)) for k in map(self._kept.get, roster.names)], np.bool_)

    def keep(self, life: KnownLife) -> None:
        self._kept[life.campaign] = life

    def settle(self, lives: Iterable[KnownLife], now: float) -> None:
        """Keep those that were fed so long ago that the facts behind it are about to leave memory."""
        for life in lives:
            if life.fed_at is not None and life.fed_at.timestamp() < now - KEEP_AFTER_S:
                self._kept[life.campaign] = life

    def changed(self, lives: Iterable[KnownLife]) -> tuple[KnownLife, ...]:
        """Those that differ from what was last told or restored; they count as told."""
        out = tuple(life for life in lives if self._told.get(life.campaign) != life)
        for life in out:
            self._told[life.campaign] = life
        return out


def by_unit(
    unit: Int, u: UnitDays, first: Float, fed: Float, observe_from: Float, days: NaturalDays, now: float
) -> Lives:
    """Lives of units, given out to rows. `unit` (n,) dense unit of each row; kept milestones (n,) of rows."""
    size = len(u.spend)
    kept = Kept(_least(unit, first, size), _least(unit, fed, size), -_least(unit, -observe_from, size))
    lives = live_through(u, kept, days, now)
    return Lives(lives.first_spend[unit], lives.fed[unit], lives.observe_from[unit])


def _least(unit: Int, x: Float, size: int) -> Float:
    out = np.full(size, np.inf)
    np.minimum.at(out, unit, np.where(np.isnan(x), np.inf, x))
    return np.where(np.isfinite(out), out, np.nan)


def _at(life: KnownLife | None, name: str) -> float:
    value = None if life is None else getattr(life, name)
    return np.nan if value is None else value.timestamp()


def instant(t: float) -> datetime | None:
    """Epoch s as an aware datetime; None for NaN or infinite."""
    return datetime.fromtimestamp(t, UTC) if np.isfinite(t) else None
