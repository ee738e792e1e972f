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
    """What was restored from the ledger or has become settled (`kept`), and what the ledger was last told."""

    FIELDS = (
        "first_seen_at",
        "first_spend_at",
        "fed_at",
        "observe_from",
        "suggestion_unknown_since",
        "started",
        "lowered_since_unknown",
        "base_settled_at",
    )

    def __init__(self, account: AccountId) -> None:
        self._account = account
        self._kept: dict[CampaignId, KnownLife] = {}
        self._columns: dict[str, Float] = {}
        self._size = -1
        self._now = np.zeros((0, len(self.FIELDS)))
        self._before: Float = self._now

    def restore(self, lives: Iterable[KnownLife]) -> None:
        for life in lives:
            self._kept[life.campaign] = life
        self._columns.clear()

    def column(self, roster: Roster, name: str) -> Float:
        """(n,) a kept milestone: epoch s, NaN = none; flags 0 / 1."""
        if self._size != len(roster):
            self._columns.clear()
            self._size = len(roster)
        if name not in self._columns:
            self._columns[name] = np.array([_number(self._kept.get(c), name) for c in roster.names], np.float64)
        return self._columns[name]

    def flag(self, roster: Roster, name: str) -> NDArray[np.bool_]:
        return np.asarray(self.column(roster, name) == 1.0)

    def note(self, roster: Roster, milestones: Float, now: float) -> None:
        """Take (n, 8) new milestones. Kept are those of campaigns fed long ago, because the facts behind them are about to leave
        memory, and those whose base budget was settled, of which no fact tells."""
        self._now = milestones
        settled = np.isfinite(milestones[:, -1]) & (milestones[:, -1] != self.column(roster, "base_settled_at"))
        old = np.flatnonzero(((milestones[:, 2] < now - KEEP_AFTER_S) | settled) & roster.flags("listed"))
        kept = np.stack([self.column(roster, f) for f in self.FIELDS], axis=1)[old]
        for row in old[_differ(milestones[old], kept)].tolist():
            self._kept[roster.names[row]] = self._life(roster.names[row], milestones[row])
            self._columns.clear()

    def forget_rows(self) -> None:
        """Rows were renumbered."""
        self._columns.clear()
        self._before = np.zeros((0, len(self.FIELDS)))

    def changed(self, roster: Roster) -> tuple[KnownLife, ...]:
        """Lives of listed campaigns that differ from what was last told; they count as told."""
        before = np.full(self._now.shape, -1.0)
        before[: len(self._before)] = self._before[: len(before)]
        fresh = _differ(self._now, before)
        rows = np.flatnonzero(fresh & roster.flags("listed")[: len(fresh)] & np.isfinite(self._now[:, 0]))
        self._before = np.where(roster.flags("listed")[: len(fresh), None], self._now, before)
        return tuple(self._life(roster.names[r], self._now[r]) for r in rows.tolist())

    def _life(self, campaign: CampaignId, x: Float) -> KnownLife:
        seen = instant(float(x[0]))
        assert seen is not None
        return KnownLife(
            account=self._account,
            campaign=campaign,
            first_seen_at=seen,
            first_spend_at=instant(float(x[1])),
            fed_at=instant(float(x[2])),
            observe_from=instant(float(x[3])),
            started=bool(x[5]),
            suggestion_unknown_since=instant(float(x[4])),
            lowered_since_unknown=bool(x[6]),
            base_settled_at=instant(float(x[7])),
        )


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


def _number(life: KnownLife | None, name: str) -> float:
    value = None if life is None else getattr(life, name)
    if isinstance(value, datetime):
        return value.timestamp()
    return np.nan if value is None else float(value)


def _differ(a: Float, b: Float) -> NDArray[np.bool_]:
    return np.asarray(((a != b) & ~(np.isnan(a) & np.isnan(b))).any(axis=1))


def instant(t: float) -> datetime | None:
    """Epoch s as an aware datetime; None for NaN or infinite."""
    return datetime.fromtimestamp(t, UTC) if np.isfinite(t) else None
