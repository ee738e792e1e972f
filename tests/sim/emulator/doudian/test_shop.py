"""The emulated shop: what it checks and in which order, its shapes and limits, and that it sells what the ads platform reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sim.calendar import DAY, day_of, day_start
from sim.emulator import Running, running, times
from sim.order_book import OrderBook
from sim.platform import plan_id
from sim.scenario import shipped
from sim.world import MarketWorld
from tests.sim.emulator.client import Client
from tests.sim.emulator.doudian.client import SHOP, ShopClient

HISTORY_DAYS = 24
BILLS = "order.getSettleBillDetailV3"


@pytest.fixture(scope="module")
def world() -> MarketWorld:
    return MarketWorld.with_history(shipped("small"), 1, HISTORY_DAYS, order_book=OrderBook())


@pytest.fixture(scope="module")
def emulator(world: MarketWorld) -> Iterator[Running]:
    with running(world) as found:
        yield found


@pytest.fixture
def shop(emulator: Running, world: MarketWorld) -> ShopClient:
    return ShopClient(emulator.port, int(world.now)).authorise()


def sub(tree: dict[str, Any]) -> str:
    assert tree["data"] == {} and tree["sub_msg"]
    return str(tree["sub_code"])


def test_checks_come_in_the_order_of_the_fact_sheet(shop: ShopClient) -> None:
    bad: list[tuple[str, str]] = [
        ("app_key", "1"), ("timestamp", "yesterday"), ("access_token", "nobody's"), ("sign", "0" * 64),
    ]  # fmt: skip
    told = ["isv.app-id-invalid", "isv.timestamp-format-error", "isv.access-token-no-existed", "isv.signature-invalid"]
    for i, expected in enumerate(told):
        assert sub(shop.ask("order.searchList", {"page": -1, "size": 1000}, **dict(bad[i:]))) == expected
    assert sub(shop.ask("order.searchList", {"page": -1, "size": 1000})) == "isv.parameter-invalid:10035"
    for name, expected in (
        ("app_key", "isv.app-id-missing"),
        ("access_token", "isv.access-token-missing"),
        ("sign", "isv.signature-missing"),
    ):
        assert sub(shop.ask("order.searchList", {}, **{name: ""})) == expected


@pytest.mark.parametrize(
    ("method", "changes", "number"),
    [
        ("order.searchList", {"size": 101}, "20008"), ("order.searchList", {"page": 500}, "20013"),
        ("order.searchList", {"update_time_start": None}, "20011"), ("order.searchList", {"update_time_start": "old"}, "20022"),
        ("afterSale.List", {"size": 0}, "11000"), ("afterSale.List", {"page": 500}, "11003"),
        (BILLS, {"size": 101}, "100026"), (BILLS, {"start_time": "20260101"}, "100026"),
    ],
)  # fmt: skip
def test_limits_are_refused_with_their_numbers(
    shop: ShopClient, method: str, changes: dict[str, Any], number: str
) -> None:
    asked: dict[str, Any] = {"page": 0, "size": 100}
    if method == BILLS:
        asked = {
            "size": 100,
            "start_time": times.stamp(shop.now - DAY),
            "end_time": times.stamp(shop.now),
            "start_index": "",
        }
    elif method == "order.searchList":
        asked["update_time_start"] = shop.now - DAY
    asked = {k: v for k, v in {**asked, **changes}.items() if v is not None}
    if asked.get("update_time_start") == "old":
        asked["update_time_start"] = shop.now - 91 * DAY
    assert sub(shop.ask(method, asked)) == f"isv.parameter-invalid:{number}"


def test_tokens(emulator: Running, world: MarketWorld) -> None:
    shop = ShopClient(emulator.port, int(world.now))
    own = {"code": "", "grant_type": "authorization_self", "shop_id": SHOP}
    pair = shop.data("token.create", own)
    assert pair["expires_in"] == 604_800 and pair["shop_id"] == SHOP
    again = shop.data("token.refresh", {"refresh_token": pair["refresh_token"], "grant_type": "refresh_token"})
    assert again["access_token"] == pair["access_token"], "more than an hour left: the same"
    for body, why in (
        ({**own, "shop_id": "9"}, "no-authorization"), ({"code": "x", "grant_type": "authorization_code"}, "code-invalid"),
        ({"code": "", "grant_type": "password"}, "grant-type-invalid"),
    ):  # fmt: skip
        assert sub(shop.ask("token.create", body)) == f"dop.token-generate-failed:{why}"
    assert sub(shop.ask("token.refresh", {"refresh_token": "x"})) == "dop.token-generate-failed:token-invalid"
    assert shop.data("token.create", {"code": "auth-code-7", "grant_type": "authorization_code"})["access_token"]


def test_both_platforms_tell_of_the_same_orders(shop: ShopClient, emulator: Running, world: MarketWorld) -> None:
    """By campaign and day: what the shop's orders come to is what the ads platform reports, over both wires, order by order."""
    begin = int(world.now) - HISTORY_DAYS * DAY
    rows = [row for row in shop.every_order(begin, int(world.now)) if row["pay_time"]]
    assert world.order_book is not None
    noted = world.order_book.noted()
    gmv: Counter[tuple[int, int]] = Counter()
    count: Counter[tuple[int, int]] = Counter()
    for row in rows:
        number = (int(row["order_id"]) - 6_920_000_000_000_000_000) // 10
        (sku,) = [s for s in row["sku_order_list"] if s["given_product_type"] != "FREE"]
        paid = sku["pay_amount"] + sku["platform_cost_amount"]
        assert paid == noted.fen[number] == sku["order_amount"] and row["pay_time"] == noted.paid_at[number]
        index = int(noted.campaign[number])
        cell = (plan_id(index, world.specs[index]), day_of(row["pay_time"]))
        gmv[cell] += paid
        count[cell] += 1
    assert len(rows) == len({row["order_id"] for row in rows}) == len(noted) > 5000
    ads, seen = Client(emulator.port), Counter[tuple[int, int]]()
    for day in range(day_of(begin), day_of(world.now)):
        for goal in ("VIDEO_PROM_GOODS", "LIVE_PROM_GOODS"):
            told = ads.list(
                goal, start_time=times.stamp(day_start(day)), end_time=times.stamp(day_start(day + 1) - 1), page_size=100,
                fields=["total_pay_order_gmv_include_coupon_for_roi2", "total_pay_order_count_for_roi2"],
                filtering={"status": "ALL_INCLUDE_DELETED"},
            ).data  # fmt: skip
            for plan in told["ad_list"]:
                cell, stats = (plan["ad_info"]["id"], day), plan["stats_info"]
                assert stats["total_pay_order_gmv_include_coupon_for_roi2"] == gmv[cell] * 1000, cell
                assert stats["total_pay_order_count_for_roi2"] == count[cell], cell
                seen[cell] += 1
    assert set(gmv) <= set(seen), "every order is in a report"


def test_a_settled_order_is_billed_from_three_in_the_afternoon_of_the_next_day(
    shop: ShopClient, world: MarketWorld
) -> None:
    lines, asked = (
        [],
        {
            "size": 7,
            "start_time": times.stamp(shop.now - 12 * DAY),
            "end_time": times.stamp(shop.now),
            "start_index": "",
        },
    )
    while True:
        page = shop.data(BILLS, asked)
        assert page["code"] == "100000" and len(page["data"]) == page["data_size"] <= 7
        lines += page["data"]
        if page["is_end"]:
            break
        asked = {**asked, "start_index": page["next_start_index"], "start_time": page["next_start_time"]}
    keys = [(r["request_no"], r["order_id"], r["trade_type"]) for r in lines]
    assert len(set(keys)) == len(keys) > 100
    newest = max(times.parse(r["settle_time"]) for r in lines)
    assert newest < day_start(day_of(world.now) - 1), "at midnight yesterday's bills do not show yet"
    for r in lines:
        assert r["total_income"] - r["total_outcome"] == r["settle_amount"]
    back = [r for r in lines if r["trade_type"]]
    assert {r["total_income"] < 0 for r in back} == {True, False}, "both signs occur"


def test_a_world_without_its_orders_has_no_shop() -> None:
    plain = MarketWorld.with_history(shipped("small"), 1, 0)
    with running(plain) as emulator:
        shop = ShopClient(emulator.port, int(plain.now)).authorise()
        assert (
            shop.ask("order.searchList", {"page": 0, "size": 1, "update_time_start": shop.now - DAY})["code"] == 70000
        )
        config: Any = emulator.control("GET", "config")
        assert config["shop"] is None


def test_controls_of_the_shop_say_what_they_expect(emulator: Running) -> None:
    for name, body in (
        ("shop_order", {"paid": -1}),
        ("shop_order", {"size": 3}),
        ("shop_order", {"status": "lost"}),
        ("shop_app", {}),
    ):
        with pytest.raises(ValueError, match="expected"):
            emulator.control("POST", name, body)
    assert emulator.control("POST", "shop_app", {"app_key": "7", "app_secret": "s"}) == {"app_key": "7"}
