"""R-FLOOR: break-even against the sums done by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.domain.values import FloorState, Side
from bidctl.policy.rulebook.floor import FloorInputs, break_even, shown

NAN = math.nan
GIVEN = {
    "side": Side.MERCHANT, "settled": 0.8, "margin": 0.5, "refunded": 0.1, "lost": 0.4, "incremental": 1.0,
    "commission": NAN, "break_even": NAN, "minimum": NAN, "cash_share": 1.0,
}  # fmt: skip


def inputs(**other: float) -> FloorInputs:
    values = {**GIVEN, **other}
    return FloorInputs(**{k: np.array([v], np.int8 if k == "side" else np.float64) for k, v in values.items()})


@pytest.mark.parametrize(
    ("other", "floor", "state"),
    [
        ({}, 1 / 0.36, FloorState.KNOWN),
        ({"incremental": 0.5}, 1 / 0.18, FloorState.KNOWN),
        ({"incremental": 3.0}, 1 / 0.36, FloorState.KNOWN),  # never above 1
        ({"cash_share": 0.9}, 0.9 / 0.36, FloorState.KNOWN),
        ({"side": Side.AGENCY}, 1 / 0.36, FloorState.KNOWN),
        ({"side": Side.CREATOR, "commission": 0.2, "margin": NAN}, 1 / 0.16, FloorState.KNOWN),
        ({"side": Side.CREATOR, "commission": 0.0}, NAN, FloorState.NEVER_PROFITABLE),
        ({"margin": 0.05}, NAN, FloorState.NEVER_PROFITABLE),  # 0.8 x 0.05 = 0.1 x 0.4
        ({"margin": 0.04}, NAN, FloorState.NEVER_PROFITABLE),
        ({"margin": 0.04, "break_even": 3.5}, 3.5, FloorState.KNOWN),
        ({"margin": NAN}, NAN, FloorState.MISSING),
        ({"margin": NAN, "break_even": 2.5}, 2.5, FloorState.KNOWN),
        ({"margin": NAN, "minimum": 2.0}, NAN, FloorState.KNOWN),
        ({"settled": NAN}, NAN, FloorState.MISSING),
    ],
)
def test_break_even(other: dict[str, float], floor: float, state: FloorState) -> None:
    got, got_state = break_even(inputs(**other))
    assert got[0] == pytest.approx(floor, nan_ok=True)
    assert got_state[0] == state


share = st.integers(0, 100).map(lambda p: p / 100)


@given(s=share, m=share, r=share, k=share)
def test_at_the_floor_a_merchant_earns_nothing(s: float, m: float, r: float, k: float) -> None:
    floor, state = break_even(inputs(settled=s, margin=m, refunded=r, lost=k))
    earned = Fraction(repr(s)) * Fraction(repr(m)) - Fraction(repr(r)) * Fraction(repr(k))
    if state[0] == FloorState.KNOWN and earned > 0:
        assert float(floor[0]) * float(earned) == pytest.approx(1.0)
    else:
        assert earned <= Fraction(1, 10**12)


def test_it_is_shown_with_its_inputs() -> None:
    assert shown(inputs(), 0) == "1.00 / (1.00 x (0.800 x 0.500 - 0.100 x 0.400)) = 2.78"
    assert shown(inputs(side=Side.CREATOR, commission=0.2), 0) == "1.00 / (0.200 x 0.800) = 6.25"
    assert shown(inputs(break_even=2.5), 0) == "保本ROI 2.50"
    assert shown(inputs(margin=0.0), 0).endswith("= NEVER_PROFITABLE")
