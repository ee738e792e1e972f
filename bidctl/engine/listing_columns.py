"""A listing in columns: what a roster takes over without looking at one campaign at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo, Listing
from bidctl.domain.values import Objective

Text = NDArray[np.str_]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Small = NDArray[np.int8]

NO_OBJECTIVE, PAY, NET = -1, 0, 1
_TOTALS = ("spend", "gmv", "orders", "gmv_1h", "orders_1h")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingColumns:
    """All campaigns of the accounts that are observed together, (m,) each, as read at epoch second `read_at`; the names are those
    of `CampaignInfo`.

    `target` grid units, 0 = none; `objective` -1 none, 0 pay ROI, 1 net ROI; `budget` yuan, inf = unlimited; `created`,
    `modified` epoch s, NaN = not known; `live_account`, `products` (ids joined by commas) "" = none; `odd`: NO_DATA. `spend`,
    `gmv`, `gmv_1h` yuan and `orders`, `orders_1h`: totals of the natural day, NaN = not reported. `complete` as in `Listing`.
    """

    read_at: float
    complete: bool
    account: Text
    campaign: Text
    kind: Small
    cost_controlled: Bool
    hosted: Bool
    target: NDArray[np.int64]
    objective: Small
    delivering: Bool
    enabled: Bool
    off_air: Bool
    ended: Bool
    odd: Bool
    budget: Float
    created: Float
    modified: Float
    protection: Small
    live_account: Text
    products: Text
    spend: Float
    gmv: Float
    orders: Float
    gmv_1h: Float
    orders_1h: Float

    def __len__(self) -> int:
        return len(self.campaign)

    @property
    def on(self) -> Bool:
        """(m,) delivers, as far as the listing tells."""
        return self.delivering & self.enabled & ~self.off_air & ~self.ended

    @property
    def effective(self) -> Bool:
        """(m,) `on`, and budget is left."""
        return self.on & ~(self.spend >= self.budget)


def columns_of(listing: Listing) -> ListingColumns:
    """The same listing in columns."""
    return of_infos(listing.campaigns, listing.read_at.timestamp(), listing.complete)


def of_infos(infos: Sequence[CampaignInfo], read_at: float, complete: bool) -> ListingColumns:
    """Campaigns as values, in columns."""

    def flags(values: list[bool]) -> Bool:
        return np.array(values, np.bool_)

    totals = {
        name: np.array([np.nan if v is None else v for v in (getattr(i.today, name) for i in infos)], np.float64)
        for name in _TOTALS
    }
    return ListingColumns(
        read_at=read_at,
        complete=complete,
        account=_texts([i.account for i in infos]),
        campaign=_texts([i.campaign for i in infos]),
        kind=np.array([int(i.kind) for i in infos], np.int8),
        cost_controlled=flags([i.cost_controlled for i in infos]),
        hosted=flags([i.hosted for i in infos]),
        target=np.array([i.target_units or 0 for i in infos], np.int64),
        objective=np.array([_objective(i.objective) for i in infos], np.int8),
        delivering=flags([i.delivering for i in infos]),
        enabled=flags([i.enabled for i in infos]),
        off_air=flags([i.off_air for i in infos]),
        ended=flags([i.ended for i in infos]),
        odd=flags([i.odd is not None for i in infos]),
        budget=np.array([np.inf if i.budget is None else float(i.budget) for i in infos], np.float64),
        created=np.array([np.nan if i.created_at is None else i.created_at.timestamp() for i in infos], np.float64),
        modified=np.array([np.nan if i.modified_at is None else i.modified_at.timestamp() for i in infos], np.float64),
        protection=np.array([int(i.protection) for i in infos], np.int8),
        live_account=_texts([i.live_account or "" for i in infos]),
        products=_texts([",".join(sorted(i.products)) for i in infos]),
        **totals,
    )


def _texts(values: Sequence[str]) -> Text:
    return np.array(values, np.str_) if values else np.zeros(0, "U1")


def _objective(objective: Objective | None) -> int:
    return NO_OBJECTIVE if objective is None else NET if objective is Objective.NET_ROI else PAY
