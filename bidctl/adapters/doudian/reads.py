"""Everything that a shop tells of a window of time, whole or not at all.

A page set that does not add up (a page told twice, rows that moved while pages were read, a page cut short) is read again, then in
halves: a window of one page is one answer, and cannot be torn.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from bidctl.adapters.doudian import endpoints as ep
from bidctl.adapters.doudian.client import ShopClient
from bidctl.adapters.doudian.signing import Value
from bidctl.adapters.doudian.wire import BillsPage, OrdersPage, RefundsPage
from bidctl.adapters.doudian.words import Say
from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.paging import Page, PageSet, read_all
from bidctl.engine.ports import ReadFailed
from bidctl.wording import Wording

STALLED = 3
"""Pages without a new row after which a page set is given up."""
KEYS = {
    ep.ORDERS: ("order_id",), ep.REFUNDS: ("aftersale_info.aftersale_id",), ep.BILLS: ("request_no", "order_id", "trade_type"),
}  # fmt: skip
"""What makes a row of each method the same row."""
_Read = Callable[[int, int], Awaitable[PageSet[object]]]


class ShopReads:
    """Windows are whole epoch seconds, both ends within. Each method gives raw rows, each once. Raises ReadFailed."""

    def __init__(self, client: ShopClient) -> None:
        self._client = client

    async def orders(self, begin: int, end: int) -> list[object]:
        """Orders that changed in the window."""

        async def once(a: int, b: int) -> PageSet[object]:
            window: dict[str, Value] = {
                "update_time_start": a,
                "update_time_end": b,
                "order_by": "update_time",
                "order_asc": True,
            }
            return await self._by_number(ep.ORDERS, window, OrdersPage)

        return await _whole(ep.ORDERS, once, begin, end)

    async def refunds(self, begin: int, end: int) -> list[object]:
        """Claims that changed in the window."""

        async def once(a: int, b: int) -> PageSet[object]:
            window: dict[str, Value] = {"update_start_time": a, "update_end_time": b, "order_by": ["update_time asc"]}
            return await self._by_number(ep.REFUNDS, window, RefundsPage)

        return await _whole(ep.REFUNDS, once, begin, end)

    async def bills(self, begin: int, end: int) -> list[object]:
        """Lines of bills that were settled in the window."""
        return await _whole(ep.BILLS, self._by_cursor, begin, end)

    async def _by_number(
        self, method: str, window: dict[str, Value], model: type[OrdersPage] | type[RefundsPage]
    ) -> PageSet[object]:
        async def fetch(number: int) -> Page[object]:
            asked = {**window, "page": number - 1, "size": ep.SIZE}
            found = await self._client.ask(method, asked, model)
            if found.total is not None and found.total > ep.MOST:
                raise _TooMany
            return Page(list(found.rows), found.total)

        return await read_all(fetch, lambda row: _key(method, row))

    async def _by_cursor(self, begin: int, end: int) -> PageSet[object]:
        """Pages by index and time: both are fed back until the platform says that it is the end."""
        rows: dict[str, object] = {}
        index, since, until = "", times.stamp_of(begin), times.stamp_of(end)
        trouble: Wording | None = None
        stalled = 0
        while True:
            asked: dict[str, Value] = {
                "size": ep.SIZE, "start_time": since, "end_time": until, "time_type": "0", "start_index": index,
            }  # fmt: skip
            page = await self._client.ask(ep.BILLS, asked, BillsPage)
            fresh = {_key(ep.BILLS, row): row for row in page.rows}
            new = fresh.keys() - rows.keys()
            trouble = trouble or _torn(page, len(new))
            rows |= fresh
            if page.is_end:
                return PageSet(list(rows.values()), None if trouble is None else trouble.both)
            stalled = 0 if new else stalled + 1
            if stalled >= STALLED or not page.next_start_time:
                return PageSet(list(rows.values()), Say.NO_NEWS().both)
            index, since = page.next_start_index, page.next_start_time


def _torn(page: BillsPage, new: int) -> Wording | None:
    """What does not add up of a page: rows told before, or fewer than it says."""
    if page.data_size is not None and page.data_size not in (len(page.rows), 0):
        return Say.SHORT(said=page.data_size, found=len(page.rows))
    return Say.NO_NEWS() if new < len(page.rows) else None


class _TooMany(Exception):
    """More rows than the platform gives of one window."""


async def _whole(method: str, once: _Read, begin: int, end: int) -> list[object]:
    """The window's rows; where they do not add up, those of its halves, which share a second: whether a window holds its last one is
    documented of refunds alone. Raises ReadFailed."""
    trouble = Say.TOO_MANY(most=ep.MOST).both
    for _ in range(2):
        try:
            found = await once(begin, end)
        except _TooMany:
            break
        if found.trouble is None:
            return found.rows
        trouble = found.trouble
    if end <= begin + 1:
        told = Say.UNEVEN(path=ep.path_of(method), begin=times.stamp_of(begin), trouble=Wording.read(trouble))
        raise ReadFailed(told.both)
    middle = begin + (end - begin) // 2
    halves = [*await _whole(method, once, begin, middle), *await _whole(method, once, middle, end)]
    return [*{_key(method, row): row for row in halves}.values()]


def _key(method: str, row: object) -> str:
    """What makes a row the same row; the whole of it where that cannot be found."""
    found = [_at(row, place) for place in KEYS[method]]
    return json.dumps(row, sort_keys=True) if None in found else "|".join(map(str, found))


def _at(row: object, place: str) -> object:
    """The value at a dotted place of a row, None where there is none."""
    for name in place.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return row
