"""Simulated pay-day cohorts that share no code with the engine: every order comes back or not by its own draw, after some delay."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.settlement import Cohorts

NAN = float("nan")
Shape = tuple[int, ...]
DELAYS: Mapping[str, Callable[[np.random.Generator, Shape], NDArray[np.float64]]] = {
    "two speeds": lambda r, s: np.where(r.random(s) < 5 / 7, r.exponential(2.4, s), r.exponential(15.0, s)),
    "before dispatch, then receipt": lambda r, s: np.where(r.random(s) < 0.4, 2 * r.random(s), 2 + r.exponential(9, s)),
    "a hump": lambda r, s: r.gamma(4, 3, s),
    "log-normal": lambda r, s: 4 * np.exp(r.standard_normal(s)),
    "Weibull": lambda r, s: 6 * r.weibull(0.6, s),
    "early, then around day 14": lambda r, s: np.where(
        r.random(s) < 0.5, r.exponential(1.0, s), r.normal(14, 3, s).clip(min=2)
    ),
    "exponential": lambda r, s: r.exponential(10, s),
}
"""Days from payment to refund, of those that do not come within the hour."""


def reported(
    rate: float, delay: str, seed: int, campaigns: int = 32, days: int = 41, orders: int = 60
) -> tuple[Cohorts, np.ndarray]:
    """Orders that come back or not, each by its own draw, as the platform's columns show them (the 7-day one rolls); and what is left
    of each pay day in the end. Every tenth refund within the hour."""
    rng = np.random.default_rng(seed)
    age = np.arange(days, 0, -1) - 0.5
    shape = (campaigns, days, orders)
    value = 80 * np.exp(0.7 * rng.standard_normal(shape) - 0.245)
    back = rng.random(shape) < rate
    slow = DELAYS[delay](rng, shape)
    lag = np.where(rng.random(shape) < 0.1, rng.random(shape) / 24, slow)
    paid, final = value.sum(axis=2), (value * ~back).sum(axis=2)
    settled = np.full((campaigns, 5, days), NAN)
    for stage, depth in enumerate((1 / 24, 7.0, 14.0, 30.0, 90.0)):
        seen = back & (lag <= np.minimum(depth, age)[:, None])
        shown = (age >= depth) | (stage == 1)
        settled[:, stage, shown] = (paid - (value * seen).sum(axis=2))[:, shown]
    counts = np.full((campaigns, days), float(orders))
    return Cohorts(np.broadcast_to(age, (campaigns, days)).copy(), paid, counts, settled), final
