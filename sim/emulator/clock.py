"""Virtual time of an emulator: S times real time, or standing still until somebody advances it."""

from __future__ import annotations

import time
from collections.abc import Callable


class VirtualClock:
    """Epoch seconds that run `speed` times as fast as `monotonic`; speed 0 = stepped, time moves by `advance` alone."""

    def __init__(self, start: float, speed: float = 0.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        if speed < 0:
            raise ValueError(f"speed {speed}: expected 0 (stepped) or more")
        self._base, self.speed, self._monotonic = start, speed, monotonic
        self._mark = monotonic()

    def now(self) -> float:
        """Virtual epoch seconds."""
        return self._base + (self._monotonic() - self._mark) * self.speed if self.speed else self._base

    def run_at(self, speed: float) -> None:
        """Go on from here at another speed (0 = stepped). Raises ValueError."""
        if speed < 0:
            raise ValueError(f"speed {speed}: expected 0 (stepped) or more")
        self._base, self._mark, self.speed = self.now(), self._monotonic(), speed

    def advance(self, seconds: float) -> float:
        """Jump forward; the new now. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError(f"seconds {seconds}: time never goes back")
        self._base += seconds
        return self.now()
