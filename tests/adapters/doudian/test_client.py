"""One question to the shop: codes and their actions, both layers of success, one clear line where it fails."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from bidctl.adapters.doudian.endpoints import ORDERS, READ_CALLS, TOKEN_CALLS, path_of
from bidctl.adapters.doudian.errors import CODES, SUB_CODES, Action
from bidctl.adapters.doudian.wire import BillsPage, OrdersPage
from bidctl.adapters.http import httpx
from bidctl.adapters.openapi.errors import BadEnvelope, NeedsAuthorisation, NetworkFailed
from bidctl.adapters.openapi.exchange import Retries
from bidctl.adapters.openapi.guard import CallForbidden
from bidctl.engine.ports import ReadFailed
from tests.adapters.doudian.fakes import FakeShop, told

GOOD = told({"shop_order_list": [], "total": 0})
BILLS_GOOD = {"code": "100000", "data": [], "is_end": 1}


async def ask(shop: FakeShop, retries: Retries | None = None) -> OrdersPage:
    client = shop.client(retries) if retries else shop.client()
    return await client.ask(ORDERS, {"page": 0, "size": 100}, OrdersPage)


async def test_the_question_is_what_was_signed_and_asks_for_the_newer_codes() -> None:
    shop = FakeShop(GOOD)
    assert (await ask(shop)).total == 0
    (request,) = shop.requests
    assert request.method == "POST" and request.url.path == "/order/searchList"
    assert request.content == b'{"page":0,"size":100}' and request.headers["x-open-no-old-err-code"] == "1"
    query = dict(parse_qsl(request.url.query.decode()))
    assert query["method"] == ORDERS and query["access_token"] == "token-0" and query["sign_method"] == "hmac-sha256"
    assert "Access-Token" not in request.headers


@pytest.mark.parametrize("code", [20000, 20001, 60000])
async def test_what_may_pass_is_asked_again(code: int) -> None:
    shop = FakeShop(told({}, code, "isp.service-error:20004"), told({}, code), GOOD)
    assert (await ask(shop)).total == 0 and len(shop.requests) == 3


@pytest.mark.parametrize(
    "code", [30001, 30002, 40001, 40002, 40003, 40004, 50001, 50002, 70000, 80000, 90000, 12345, 10001]
)
async def test_what_will_not_pass_is_asked_once_and_told_in_one_line(code: int) -> None:
    shop = FakeShop(told({}, code, "isv.something:9", "words\nof the shop"), GOOD)
    with pytest.raises(ReadFailed) as failed:
        await ask(shop)
    why = failed.value.why
    assert (
        len(shop.requests) == 1
        and str(code) in why
        and "isv.something:9" in why
        and "\n" not in why
        and "2026log" in why
    )


async def test_every_code_of_the_fact_sheet_has_its_rule_in_both_languages() -> None:
    assert {
        10001,
        20000,
        20001,
        30001,
        30002,
        40001,
        40002,
        40003,
        40004,
        50001,
        50002,
        60000,
        70000,
        80000,
        90000,
    } == set(CODES)
    backs_off = {code for code, (_, action) in CODES.items() if action is Action.BACK_OFF}
    assert backs_off == {20000, 20001, 60000}
    assert all(w.zh != w.en and w.zh and w.en for w, _ in [*CODES.values(), *SUB_CODES.values()])


@pytest.mark.parametrize("sub", ["isv.access-token-expired", "isv.access-token-no-existed"])
async def test_an_old_token_is_renewed_once(sub: str) -> None:
    shop = FakeShop(told({}, 40003, sub), GOOD)
    await ask(shop)
    assert shop.tokens.rejected == ["token-0"] and "access_token=token-1" in str(shop.requests[1].url)
    always = FakeShop(told({}, 40003, sub))
    with pytest.raises(NeedsAuthorisation, match="bidctl connect --shop"):  # a renewed one that is no good either
        await ask(always)
    assert len(always.requests) == 2


@pytest.mark.parametrize("sub", [s for s, (_, action) in SUB_CODES.items() if action is Action.AUTHORISE])
async def test_what_only_a_person_can_mend_says_how(sub: str) -> None:
    shop = FakeShop(told({}, 30001, sub))
    with pytest.raises(NeedsAuthorisation) as failed:
        await ask(shop)
    assert "bidctl connect --shop" in failed.value.why and len(shop.requests) == 1


async def test_a_wrong_secret_is_said() -> None:
    with pytest.raises(ReadFailed, match=r"\[shop\] app_secret"):
        await ask(FakeShop(told({}, 40003, "isv.signature-invalid")))


@pytest.mark.parametrize(("inner", "asked"), [("100001", 1), ("100010", 4), ("10000", 1)])
async def test_success_outside_is_not_success_inside(inner: str, asked: int) -> None:
    shop = FakeShop(told({**BILLS_GOOD, "code": inner, "code_msg": "no"}))
    with pytest.raises(ReadFailed, match=inner):
        await shop.client().ask("order.getSettleBillDetailV3", {}, BillsPage)
    assert len(shop.requests) == asked
    silent = FakeShop(told({k: v for k, v in BILLS_GOOD.items() if k != "code"}))
    with pytest.raises(ReadFailed, match="code"):
        await silent.client().ask("order.getSettleBillDetailV3", {}, BillsPage)
    good = FakeShop(told(BILLS_GOOD))
    assert (await good.client().ask("order.getSettleBillDetailV3", {}, BillsPage)).is_end == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"code":"10000"}',
        b'{"code":10000,"data":[1]}',
        b'{"code":10000,"data":{"total":"x"}}',
    ],
)
async def test_an_answer_that_does_not_parse_is_one_line(body: bytes) -> None:
    shop = FakeShop(httpx.Response(200, content=body))
    with pytest.raises(BadEnvelope) as failed:
        await ask(shop)
    assert "\n" not in failed.value.why and "/order/searchList" in failed.value.why and len(shop.requests) == 1


async def test_the_network_is_tried_again_and_then_said() -> None:
    shop = FakeShop(httpx.ReadTimeout("late"), httpx.Response(502), GOOD)
    assert (await ask(shop)).total == 0 and len(shop.requests) == 3
    with pytest.raises(NetworkFailed, match="base_url"):
        await ask(FakeShop(httpx.ConnectError("refused")))


async def test_the_client_can_ask_and_nothing_else() -> None:
    assert {path for _, path in READ_CALLS} == {"/order/searchList", "/afterSale/List", "/order/getSettleBillDetailV3"}
    assert not READ_CALLS & TOKEN_CALLS
    for method in ("token.refresh", "order.logisticsAdd", "afterSale.operate"):
        with pytest.raises(CallForbidden):
            await FakeShop(GOOD).client().ask(method, {}, OrdersPage)
    assert path_of("afterSale.List") == "/afterSale/List"
