"""Creatives (素材) of a plan: videos, images and carousels (qianchuan.md 5.3, 6.4).

No row says when a creative was made or joined the plan. The upload time of the topic report is no substitute: it is the video's,
over the whole account, and a video may join a plan long after. What shows an age is spend: a creative that spent in this plan
before a day is at least that old.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.material import MaterialInfo, MaterialRow, Materials, MaterialStats, Media
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.campaign import Creative, CreativeDay, Totals
from bidctl.domain.values import AccountId, CampaignId

WINDOW = timedelta(days=6)
"""Totals cover today and the six days before (ours)."""
OLD = timedelta(days=3)
"""Spend that ended so many whole days ago makes a creative at least 72 h old at any time of today (R-RETIRE)."""
OLD_WINDOW = timedelta(days=30)
"""How far back such spend is looked for (ours)."""
TYPES = ("VIDEO", "IMAGE", "CAROUSEL")
_PSEUDO = "-2"  # the aggregate of other creatives
_FIELDS = [
    "stat_cost_for_roi2", "total_pay_order_gmv_include_coupon_for_roi2", "total_pay_order_count_for_roi2",
    "total_order_settle_amount_for_roi2_1h", "total_order_settle_count_for_roi2_1h",
]  # fmt: skip


async def read_materials(client: ReadClient, account: AccountId, campaign: CampaignId) -> list[MaterialRow]:
    """All rows of a plan, deleted ones included, without the pseudo row. Raises ReadFailed."""
    today = times.day(client.time.now())
    return await _of_types(client, account, campaign, TYPES, today - WINDOW, today)


async def read_creatives(client: ReadClient, account: AccountId, campaign: CampaignId) -> tuple[Creative, ...]:
    """The creatives of a plan, with what shows their age: one look more for each type that it has. Raises ReadFailed."""
    rows = await read_materials(client, account, campaign)
    until = times.day(client.time.now()) - OLD
    types = [kind for kind in TYPES if any(row.material_info.kind == kind for row in rows)]
    before = await _of_types(client, account, campaign, types, until - OLD_WINDOW, until - timedelta(days=1))
    old = {_id(row) for row in before if row.stats_info and row.stats_info.stat_cost_for_roi2}
    since = times.day_start(until)
    return tuple(creative(campaign, row, since if _id(row) in old else None) for row in rows)


async def read_creative_day(client: ReadClient, account: AccountId, campaign: CampaignId, day: datetime) -> CreativeDay:
    """What the creatives of a plan did on the natural day that holds `day`. Raises ReadFailed."""
    on = times.day(day)
    rows = await _all_of_types(client, account, campaign, TYPES, on, on)
    others = next((_totals(row.stats_info) for row in rows if _id(row) == _PSEUDO), Totals())
    totals = {_id(row): _totals(row.stats_info) for row in rows if _id(row) != _PSEUDO}
    return CreativeDay(times.day_start(on), {name: t for name, t in totals.items() if t.anything}, others)


async def _of_types(
    client: ReadClient, account: AccountId, campaign: CampaignId, types: Sequence[str], first: date, last: date
) -> list[MaterialRow]:
    return [row for row in await _all_of_types(client, account, campaign, types, first, last) if _id(row) != _PSEUDO]


async def _all_of_types(
    client: ReadClient, account: AccountId, campaign: CampaignId, types: Sequence[str], first: date, last: date
) -> list[MaterialRow]:
    return [row for kind in types for row in await _of_type(client, account, campaign, kind, first, last)]


async def _of_type(
    client: ReadClient, account: AccountId, campaign: CampaignId, kind: str, first: date, last: date
) -> list[MaterialRow]:
    filtering: Mapping[str, Value] = {
        "material_type": kind, "material_status": None if kind == "IMAGE" else "ALL",
        "start_date": first.isoformat(), "end_date": last.isoformat(),
    }  # fmt: skip

    async def page(number: int) -> Page[MaterialRow]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "ad_id": wire_id(campaign), "fields": _FIELDS, "page": number,
            "filtering": {name: value for name, value in filtering.items() if value is not None}, "page_size": 100,
        }  # fmt: skip
        data = (await client.get(ep.MATERIALS, params, Materials, account)).data
        return Page(list(data.ad_material_infos), data.total)

    pages = await read_all(page, _id, first_page_again=True)
    if pages.trouble:
        raise BadEnvelope(ep.MATERIALS, pages.trouble)
    return pages.rows


def _id(row: MaterialRow) -> str:
    media = row.material_info.media
    if media is None:
        raise BadEnvelope(ep.MATERIALS, Say.NO_MEDIA(row=row.material_info).both)
    return media.material_id


def creative(campaign: CampaignId, row: MaterialRow, known_since: datetime | None = None) -> Creative:
    """A row as a creative. A selection the platform did not name as the operator's (CUSTOM) counts as the system's."""
    deleted = bool(row.is_delete) or row.material_status == "DELETED"
    media = row.material_info.media
    return Creative(
        campaign=campaign,
        creative=_id(row),
        title=(media.title if media else None) or "",
        picked_by_system=row.material_select_type != "CUSTOM",
        delivering=row.material_status == "DELIVERY_OK" and not deleted,
        deleted=deleted,
        shared=len(row.product_id_list) > 1 or len(row.aweme_id_list) > 1,
        created_at=None,
        totals=_totals(row.stats_info),
        known_since=known_since,
        known_as=tuple(name for name in (media.aweme_item_id, media.video_id) if name) if media else (),
        products=row.product_id_list,
        returns=_returns(row),
    )


def _returns(row: MaterialRow) -> bool:
    """Only a video, by its item or its video id, can be added (qianchuan.md 6.4)."""
    video = row.material_info.video_material
    return video is not None and bool(video.aweme_item_id or video.video_id)


def never_there(name: str, products: Sequence[str]) -> MaterialRow:
    """A row for a video that no campaign has shown yet; see `QianchuanReads.material`."""
    item, video = (name, None) if name.isdecimal() else (None, name)
    media = Media(material_id=name, aweme_item_id=item, video_id=video)
    return MaterialRow(material_info=MaterialInfo(video_material=media), product_id_list=tuple(products))


def _totals(stats: MaterialStats | None) -> Totals:
    """Already yuan: only the plan list is scaled."""
    if stats is None:
        return Totals()
    return Totals(
        stats.stat_cost_for_roi2, stats.total_pay_order_gmv_include_coupon_for_roi2, stats.total_pay_order_count_for_roi2,
        stats.total_order_settle_amount_for_roi2_1h, stats.total_order_settle_count_for_roi2_1h,
    )  # fmt: skip
