"""The promotion calendar (大促日历): phases that move goals and bounds for their days, and give them back by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from itertools import pairwise


class PhaseKind(IntEnum):
    """Part of a promotion."""

    PREPARE = 0  # 筹备期
    WARM = 1  # 预热期
    DAY = 2  # 活动日
    ENCORE = 3  # 返场期


@dataclass(frozen=True, slots=True)
class Factors:
    """What a day's goal and the operator's bounds are multiplied by."""

    goal: float = 1.0
    minimum: float = 1.0
    maximum: float = 1.0

    def toward(self, share: float) -> Factors:
        """These, as far as `share` (0..1) of the way from no change."""
        return Factors(*(1 + share * (f - 1) for f in (self.goal, self.minimum, self.maximum)))


PLAIN = Factors()


@dataclass(frozen=True, slots=True)
class Phase:
    """`first` and `last` natural days, both in it. `ramp_days`: days before `first` over which its factors come in, in equal
    steps; after `last` they are gone."""

    kind: PhaseKind
    name: str
    first: date
    last: date
    factors: Factors = PLAIN
    ramp_days: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """Phases in the order of their days. Raises ValueError where two share a day."""

    phases: tuple[Phase, ...] = ()

    def __post_init__(self) -> None:
        for one, other in pairwise(self.phases):
            if other.first <= one.last:
                raise ValueError(f"{one.name} {one.first}..{one.last}, {other.name} {other.first}..{other.last}")

    def phase(self, day: date) -> Phase | None:
        """The phase that holds a day."""
        return next((p for p in self.phases if p.first <= day <= p.last), None)

    def factors(self, day: date) -> Factors:
        """Of a day: its phase's; on the ramp before the next phase part of that one's; else none."""
        inside = self.phase(day)
        if inside is not None:
            return inside.factors
        coming = next((p for p in self.phases if p.first - timedelta(days=p.ramp_days) <= day < p.first), None)
        if coming is None:
            return PLAIN
        return coming.factors.toward(1 - (coming.first - day).days / (coming.ramp_days + 1))

    def opens_within(self, day: date, least: int, most: int) -> bool:
        """Whether a promotion's own days (活动日) begin `least` to `most` days after `day`."""
        return any(p.kind is PhaseKind.DAY and least <= (p.first - day).days <= most for p in self.phases)

    def usual(self, day: date) -> bool:
        """Whether people buy on that day as on any other: no phase, or the one of preparation."""
        inside = self.phase(day)
        return inside is None or inside.kind is PhaseKind.PREPARE
