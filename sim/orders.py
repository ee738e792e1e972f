"""Orders: how many, of what value, when paid, and whether and when each comes back. The fate is drawn at birth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR
from sim.figures import figures
from sim.population import Traits
from sim.scenario import Refunds
from sim.shocks import Shocks, Stream, inverse_normal

Float = NDArray[np.float64]
Int = NDArray[np.int64]

RECEIPT_DAYS = 2.0  # dispatch and parcel, before an after-receipt refund can begin
WINDOWS_S = np.array([HOUR, 7 * DAY, 14 * DAY, 30 * DAY], np.float64)


@dataclass(frozen=True, slots=True)
class Orders:
    """One row an order. `at`: row of its campaign; `value`: fen, at least 1; `refund_at`: epoch seconds, inf = never; `window`: 0
    within an hour of payment, 1 within 7 days, 2 within 14, 3 within 30, 4 within 90."""

    at: Int
    value: Int
    refund_at: Float
    window: Int


def draw_orders(shocks: Shocks, traits: Traits, counts: Int, begin: float, dt: float, slot: int, r: Refunds) -> Orders:
    """`counts[i]` orders of campaign i paid within [begin, begin + dt); the j-th keeps its luck whatever the count."""
    at = np.repeat(np.arange(len(counts)), counts)
    ordinal = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    u = shocks.uniforms(Stream.ORDER, traits.key[at], slot, ordinal)
    sd = traits.value_sd[at]
    value = np.rint(traits.order_value[at] * np.exp(sd * inverse_normal(u[0]) - sd * sd / 2)).astype(np.int64)
    delay = np.where(u[1] < traits.refund[at], refund_delay(u[2], r), np.inf)
    window = np.searchsorted(WINDOWS_S, np.where(np.isfinite(delay), delay, 0.0), side="left")
    return Orders(at, np.maximum(value, 1), begin + u[3] * dt + delay, window)


def refund_delay(u: Float, r: Refunds) -> Float:
    """Seconds from payment to refund at quantile `u`: within the hour, before dispatch, or after receipt (fitted shape)."""
    first, second = r.within_hour, r.within_hour + r.before_dispatch
    quick = HOUR * u / max(first, 1e-9)
    soon = HOUR + (47 * HOUR) * (u - first) / max(r.before_dispatch, 1e-9)
    rest = (u - second) / max(1 - second, 1e-9)
    late = (RECEIPT_DAYS + np.interp(rest, np.linspace(0, 1, 101), figures().refund_delay_days)) * DAY
    return np.where(u < first, quick, np.where(u < second, soon, late))
