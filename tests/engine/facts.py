"""Builders of facts, listings and observers for the tests of observing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from bidctl.domain.campaign import CampaignInfo, Listing, Session, Totals
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import (
    AccountId,
    Basis,
    CampaignId,
    Capabilities,
    Field,
    Grid,
    Intent,
    Kind,
    Objective,
    Protection,
    Side,
)
from bidctl.domain.writes import Edit
from bidctl.engine.observe import Observer

ACCOUNT = AccountId("acc")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def capabilities(zone: str = "Asia/Shanghai", **changes):
    base = {
        "platform": "test",
        "grid": Grid(100),
        "edits_per_day_goods": 4,
        "edits_per_day_live": 8,
        "edit_days_per_week": 0,
        "spacing_s": 3600,
        "read_delay_s": 5,
        "request_timeout_s": 10,
        "has_edit_log": True,
        "has_suggestion": True,
        "has_protection": True,
        "target_min": 0.01,
        "target_max": 100.0,
        "time_zone": zone,
    }
    return Capabilities(**(base | changes))


def observer(zone: str = "Asia/Shanghai", **changes) -> Observer:
    return Observer(ACCOUNT, capabilities(zone), **changes)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Local "2026-11-10 12:30" as an aware UTC instant."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)


def fact(campaign: str, grain: Grain, happened: datetime, known: datetime, **metrics: float) -> Panel:
    values = {m: np.array([metrics.get(m, np.nan)]) for m in METRICS}
    return Panel(
        np.array([campaign]),
        np.array([grain], np.int8),
        np.array([happened.timestamp()]),
        np.array([known.timestamp()]),
        np.zeros(1, np.bool_),
        **values,
    )


def hour(
    campaign: str, begin: str, spend: float, gmv: float = 0.0, orders: float = 0.0, known: str | None = None
) -> Panel:
    begins = at(begin)
    knew = at(known) if known else begins + timedelta(minutes=80)
    return fact(campaign, Grain.HOUR, begins, knew, spend=spend, gmv=gmv, orders=orders, gmv_1h=gmv, orders_1h=orders)


def day(
    campaign: str, date: str, spend: float, gmv: float = 0.0, orders: float = 0.0, known: str | None = None, **more
) -> Panel:
    begins = at(f"{date} 00:00")
    knew = at(known) if known else begins + timedelta(hours=26)
    values = {"spend": spend, "gmv": gmv, "orders": orders, "gmv_1h": gmv, "orders_1h": orders} | more
    return fact(campaign, Grain.DAY, begins, knew, **values)


def info(
    campaign: str = "c", spend: float | None = 0.0, gmv: float = 0.0, orders: float = 0.0, **changes
) -> CampaignInfo:
    today = Totals(spend, gmv, orders, gmv, orders)
    base = {
        "account": ACCOUNT,
        "campaign": CampaignId(campaign),
        "name": campaign,
        "kind": Kind.GOODS,
        "cost_controlled": True,
        "target_units": 200,
        "objective": Objective.PAY_ROI,
        "status": "DELIVERY_OK",
        "delivering": True,
        "enabled": True,
        "off_air": False,
        "ended": False,
        "budget": Decimal(1000),
        "created_at": at("2026-11-01 00:00"),
        "modified_at": None,
        "protection": Protection.IN_EFFECT,
        "today": today,
    }
    return CampaignInfo(**(base | changes))


def listing(read: str, *infos: CampaignInfo, complete: bool = True) -> Listing:
    return Listing(ACCOUNT, at(read), tuple(infos), complete)


def enrolment(campaign: str = "c", goal: float = 1.5, basis: Basis = Basis.PROJECTED, **changes) -> Enrolment:
    base = {
        "account": ACCOUNT,
        "campaign": CampaignId(campaign),
        "side": Side.MERCHANT,
        "intent": Intent.BALANCED,
        "goal": goal,
        "goal_basis": basis,
        "economics": Economics(margin=0.6),
        "prior": Prior(),
    }
    return Enrolment(**(base | changes))


def edit(when: str, old: str | None, new: str | None, campaign: str = "c", ours: bool = True, **changes) -> Edit:
    base = {
        "account": ACCOUNT,
        "campaign": CampaignId(campaign),
        "field": Field.ROI_TARGET,
        "old": old,
        "new": new,
        "effective_at": at(when),
        "ours": ours,
        "source": "write",
    }
    return Edit(**(base | changes))


def session(live_account: str, room: str, start: str, end: str | None = None) -> Session:
    return Session(live_account, room, at(start), at(end) if end else None)


def only(observation, campaign: str = "c"):
    """One row as a name -> value lookup."""
    i = observation.campaign.tolist().index(campaign)
    return type("Row", (), {f: getattr(observation, f)[i] for f in type(observation).__dataclass_fields__})
