"""How refunds are delayed: several shapes of delay at once, each as likely as an account's windows make it.

No single shape is right everywhere: refunds before dispatch come within a day or two, returns of live commerce in a hump a week or
two later, those of retail in a long tail. So F, the share of refunds that has come by an age, is the mean over stated shapes

    F(t) = e (1 - exp(-6 t / m)) + (1 - e) L(t / (g m)),   e in EARLY, g in TIMES, L in LATE, m the stated mean delay

weighed by a prior (log of the mean, by how far it lies from the stated one) and by what came in which window (1 h to 7, 14, 30, 90
days; pay days younger than 7 days by their age): a multinomial over windows, each with the paid GMV that lived through it. No shape
of ours is the truth: n refunds tell no more than n / (1 + n * MISFIT^2) would. What the shapes disagree about is `doubt`: the
relative sd of the refunds still to come at an age. Shapes, weights and `MISFIT` are ours.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.rows import dot, total

Float = NDArray[np.float64]
Int = NDArray[np.int64]

EARLY = {0.0: 0.4, 0.25: 0.3, 0.5: 0.3}
"""Share of refunds that comes early, with a sixth of the stated mean delay (a day of six): prior by share."""
TIMES = np.exp(np.linspace(-np.log(6.0), np.log(6.0), 15))
LOG_SD = 1.0
"""How far (log sd) the true mean delay may lie from the stated one before any data: 6 days stated may be 16 in truth."""
SLOW_SHARE, SLOW_SCALE, FAST_SCALE = 0.2857142857142857, 2.5, 0.4
MISFIT = 0.08
"""Relative error of the best of the shapes."""
_FIRST, _LAST, _KNOTS = 0.004, 250.0, 48


def two_speeds(x: Float) -> Float:
    """71 % with mean 0.4, 29 % with mean 2.5: retail's long tail. With a mean of 22 days it gives 43 / 65 / 81 / 93 % by day
    7 / 15 / 30 / 76; the retail pairs of simulation.md 2.2 show 46-50 / 60 / 75 / 90 %."""
    return np.asarray(1.0 - (1 - SLOW_SHARE) * np.exp(-x / FAST_SCALE) - SLOW_SHARE * np.exp(-x / SLOW_SCALE))


def hump(order: int) -> Callable[[Float], Float]:
    """A gamma of whole order with mean 1."""

    def share(x: Float) -> Float:
        y = order * x
        terms: Float = sum((y**k / math.factorial(k) for k in range(order)), np.zeros_like(y))
        return np.asarray(1.0 - np.exp(-y) * terms)

    return share


LATE: tuple[tuple[Callable[[Float], Float], float], ...] = ((two_speeds, 0.8), (hump(3), 0.1), (hump(8), 0.1))
"""What the others follow, and the prior of each."""


def _shapes() -> tuple[Float, Float]:
    """(t, s) share of refunds by each knot, by shape; (s,) log of its prior."""
    columns, log_prior = [], []
    for times, (early, likely), (late, of_late) in itertools.product(TIMES.tolist(), EARLY.items(), LATE):
        columns.append(early * -np.expm1(-6.0 * KNOTS) + (1 - early) * late(KNOTS / times))
        mean = early / 6.0 + (1 - early) * times
        log_prior.append(math.log(likely * of_late) - math.log(mean) ** 2 / (2 * LOG_SD**2))
    found = np.stack(columns, axis=1)
    found[-1] = 1.0
    return np.clip(found, 0.0, 1.0), np.array(log_prior)


KNOTS = np.geomspace(_FIRST, _LAST, _KNOTS)
"""Ages over the stated mean delay; between them F is taken as straight in the logarithm of age."""
SHAPES, LOG_PRIOR = _shapes()
_STEP = math.log(_LAST / _FIRST) / (_KNOTS - 1)


@dataclass(frozen=True, slots=True)
class Windows:
    """What an account's pay days have shown, by window, (a, b): `begin` and `end` age in days, `refunds` orders that came back in it
    (as many equal ones as tell as much), `paid` what of GMV has lived through it, in any unit: refunds expected of it, say."""

    begin: Float
    end: Float
    refunds: Float
    paid: Float


@dataclass(frozen=True, slots=True)
class Delays:
    """(n,) rows: `mean_days` the stated mean, `of` its account; by account and knot (a, t): `come` share of refunds that has come,
    `doubt` relative sd of those still to come."""

    mean_days: Float
    of: Int
    come: Float
    doubt: Float

    def share(self, age_days: Float) -> Float:
        """(n, d) share of refunds that has come by ages (n, d)."""
        x = age_days / self.mean_days[:, None] / _FIRST
        return np.asarray(self._at(self.come, x) * np.minimum(x, 1.0))

    def doubts(self, age_days: Float) -> Float:
        """(n, d) relative sd of the refunds that come after ages (n, d)."""
        return self._at(self.doubt, age_days / self.mean_days[:, None] / _FIRST)

    def _at(self, table: Float, x: Float) -> Float:
        knot, part = _place(x)
        knot += self.of[:, None] * _KNOTS
        flat = table.ravel()
        low = flat.take(knot)
        return np.asarray(low + part * (flat.take(knot + 1) - low))


def learn_delays(mean_days: Float, seen: Windows, weight: Float) -> Delays:
    """(a,) accounts after their windows. `mean_days` stated; `weight` what the stated refund share weighs, in the unit of `paid`."""
    # an account without rows has no mean
    x = np.stack([seen.begin, seen.end]) / np.where(mean_days > 0, mean_days, 1.0)[:, None]
    at, part = _place(x / _FIRST)
    begin, end = SHAPES[at] + part[..., None] * (SHAPES[at + 1] - SHAPES[at])
    come = np.maximum(end - begin, 1e-12)  # (a, b, s)
    n = total(seen.refunds)
    told = seen.refunds / (1.0 + n * MISFIT**2)[:, None]
    lived = np.einsum("ab,abs->as", seen.paid, come)
    score = LOG_PRIOR + np.einsum("ab,abs->as", told, np.log(come))
    score = score - total(told)[:, None] * np.log(np.where(lived > 0, lived, 1.0))
    likely = np.exp(score - score.max(axis=1, keepdims=True))
    likely = likely / total(likely)[:, None]
    # a shape with a longer tail makes of what was seen a greater refund share
    rate = 1.0 / np.maximum(weight[:, None] + lived, 1e-300)
    share = likely * rate / dot(likely, rate)[:, None]
    mean = dot(share[:, None], SHAPES)
    left = np.maximum(1.0 - mean, 0.0)
    square = dot((share**2 / np.where(likely > 0, likely, 1.0))[:, None], (1.0 - SHAPES) ** 2)
    some = left > 1e-9
    doubt = np.sqrt(np.maximum(square - left**2, 0.0)) / np.where(some, left, 1.0)
    return Delays(mean_days, np.arange(len(mean_days)), mean, np.where(some, doubt, 0.0))


def _place(x: Float) -> tuple[Int, Float]:
    """Knot below, and how far toward the next, of ages `x` over the first knot's."""
    at = np.clip(np.log(np.maximum(x, 1.0)) / _STEP, 0.0, _KNOTS - 1 - 1e-9)
    low = at.astype(np.int64)
    return low, np.asarray(at - low)
