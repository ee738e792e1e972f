"""What the ads platform credits each campaign with, by natural day and by what the day's orders have in common with it.

A live campaign counts every order of its room; a goods campaign those of its products outside of rooms (qianchuan.md 9.5). So orders
find a live campaign by its live account, a goods campaign by its products.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import Kind
from bidctl.engine.attribution import DAY_S, Delivered

Int = NDArray[np.int64]
FEN = 100.0
_Row = tuple[str, str, str, int, int, int]


def delivered(campaigns: Iterable[CampaignInfo], facts: Panel, offset_s: float) -> Delivered:
    """Of the newest facts of each campaign and natural day; `offset_s` the account's zone east of UTC."""
    names, at, day, gmv, spend = _by_day(facts, offset_s)
    keys = {str(c.campaign): _keys(c) for c in campaigns}
    rows: list[_Row] = [
        (name, *key, when, paid, cost)
        for name, when, paid, cost in zip(names[at].tolist(), day.tolist(), gmv.tolist(), spend.tolist(), strict=True)
        for key in keys.get(name, ())
    ]
    columns = [*zip(*rows, strict=True)] or [()] * 6
    texts = [np.array(c, np.str_) if c else np.zeros(0, "U1") for c in columns[:3]]
    return Delivered(texts[0], texts[1], texts[2], *(np.array(c, np.int64) for c in columns[3:]))


def _keys(c: CampaignInfo) -> list[tuple[str, str]]:
    """(live account, product) pairs by which orders find a campaign."""
    if c.kind is Kind.LIVE:
        return [(c.live_account, "")] if c.live_account else []
    return [("", product) for product in c.products]


def _by_day(facts: Panel, offset_s: float) -> tuple[NDArray[np.str_], Int, Int, Int, Int]:
    """Campaigns, and by campaign (its place among them) and day: GMV and spend, fen. A day's own fact goes before the sum of its
    hours, that before the last reading of its totals."""
    names, campaign = np.unique(facts.campaign, return_inverse=True)
    day = np.floor((facts.happened_at + offset_s) / DAY_S).astype(np.int64)
    last = _last_readings(facts, campaign, day)
    rank = np.select([facts.grain == Grain.DAY, facts.grain == Grain.HOUR], [2, 1], 0)
    use = np.flatnonzero((facts.grain != Grain.CUMULATIVE) | last)
    cells, cell = np.unique(np.stack([campaign[use], day[use]]), axis=1, return_inverse=True)
    cell = np.ravel(cell)
    best = np.full(cells.shape[1], -1)
    np.maximum.at(best, cell, rank[use])
    mine = rank[use] == best[cell]
    sums = [np.bincount(cell[mine], np.nan_to_num(x[use][mine]), cells.shape[1]) for x in (facts.gmv, facts.spend)]
    gmv, spend = (np.rint(x * FEN).astype(np.int64) for x in sums)
    return names, cells[0].astype(np.int64), cells[1].astype(np.int64), gmv, spend


def _last_readings(facts: Panel, campaign: NDArray[np.intp], day: Int) -> NDArray[np.bool_]:
    """The last reading of each campaign's day."""
    order = np.lexsort((facts.known_at, facts.grain == Grain.CUMULATIVE, day, campaign))
    c, d = campaign[order], day[order]
    found = np.zeros(len(facts), np.bool_)
    found[order] = np.append((c[1:] != c[:-1]) | (d[1:] != d[:-1]), True)[: len(order)]
    return np.asarray(found & (facts.grain == Grain.CUMULATIVE))
