"""Live rooms of a Douyin account, and its hourly curve (qianchuan.md 9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.account import Room, Rooms
from bidctl.adapters.qianchuan.wire.report import AuthorCurve, AuthorHour
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.campaign import Session
from bidctl.domain.values import AccountId


class Sessions:
    """Reads sessions day by day; a day whose rooms have all ended is not asked for again two days later."""

    def __init__(self, client: ReadClient) -> None:
        self._client = client
        self._past: dict[tuple[AccountId, str, date], tuple[Session, ...]] = {}

    async def read(self, account: AccountId, live_account: str, since: datetime) -> tuple[Session, ...]:
        """Sessions begun since then, oldest first. Raises ReadFailed."""
        today = times.day(self._client.time.now())
        found: list[Session] = []
        of = times.day(since)
        while of <= today:
            found += await self._of_day(account, live_account, of, today)
            of += timedelta(days=1)
        return tuple(sorted((s for s in found if s.started_at >= since), key=lambda s: s.started_at))

    async def _of_day(self, account: AccountId, live_account: str, of: date, today: date) -> tuple[Session, ...]:
        key = (account, live_account, of)
        if key in self._past:
            return self._past[key]
        rooms = tuple(_session(live_account, room) for room in await _rooms(self._client, account, live_account, of))
        if of < today - timedelta(days=1) and all(room.ended_at for room in rooms):
            self._past[key] = rooms
        return rooms


async def _rooms(client: ReadClient, account: AccountId, live_account: str, of: date) -> list[Room]:
    async def page(number: int) -> Page[Room]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "aweme_id": wire_id(live_account), "date_time": of.isoformat(),
            "fields": ["stat_cost"], "room_status": "ALL", "page": number, "page_size": 100,
        }  # fmt: skip
        data = (await client.get(ep.ROOMS, params, Rooms, account)).data
        return Page(list(data.room_list), data.total)

    pages = await read_all(page, lambda room: room.room_id)
    if pages.trouble:
        raise BadEnvelope(ep.ROOMS, pages.trouble)
    return pages.rows


def _session(live_account: str, room: Room) -> Session:
    try:
        ended = times.parse(room.end_time) if room.end_time and room.room_status != "LIVING" else None
        return Session(live_account, room.room_id, times.parse(room.start_time), ended)
    except ValueError as error:
        place = f"room {room.room_id}: start_time, end_time"
        raise BadEnvelope(ep.ROOMS, Say.NO_TIME(place=place, found=(room.start_time, room.end_time)).both) from error


@dataclass(frozen=True, slots=True)
class LiveHour:
    """One hour of a live account, all its plans together: spend, GMV (整体成交金额) in yuan, orders. NaN = not reported."""

    begins: datetime
    spend: float
    gmv: float
    orders: float


_METRICS = ["stat_cost", "total_pay_order_gmv_include_coupon_for_roi2", "total_pay_order_count_for_roi2"]


async def live_hours(
    client: ReadClient, account: AccountId, live_account: str, since: datetime, until: datetime
) -> tuple[LiveHour, ...]:
    """The hourly curve of a live account over [since, until). Raises ReadFailed."""

    async def page(number: int) -> Page[AuthorHour]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "aweme_id": wire_id(live_account),
            "dimension": "TIME_GRANULARITY_HOURLY", "metrics": _METRICS, "start_time": times.stamp(since),
            "end_time": times.stamp(until - timedelta(seconds=1)), "page": number, "page_size": 100,
        }  # fmt: skip
        data = (await client.get(ep.AUTHOR, params, AuthorCurve, account)).data
        return Page(list(data.rows), data.total)

    pages = await read_all(page, lambda row: row.stat_datetime)
    if pages.trouble:
        raise BadEnvelope(ep.AUTHOR, pages.trouble)
    hours = (_hour(row) for row in pages.rows)
    return tuple(sorted((h for h in hours if since <= h.begins < until), key=lambda h: h.begins))


def _hour(row: AuthorHour) -> LiveHour:
    try:
        return LiveHour(times.parse(row.stat_datetime), *(row.number(name) for name in _METRICS))
    except ValueError as error:
        raise BadEnvelope(ep.AUTHOR, Say.NO_TIME(place="stat_datetime", found=row.stat_datetime).both) from error
