"""Offset of the platform's clock from ours, taken from the Date header of every answer."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime
from email.utils import parsedate_to_datetime


class ClockOffset:
    """Each answer bounds the offset: its Date was stamped between our sending and our receiving, and is cut to whole
    seconds. The newest answers' bounds are intersected, so the estimate is finer than a second; an answer that
    contradicts them (a clock was stepped) starts anew. Clocks that may agree are taken to agree; else the least offset
    within the bounds is taken, so that our reckoning of platform time is never ahead of it."""

    def __init__(self, keep: int = 32) -> None:
        self._bounds: deque[tuple[float, float]] = deque(maxlen=keep)

    def observe(self, date_header: str | None, sent: datetime, received: datetime) -> None:
        """Take one answer: its Date header, and our instants of sending and receiving."""
        try:
            stamped = parsedate_to_datetime(date_header or "").timestamp()
        except ValueError:
            return
        bound = (stamped - received.timestamp(), stamped + 1.0 - sent.timestamp())
        low, high = self._intersection()
        if bound[0] > high or bound[1] < low:
            self._bounds.clear()
        self._bounds.append(bound)

    def forget(self) -> None:
        """Our own clock was set: what was measured against the old one says nothing."""
        self._bounds.clear()

    def seconds(self) -> float:
        """Platform minus ours, seconds; NaN before the first answer."""
        low, high = self._intersection()
        if not self._bounds:
            return math.nan
        return 0.0 if low <= 0.0 <= high else low

    def _intersection(self) -> tuple[float, float]:
        low = max((bound[0] for bound in self._bounds), default=-math.inf)
        return low, min((bound[1] for bound in self._bounds), default=math.inf)
