"""Every plan of an account with its totals of one natural day (qianchuan.md 5.1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import product

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.campaign import KINDS
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.uni import AdList, AdRow
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.values import AccountId
from bidctl.engine.together import together
from bidctl.wording import Wording

SCENES = ("UNI_PROJECT", "OVERALL_PROJECT")
BIDDINGS = ("SMART_BID_CUSTOM", "SMART_BID_CONSERVATIVE")
FIELDS = [
    "stat_cost", "total_pay_order_gmv_include_coupon_for_roi2", "total_pay_order_count_for_roi2",
    "total_order_settle_amount_for_roi2_1h", "total_order_settle_count_for_roi2_1h",
]  # fmt: skip
PAGE_SIZE = 200
Lane = tuple[str, str, str]


class Rows:
    """Rows of an account's list. `trouble`: one line on page sets that did not add up, None = whole. `at`: platform time
    of the first request."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.by_id: dict[str, AdRow] = {}
        self.trouble: str | None = None


class EmptyLanes:
    """Which (goal, scene, bidding) of an account had no plan when last asked: asked again after six hours (ours). Those in which plans
    that bidctl may move are made (cost-controlled, not 乘方) are asked every time."""

    AGAIN = timedelta(hours=6)

    def __init__(self) -> None:
        self._since: dict[tuple[AccountId, Lane], datetime] = {}

    def skips(self, account: AccountId, lane: Lane, now: datetime) -> bool:
        """Whether the lane need not be asked now."""
        since = self._since.get((account, lane))
        return since is not None and now - since < self.AGAIN and lane[1:] != (SCENES[0], BIDDINGS[0])

    def note(self, account: AccountId, lane: Lane, empty: bool, now: datetime) -> None:
        if empty:
            self._since.setdefault((account, lane), now)
            if now - self._since[account, lane] >= self.AGAIN:
                self._since[account, lane] = now
        else:
            self._since.pop((account, lane), None)


async def read_rows(
    client: ReadClient, account: AccountId, of: date, goals: tuple[str, ...] = tuple(KINDS), *, protection: bool = True,
    lanes: EmptyLanes | None = None,
) -> Rows:  # fmt: skip
    """All plans: both goals, both scenes, cost-controlled and volume (the list answers only one of each at a time, so all are
    under way together).
    Raises ReadFailed. A plan that two queries show, because a filter does not hold for its kind, counts once. `lanes`: what is
    known to be empty is left out for six hours."""
    found = Rows(client.time.now())
    asked = [lane for lane in product(goals, SCENES, BIDDINGS) if not (lanes and lanes.skips(account, lane, found.at))]
    sets = await together(
        read_all(_pages(client, account, of, *lane, protection), lambda row: row.ad_info.id) for lane in asked
    )
    for lane, pages in zip(asked, sets, strict=True):
        if lanes is not None:
            lanes.note(account, lane, not pages.rows and not pages.trouble, found.at)
        for row in pages.rows:
            found.by_id.setdefault(row.ad_info.id, row)
        if pages.trouble and found.trouble is None:
            trouble = Wording.read(pages.trouble)
            found.trouble = Say.LIST_TROUBLE(account=account, lane=" ".join(lane), trouble=trouble).both
    return found


def _pages(
    client: ReadClient, account: AccountId, of: date, goal: str, scene: str, bidding: str, protection: bool
) -> Callable[[int], Awaitable[Page[AdRow]]]:
    start, end = times.window(of)

    async def page(number: int) -> Page[AdRow]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "start_time": start, "end_time": end, "marketing_goal": goal,
            "fields": FIELDS, "adlab_scene": scene, "filtering": {"smart_bid_type": bidding, "status": "ALL"},
            "need_compensate_info": protection, "page": number, "page_size": PAGE_SIZE,
        }  # fmt: skip
        data = (await client.get(ep.LIST, params, AdList, account)).data
        return Page(list(data.ad_list), data.total)

    return page
