"""Tiles: campaigns that are evaluated together. A tile is small enough for its arrays to stay in a core's cache; its campaigns
have the same size of menu and the same spread of order values, and are all goods or all live."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.columns import taken
from sim.menus import Buyers, value_levels
from sim.population import Traits
from sim.scenario import Scenario

Int = NDArray[np.int64]

WIDTH, WIDE = (
    1024,
    16384,
)  # campaigns, where steps of an hour are run by the day, and where short steps are run one by one


@dataclass(frozen=True, slots=True)
class Tile:
    """`rows`: the world's indices of its campaigns; `traits` of them; `first`: its first column in the day's page of the books."""

    rows: Int
    traits: Traits
    buyers: Buyers
    live: bool
    first: int

    @property
    def token(self) -> bytes:
        return self.buyers.token


def tiles_of(rows: Int, traits: Traits, scenario: Scenario, first: int, width: int = WIDTH) -> list[Tile]:
    """Tiles of these campaigns (any order), with columns from `first` on, at most `width` in each."""
    own = taken(traits, rows)
    spreads = np.array([(g.value_log_sd, g.value_tail) for g in scenario.group])[own.group]
    kinds = np.column_stack([own.live, own.size, spreads])
    order = np.lexsort((own.key, *kinds.T))
    edges = np.flatnonzero((np.diff(kinds[order], axis=0) != 0).any(axis=1)) + 1
    tiles: list[Tile] = []
    for alike in np.split(order, edges):
        for chosen in np.array_split(alike, -(-len(alike) // width)):
            tiles.append(_tile(rows[chosen], taken(own, chosen), scenario, first))
            first += len(chosen)
    return tiles


def _tile(rows: Int, traits: Traits, scenario: Scenario, first: int) -> Tile:
    group = scenario.group[int(traits.group[0])]
    size, levels = int(traits.size[0]), value_levels(group.value_log_sd, group.value_tail)
    name = hashlib.blake2b(repr((size, group.value_log_sd, group.value_tail)).encode(), digest_size=16)
    name.update(traits.key.tobytes() + traits.order_value.tobytes())
    return Tile(
        rows=rows,
        traits=traits,
        buyers=Buyers(traits.key, size, traits.order_value, levels, name.digest()),
        live=bool(traits.live[0]),
        first=first,
    )
