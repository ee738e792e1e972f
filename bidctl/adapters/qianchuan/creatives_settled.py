"""What was settled of creatives: the topic of goods videos (qianchuan.md 9.2).

It has no plan: a row is a video over the whole account. Who is in a plan is what the plan's own list says, and the two are intersected
by whoever asks. Live videos have a topic by live account only; nothing is told of them here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.report import Topic, TopicRow
from bidctl.domain.campaign import CreativeSettled
from bidctl.domain.values import AccountId

TOPIC = "SITE_PROMOTION_PRODUCT_POST_DATA_VIDEO"
_ID, _NAME = "material_id", "roi2_material_video_name"
_SPEND, _SETTLED = "stat_cost_for_roi2", "total_order_settle_amount_for_roi2_7d"


async def read_settled(
    client: ReadClient, account: AccountId, since: datetime, until: datetime
) -> Mapping[str, CreativeSettled]:
    """By creative, over days that begin in [since, until). Raises ReadFailed."""

    async def page(number: int) -> Page[TopicRow]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "data_topic": TOPIC, "dimensions": [_ID, _NAME], "metrics": [_SPEND, _SETTLED],
            "filters": [], "start_time": times.stamp(since), "end_time": times.stamp(until - timedelta(seconds=1)),
            "order_by": [{"field": _ID, "type": 1}], "page": number, "page_size": 200,
        }  # fmt: skip
        data = (await client.get(ep.TOPIC, params, Topic, account)).data
        return Page(list(data.rows), data.total)

    pages = await read_all(page, lambda row: (row.text(_ID), row.text(_NAME)))
    if pages.trouble:
        raise BadEnvelope(ep.TOPIC, pages.trouble)
    found = [(row.text(_ID), row.number(_SPEND), row.number(_SETTLED)) for row in pages.rows]
    return {
        name: CreativeSettled(spend, gmv) for name, spend, gmv in found if math.isfinite(spend) and math.isfinite(gmv)
    }
