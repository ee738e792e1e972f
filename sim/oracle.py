"""The three oracles on one world. What each knows and relaxes: docs/assumptions.md, "Oracles and regret".

O_feas: the best path under the rules of moving, realised on the world's own luck. O_free: the best ROI of every day, without
limits of moving. O_static: the best constant target in hindsight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.calendar import HOUR
from sim.feasible import CELL, best_path
from sim.foresee import eligible, foresee, sampled
from sim.outlook import Outlook
from sim.seam import World
from sim.stakes import free, stakes_of
from sim.world import MarketWorld
from sim.yardstick import Yardstick

Float = NDArray[np.float64]
Int = NDArray[np.int64]


PART = 64  # campaigns at a time: bounds the memory of the dynamic program


def measure(make: Callable[[], MarketWorld], seed: int, days: int, stage_hours: int, count: int = 200) -> Yardstick:
    """The oracles on at most `count` campaigns of the world that `make` builds, for the `days` from its now on, with a decision
    every `stage_hours`. Raises ValueError as `foresee` does, and where no campaign is eligible."""
    world = make()
    campaigns = sampled(eligible(world), count)
    if not len(campaigns):
        raise ValueError(
            f"scenario {world.scenario.name}: no campaign for an oracle; expected some that may deliver and are enrolled at the start"
        )
    parts = np.array_split(campaigns, -(-len(campaigns) // PART))
    foreseen = [_foreseen(foresee(world, part, days, stage_hours)) for part in parts]
    value, free_, static, targets = (np.concatenate(column) for column in zip(*foreseen, strict=True))
    return Yardstick(
        scenario=world.scenario.name,
        seed=seed,
        campaign=campaigns,
        feas=replay(world, campaigns, targets, stage_hours),
        value=value,
        free=free_,
        static=static,
        target=targets[:, 24 // stage_hours :: 24 // stage_hours],
    )


def _foreseen(outlook: Outlook) -> tuple[Float, Float, Float, Float]:
    """Expected profit of O_feas, O_free and O_static (n,), and the targets of O_feas (n, 1 + s)."""
    best = free(outlook)
    stakes = stakes_of(outlook, best.target)
    path = best_path(stakes)
    targets = outlook.targets(np.multiply(CELL, path.cells - stakes.start[:, None]))
    settled = stakes.gain + stakes.credit
    most = np.maximum(best.profit, outlook.by_day(settled).max(axis=2))  # a cell may earn more where it is insured
    return path.value, most.sum(axis=1), settled.sum(axis=1).max(axis=1), targets


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
