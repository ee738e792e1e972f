"""What a platform says about a campaign, its sessions, its creatives and its edits, in our own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bidctl.domain.values import AccountId, CampaignId, Field, Kind, Objective, Protection


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of one campaign over a span: yuan, and counts. None = not reported."""

    spend: float | None = None
    gmv: float | None = None
    orders: float | None = None
    gmv_1h: float | None = None
    orders_1h: float | None = None

    @property
    def anything(self) -> bool:
        """Whether any of it is other than nought."""
        return any((self.spend, self.gmv, self.orders, self.gmv_1h, self.orders_1h))


@dataclass(frozen=True, slots=True)
class CampaignInfo:
    """One campaign as the platform shows it at one instant.

    `target_units`: grid units, None where it has no target. `budget`: yuan, None = unlimited. `delivering`:
    DELIVERY_OK or the platform's like. `enabled`: the operator's switch. `off_air`: waits for its live room (a waiting
    campaign is not paused). `ended`: deleted, finished or frozen. `status`: the platform's own word, for people.
    `live_account`: the Douyin account (numeric id as text) that it belongs to. `hosted`: 乘方 or another scene whose
    protection rule is unknown. `odd`: an enum text or value we do not know: the campaign is NO_DATA and alerted.
    `today`: cumulative totals of the natural day.
    """

    account: AccountId
    campaign: CampaignId
    name: str
    kind: Kind
    cost_controlled: bool
    target_units: int | None
    objective: Objective | None
    status: str
    delivering: bool
    enabled: bool
    off_air: bool
    ended: bool
    budget: Decimal | None
    created_at: datetime | None
    modified_at: datetime | None
    protection: Protection
    live_account: str | None = None
    products: tuple[str, ...] = ()
    hosted: bool = False
    odd: str | None = None
    today: Totals = Totals()


@dataclass(frozen=True, slots=True)
class Listing:
    """All campaigns of an account. `complete`: page sets were whole, without duplicates, and added up to the listed
    totals; False means nothing may be concluded from an absent row. `trouble`: one line saying what did not add up."""

    account: AccountId
    read_at: datetime  # platform time
    campaigns: tuple[CampaignInfo, ...]
    complete: bool
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A read-back of one campaign directly before or after a write. `read_at` is platform time."""

    info: CampaignInfo
    read_at: datetime


@dataclass(frozen=True, slots=True)
class LoggedEdit:
    """One change as the platform's operation log tells it. `old`, `new` are the log's texts, None where it is silent."""

    log_id: str
    campaign: CampaignId
    field: Field
    at: datetime
    operator: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One live session of a live account. `ended_at` None = on air."""

    live_account: str
    room: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Creative:
    """One creative (素材) of a campaign; `picked_by_system` ones cannot be deleted. Totals are yuan and counts. `created_at`:
    None where the platform does not tell it. `known_since`: an instant by which it was surely at work in this campaign, so that
    it is at least that old; None = nothing shows it. `known_as`: other ids of the same video, by which one not yet in the campaign is
    added. `products`: those that it shows, () = not told. `returns`: once deleted it could be added again (R-UNDO)."""

    campaign: CampaignId
    creative: str
    title: str
    picked_by_system: bool
    delivering: bool
    deleted: bool
    shared: bool
    created_at: datetime | None
    totals: Totals
    known_since: datetime | None = None
    known_as: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    returns: bool = True


@dataclass(frozen=True, slots=True)
class CreativeSettled:
    """What a creative spent over some days, and what of its sales was settled within 7 days: yuan, over all campaigns that show it."""

    spend: float
    gmv_7d: float


@dataclass(frozen=True, slots=True)
class CreativeDay:
    """What the creatives of a campaign did on the natural day that begins at `start`: `totals` by id, of those that did anything;
    `others`: what the platform lists together, without names."""

    start: datetime
    totals: Mapping[str, Totals]
    others: Totals
