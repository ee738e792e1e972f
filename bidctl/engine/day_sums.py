"""What the hours of each natural day add up to, kept when the hours are gone: 41 days per campaign."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.resolve import Source

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

DAYS = 41
NEVER = -np.inf


class DaySums:
    """By row and day: `total` (5, n, 41) float32 of `HOURLY`, NaN = unknown; `source` (n, 41) int8 `Source`; `share` (n, 41)
    float32 sum(GMV_i / target_i) / sum(GMV_i) on the target's basis; `budget` (n, 41) float32 as last listed that day;
    `weighed` (n, 41): that share was told by the day's hours, not by its edits alone;
    `least` (n, 41) float32 spend known at least, of a day known in part; `known`
    (n, 41) epoch s of the newest fact in it."""

    def __init__(self) -> None:
        self.head: int | None = None
        self.total = np.zeros((5, 0, DAYS), np.float32)
        self.source = np.zeros((0, DAYS), np.int8)
        self.share = np.zeros((0, DAYS), np.float32)
        self.weighed = np.zeros((0, DAYS), np.bool_)
        self.budget = np.zeros((0, DAYS), np.float32)
        self.least = np.zeros((0, DAYS), np.float32)
        self.known = np.full((0, DAYS), NEVER)

    def grow(self, rows: int) -> None:
        more = rows - len(self.source)
        if more > 0:
            self.total = np.concatenate([self.total, np.full((5, more, DAYS), np.nan, np.float32)], axis=1)
            self.source = np.concatenate([self.source, np.zeros((more, DAYS), np.int8)])
            self.share = np.concatenate([self.share, np.full((more, DAYS), np.nan, np.float32)])
            self.weighed = np.concatenate([self.weighed, np.zeros((more, DAYS), np.bool_)])
            self.budget = np.concatenate([self.budget, np.full((more, DAYS), np.nan, np.float32)])
            self.least = np.concatenate([self.least, np.zeros((more, DAYS), np.float32)])
            self.known = np.concatenate([self.known, np.full((more, DAYS), NEVER)])

    def take(self, rows: Int) -> None:
        self.total, self.source, self.known = self.total[:, rows], self.source[rows], self.known[rows]
        self.share, self.budget, self.least = self.share[rows], self.budget[rows], self.least[rows]
        self.weighed = self.weighed[rows]

    def advance(self, day: int) -> bool:
        """Make `day` the newest; True where it was not."""
        if self.head is not None and day <= self.head:
            return False
        begin = day - DAYS + 1 if self.head is None else max(self.head + 1, day - DAYS + 1)
        fresh = np.arange(begin, day + 1) % DAYS
        self.total[:, :, fresh] = np.nan
        self.source[:, fresh] = 0
        self.share[:, fresh] = np.nan
        self.weighed[:, fresh] = False
        self.budget[:, fresh] = np.nan
        self.least[:, fresh] = 0.0
        self.known[:, fresh] = NEVER
        self.head = day
        return True

    def put_last(self, rows: Int, day: int, known: Float, level: Float, whole: Bool) -> None:
        """The last snapshot (m, 5) of a day whose hours are gone, `whole` (m,) where it tells of all of it; a snapshot older than what
        is known changes nothing."""
        if (rows[1:] > rows[:-1]).all():  # each row once
            last = np.arange(len(rows))
        else:
            order = np.lexsort((known, rows))
            r = rows[order]
            last = order[np.append(r[1:] != r[:-1], True)[: len(r)]]
        slot = day % DAYS
        last = last[known[last] >= self.known[rows[last], slot]]
        r = rows[last]
        self.known[r, slot] = known[last]
        self.least[r, slot] = np.nan_to_num(level[last, 0])
        self.source[r, slot] = np.where(whole[last], Source.SNAPSHOT, Source.UNKNOWN)
        self.total[:, r, slot] = np.where(whole[last, None], level[last], np.nan).T
