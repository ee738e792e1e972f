"""What cost protection is expected to pay for a day, before its orders are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.outlook import Cover

Float = NDArray[np.float64]


def expected_credit(
    cover: Cover, spend: Float, gmv: Float, target: Float, order_value: Float, value_square: Float
) -> Float:
    """Fen of credit, worth included, of days with expected `gmv`, all arrays broadcast. A day's GMV is taken as normal with the
    variance of a Poisson number of orders, and as independent of whether there are enough of them."""
    orders = gmv / order_value
    mean, sd = gmv / target, np.sqrt(np.maximum(orders * value_square, 1e-12)) / target
    limit = cover.share * spend
    z = (limit - mean) / sd
    below = normal_cdf(z)
    owed_below = mean * below - sd * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    enough = normal_cdf((orders - cover.orders + 0.5) / np.sqrt(np.maximum(orders, 1e-12)))
    return np.asarray(cover.value * enough * np.maximum(spend * below - owed_below / cover.pays_to, 0.0), np.float64)


def normal_cdf(z: Float) -> Float:
    """P(Z <= z) to seven digits (Abramowitz & Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    tail = np.polyval((1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530, 0.0), t)
    upper = tail * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.where(z > 0, 1 - upper, upper), np.float64)
