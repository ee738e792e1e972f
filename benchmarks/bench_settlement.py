"""How long settlement takes on one core for 100,000 campaigns x 30 pay-day cohorts, two ways.

By the platform's maturing columns, as every tick does: what the cohorts have shown, what account and product taught, every campaign's
refunds learned, every cohort projected, with the variance of the last 7 days.
By orders, as `bidctl settlement` does: refunds learned by lag of every group, the spread at every age, every cohort projected with its
interval.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.engine.delay_shapes import two_speeds
from bidctl.engine.groups import Groups
from bidctl.engine.refund_curve import Cohorts as ByLag
from bidctl.engine.refund_curve import RefundCurve, learn, prior_curve, project, spreads
from bidctl.engine.settlement import STAGES_DAYS, Cohorts, Priors, Settled, look, settle
from bidctl.engine.settlement_weeks import EDGES
from bidctl.engine.shared_prior import shared

CAMPAIGNS, COHORTS, ACCOUNTS, PRODUCTS = 100_000, 30, 500, 20_000
RUNS = 5
NEWEST = 7


def cohorts(n: int, d: int) -> Cohorts:
    """Columns as the platform reports them: refunds of 5 to 50 % by campaign, a window shown once a cohort is old enough, 5 % of the
    days without a reading."""
    luck = np.random.default_rng(1)
    age = np.arange(d, 0, -1) - 0.5
    orders = luck.poisson(luck.gamma(1.0, 20.0, (n, 1)), (n, d)).astype(np.float64)
    paid = orders * luck.uniform(40, 300, (n, 1))
    refund = luck.uniform(0.05, 0.5, (n, 1))
    settled = np.full((n, len(STAGES_DAYS), d), np.nan)
    for stage, depth in enumerate(STAGES_DAYS):
        seen = 0.1 + 0.9 * two_speeds(np.minimum(age, depth) / 6.0)
        shown = (age >= depth) | (stage == 0)
        settled[:, stage, shown] = (paid * (1 - refund * seen))[:, shown]
    gaps = luck.random((n, d)) < 0.05
    paid[gaps] = np.nan
    return Cohorts(np.broadcast_to(age, (n, d)).copy(), paid, orders, settled)


def once(c: Cohorts, priors: Priors, product: np.ndarray, accounts: Groups) -> Settled:
    """What every observation does (engine/columns.py), and the intervals of its newest days."""
    seen = look(c)
    told = shared(priors, c, product, accounts, seen)
    found = settle(c, seen, told.priors, told.delays, told.slow)
    n = len(c.paid)
    use, ones = np.ones((n, NEWEST), np.bool_), np.ones(n)
    found.expected(np.full(n, np.inf))
    found.variance(np.full(n, np.inf), use, 100 * ones, 0.9 * ones)
    return found


def by_lag(c: Cohorts, curve: RefundCurve) -> ByLag:
    """The same cohorts as orders show them: refunds so far by lag."""
    n, d = c.paid.shape
    luck = np.random.default_rng(2)
    group, age, paid = np.repeat(np.arange(n), d), c.age_days.ravel(), np.nan_to_num(c.paid).ravel()
    refunds = np.zeros((n * d, len(EDGES) - 1))
    for b, (low, high) in enumerate(zip(EDGES[:-1].tolist(), EDGES[1:].tolist(), strict=True)):
        lived = np.clip((age - low) / (high - low), 0.0, 1.0)
        refunds[:, b] = paid * lived * curve.share[group, b] * luck.uniform(0.5, 1.5, n * d)
    return ByLag(group, paid, age, refunds, np.full(n * d, 200.0))


def curve_once(c: ByLag, prior: RefundCurve, weight: np.ndarray) -> None:
    """What `settlement_weeks.rates` does to cohorts."""
    curve = learn(prior, weight, c)
    project(curve, spreads(curve, c, c.age_days), c)


def timed(work: Callable[[], object]) -> str:
    """CPU seconds of one core: median and best of some runs after a first one."""
    work()
    spent = []
    for _ in range(RUNS):
        cpu = time.process_time()
        work()
        spent.append(time.process_time() - cpu)
    return f"{statistics.median(spent):.2f} s of one core (median of {RUNS}, best {min(spent):.2f})"


def main() -> None:
    """Print CPU seconds both ways."""
    told = argparse.ArgumentParser()
    told.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    n = told.parse_known_args()[0].campaigns
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})  # one core, whatever numpy would like
    try:
        c = cohorts(n, COHORTS)
        priors = Priors(np.full(n, 0.75), np.full(n, 50.0), np.full(n, 6.0))
        accounts, product = Groups(np.arange(n) % ACCOUNTS, ACCOUNTS), np.arange(n) % PRODUCTS - 1
        print(f"{n:,} campaigns x {COHORTS} cohorts")
        print(f"by the platform's columns: {timed(lambda: once(c, priors, product, accounts))}")
        prior = prior_curve(EDGES, np.full(n, 0.25), np.full(n, 0.3), np.full(n, 6.0))
        lags, weight = by_lag(c, prior), np.full(n, 5000.0)
        print(f"by orders: {timed(lambda: curve_once(lags, prior, weight))}")
    finally:
        os.sched_setaffinity(0, before)


if __name__ == "__main__":
    main()
