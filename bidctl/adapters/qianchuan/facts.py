"""Facts of plans: hours and days of goods from the topic report, days of the rest from the list of each day.

There is no topic per plan for live (qianchuan.md 9.2), so live has days (without the N-day settlement, which the list
does not carry) and no hours; its hours come from differencing the totals of the listing. 乘方 plans likewise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.campaign import GOALS, totals
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.listing import EmptyLanes, read_rows
from bidctl.adapters.qianchuan.wire.report import Topic, TopicRow
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.campaign import CampaignInfo, Totals
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import AccountId, Kind

TOPIC = "SITE_PROMOTION_PRODUCT_AD"
BATCH = 100
"""Plans per request (ours; the platform's limit of filter values is not documented)."""
SPANS = {Grain.HOUR: timedelta(days=7), Grain.DAY: timedelta(days=30)}
"""Longest window of one request: 7 days by hour (qianchuan.md 9.2); 30 by day (ours)."""

_DIMENSION = {Grain.HOUR: "stat_time_hour", Grain.DAY: "stat_time_day"}
_WIRE = {
    "spend": "stat_cost",
    "gmv": "total_pay_order_gmv_include_coupon_for_roi2",
    "orders": "total_pay_order_count_for_roi2",
    "gmv_1h": "total_order_settle_amount_for_roi2_1h",
    "orders_1h": "total_order_settle_count_for_roi2_1h",
    "gmv_7d": "total_order_settle_amount_for_roi2_7d",
    "gmv_14d": "total_order_settle_amount_for_roi2_14d",
    "gmv_30d": "total_order_settle_amount_for_roi2_30d",
    "gmv_90d": "total_order_settle_amount_for_roi2_90d",
}
_HOURLY = METRICS[:5]

Fact = tuple[str, datetime, Mapping[str, float]]


async def read_facts(
    client: ReadClient,
    account: AccountId,
    campaigns: Sequence[CampaignInfo],
    grain: Grain,
    since: datetime,
    until: datetime,
    lanes: EmptyLanes | None = None,
) -> Panel:
    """Facts whose span begins in [since, until). Raises ReadFailed, also where pages do not add up. `lanes`: parts of the list
    known to be empty; the list shows every plan whatever day its metrics are asked of, so they are empty on past days too."""
    if grain is Grain.CUMULATIVE or since >= until:
        return Panel.empty()
    goods = [info.campaign for info in campaigns if _has_topic(info)]
    found: list[Fact] = []
    for start in range(0, len(goods), BATCH):
        found += await _topic(client, account, goods[start : start + BATCH], grain, since, until)
    rest = [info for info in campaigns if not _has_topic(info)]
    if grain is Grain.DAY and rest:
        found += await _listed_days(client, account, rest, since, until, lanes)
    return _panel(found, grain, client.time.now())


def _has_topic(info: CampaignInfo) -> bool:
    return info.kind is Kind.GOODS and not info.hosted


async def _topic(
    client: ReadClient, account: AccountId, ids: Sequence[str], grain: Grain, since: datetime, until: datetime
) -> list[Fact]:
    found: list[Fact] = []
    while since < until:
        end = min(since + SPANS[grain], until)
        found += await _window(client, account, ids, grain, since, end)
        since = end
    return found


async def _window(
    client: ReadClient, account: AccountId, ids: Sequence[str], grain: Grain, since: datetime, until: datetime
) -> list[Fact]:
    dimension, metrics = _DIMENSION[grain], _HOURLY if grain is Grain.HOUR else METRICS

    async def page(number: int) -> Page[TopicRow]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "data_topic": TOPIC, "dimensions": ["ad_id", dimension],
            "metrics": [_WIRE[name] for name in metrics],
            "filters": [{"field": "ad_id", "operator": 7, "values": list(ids)}],
            "start_time": times.stamp(since), "end_time": times.stamp(until - timedelta(seconds=1)),
            "order_by": [{"field": dimension, "type": 1}], "page": number, "page_size": 200,
        }  # fmt: skip
        data = (await client.get(ep.TOPIC, params, Topic, account)).data
        return Page(list(data.rows), data.total)

    pages = await read_all(page, lambda row: (row.text("ad_id"), row.text(dimension)))
    if pages.trouble:
        raise BadEnvelope(ep.TOPIC, pages.trouble)
    facts = [_fact(row, dimension, metrics) for row in pages.rows]
    wanted = set(ids)
    return [fact for fact in facts if fact[0] in wanted and since <= fact[1] < until]


def _fact(row: TopicRow, dimension: str, metrics: Sequence[str]) -> Fact:
    campaign, text = row.text("ad_id"), row.text(dimension)
    if not campaign.isdigit():
        raise BadEnvelope(ep.TOPIC, Say.NO_DIGITS(place="ad_id.ValueStr", found=campaign).both)
    try:
        begins = times.parse(text)
    except ValueError as error:
        raise BadEnvelope(ep.TOPIC, Say.NO_TIME(place=f"{dimension}.ValueStr", found=text).both) from error
    return campaign, begins, {name: row.number(_WIRE[name]) for name in metrics}


async def _listed_days(
    client: ReadClient, account: AccountId, campaigns: Sequence[CampaignInfo], since: datetime, until: datetime,
    lanes: EmptyLanes | None,
) -> list[Fact]:  # fmt: skip
    wanted = {info.campaign for info in campaigns}
    goals = tuple(sorted({GOALS[info.kind] for info in campaigns}))
    found: list[Fact] = []
    for of in times.days(since, until):
        rows = await read_rows(client, account, of, goals, protection=False, lanes=lanes)
        if rows.trouble:
            raise BadEnvelope(ep.LIST, rows.trouble)
        found += [
            (number, times.day_start(of), _numbers(totals(row.stats_info)))
            for number, row in rows.by_id.items()
            if number in wanted
        ]
    return [fact for fact in found if any(value > 0 for value in fact[2].values())]


def _numbers(t: Totals) -> dict[str, float]:
    return {name: math.nan if getattr(t, name) is None else float(getattr(t, name)) for name in _HOURLY}


def _panel(found: Sequence[Fact], grain: Grain, now: datetime) -> Panel:
    n = len(found)
    columns = {name: np.array([fact[2].get(name, math.nan) for fact in found], np.float64) for name in METRICS}
    return Panel(
        campaign=np.array([fact[0] for fact in found], np.str_) if n else np.zeros(0, "U1"),
        grain=np.full(n, int(grain), np.int8),
        happened_at=np.array([fact[1].timestamp() for fact in found], np.float64),
        known_at=np.full(n, now.timestamp()),
        assumed=np.zeros(n, np.bool_),
        **columns,
    )
