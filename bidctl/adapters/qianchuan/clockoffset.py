"""Offset of the platform's clock from ours, taken from the Date header of every answer."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime
from email.utils import parsedate_to_datetime


class ClockOffset:
    """Each answer bounds the offset: its Date was stamped between our sending and our receiving, and is cut to whole
    seconds. The newest answers' bounds are intersected, so the estimate is finer than a second; an answer that
    contradicts them (a clock was stepped) starts anew. Within the bounds the offset nearest zero is taken: clocks that may
    agree are taken to agree."""

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

    def seconds(self) -> float:
        """Platform minus ours, seconds; NaN before the first answer."""
        low, high = self._intersection()
        return min(max(0.0, low), high) if self._bounds else math.nan

    def _intersection(self) -> tuple[float, float]:
        low = max((bound[0] for bound in self._bounds), default=-math.inf)
        return low, min((bound[1] for bound in self._bounds), default=math.inf)
