"""Does the twin foresee days that it was not fitted to? All but the last k days are fitted, the twin lives through these at the
targets that were in force, many times over, and what really came is set beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY
from sim.fit import fit, teaches
from sim.normal import inverse_normal
from sim.past import Past
from sim.twin import twin
from sim.world import MarketWorld

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]

METRICS = ("spend", "gmv", "orders")
LEVELS = (0.8, 0.9)
DRAWS = 100
SURE = 0.99
TOTAL = 0.95


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Of one metric, over the held-back days: `seen` (n,) really came, `drawn` (draws, n) in the twins. Yuan, or orders."""

    metric: str
    seen: Float
    drawn: Float

    def interval(self, level: float) -> tuple[Float, Float]:
        """(n,) each: a further draw lies inside with this probability, however few draws there are."""
        low, high = np.quantile(self.drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="weibull")
        return low, high

    def inside(self, level: float) -> Mask:
        """(n,) what came lies in the interval."""
        low, high = self.interval(level)
        return np.asarray((self.seen >= low) & (self.seen <= high))

    @property
    def total(self) -> Foreseen:
        """All campaigns together."""
        return Foreseen(self.metric, self.seen.sum(keepdims=True), self.drawn.sum(axis=1, keepdims=True))

    def covers(self, level: float) -> bool:
        """Campaigns lie inside about as often as they should: no fewer than chance allows at 99 %, were they independent."""
        n, hits = len(self.seen), int(self.inside(level).sum())
        return sum(comb(n, k) * level**k * (1 - level) ** (n - k) for k in range(hits + 1)) > (1 - SURE) / 2


@dataclass(frozen=True, slots=True)
class Check:
    """Over the last `days` days of the campaigns that delivered on all of them; `unlike`: campaigns left out because they did
    not, or could not be fitted without these days."""

    days: int
    campaign: tuple[str, ...]
    unlike: int
    metrics: tuple[Foreseen, ...]

    @property
    def good(self) -> bool:
        """Neither the total nor the campaigns lie outside too often."""
        return all(m.total.inside(TOTAL).all() and m.covers(level) for m in self.metrics for level in LEVELS)


def check(past: Past, days: int, draws: int = DRAWS, step: Callable[[float], None] = lambda _: None) -> Check:
    """Raises FitRefused where the days before them are too few to fit. `step` is told the share done."""
    f = fit(past.without_last(days))
    place = {c: i for i, c in enumerate(past.campaign)}
    there = past.take(np.array([place[c] for c in f.past.campaign], np.int64))
    steady = teaches(there)[:, -days:].all(axis=1) & np.isfinite(there.gmv[:, -days:]).all(axis=1)
    steady &= np.isfinite(there.orders[:, -days:]).all(axis=1)
    rows = np.flatnonzero(steady)
    scenario = twin(f, "check", history_days=0)
    number = {name: i for i, name in enumerate(f.past.campaign)}
    drawn = {m: np.zeros((draws, len(rows))) for m in METRICS}
    everybodys = np.exp(f.level_shared * inverse_normal((np.arange(draws) + 0.5) / draws))
    for k in range(draws if len(rows) else 0):
        world = MarketWorld(scenario, k + 1)
        mine = np.array([number[s.name.rpartition("-")[0]] for s in world.specs])
        lived = _live(world, there.target[mine, -days:])
        for m in METRICS:
            drawn[m][k] = lived[m][np.argsort(mine)][rows] * everybodys[k]
        step((k + 1) / draws)
    seen = {m: getattr(there, m)[rows, -days:].sum(axis=1) for m in METRICS}
    return Check(
        days, tuple(there.campaign[i] for i in rows), len(past.campaign) - len(rows),
        tuple(Foreseen(m, seen[m], drawn[m]) for m in METRICS),
    )  # fmt: skip


def _live(world: MarketWorld, targets: Float) -> dict[str, Float]:
    """Totals by campaign over the days of `targets` (n, days), NaN = as the day before."""
    n, begin = len(targets), world.now
    who = np.arange(n)
    for d in range(targets.shape[1]):
        known = np.isfinite(targets[:, d])
        world.set_target(who[known], targets[known, d])
        world.advance(begin + (d + 1) * DAY)
    told = world.report(who, begin, world.now, "day")
    return {
        m: np.bincount(told.campaign, weights=getattr(told, m), minlength=n) / (1.0 if m == "orders" else 100.0)
        for m in METRICS
    }
