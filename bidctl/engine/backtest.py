"""Rolling-origin back-test of the refund forecast: at each cohort and age, forecast with what was known then, compare with what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.refund_curve import Cohorts, RefundCurve, learn, lived, project, spread

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Triangle:
    """What came of each cohort in the end. `paid_at` (c,) days on one axis, ascending; `paid` (c,) yuan; `refunds` (c, b) yuan by
    lag bin; `sampling` (c,) as in `Cohorts`; `edges` (b + 1,) days."""

    paid_at: Float
    paid: Float
    refunds: Float
    sampling: Float
    edges: Float

    def known(self, upto: int, now: float) -> Cohorts:
        """Cohorts 0 .. upto as they were known at `now` (days on the same axis)."""
        age = now - self.paid_at[: upto + 1]
        seen = np.where(lived(self.edges, age) >= 1.0 - 1e-9, self.refunds[: upto + 1], 0.0)
        return Cohorts(
            np.zeros(upto + 1, np.int64),
            self.paid[: upto + 1],
            _whole(self.edges, age),
            seen,
            self.sampling[: upto + 1],
        )


@dataclass(frozen=True, slots=True)
class AgeResult:
    """How the forecast did at one age, over n cohorts: `rmse`, `bias`, `naive_rmse` (refunds as seen so far) in share of the
    cohort's GMV; `covered` cohorts inside the 90 % interval."""

    age_days: float
    n: int
    rmse: float
    bias: float
    naive_rmse: float
    covered: int


def backtest(
    t: Triangle, prior: RefundCurve, strength: float, ages: tuple[float, ...], first: int, last: int
) -> list[AgeResult]:
    """Forecast cohorts first .. last - 1 at each age, learning only from what was known at that instant (age in whole days lived)."""
    return [_at_age(t, prior, strength, age, range(first, last)) for age in ages]


def _at_age(t: Triangle, prior: RefundCurve, strength: float, age: float, which: range) -> AgeResult:
    errors, naive, covered = [], [], 0
    for c in which:
        known = t.known(c, t.paid_at[c] + age + 1.0)  # an age of k days has lived through the bin of day k
        curve = learn(prior, np.array([strength]), known)
        mine = known.take(np.array([c]))
        one = project(curve, spread(curve, known.take(np.arange(c)), float(mine.age_days[0])), mine)
        final = t.paid[c] - t.refunds[c].sum()
        errors.append((one.final[0] - final) / t.paid[c])
        naive.append((mine.refunds.sum() - t.refunds[c].sum()) / t.paid[c])
        covered += bool(one.lo[0] - 1e-9 <= final <= one.hi[0] + 1e-9)
    e, z = np.array(errors), np.array(naive)
    return AgeResult(
        age, len(e), float(np.sqrt((e**2).mean())), float(e.mean()), float(np.sqrt((z**2).mean())), covered
    )


def _whole(edges: Float, age: Float) -> Float:
    """Ages cut to the last bin edge that was lived through whole: a bin half seen is not seen."""
    at = np.searchsorted(edges, age + 1e-9, side="right") - 1
    return np.asarray(edges[np.clip(at, 0, len(edges) - 1)])
