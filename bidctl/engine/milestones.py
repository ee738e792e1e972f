"""Milestones of campaigns that must survive restarts: kept per row, restored from and given to the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.days import DAY_S, NaturalDays
from bidctl.engine.groups import Groups
from bidctl.engine.life import Kept, Lives, UnitDays, live_through
from bidctl.engine.ports import KnownLife
from bidctl.engine.roster import Roster

Float = NDArray[np.float64]

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
        self._away: dict[CampaignId, Float] = {}  # kept of campaigns that have no row, or had none when they were told
        self._kept = np.zeros((0, len(self.FIELDS)))
        self._now = self._kept
        self._before: Float = self._now

    def restore(self, lives: Iterable[KnownLife]) -> None:
        self._away |= {life.campaign: np.array([_number(life, f) for f in self.FIELDS]) for life in lives}
        self._kept = self._kept[:0]

    def column(self, roster: Roster, name: str) -> Float:
        """(n,) a kept milestone: epoch s, NaN = none; flags 0 / 1."""
        return self._rows(roster)[:, self.FIELDS.index(name)]

    def flag(self, roster: Roster, name: str) -> NDArray[np.bool_]:
        return np.asarray(self.column(roster, name) == 1.0)

    def note(self, roster: Roster, milestones: Float, now: float) -> None:
        """Take (n, 8) new milestones. Kept are those of campaigns fed long ago, because the facts behind them are about to leave
        memory, and those whose base budget was settled, of which no fact tells."""
        self._now, kept = milestones, self._rows(roster)
        settled = np.isfinite(milestones[:, -1]) & (milestones[:, -1] != kept[:, -1])
        old = ((milestones[:, 2] < now - KEEP_AFTER_S) | settled) & roster.flags("listed")
        np.copyto(kept, milestones, where=old[:, None])

    def forget_rows(self, names: Sequence[CampaignId]) -> None:
        """Rows were renumbered; `names` (n,) are those from before."""
        held = np.flatnonzero(np.isfinite(self._kept).any(axis=1))
        self._away |= {names[row]: self._kept[row] for row in held.tolist()}
        self._kept = self._kept[:0]
        self._before = np.zeros((0, len(self.FIELDS)))

    def _rows(self, roster: Roster) -> Float:
        """(n, 8) what is kept, row by row."""
        begin = len(self._kept)
        if begin < len(roster):
            more = np.full((len(roster) - begin, len(self.FIELDS)), np.nan)
            for i, name in enumerate(roster.names[begin:]) if self._away else ():
                if name in self._away:
                    more[i] = self._away[name]
            self._kept = np.concatenate([self._kept, more])
        return self._kept

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
    unit: Groups, u: UnitDays, first: Float, fed: Float, observe_from: Float, days: NaturalDays, now: float
) -> Lives:
    """Lives of units, given out to rows. `unit` by life unit; kept milestones (n,) of rows."""
    kept = Kept(_least(unit, first), _least(unit, fed), -_least(unit, -observe_from))
    lives = live_through(u, kept, days, now)
    return Lives(lives.first_spend[unit.of], lives.fed[unit.of], lives.observe_from[unit.of])


def _least(unit: Groups, x: Float) -> Float:
    if unit.single:
        return x
    out = np.full(unit.size, np.inf)
    np.minimum.at(out, unit.of, np.where(np.isnan(x), np.inf, x))
    return np.where(np.isfinite(out), out, np.nan)


def _number(life: KnownLife, name: str) -> float:
    value = getattr(life, name)
    if isinstance(value, datetime):
        return value.timestamp()
    return np.nan if value is None else float(value)


def _differ(a: Float, b: Float) -> NDArray[np.bool_]:
    return np.asarray(((a != b) & ~(np.isnan(a) & np.isnan(b))).any(axis=1))


def instant(t: float) -> datetime | None:
    """Epoch s as an aware datetime; None for NaN or infinite."""
    return datetime.fromtimestamp(t, UTC) if np.isfinite(t) else None
