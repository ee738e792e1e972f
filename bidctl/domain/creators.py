"""Creators (达人) as their seller's own tables tell them, and the thresholds of their grades; None = not told, never zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Grade(IntEnum):
    """Of a creator, best first."""

    S = 0
    A = 1
    B = 2


@dataclass(frozen=True, slots=True)
class Creator:
    """One creator. `clicks` on the product cards it showed; yuan: `samples` sent, `ads` spent on its content, `fee` fixed (坑位费):
    all of the pay weeks that are asked for."""

    creator: str
    name: str = ""
    platform: str = ""
    category: str = ""
    clicks: float | None = None
    samples: float | None = None
    ads: float | None = None
    fee: float | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a grade asks for on a platform and in a category ("" = any): `gain` at least, of the interval's lower end; `orders` and
    `conversion` at least; `refunded` share at most. None = asks nothing."""

    grade: Grade
    platform: str = ""
    category: str = ""
    gain: float | None = None
    orders: float | None = None
    conversion: float | None = None
    refunded: float | None = None


DEFAULT: tuple[Threshold, ...] = (
    Threshold(Grade.S, gain=2.0, orders=30),
    Threshold(Grade.A, gain=1.3, orders=30),
    Threshold(Grade.B, gain=1.0, orders=10),
)
"""Used where no table of grades is named (ours): B pays for its cost, A 30 % more, S twice."""


def thresholds(table: Sequence[Threshold], platform: str, category: str) -> tuple[Threshold, ...]:
    """The lines for a creator of this platform and category: those that name both, else its category, else its platform, else none."""
    for wanted in ((platform, category), ("", category), (platform, ""), ("", "")):
        found = tuple(t for t in table if (t.platform, t.category) == wanted)
        if found:
            return tuple(sorted(found, key=lambda t: t.grade))
    return ()
