"""How often the tick's settlement intervals cover what comes in the end: accounts of 32 campaigns, refunds of 10, 30 and 50 % after delays
of many shapes, by age of the pay day and over the last 7 days together. A 90 % interval covers 28.8 of 32 on average and, with 99 %
chance, 24 or more."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.engine.groups import Groups
from bidctl.engine.normal import Z90
from bidctl.engine.settlement import Priors, look, settle
from bidctl.engine.shared_prior import shared
from tests.engine.cohorts import DELAYS, reported

Float = NDArray[np.float64]
RATES = (0.10, 0.30, 0.50)
AGES = (1, 4, 8, 15, 22)
"""How many days back a pay day lies; the newest is 1."""
SEEDS = 8
LEAST = 24


def covered(rate: float, delay: str, seed: int, orders: int) -> tuple[list[int], list[float]]:
    """Of one account: campaigns covered at every age and over 7 days, and the intervals' half width in share of what was paid."""
    c, final = reported(rate, delay, seed, orders=orders)
    n, days = final.shape
    stated = Priors(np.full(n, 0.75), np.full(n, 50.0), np.full(n, 6.0))
    seen = look(c)
    told = shared(stated, c, np.full(n, -1), Groups(np.zeros(n, np.int64), 1), seen)
    s = settle(c, seen, told.priors, told.delays, told.slow)
    inside, widths = [], []
    for which in [*(slice(days - back, days - back + 1) for back in AGES), slice(days - 7, days)]:
        use = np.zeros((n, days), np.bool_)
        use[:, which] = True
        sd = np.sqrt(s.variance(np.full(n, np.inf), use, np.full(n, 80.0), np.full(n, 0.8)))
        off = np.abs(final[:, which].sum(axis=1) - s.final[:, which].sum(axis=1))
        inside.append(int((off <= Z90 * sd).sum()))
        widths.append(float((Z90 * sd / c.paid[:, which].sum(axis=1)).mean()))
    return inside, widths


def main() -> None:
    """Print by delay and refund share: campaigns of 32 covered on average, the fewest of any account, the interval's half width."""
    told = argparse.ArgumentParser()
    told.add_argument("--seeds", type=int, default=SEEDS)
    told.add_argument("--orders", type=int, default=60, help="orders a campaign and day")
    given = told.parse_known_args()[0]
    columns = [*(f"day {back}" for back in AGES), "7 days"]
    print(f"covered of 32: mean (fewest) +- half width in points; {given.seeds} accounts, {given.orders} orders a day")
    print(f"{'':36s}" + "".join(f"{name:>19s}" for name in columns))
    short = 0
    for delay in DELAYS:
        for rate in RATES:
            runs = [covered(rate, delay, seed, given.orders) for seed in range(given.seeds)]
            inside, width = (np.array(x) for x in zip(*runs, strict=True))
            short += int((inside < LEAST).sum())
            cells = zip(inside.mean(axis=0), inside.min(axis=0), 100 * width.mean(axis=0), strict=True)
            print(f"{delay:30s} {rate:4.0%}  " + "".join(f"{m:6.1f} ({low:2d}) +-{w:5.1f}" for m, low, w in cells))
    print(f"fewer than {LEAST} covered: {short} of {len(DELAYS) * len(RATES) * len(columns) * given.seeds}")


if __name__ == "__main__":
    main()
