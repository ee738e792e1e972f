"""Facts of many campaigns over a run of hours or days, read whole: rows, and zeros where there were none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.panel import Grain


@dataclass(frozen=True, slots=True)
class FactBlock:
    """`campaigns` (m,) str, each once; `grain` HOUR or DAY; `first`: index of the first hour (`NaturalDays.hour_of`) or day
    (`NaturalDays.of`), all of them ended when they were read; `known_at` epoch s of the read; `values` (metrics, m, k) of
    `METRICS` (days) or their first five (hours), yuan and counts: a cell whose first metric is NaN is no row, which in a
    whole read means zero; NaN in others = not reported."""

    campaigns: NDArray[np.str_]
    grain: Grain
    first: int
    known_at: float
    values: NDArray[np.float64]

    @property
    def width(self) -> int:
        return int(self.values.shape[2])
