"""Grid units: exact integers kept in float64, so that unknown (NaN) and unlimited (inf) need no second column.

A float64 holds every integer up to 2**53; targets are far below 2**40 units, so sums, products with small integers and
the floors and ceilings of their quotients are exact.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]

TOLERANCE = 1e-9
"""Relative slack of a float that means a grid value (RULEBOOK R-BAND)."""


def units_down(value: Float, grid: Int | Float) -> Float:
    """The largest grid value <= `value` (ROAS), in units."""
    out = value * grid
    out *= 1.0 + TOLERANCE
    return np.floor(out, out)


def units_up(value: Float, grid: Int | Float) -> Float:
    """The smallest grid value >= `value` (ROAS), in units."""
    out = value * grid
    out *= 1.0 - TOLERANCE
    return np.ceil(out, out)


@lru_cache(maxsize=256)
def ratio(number: float) -> tuple[int, int]:
    """A setting as the exact fraction that its decimal text names (0.05 is 1/20), as (numerator, denominator)."""
    exact = Fraction(repr(number))
    return exact.numerator, exact.denominator


def share_down(units: Float, share: float) -> Float:
    """floor(units * share), exact."""
    top, bottom = ratio(share)
    return np.floor(units * top / bottom)


def share_up(units: Float, share: float) -> Float:
    """ceil(units * share), exact."""
    top, bottom = ratio(share)
    return np.ceil(units * top / bottom)
