"""R-FLOOR: the break-even target, computed from its inputs and shown with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import FloorState, Side

Float = NDArray[np.float64]
Small = NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorInputs:
    """What break-even stands on, one row a campaign; NaN = not given. Shares are 0..1.

    `side`: `Side`. `settled` s: projected settled share of the target's own basis. `margin` m: contribution of kept
    orders, after goods, commission on confirmed receipts, platform fee and shipping. `refunded` r: share refunded after
    dispatch. `lost` k: cost lost per such yuan. `incremental` i: at most 1. `commission`: a creator's rate.
    `break_even`: the operator's own 保本ROI, used as it is. `minimum`: the operator's minimum (R-BOUNDS). `cash_share`:
    cash per yuan of ad cost, below 1 where rebates and grants are configured.
    """

    side: Small
    settled: Float
    margin: Float
    refunded: Float
    lost: Float
    incremental: Float
    commission: Float
    break_even: Float
    minimum: Float
    cash_share: Float


def break_even(x: FloorInputs) -> tuple[Float, Small]:
    """(floor, state): the target below which no lowering ends, and `FloorState`.

    Merchant and agency: cash / (i (s m - r k)); creator: cash / (commission x s). A denominator that is not positive is
    NEVER_PROFITABLE (floor NaN). MISSING: neither a margin, a 保本ROI nor a minimum; with a minimum alone the state is
    KNOWN and the floor NaN, because R-BOUNDS holds the line. Source: R-FLOOR.
    """
    gain = yield_per_paid_yuan(x)
    own = x.break_even > 0
    floor = np.full(len(gain), np.nan)
    np.divide(x.cash_share, gain, out=floor, where=gain > 0)
    np.copyto(floor, x.break_even, where=own)
    state = np.full(len(gain), FloorState.KNOWN, np.int8)
    state[np.isnan(floor) & np.isnan(x.minimum)] = FloorState.MISSING
    state[~own & (gain <= 0)] = FloorState.NEVER_PROFITABLE
    return floor, state


def yield_per_paid_yuan(x: FloorInputs) -> Float:
    """What one yuan of GMV on the target's basis finally earns; NaN where an input is not given."""
    merchant = np.minimum(x.incremental, 1.0) * (x.settled * x.margin - x.refunded * x.lost)
    return np.where(x.side == Side.CREATOR, x.commission * x.settled, merchant)


def shown(x: FloorInputs, i: int) -> str:
    """Break-even of row `i` as the sum it is, for people.

    >>> one = lambda v: np.array([v], float)
    >>> x = FloorInputs(side=np.array([0], np.int8), settled=one(0.8), margin=one(0.5), refunded=one(0.1), lost=one(0.4),
    ...     incremental=one(1), commission=one(np.nan), break_even=one(np.nan), minimum=one(np.nan), cash_share=one(1))
    >>> shown(x, 0)
    '1.00 / (1.00 x (0.800 x 0.500 - 0.100 x 0.400)) = 2.78'
    """
    floor, state = (column[i] for column in break_even(x))
    result = f"{floor:.2f}" if floor == floor else FloorState(int(state)).name
    if x.break_even[i] > 0:
        return f"保本ROI {result}"
    if x.side[i] == Side.CREATOR:
        return f"{x.cash_share[i]:.2f} / ({x.commission[i]:.3f} x {x.settled[i]:.3f}) = {result}"
    kept = f"{x.settled[i]:.3f} x {x.margin[i]:.3f} - {x.refunded[i]:.3f} x {x.lost[i]:.3f}"
    return f"{x.cash_share[i]:.2f} / ({min(x.incremental[i], 1.0):.2f} x ({kept})) = {result}"
