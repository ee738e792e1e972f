"""Cost protection by the rules of two platform families: what a day's loss pays back, and what an edit forfeits.

Qianchuan (qianchuan.md 10.2): a natural day with at least 10 orders and ROI strictly below 80 % of the day's target
pays spend - sum(GMV / target); two edits closer than an hour (live: 15 minutes), or live more than 24 a day, void the day.
TikTok (tiktok-gmv-max.md 14): more than 20 orders and ROI below 90 % of the target pay cost - GMV / (0.9 x target); any edit, or
a pause, voids the day.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.calendar import HOUR

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]

TOLERANCE_S = 0.001


@dataclass(frozen=True, slots=True)
class Family:
    """`orders`: fewest of a protected day; `share` of the target below which it pays; `pays_to`: and up to which share.
    `spacing_s`: goods, live; `edits` a day: goods, live; `any_edit` voids the day."""

    orders: int
    share: float
    pays_to: float
    spacing_s: tuple[float, float]
    edits: tuple[int, int]
    any_edit: bool


FAMILIES = {
    "qianchuan": Family(10, 0.8, 1.0, (HOUR, 900.0), (1 << 30, 24), False),
    "tiktok": Family(21, 0.9, 0.9, (0.0, 0.0), (1 << 30, 1 << 30), True),
}


@dataclass(slots=True)
class Cover:
    """Of each campaign: `edited_at` last edit, `edits` today, `void` today; `owed` fen of spend that today's GMV justifies at the
    targets in force, `since` fen of GMV since the target last changed; in all: `credits` fen, `lost` days voided by edits."""

    edited_at: Float
    edits: Int
    void: Mask
    owed: Float
    since: Int
    credits: Float
    lost: Int

    @classmethod
    def of(cls, n: int) -> Cover:
        kinds = {"void": np.bool_, "edits": np.int64, "since": np.int64, "lost": np.int64}
        cover = cls(**{f.name: np.zeros(n, kinds.get(f.name, np.float64)) for f in fields(cls)})
        cover.edited_at -= np.inf
        return cover


def edited(cover: Cover, family: Family, rows: Int, live: Mask, at: float) -> None:
    """Targets or objectives of these campaigns were set by the operator."""
    cover.edits[rows] += 1
    kind = live.astype(np.int64)
    close = at - cover.edited_at[rows] < np.array(family.spacing_s)[kind] - TOLERANCE_S
    often = cover.edits[rows] > np.array(family.edits)[kind]
    cover.void[rows] |= close | often | family.any_edit
    cover.edited_at[rows] = at


def count(cover: Cover, rows: Int, target: Float) -> None:
    """The target in force (`target`, until now) changes, or the day ends: what its GMV justifies is counted."""
    cover.owed[rows] += cover.since[rows] / target
    cover.since[rows] = 0


def end_day(cover: Cover, family: Family, spend: Int, orders: Int) -> None:
    """Midnight, every campaign: pay what the day is owed, begin a new one."""
    due = spend - cover.owed / family.pays_to
    short = family.share * spend > cover.owed
    paid = (orders >= family.orders) & short & ~cover.void
    cover.credits += np.where(paid, np.maximum(due, 0.0), 0.0)
    cover.lost += cover.void
    cover.void[:], cover.owed[:], cover.edits[:] = False, 0.0, 0
