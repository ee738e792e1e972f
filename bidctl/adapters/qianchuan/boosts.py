"""Whether a boost (一键起量) runs on a plan (qianchuan.md 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.campaign import GOALS
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.account import Boost, Boosts
from bidctl.domain.values import AccountId, CampaignId, Kind

LONGEST = timedelta(hours=24)


async def has_boost(client: ReadClient, account: AccountId, campaign: CampaignId, kind: Kind) -> bool:
    """Whether any boost of the plan runs now. Raises ReadFailed."""
    now = client.time.now()

    async def page(number: int) -> Page[Boost]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "marketing_goal": GOALS[kind], "ad_id": wire_id(campaign),
            "start_time": times.stamp(now - LONGEST), "end_time": times.stamp(now), "scene": "SMART_BOOST",
            "page": number, "page_size": 100,
        }  # fmt: skip
        data = (await client.get(ep.BOOSTS, params, Boosts, account)).data
        return Page(list(data.task_list), data.total)

    pages = await read_all(page, lambda row: row.id)
    if pages.trouble:
        raise BadEnvelope(ep.BOOSTS, pages.trouble)
    return any(_runs(boost, now) for boost in pages.rows)


def _runs(boost: Boost, now: datetime) -> bool:
    """PROCESSING; where the status is null (seen on real accounts), as long as its duration has not passed."""
    if boost.task_status is not None:
        return boost.task_status == "PROCESSING"
    try:
        begun = times.parse(boost.create_time or "")
    except ValueError:
        return True
    return now < begun + (LONGEST if boost.duration is None else timedelta(hours=boost.duration))
