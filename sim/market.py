"""How spend and revenue answer to a ROI target: pure functions over arrays of campaigns.

x = ln(T / reference). Elasticity of spend to the target: eps(x) = low + (high - low) / (1 + exp(-x / width)); ln spend is minus
its integral. Above one everywhere, it falls as volume grows, so profit has one best target: T* = eps(T*) / (eps(T*) - 1) / m',
with m' = margin x settled share (shape fitted to auction data; docs/assumptions.md).
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
F = TypeVar("F", np.float32, np.float64)

LN2 = float(np.log(2.0))


def elasticity(x: Float, low: Float, high: Float, width: float) -> Float:
    """-d ln spend / d ln T at x."""
    return np.asarray(low + (high - low) / (1 + np.exp(-x / width)), np.float64)


def log_volume(x: NDArray[F], low: NDArray[F], high: NDArray[F], width: float) -> NDArray[F]:
    """ln(spend / spend at the reference) at x, demand apart; in the precision of what is given."""
    exact = x.dtype.type
    bend = np.multiply(x, exact(1 / width))
    np.exp(bend, out=bend)
    np.log1p(bend, out=bend)
    bend -= exact(LN2)
    bend *= (low - high) * exact(width)
    bend -= low * x
    return bend


def optimum(reference: Float, low: Float, high: Float, width: float, settled_margin: Float) -> Float:
    """ln T*: the root of ln T + ln m' = ln(eps / (eps - 1)), by bisection. The right side falls with T: one root."""
    left, right = reference - 4.0, reference + 4.0
    for _ in range(60):
        mid = (left + right) / 2
        eps = elasticity(mid - reference, low, high, width)
        above = mid + np.log(settled_margin) > np.log(eps / (eps - 1))
        left, right = np.where(above, left, mid), np.where(above, mid, right)
    return (left + right) / 2


def next_state(x: Float, rho: float, sd: float, z: Float) -> Float:
    """One day of a stationary AR(1) with standard deviation `sd`."""
    return np.asarray(rho * x + np.sqrt(1 - rho * rho) * sd * z, np.float64)
