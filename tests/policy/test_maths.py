"""`exp` and `log` against exact decimal arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bidctl.policy.maths import exp, log


def off_by(got: float, exact: Decimal) -> float:
    """Distance in units of the last place."""
    return abs(float((Decimal(got) - exact) / Decimal(math.ulp(float(exact)))))


@given(st.floats(-700, 700))
def test_exp(x: float) -> None:
    with localcontext() as c:
        c.prec = 50
        assert off_by(float(exp(np.array([x]))[0]), Decimal(x).exp()) <= 4


@given(st.floats(1e-300, 1e300))
def test_log(x: float) -> None:
    with localcontext() as c:
        c.prec = 50
        exact = Decimal(x).ln()
        assert exact == 0 or off_by(float(log(np.array([x]))[0]), exact) <= 4


def test_edges() -> None:
    assert exp(np.array([math.inf, -math.inf, 800.0, -800.0, 0.0])).tolist() == [math.inf, 0.0, math.inf, 0.0, 1.0]
    assert log(np.array([0.0, 1.0, math.inf])).tolist() == [-math.inf, 0.0, math.inf]
    assert np.isnan(exp(np.array([math.nan]))).all() and np.isnan(log(np.array([math.nan, -1.0]))).all()
