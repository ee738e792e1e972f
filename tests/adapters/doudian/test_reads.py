"""Windows of the shop, whole or not at all: whatever happens to pages on the way, the ledger comes to the same fen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidctl.adapters.doudian.facts import Knowing, read_bill, read_order, read_refund, read_rows
from bidctl.adapters.doudian.link import ShopApp, ShopLink
from bidctl.adapters.doudian.reads import ShopReads
from bidctl.adapters.openapi.keeper import TokenKeeper
from bidctl.adapters.secrets import Cipher
from bidctl.adapters.tokens import StoredTokens
from bidctl.engine.ports import ReadFailed
from sim.emulator import Running, running
from sim.order_book import OrderBook
from sim.scenario import shipped
from sim.world import MarketWorld
from tests.adapters.doudian.fakes import KEY, SECRET, FakeShop, bill, order, told
from tests.adapters.qianchuan.fakes import AT_ONCE
from tests.fakes.clock import VirtualClock
from tests.fakes.token_store import MemoryStore

HOURS = 6
PATHS = ("order/searchList", "afterSale/List", "order/getSettleBillDetailV3")
KINDS = (
    "page_repeated", "rows_shuffled", "rows_missing", "rows_duplicated", "pages_shift", "garbage_json", "token_expired",
    "code_40100", "code_50000_not_applied", "http_500_not_applied", "lost_reply_applied", "reset_mid_body",
)  # fmt: skip
FAULT = st.tuples(st.sampled_from(KINDS), st.sampled_from(PATHS), st.integers(1, 4), st.integers(1, 2))


@dataclass(frozen=True)
class Place:
    emulator: Running
    now: int
    store: MemoryStore
    cipher: Cipher

    def link(self) -> ShopLink:
        app = ShopApp(KEY, SECRET, "1234567", self.emulator.url, None, AT_ONCE)
        return ShopLink(app, self.store, self.cipher, VirtualClock(datetime.fromtimestamp(self.now, UTC)), "me")

    async def totals(self) -> dict[str, tuple[int, int]]:
        """Rows and fen of each kind, over the last hours (refunds and bills: days)."""
        link = self.link()
        how = Knowing(float(self.now), True)
        try:
            if self.store.row is None:
                await link.tokens.connect("")
            begin = self.now - HOURS * 3600
            orders = read_rows(await link.reads.orders(begin, self.now), read_order, "shop", how)
            refunds = read_rows(await link.reads.refunds(self.now - 3 * 86400, self.now), read_refund, "shop", how)
            bills = read_rows(await link.reads.bills(self.now - 4 * 86400, self.now), read_bill, "shop", how)
        finally:
            await link.close()
        assert not (orders.aside or refunds.aside or bills.aside)
        return {
            "orders": (len(orders.facts().orders), int(orders.facts().orders.paid.sum())),
            "refunds": (len(refunds.facts().refunds), int(refunds.facts().refunds.fen.sum())),
            "bills": (len(bills.facts().bills), int(bills.facts().bills.fen.sum())),
        }


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    world = MarketWorld.with_history(shipped("small"), 1, 20, order_book=OrderBook())
    with running(world) as emulator:
        yield Place(emulator, int(world.now), MemoryStore(), Cipher(Fernet.generate_key().decode(), "test"))


@pytest.fixture(scope="module")
def truth(place: Place) -> dict[str, tuple[int, int]]:
    found = asyncio.run(place.totals())
    assert found["orders"][0] > 200 and found["bills"][0] > 300 and found["refunds"][0] > 200, (
        "pages enough to go wrong"
    )
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FAULT, min_size=1, max_size=5))
def test_whatever_happens_to_pages_the_totals_are_the_same(
    place: Place, truth: dict[str, tuple[int, int]], faults: list[tuple[str, str, int, int]]
) -> None:
    for kind, path, nth, count in faults:
        body = {"kind": kind, "count": count, "match": {"path": path, "nth": nth}, "delay_seconds": 0}
        place.emulator.control("POST", "faults", body)
    try:
        assert asyncio.run(place.totals()) == truth
    except ReadFailed as failed:  # more faults than tries: said in one line, and nothing is half-true
        assert "\n" not in failed.why
    finally:
        place.emulator.control("DELETE", "faults")


@pytest.mark.parametrize("kind", ["page_repeated", "rows_shuffled", "rows_missing", "rows_duplicated", "pages_shift"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_page_that_is_wrong_once_changes_nothing(
    place: Place, truth: dict[str, tuple[int, int]], kind: str, nth: int
) -> None:
    for path in PATHS:
        place.emulator.control("POST", "faults", {"kind": kind, "count": 2, "match": {"path": path, "nth": nth}})
    try:
        assert asyncio.run(place.totals()) == truth
    finally:
        place.emulator.control("DELETE", "faults")


async def test_a_shop_that_never_adds_up_is_told_in_one_line() -> None:
    shop = FakeShop(told({"shop_order_list": [order()], "total": 2}))
    with pytest.raises(ReadFailed, match="did not add up") as failed:
        await ShopReads(shop.client()).orders(1000, 1003)
    assert "\n" not in failed.value.why and "searchList" in failed.value.why


async def test_a_window_with_too_many_rows_is_cut() -> None:
    def answer(request: object) -> object:
        asked = shop.bodies()[-1]
        wide = asked["update_time_end"] > asked["update_time_start"] + 1
        return told(
            {"shop_order_list": [order(order_id=str(asked["update_time_start"]))], "total": 50_001 if wide else 1}
        )

    shop = FakeShop(answer)
    assert len(await ShopReads(shop.client()).orders(1, 4)) == 3
    assert {(b["update_time_start"], b["update_time_end"]) for b in shop.bodies()} >= {
        (1, 4),
        (1, 2),
        (2, 4),
        (2, 3),
        (3, 4),
    }


@pytest.mark.parametrize("whole", [True, False])
async def test_halves_leave_no_second_out_whether_or_not_the_end_is_in_a_window(whole: bool) -> None:
    """The documents say of refunds that both ends are in a window, and of orders and bills nothing."""

    def answer(request: object) -> object:
        asked = shop.bodies()[-1]
        begin, end = asked["update_time_start"], asked["update_time_end"] + whole
        rows = [order(order_id=str(at)) for at in range(begin, end)]
        return told({"shop_order_list": rows, "total": len(rows) if end - begin < 4 else 50_001})

    shop = FakeShop(answer)
    found = await ShopReads(shop.client()).orders(100, 120)
    assert [str(row["order_id"]) for row in found] == [str(at) for at in range(100, 120 + whole)]  # type: ignore[index]


async def test_bills_feed_back_index_and_time_and_stop_where_nothing_is_new() -> None:
    first = {
        "code": "100000",
        "data": [bill()],
        "is_end": 0,
        "next_start_index": "2",
        "next_start_time": "2026-01-20 09:30:00",
    }
    last = {"code": "100000", "data": [bill(request_no="2")], "is_end": 1}
    shop = FakeShop(told(first), told(last))
    assert len(await ShopReads(shop.client()).bills(0, 10)) == 2
    assert [(b["start_index"], b["start_time"]) for b in shop.bodies()] == [
        ("", "1970-01-01 08:00:00"), ("2", "2026-01-20 09:30:00"),
    ]  # fmt: skip
    endless = FakeShop(told(first))
    with pytest.raises(ReadFailed, match="nothing new"):
        await ShopReads(endless.client()).bills(0, 0)
    assert len(endless.requests) < 20


async def test_the_shops_tokens_stand_beside_the_ads_platforms(place: Place) -> None:
    link = place.link()
    assert isinstance(link.tokens, TokenKeeper)
    row: StoredTokens | None = place.store.row
    if row is None:
        await link.tokens.connect("")
        row = place.store.row
    assert row is not None and row.app_id == f"doudian:{KEY}:1234567" and b"shop-access" not in row.sealed
    await link.close()
