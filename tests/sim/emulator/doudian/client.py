"""A plain client of the shop for these tests: signs by hand, no code of the project."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.sim.emulator.client import Client

KEY, SECRET, SHOP = "7000000000000000001", "00000000-test-secret", "1234567"


@dataclass
class ShopClient:
    port: int
    now: int
    token: str = ""

    def ask(self, method: str, params: dict[str, Any], **changes: str) -> dict[str, Any]:
        """The whole envelope; `changes` of the query ("" = left out)."""
        body = json.dumps(params, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        text = f"{SECRET}app_key{KEY}method{method}param_json{body}timestamp{self.now}v2{SECRET}"
        query = {
            "app_key": KEY, "method": method, "v": "2", "timestamp": str(self.now), "access_token": self.token,
            "sign_method": "hmac-sha256", "sign": hmac.new(SECRET.encode(), text.encode(), "sha256").hexdigest(), **changes,
        }  # fmt: skip
        path = "/" + method.replace(".", "/") + "?" + urlencode({k: v for k, v in query.items() if v})
        got = Client(self.port, None).send("POST", path, body.encode(), {"Content-Type": "application/json"})
        assert got.status == 200, got
        return got.tree

    def data(self, method: str, params: dict[str, Any]) -> Any:
        tree = self.ask(method, params)
        assert tree["code"] == 10000, tree
        return tree["data"]

    def authorise(self) -> ShopClient:
        told = self.data("token.create", {"code": "", "grant_type": "authorization_self", "shop_id": SHOP})
        self.token = told["access_token"]
        return self

    def every_order(self, begin: int, end: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            asked = {"update_time_start": begin, "update_time_end": end, "order_by": "update_time", "order_asc": True,
                     "page": len(rows) // 100, "size": 100}  # fmt: skip
            found = self.data("order.searchList", asked)
            rows += found["shop_order_list"]
            if len(rows) >= found["total"]:
                return rows
