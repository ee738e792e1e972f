"""The three oracles on one world. What each knows and relaxes: docs/assumptions.md, "Oracles and regret".

O_feas: the best path under the rules of moving, realised on the world's own luck. O_free: the best ROI of every day, without
limits of moving. O_static: the best constant target in hindsight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar import HOUR
from sim.feasible import CELL, best_path
from sim.foresee import eligible, foresee, sampled
from sim.outlook import Outlook
from sim.seam import World, numbers
from sim.stakes import free, stakes_of
from sim.world import MarketWorld
from sim.yardstick import Yardstick

Float = NDArray[np.float64]
Int = NDArray[np.int64]

PART = 64
"""Lines at a time: bounds the memory of the dynamic program."""
PRICES = (0.0, 0.1, 0.2, 0.3, 0.45)
"""Shares of the margin that a piece of short stock, or a yuan of short balance, may be worth elsewhere."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Of lines: what the program expects (n,), its targets (n, 1 + s); expected profit of O_free and O_static (n,)."""

    value: Float
    targets: Float
    free: Float
    static: Float


def measure(make: Callable[[], MarketWorld], seed: int, days: int, stage_hours: int, count: int = 200) -> Yardstick:
    """The oracles on at most `count` lines of the world that `make` builds anew at each call, for the `days` from its now on, with a
    decision every `stage_hours`. Raises ValueError as `foresee` does, and where no line is eligible."""
    world = make()
    campaigns = sampled(eligible(world), count)
    if not len(campaigns):
        raise ValueError(
            f"scenario {world.scenario.name}: no campaign for an oracle; expected some that may deliver and are enrolled at the start"
        )
    known = world.foresight(days)
    parts = np.array_split(campaigns, -(-len(campaigns) // PART))
    outlooks = [foresee(world, known, part, stage_hours) for part in parts]
    shared = _shared(world, campaigns)
    plans = [_plan(outlooks, price) for price in (PRICES[:1] if shared is None else PRICES)]
    profits = [replay(make() if k else world, campaigns, p.targets, stage_hours) for k, p in enumerate(plans)]
    best = _best(np.array(profits), shared)
    targets = np.take_along_axis(np.array([p.targets for p in plans]), best[None, :, None], axis=0)[0]
    return Yardstick(
        scenario=world.scenario.name,
        seed=seed,
        campaign=numbers(world.specs)[campaigns],
        feas=np.take_along_axis(np.array(profits), best[None], axis=0)[0],
        value=plans[0].value,
        free=plans[0].free,
        static=plans[0].static,
        target=targets[:, 24 // stage_hours :: 24 // stage_hours],
    )


def _shared(world: MarketWorld, campaigns: Int) -> Int | None:
    """(n,) what runs short together where something can: the account's balance, or each line's own stock."""
    if world.scenario.balance.day_yuan:
        return np.array([world.specs[i].account for i in campaigns.tolist()], np.int64)
    return np.arange(len(campaigns)) if world.scenario.stock.cover_days else None


def _best(profits: Float, shared: Int | None) -> Int:
    """(n,) the plan that really earned most, of each line together with those that it runs short with."""
    if shared is None:
        return np.zeros(profits.shape[1], np.int64)
    _, of = np.unique(shared, return_inverse=True)
    sums = np.stack([np.bincount(of, weights=p) for p in profits])
    return np.asarray(sums.argmax(axis=0)[of], np.int64)


def _plan(outlooks: Sequence[Outlook], price: float) -> _Plan:
    """The path where GMV is worth less by `price` than it earns."""
    plans = [_plan_part(replace(o, margin=(1 - price) * o.margin)) for o in outlooks]
    return _Plan(*(np.concatenate([getattr(p, f.name) for p in plans]) for f in fields(_Plan)))


def _plan_part(outlook: Outlook) -> _Plan:
    best = free(outlook)
    stakes = stakes_of(outlook, best.target)
    path = best_path(stakes)
    settled = stakes.gain + stakes.credit
    insured = outlook.by_day(settled).max(axis=2)  # a day at one cell may earn more where it is protected
    most = np.maximum(outlook.by_day(best.profit), insured)
    return _Plan(
        value=path.value,
        targets=outlook.targets(np.multiply(CELL, path.cells - stakes.start[:, None])),
        free=most.sum(axis=1),
        static=settled.sum(axis=1).max(axis=1),
    )


def replay(world: World, campaigns: Int, targets: Float, stage_hours: int) -> Float:
    """Profit (n,) that targets (n, 1 + s) earn lines of a world from its now on, run-out included, fen. The first column is in
    force already; the next ones are set stage by stage where they differ from the one before. Other lines are left alone."""
    lines = Lines(world, campaigns)
    before = lines.sums(world.run_out().profit)
    for last, now in pairwise(targets.T):
        new = now != last
        if new.any():
            world.set_target(lines.latest[new], now[new])
        world.advance(world.now + stage_hours * HOUR)
        lines.follow()
    return lines.sums(world.run_out().profit) - before


class Lines:
    """Campaigns of goods, and live rooms with all the campaigns that they have from the first on. `latest` (n,): that of now."""

    def __init__(self, world: World, campaigns: Int) -> None:
        self._world, self.latest = world, campaigns.copy()
        self._all = [(int(c), k) for k, c in enumerate(campaigns)]
        specs = [world.specs[c] for c, _ in self._all]
        self._rooms = {spec.live_account: k for k, spec in enumerate(specs) if spec.kind == 1}
        self._seen = len(world.specs)

    def follow(self) -> None:
        """Take up the campaigns that rooms have got since."""
        for i in range(self._seen, len(self._world.specs)):
            spec = self._world.specs[i]
            k = self._rooms.get(spec.live_account) if spec.kind == 1 else None
            if k is not None:
                self.latest[k] = i
                self._all.append((i, k))
        self._seen = len(self._world.specs)

    def sums(self, amounts: Float) -> Float:
        """(n,) sums over the campaigns of each line."""
        campaign, line = np.array(self._all).T
        return np.bincount(line, weights=amounts[campaign], minlength=len(self.latest)).astype(np.float64)


def best_constant(make: Callable[[], World], campaigns: Int, days: int, factors: Sequence[float]) -> Float:
    """O_static on any world: realised profit (n,) of the best of constant targets, each a factor on the present one. It is picked
    by its own luck and so lies above what a constant target can expect."""
    profits = []
    for factor in factors:
        world = make()
        start = np.array([world.specs[i].target for i in campaigns])
        targets = np.stack([start, factor * start], axis=1)
        profits.append(replay(world, campaigns, targets, 24 * days))
    return np.asarray(np.max(profits, axis=0), np.float64)
