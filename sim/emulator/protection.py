"""Cost protection of cost-controlled 全域 plans (qianchuan.md 10.2): edit discipline, and whether a day would be paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.emulator.times import HOUR, day_start

GOODS_SPACING_S = HOUR
LIVE_SPACING_S = 15 * 60
SWITCH_SPACING_S = HOUR
LIVE_EDITS_A_DAY = 24
TOLERANCE_S = 0.001
"""Events of one instant lie microseconds apart here (see `service.NUDGE_S`); that is no shorter spacing."""
MIN_ORDERS = 10
SHORTFALL = 0.8
CONFIRMED_BY_S = 12 * HOUR
"""Yesterday's loss is CONFIRMING until noon, then PAID (hours invented)."""


@dataclass(slots=True)
class Discipline:
    """Edits of one campaign by anybody, and the natural day that they have spoilt. Times in epoch seconds."""

    live: bool
    last_value: float = float("-inf")
    last_switch: float = float("-inf")
    day: float = float("-inf")
    values_today: int = 0
    spoilt_day: float = float("-inf")
    why: str = field(default="")

    def value_edited(self, at: float) -> None:
        """A target was set (setting the same value again counts: unconfirmed, qianchuan.md 11)."""
        self._turn(at)
        self.values_today += 1
        last = self.last_value if self.live else max(self.last_value, self.last_switch)
        self._judge(at, last, LIVE_SPACING_S if self.live else GOODS_SPACING_S)
        if self.live and self.values_today > LIVE_EDITS_A_DAY:
            self._spoil(at, f"ROI目标当日修改超过{LIVE_EDITS_A_DAY}次")
        self.last_value = at

    def objective_switched(self, at: float) -> None:
        self._turn(at)
        last = self.last_switch if self.live else max(self.last_value, self.last_switch)
        self._judge(at, last, SWITCH_SPACING_S)
        self.last_switch = at

    def spoilt(self, now: float) -> bool:
        """Whether the natural day of `now` has lost its protection."""
        return self.spoilt_day == day_start(now)

    def _turn(self, at: float) -> None:
        if day_start(at) != self.day:
            self.day, self.values_today = day_start(at), 0

    def _judge(self, at: float, last: float, spacing: float) -> None:
        if at - last < spacing - TOLERANCE_S:
            self._spoil(at, f"两次修改间隔小于{int(spacing // 60)}分钟")

    def _spoil(self, at: float, why: str) -> None:
        self.spoilt_day, self.why = day_start(at), why


def is_owed(spend: int, orders: int, gmv_by_target: Sequence[tuple[int, float]]) -> bool:
    """Whether a day meets the numbers: at least 10 orders and actual ROI strictly below 80 % of the day's target, where
    day target = total GMV / T and T = sum(GMV_i / goal_i); hence spend > T / 0.8. Money in fen."""
    owed_spend = sum(gmv / target for gmv, target in gmv_by_target if target > 0)
    return orders >= MIN_ORDERS and SHORTFALL * spend > owed_spend
