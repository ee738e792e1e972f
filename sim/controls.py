"""What is set on the campaigns of a world, as the one who runs it knows it: targets, budgets, switches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Grid
from sim.seam import World

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


class Controls:
    """(n,) by index of the world: `target` grid units, `budget` fen, `enabled`, `modified` epoch s; campaigns that the world
    creates enter as they were created."""

    def __init__(self, world: World, grid: Grid) -> None:
        self._world, self._grid = world, grid
        self.target = np.zeros(0, np.int64)
        self.budget = np.zeros(0, np.int64)
        self.enabled = np.zeros(0, np.bool_)
        self.modified = np.zeros(0)
        self.follow()

    def __len__(self) -> int:
        return len(self.target)

    def follow(self) -> None:
        """Take up new campaigns."""
        fresh = self._world.specs[len(self) :]
        if fresh:
            units = [self._grid.nearest(s.target) for s in fresh]
            self.target = np.concatenate([self.target, np.array(units, np.int64)])
            self.budget = np.concatenate([self.budget, np.array([s.budget for s in fresh], np.int64)])
            self.enabled = np.concatenate([self.enabled, np.ones(len(fresh), np.bool_)])
            self.modified = np.concatenate([self.modified, np.array([s.created_at for s in fresh])])

    def retarget(self, rows: Int, units: Int, at: float) -> None:
        self._world.set_target(rows, units / self._grid.per_one)
        self.target[rows], self.modified[rows] = units, at

    def rebudget(self, rows: Int, fen: Int, at: float) -> None:
        self._world.set_budget(rows, fen)
        self.budget[rows], self.modified[rows] = fen, at

    def switch(self, rows: Int, on: Bool, at: float) -> None:
        self._world.set_enabled(rows, on)
        self.enabled[rows], self.modified[rows] = on, at
