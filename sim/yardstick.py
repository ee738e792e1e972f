"""What the oracles came to on one world: the yardstick that regret is measured with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """m sampled lines (a campaign of goods, or a live room with the campaigns of all its days), d natural days of the run's window;
    fen of profit, run-out included.

    `campaign` (m,) number (sim/seam.py) of a line's first campaign. `feas` (m,) realised by the path of O_feas on the
    world's own luck, `value` (m,) what its dynamic program expected; `target` (m, d) its path, in force at each day's end. `free`,
    `static` (m,): expected by O_free and O_static. What each knows and relaxes: docs/assumptions.md."""

    scenario: str
    seed: int
    campaign: Int
    feas: Float
    value: Float
    free: Float
    static: Float
    target: Float
