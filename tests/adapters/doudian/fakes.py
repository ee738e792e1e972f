"""A shop in a function, and rows as the fact sheet shapes them; payloads are our own."""

from __future__ import annotations

import json
from collections.abc import Callable

from bidctl.adapters.doudian.client import ShopClient
from bidctl.adapters.doudian.endpoints import READ_CALLS
from bidctl.adapters.doudian.requests import Signer
from bidctl.adapters.http import http_client, httpx
from bidctl.adapters.openapi.exchange import PlatformTime, Retries
from bidctl.adapters.openapi.guard import AllowListTransport
from bidctl.adapters.openapi.limits import Limits
from tests.adapters.qianchuan.fakes import AT_ONCE, FakeClock, FakeTokens

KEY, SECRET = "7000000000000000001", "00000000-test-secret"
PAID = 1_767_225_600
Answer = Callable[[httpx.Request], httpx.Response]


def told(data: object, code: int = 10000, sub: str = "", message: str = "success") -> httpx.Response:
    tree = {
        "code": code,
        "msg": message,
        "sub_code": sub,
        "sub_msg": message if sub else "",
        "log_id": "2026log",
        "data": data,
    }
    return httpx.Response(200, json=tree, headers={"Date": "Wed, 02 Sep 2026 04:00:00 GMT"})


class FakeShop:
    """Answers one by one, the last for ever; remembers every request."""

    def __init__(self, *answers: object) -> None:
        self.answers, self.requests = list(answers), list[httpx.Request]()
        self.clock, self.tokens = FakeClock(), FakeTokens()

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer  # type: ignore[no-any-return]

    def client(self, retries: Retries = AT_ONCE) -> ShopClient:
        http = http_client("https://shop.test", AllowListTransport(httpx.MockTransport(self.handle), READ_CALLS))
        limits = Limits(self.clock, None)
        return ShopClient(http, Signer(KEY, SECRET), self.tokens, PlatformTime(self.clock), limits, retries)

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(r.content) for r in self.requests]


def sku(number: int = 1, **changes: object) -> dict[str, object]:
    row = {
        "order_id": f"6920000000000000{number:02d}1", "parent_order_id": f"6920000000000000{number:02d}0",
        "product_id": 3600000000000000001, "product_id_str": "3600000000000000001", "item_num": 1, "pay_amount": 9700,
        "platform_cost_amount": 300, "shop_cost_amount": 500, "author_cost_amount": 0, "author_id": 90000000001, "room_id": 0,
        "room_id_str": "0", "theme_type": 0, "given_product_type": "", "cid": 0,
    }  # fmt: skip
    return row | changes


def order(*skus: dict[str, object], **changes: object) -> dict[str, object]:
    row = {
        "order_id": "6920000000000000010", "order_status": 2, "pay_time": PAID, "create_time": PAID - 20, "update_time": PAID,
        "order_amount": 10000, "pay_amount": 9700, "post_receiver": "张三", "encrypt_post_tel": "13800001111",
        "sku_order_list": list(skus or (sku(),)),
    }  # fmt: skip
    return row | changes


def related(number: int = 1, paid: int = 9700, **changes: object) -> dict[str, object]:
    return {"sku_order_id": f"6920000000000000{number:02d}1", "aftersale_pay_amount": paid, "item_num": 1} | changes


def claim(*orders: dict[str, object], **changes: object) -> dict[str, object]:
    info = {
        "aftersale_id": "147000000000000001", "aftersale_type": 0, "aftersale_status": 12, "refund_status": 3,
        "refund_amount": 9700, "return_promotion_amount": 300, "update_time": PAID + 900, "apply_time": PAID + 300,
        "aftersale_status_to_final_time": PAID + 800,
    }  # fmt: skip
    return {
        "aftersale_info": info | changes,
        "order_info": {"shop_order_id": "6920000000000000010", "related_order_info": list(orders or (related(),))},
    }


def bill(**changes: object) -> dict[str, object]:
    row = {
        "request_no": "7510000000000000001", "shop_order_id": "6920000000000000010", "order_id": "6920000000000000011",
        "trade_type": 0, "refund_before_settle": 0, "settle_time": "2026-01-20 09:30:00", "real_pay_amount": 9700,
        "platform_coupon": 300, "author_coupon": 0, "zt_pay_promotion": 0, "zr_pay_promotion": 0, "total_income": 10000,
        "total_outcome": 1500, "settle_amount": 8500, "commission": 1000, "platform_service_fee": 500,
    }  # fmt: skip
    return row | changes
