"""Where a creative or a creator stands: volume x conversion."""

from __future__ import annotations

from enum import IntEnum

from bidctl.wording import Wording


class Quadrant(IntEnum):
    """Volume x conversion, each against the median of its like."""

    STAR = 0
    PROMISING = 1
    LEAKING = 2
    IDLE = 3


QUADRANTS: dict[Quadrant, Wording] = {
    Quadrant.STAR: Wording("量大转化高", "much volume, converts well"),
    Quadrant.PROMISING: Wording("量小转化高", "little volume, converts well"),
    Quadrant.LEAKING: Wording("量大转化低", "much volume, converts badly"),
    Quadrant.IDLE: Wording("量小转化低", "little volume, converts badly"),
}
