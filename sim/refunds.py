"""When refunds come: within the hour, before dispatch, or after receipt by the fitted shape. The fate of an order is its own
from birth, so what becomes of all orders placed is known without simulating it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR
from sim.figures import figures
from sim.luck import CLUSTER
from sim.scenario import Refunds

Float = NDArray[np.float64]
Int = NDArray[np.int64]

LEVELS = 4096
MOST_REFUNDED = 0.95
RECEIPT_DAYS = 2.0  # dispatch and parcel, before an after-receipt refund can begin
WINDOWS_S = np.array([HOUR, 7 * DAY, 14 * DAY, 30 * DAY], np.float64)


@dataclass(frozen=True, slots=True)
class Delays:
    """By quantile level: `seconds` from payment to refund; `window` 0 within an hour, 1 within 7 days, 2 within 14, 3 within 30,
    4 within 90."""

    seconds: Float
    window: Int


@cache
def delays_of(refunds: Refunds) -> Delays:
    seconds = refund_delay((np.arange(LEVELS) + 0.5) / LEVELS, refunds)
    return Delays(seconds, np.searchsorted(WINDOWS_S, seconds, side="left").astype(np.int64))


def refund_delay(u: Float, r: Refunds) -> Float:
    """Seconds from payment to refund at quantile `u`."""
    first, second = r.within_hour, r.within_hour + r.before_dispatch
    quick = HOUR * u / max(first, 1e-9)
    soon = HOUR + (47 * HOUR) * (u - first) / max(r.before_dispatch, 1e-9)
    rest = (u - second) / max(1 - second, 1e-9)
    late = (RECEIPT_DAYS + np.interp(rest, np.linspace(0, 1, 101), figures().refund_delay_days)) * DAY
    return np.where(u < first, quick, np.where(u < second, soon, late))


def refund_chance(usual: Float, day: NDArray[np.float32], r: Refunds, factor: float) -> Float:
    """(m,) probability that an order of the day comes back. `day` (4, m): the day's luck; `factor`: of its promotions."""
    spread = np.exp(r.cluster * day[CLUSTER] - r.cluster**2 / 2) if r.cluster else 1.0
    return np.asarray(np.minimum(usual * (factor * spread), MOST_REFUNDED), np.float64)


def level_of(fate: NDArray[np.uint16], chance: NDArray[np.uint16], at: Int) -> Int:
    """The quantile level of orders of campaigns `at`, whose 16 bits of fate lie below the campaign's `chance` of coming back."""
    scale = LEVELS / np.maximum(chance, 1).astype(np.float64)
    return (fate * scale.take(at)).astype(np.int64)
