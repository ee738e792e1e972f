"""`exp`, `log` and the normal distribution with the same bits on every machine: only + - * /, square roots and exact
scaling, each rounded once by IEEE 754.

The processor's and the library's own versions differ in the last bit between machines, and a decision that hangs on
that bit could not be replayed. Accuracy: within 4 units in the last place over the normal range.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 cut to 32 bits: k * _LN2_HIGH is exact
_LN2_LOW = 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476
_EXP_TERMS = 14
_LOG_TERMS = 12


def exp(x: Float) -> Float:
    """e**x, elementwise. Overflow is inf, underflow 0, NaN stays NaN.

    >>> float(exp(np.array([0.0]))[0])
    1.0
    """
    x = np.asarray(x, np.float64)
    inside = np.where((x > -745.5) & (x < 709.79), x, 0.0)
    k = np.rint(inside * 1.4426950408889634)
    r = (inside - k * _LN2_HIGH) - k * _LN2_LOW
    total = np.ones_like(r)
    for n in range(_EXP_TERMS, 0, -1):
        total = 1.0 + total * r / n
    half = np.floor(k / 2).astype(np.int32)
    scaled = np.ldexp(np.ldexp(total, half), k.astype(np.int32) - half)
    scaled = np.where(x >= 709.79, np.inf, np.where(x <= -745.5, 0.0, scaled))
    return np.where(np.isnan(x), np.nan, scaled)


def log(x: Float) -> Float:
    """Natural logarithm, elementwise. log(0) is -inf; a negative number and NaN give NaN.

    >>> float(log(np.array([1.0]))[0])
    0.0
    """
    x = np.asarray(x, np.float64)
    usable = (x > 0) & np.isfinite(x)
    m, e = np.frexp(np.where(usable, x, 1.0))
    small = m < _SQRT_HALF
    m = np.where(small, m * 2.0, m)
    k = (e - small).astype(np.float64)
    s = (m - 1.0) / (m + 1.0)
    square = s * s
    total = np.zeros_like(s)
    for n in range(_LOG_TERMS, 0, -1):
        total = (total + 1.0 / (2 * n + 1)) * square
    value = k * _LN2_HIGH + (2.0 * s + (2.0 * s * total + k * _LN2_LOW))
    return np.where(usable, value, np.where(x == 0, -np.inf, np.where(x == np.inf, np.inf, np.nan)))


_TAIL = (-0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368)


def normal_cdf(z: Float) -> Float:
    """P(Z < z) of a standard normal Z, elementwise, by the complementary error function in W. J. Cody's manner (Numerical Recipes'
    short form `erfcc`): relative error below 1.2e-7 everywhere, so absolute error below 6.1e-8. NaN stays NaN.

    >>> float(normal_cdf(np.array([np.inf]))[0])
    1.0
    """
    x = np.abs(z) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.5 * x)
    poly = np.full_like(t, 0.17087277)
    for c in _TAIL:
        poly = c + t * poly
    tail = 0.5 * t * exp(-x * x - 1.26551223 + t * poly)
    return np.asarray(np.where(np.isnan(z), np.nan, np.where(z > 0, 1.0 - tail, tail)))
