"""Every order of a world one by one, for whoever emulates the shop that sold them; kept only where somebody asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.orders import Placed

Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Noted:
    """n orders in the order in which they were noted, which never changes: `campaign` index, `fen` paid (整体成交金额), whole epoch
    seconds `paid_at` and `back_at` (-1: never refunded)."""

    campaign: Int
    fen: Int
    paid_at: Int
    back_at: Int

    def __len__(self) -> int:
        return len(self.campaign)


class OrderBook:
    """Orders as they are placed; their refunds, which were drawn at birth, are known to the book before they happen."""

    def __init__(self) -> None:
        self._parts: list[Noted] = []

    def take(self, rows: Int, midnight: float, placed: Placed) -> None:
        """The orders of a tile whose campaigns are `rows`."""
        if len(placed.value):
            begin = round(midnight)
            back = np.where(placed.back < 0, -1, placed.back + begin)
            self._parts.append(Noted(rows[placed.column], placed.value, placed.paid + begin, back))

    def noted(self) -> Noted:
        """All of them."""
        if len(self._parts) != 1:
            none = np.zeros(0, np.int64)
            names = ("campaign", "fen", "paid_at", "back_at")
            whole = (np.concatenate([none, *(getattr(p, n) for p in self._parts)]) for n in names)
            self._parts = [Noted(*whole)]
        return self._parts[0]
