"""Freshness (R-FRESH): how old what we know is, and whether it still rises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Delays:
    """Stated delays in seconds (ours; qianchuan.md 9.6 documents none for live): totals of the day, hourly facts after their
    hour's end, a finished day's facts after its end, a suggestion after it was read."""

    today_s: float = 1800.0
    hour_s: float = 7200.0
    day_s: float = 36 * 3600.0
    suggestion_s: float = 26 * 3600.0


class LastTwo:
    """The two newest snapshots of each row's spend: `at`, `spend`, `day` (n, 2), newest first; in any order of arrival."""

    def __init__(self) -> None:
        self.at = np.full((0, 2), -np.inf)
        self.spend = np.full((0, 2), np.nan)
        self.day = np.zeros((0, 2), np.int64)

    def grow(self, rows: int) -> None:
        more = rows - len(self.at)
        if more > 0:
            self.at = np.concatenate([self.at, np.full((more, 2), -np.inf)])
            self.spend = np.concatenate([self.spend, np.full((more, 2), np.nan)])
            self.day = np.concatenate([self.day, np.zeros((more, 2), np.int64)])

    def take(self, rows: Int) -> None:
        self.at, self.spend, self.day = self.at[rows], self.spend[rows], self.day[rows]

    def put(self, rows: Int, at: Float, spend: Float, day: Int) -> None:
        """Merge (m,) snapshots."""
        if len(rows) == 0:
            return
        if (rows[1:] > rows[:-1]).all() and (at > self.at[rows, 0]).all():  # each row once, and newer than what is held
            self.at[rows, 1], self.spend[rows, 1], self.day[rows, 1] = (
                self.at[rows, 0],
                self.spend[rows, 0],
                self.day[rows, 0],
            )
            self.at[rows, 0], self.spend[rows, 0], self.day[rows, 0] = at, spend, day
            return
        touched = np.unique(rows)
        held = np.repeat(touched, 2)
        r = np.concatenate([held, rows])
        t = np.concatenate([self.at[touched].ravel(), at])
        s = np.concatenate([self.spend[touched].ravel(), spend])
        d = np.concatenate([self.day[touched].ravel(), day])
        order = np.lexsort((t, r))
        r, t, s, d = r[order], t[order], s[order], d[order]
        keep = np.append((r[1:] != r[:-1]) | (t[1:] != t[:-1]), True)
        keep &= t > -np.inf
        r, t, s, d = r[keep], t[keep], s[keep], d[keep]
        rank = np.searchsorted(r, r, side="right") - 1 - np.arange(len(r))  # 0 = newest of its row
        top = rank < 2
        self.at[touched] = -np.inf
        self.at[r[top], rank[top]] = t[top]
        self.spend[r[top], rank[top]] = s[top]
        self.day[r[top], rank[top]] = d[top]

    def rising(self) -> Bool:
        """(n,) spend rose between the last two readings (a new day counts from zero)."""
        base = np.where(self.day[:, 0] == self.day[:, 1], self.spend[:, 1], 0.0)
        rise = self.spend[:, 0] > base + 0.005
        return rise & (self.at[:, 1] > -np.inf)
