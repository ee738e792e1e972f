"""What campaigns are credited with by day: the finest whole fact, as known; live by account, goods by product."""

from __future__ import annotations

import numpy as np

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Kind, Objective, Protection
from bidctl.engine.delivered import delivered

EIGHT = 8 * 3600.0
DAY = 86400.0
MIDNIGHT = 20_000 * DAY - EIGHT  # of natural day 20000 in the account's zone


def info(name: str, kind: Kind, live: str | None, *products: str) -> CampaignInfo:
    return CampaignInfo(
        AccountId("1"), CampaignId(name), name, kind, True, 200, Objective.PAY_ROI, "", True, True, False, False, None, None, None,
        next(iter(Protection)), live, products,
    )  # fmt: skip


def panel(*rows: tuple[str, Grain, float, float, float, float]) -> Panel:
    """(campaign, grain, happened, known, spend, gmv)."""
    campaign, grain, happened, known, spend, gmv = zip(*rows, strict=True)
    rest = {name: np.full(len(rows), np.nan) for name in METRICS if name not in ("spend", "gmv")}
    return Panel(
        campaign=np.array(campaign), grain=np.array(grain, np.int8), happened_at=np.array(happened), known_at=np.array(known),
        assumed=np.zeros(len(rows), np.bool_), spend=np.array(spend), gmv=np.array(gmv), **rest,
    )  # fmt: skip


def test_a_day_before_its_hours_before_its_last_reading() -> None:
    facts = panel(
        ("live", Grain.HOUR, MIDNIGHT, MIDNIGHT + 7200, 10.0, 20.01),
        ("live", Grain.HOUR, MIDNIGHT + 3600, MIDNIGHT + 7200, 5.0, 4.0),
        ("live", Grain.DAY, MIDNIGHT, MIDNIGHT + DAY, 16.0, 25.0),
        ("goods", Grain.HOUR, MIDNIGHT + 3600, MIDNIGHT + 7200, 7.0, 70.0),
        ("goods", Grain.CUMULATIVE, MIDNIGHT, MIDNIGHT + 7200, 9.0, 99.0),
        ("goods", Grain.CUMULATIVE, MIDNIGHT + DAY, MIDNIGHT + DAY + 600, 1.0, 3.0),
        ("goods", Grain.CUMULATIVE, MIDNIGHT + DAY, MIDNIGHT + DAY + 1200, 2.0, 4.0),
        ("stranger", Grain.DAY, MIDNIGHT, MIDNIGHT + DAY, 1.0, 1.0),
    )
    told = delivered([info("live", Kind.LIVE, "a"), info("goods", Kind.GOODS, "a", "p", "q")], facts, EIGHT)
    rows = sorted(
        zip(
            *(getattr(told, n).tolist() for n in ("campaign", "live_account", "product", "day", "gmv", "spend")),
            strict=True,
        )
    )
    assert rows == [
        ("goods", "", "p", 20000, 7000, 700), ("goods", "", "p", 20001, 400, 200), ("goods", "", "q", 20000, 7000, 700),
        ("goods", "", "q", 20001, 400, 200), ("live", "a", "", 20000, 2500, 1600),
    ]  # fmt: skip


def test_nothing_reported_credits_nobody() -> None:
    told = delivered([info("live", Kind.LIVE, "a")], Panel.empty(), EIGHT)
    assert len(told.campaign) == 0 and told.gmv.dtype == np.int64
