"""From what the platform lists of creatives to the columns over days that `creative_view` takes.

Who is in a campaign is what its list says now: a row of a day that the list does not hold any more is no creative of it (but its
spend counts for the campaign), and one that a day's rows leave out spent nothing then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import Creative, CreativeDay, CreativeSettled, Totals
from bidctl.domain.values import CampaignId
from bidctl.engine.creative_view import CreativeCampaigns, CreativeDays

Float = NDArray[np.float64]
COLUMNS = ("spend", "gmv", "gmv_1h", "orders")


@dataclass(frozen=True, slots=True)
class CampaignCreatives:
    """A campaign at one look. `curbed`: something else than its material holds its spend down; `target` ROAS, NaN = none; `members`:
    its list; `spares`: its reserve, oldest first; `days`: complete days, oldest first, the same of all; `settled` by creative, of older
    days, empty = not told."""

    campaign: CampaignId
    free: bool
    curbed: bool
    keep_at_least: int
    retired_today: int
    retired_week: int
    spares: tuple[str, ...]
    batch_due: bool
    fresh_week: int
    target: float
    members: tuple[Creative, ...]
    days: tuple[CreativeDay, ...]
    settled: Mapping[str, CreativeSettled] = field(default_factory=dict)


def creative_table(found: Sequence[CampaignCreatives]) -> tuple[CreativeDays, CreativeCampaigns]:
    """The creatives of an account's campaigns in columns; rows follow `members` of each campaign in turn."""
    members = [c for one in found for c in one.members]
    index = np.repeat(np.arange(len(found)), [len(one.members) for one in found]).astype(np.int64)
    did = {name: _days(found, name) for name in COLUMNS}
    creatives = CreativeDays(
        creative=np.array([c.creative for c in members], np.str_), campaign_index=index, product_index=_products(members),
        delivering=np.array([c.delivering for c in members], np.bool_),
        picked_by_system=np.array([c.picked_by_system for c in members], np.bool_),
        shared=np.array([c.shared for c in members], np.bool_),
        returns=np.array([c.returns for c in members], np.bool_),
        born=np.array([c.created_at.timestamp() if c.created_at else np.nan for c in members], np.float64),
        settled_spend=_settled(found, "spend"), settled_gmv=_settled(found, "gmv_7d"),
        spend=did["spend"], gmv=did["gmv"], net=did["gmv_1h"], orders=did["orders"],
    )  # fmt: skip
    return creatives, CreativeCampaigns(
        campaign=np.array([one.campaign for one in found], np.str_), free=np.array([one.free for one in found], np.bool_),
        curbed=np.array([one.curbed for one in found], np.bool_),
        keep_at_least=_whole([one.keep_at_least for one in found]), retired_today=_whole([one.retired_today for one in found]),
        retired_week=_whole([one.retired_week for one in found]),
        batch_due=np.array([one.batch_due for one in found], np.bool_),
        reserve=_whole([len(one.spares) for one in found]), fresh_week=_whole([one.fresh_week for one in found]),
        target=np.array([one.target for one in found], np.float64),
        spend=_wholes(found, "spend"), gmv=_wholes(found, "gmv"), orders=_wholes(found, "orders"),
    )  # fmt: skip


def _products(members: Sequence[Creative]) -> NDArray[np.int64]:
    """(m,) a dense number of the product that each shows; those that tell none, or several, are of one kind each."""
    told = np.array([",".join(sorted(c.products)) for c in members], np.str_)
    return np.unique(told, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _settled(found: Sequence[CampaignCreatives], name: str) -> Float:
    """(m,) of those in the campaign's list; NaN = not told."""
    return np.array(
        [getattr(one.settled.get(c.creative), name, np.nan) for one in found for c in one.members], np.float64
    )


def _whole(numbers: Sequence[int]) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)


def _days(found: Sequence[CampaignCreatives], name: str) -> Float:
    rows = []
    for one in found:
        days = [{c: _of(totals, name) for c, totals in day.totals.items()} for day in one.days]
        rows += [[day.get(c.creative, 0.0) for day in days] for c in one.members]
    return np.array(rows, np.float64).reshape(len(rows), len(found[0].days) if found else 0)


def _wholes(found: Sequence[CampaignCreatives], name: str) -> Float:
    """(k, d): everything of the campaign's days, what the platform lists together included."""
    sums = [
        [float(np.nansum([_of(t, name) for t in (*day.totals.values(), day.others)])) for day in one.days]
        for one in found
    ]
    return np.array(sums, np.float64).reshape(len(found), len(found[0].days) if found else 0)


def _of(totals: Totals, name: str) -> float:
    value = getattr(totals, name)
    return np.nan if value is None else float(value)
