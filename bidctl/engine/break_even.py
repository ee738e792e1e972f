"""Inputs of R-FLOOR in columns: break-even on the target's basis and the margin per yuan of paid GMV."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import FloorState
from bidctl.engine.enrolled import Enrolled

Float = NDArray[np.float64]


def margin(e: Enrolled, settled_share: Float) -> Float:
    """(n,) m' = i * (s * m - r * k) per yuan of GMV of the basis whose settled share is s; a creator's is commission * s."""
    own = e.incremental * (settled_share * e.margin - e.refund_after_dispatch * e.loss_per_refund)
    return np.where(e.creator, e.commission * settled_share, own)


def floor(e: Enrolled, settled_share: Float) -> tuple[Float, NDArray[np.int8]]:
    """(floor, FloorState) on the basis of `settled_share`: 1 / m', else the operator's own 保本ROI, else the minimum."""
    m = margin(e, settled_share)
    given = np.isfinite(e.break_even)
    never = np.isfinite(m) & (m <= 0) & ~given
    value = np.where(given, e.break_even, np.where(np.isfinite(m) & (m > 0), 1.0 / np.where(m > 0, m, 1.0), e.minimum))
    value = np.where(never, np.nan, value)
    state = np.where(never, FloorState.NEVER_PROFITABLE, np.where(np.isfinite(value), FloorState.KNOWN, FloorState.MISSING))
    return value, state.astype(np.int8)
