"""How late an account's refunds really come, from its own grown cohorts, drawn to the delay that was stated.

Of the refunds that a cohort has shown after its first hour by an age of 14 or 30 days, the shares that came by day 7, 14 and 30
are multinomial with the steps of F (engine/settlement.py). One factor f on the stated mean delays is taken per account, on a
grid, with a log-normal prior around 1: a delay stated as 6 days that is 18 in truth hides a fifth of all refunds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.settlement import STAGES_DAYS, VALUE_NOISE, Cohorts, delay, mean_order

Float = NDArray[np.float64]

FACTORS = np.exp(np.linspace(-np.log(8.0), np.log(8.0), 21))
LOG_SD = 0.7
"""How far the true delay lies from the stated one before any data (ours)."""
EDGES = STAGES_DAYS[:4]
GROUPS = ((2, 14.0, 30.0), (3, 30.0, np.inf))
"""(stage that the cohort has reached, from age, to age) in days."""


def learned_delay(cohorts: Cohorts, stated: Float, accounts: Groups) -> Float:
    """(n,) mean delay in days. `stated` (n,)."""
    score = np.broadcast_to(-0.5 * (np.log(FACTORS) / LOG_SD) ** 2, (accounts.size, len(FACTORS))).copy()
    steps = [delay(np.array(edge), stated * f, np.zeros(1)) for f in FACTORS for edge in EDGES]
    grown = np.stack(steps).reshape(len(FACTORS), len(EDGES), len(stated))
    value = mean_order(cohorts)
    for stage, young, old in GROUPS:
        came = _refunds(cohorts, stage, (cohorts.age_days >= young) & (cohorts.age_days < old)) / value / VALUE_NOISE
        share = np.diff(grown[:, : stage + 1], axis=1) / (grown[:, stage] - grown[:, 0])[:, None]
        score = score + accounts.sums_of_columns((came * np.log(np.maximum(share, 1e-12))).sum(axis=1).T)
    weight = np.exp(score - score.max(axis=1, keepdims=True))
    factor = np.exp((weight * np.log(FACTORS)).sum(axis=1) / weight.sum(axis=1))
    return np.asarray(stated * factor[accounts.of])


def _refunds(c: Cohorts, stage: int, aged: NDArray[np.bool_]) -> Float:
    """(stage, n) yuan refunded between each two edges, over the cohorts in `aged` whose columns are all reported."""
    columns = c.settled[:, : stage + 1, :]
    use = np.isfinite(columns).all(axis=1) & aged
    came = np.where(use[:, None], -np.diff(columns, axis=1), 0.0)
    return np.asarray(np.maximum(came, 0.0).sum(axis=2).T)
