"""What the platform reports of creatives: each natural day's spend by their shares, each order by chance to one of them.

Which creative an order goes to is drawn for the order, by its number within the day: another set of creatives leaves the luck of
an order as it was. So a creative's figures scatter as its orders do, and the rows of a day add up to the campaign's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.books import GMV, ORDERS, SPEND, Books
from sim.calendar import day_start
from sim.creatives import Mix, whole_parts
from sim.menus import LEVELS, value_levels
from sim.population import Traits
from sim.scenario import Scenario
from sim.seam import CreativeReport
from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class CreativeRows:
    """The creatives' side of a world's books."""

    def __init__(self, books: Books, shocks: Shocks, scenario: Scenario) -> None:
        self._books, self._shocks = books, shocks
        self._levels = [value_levels(g.value_log_sd, g.value_tail) for g in scenario.group]

    def rows(
        self, mixes: Mapping[int, Mix], traits: Traits, campaigns: Int, since: float, until: float
    ) -> CreativeReport:
        """Rows of the natural days that begin in [since, until)."""
        none = np.zeros(0, np.int64)
        parts = [CreativeReport(none, none, np.zeros(0), none, none, none)]
        parts += [self._day(mixes[d], traits, campaigns, d) for d in sorted(mixes) if since <= day_start(d) < until]
        columns = CreativeReport.__dataclass_fields__
        return CreativeReport(*(np.concatenate([getattr(p, n) for p in parts]) for n in columns))

    def _day(self, mix: Mix, traits: Traits, campaigns: Int, day: int) -> CreativeReport:
        rows = np.flatnonzero(np.isin(mix.campaign, campaigns))
        rows = rows[np.argsort(mix.campaign[rows], kind="stable")]
        owner = mix.campaign[rows]
        spend, gmv, orders = self._books.days(np.arange(owner.max(initial=-1) + 1), day)[[SPEND, GMV, ORDERS]]
        won, worth = self._dealt(traits, owner, mix.earns[rows], orders, day)
        whole = np.bincount(owner, weights=worth)[owner] if len(owner) else worth
        part = worth / np.where(whole > 0, whole, 1.0)
        return CreativeReport(
            owner, mix.number[rows], np.full(len(rows), day_start(day)),
            whole_parts(spend, owner, mix.share[rows]), whole_parts(gmv, owner, part), won,
        )  # fmt: skip

    def _dealt(self, traits: Traits, owner: Int, earns: Float, orders: Int, day: int) -> tuple[Int, Float]:
        """By row the orders that it won, and what they weigh."""
        won, worth = np.zeros(len(owner), np.int64), np.zeros(len(owner))
        for i in np.unique(owner):
            mine = slice(np.searchsorted(owner, i), np.searchsorted(owner, i, "right"))
            word = self._shocks.words(Stream.CREATIVE_ORDERS, traits.key[[i]], day, int(orders[i]))[0]
            edges = np.cumsum(earns[mine])[:-1]
            pick = np.searchsorted(edges, (word >> np.uint64(32)) * 2.0**-32, "right")
            value = self._levels[int(traits.group[i])][(word & np.uint64(LEVELS - 1)).astype(np.int64)]
            won[mine] = np.bincount(pick, minlength=len(edges) + 1)
            worth[mine] = np.bincount(pick, weights=value, minlength=len(edges) + 1)
        return won, worth
