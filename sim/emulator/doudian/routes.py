"""From a request to the shop's answer: app, time, token, sign, then parameters; the fault; both layers of success."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from sim.emulator import ids, times
from sim.emulator.doudian import bills, orders, refunds
from sim.emulator.doudian.call import ShopCall
from sim.emulator.doudian.errors import ShopError, denied
from sim.emulator.doudian.sales import Till
from sim.emulator.doudian.signature import check_sign, check_time
from sim.emulator.doudian.tokens import ShopPair, ShopTokens
from sim.emulator.errors import ApiError
from sim.emulator.faults import NOT_APPLIED, Firing
from sim.emulator.routes import Reply, Request, read_body
from sim.emulator.service import Service

Data = dict[str, object]
TOKENS = ("/token/create", "/token/refresh")
READS = ("/order/searchList", "/afterSale/List", "/order/getSettleBillDetailV3")
PATHS = frozenset((*TOKENS, *READS))
REFUSALS = {
    "code_40100": ShopError(60000, "isp.rate-limited", "too many requests, please wait"),
    "code_40110": ShopError(60000, "isp.rate-limited", "too many requests, please wait"),
    "sign_refused": denied("isv.signature-invalid", "sign does not fit"),
    "token_expired": denied("isv.access-token-expired", "access_token has expired"),
    "code_50000_not_applied": ShopError(20000, "isp.service-error:20004", "service is not available"),
}
"""Faults that are an answer of the envelope's."""


class Shop:
    """Answers requests over one service; `settle` moves its time first."""

    def __init__(self, service: Service, settle: Callable[[], None]) -> None:
        self.service, self.till, self.tokens, self._settle = service, Till(service), ShopTokens(), settle
        self._reads: Mapping[str, Callable[[ShopCall], Data]] = {
            "/order/searchList": lambda call: orders.search(service, self.till, call),
            "/afterSale/List": lambda call: refunds.listed(self.till, call),
            "/order/getSettleBillDetailV3": lambda call: bills.settled(self.till, call),
        }

    def answer(self, request: Request) -> Reply:
        """A whole request to one of `PATHS`."""
        path, _, query = request.target.partition("?")
        self._settle()
        firing = self.service.faults.meet(request.method, path)
        if firing and firing.kind == "clock_jump" and firing.delay_s >= 0:
            self.service.clock.advance(firing.delay_s)
            self._settle()
        reply = self._reply(request, path, dict(parse_qsl(query, keep_blank_values=True)), firing)
        self.service.faults.settle(firing, self.service.now)
        reply.fault = firing if firing and firing.acted else None
        return reply

    def _reply(self, request: Request, path: str, query: Mapping[str, str], firing: Firing | None) -> Reply:
        log_id = "".join(c for c in times.stamp(self.service.now) if c.isdigit()) + f"{self.service.next_number():018d}"
        kind = firing.kind if firing else ""
        try:
            body = self._checked(request, path, query, kind)
            if kind in REFUSALS:
                raise REFUSALS[kind]
            data = {} if kind in NOT_APPLIED else self._data(path, query, body, firing)
            if kind == "code_50000_applied":
                raise ShopError(20000, "isp.service-error:20004", "service is not available")
        except ShopError as error:
            return Reply(_envelope(log_id, error.code, error.message, error.sub_code, {}))
        if kind.startswith("http_500"):
            return Reply(b"Internal Server Error", 500)
        told = _envelope(log_id, 10000, "success", "", data)
        return Reply(told[: len(told) // 2] + b"<garbled>" if kind == "garbage_json" else told)

    def _checked(self, request: Request, path: str, query: Mapping[str, str], kind: str) -> Mapping[str, object]:
        """The body of a request that may be answered. Raises ShopError."""
        secret = self.tokens.secret(query.get("app_key"))
        for name in ("method", "timestamp", "v"):
            if not query.get(name):
                raise denied("isv.parameter-missing", f"{name} is missing")
        if query["v"] != "2" or "/" + query["method"].replace(".", "/") != path:
            raise denied("isv.parameter-format-invalid", f"method {query['method']!r}, v {query['v']!r}")
        check_time(query["timestamp"], self.service.clock.now())
        access = query.get("access_token")
        if path not in TOKENS:
            self.tokens.check(query["app_key"], access, self.service.now)
        if kind == "token_expired" and access:
            self.tokens.expire(access)
        try:
            body = read_body(request)
        except ApiError as error:
            raise denied("isv.parameter-format-invalid", error.message) from None
        check_sign(query, body, secret)
        if request.method != "POST" or (path in READS and not self.till.open):
            raise ShopError(70000, "isp.api-service-off", f"{request.method} {path}: not served here (emulator)")
        return body

    def _data(self, path: str, query: Mapping[str, str], body: Mapping[str, object], firing: Firing | None) -> Data:
        if path in READS:
            return self._reads[path](ShopCall(path, body, self.till.now, firing))
        app, now = query["app_key"], self.service.now
        if path == "/token/refresh":
            token = str(body.get("refresh_token"))
            return self._pair(self.tokens.refresh(app, token, now))
        code, shop = str(body.get("code") or ""), str(body.get("shop_id") or "")
        return self._pair(self.tokens.create(app, body.get("grant_type"), code, shop, str(ids.SHOP), now))

    def _pair(self, pair: ShopPair) -> Data:
        left = int(pair.access_until - self.service.now)
        return {
            "access_token": pair.access, "refresh_token": pair.refresh, "expires_in": left, "scope": "SCOPE",
            "shop_id": str(ids.SHOP), "shop_name": "模拟店铺",
        }  # fmt: skip


def _envelope(log_id: str, code: int, message: str, sub_code: str, data: Data) -> bytes:
    told = {
        "code": code,
        "msg": message,
        "sub_code": sub_code,
        "sub_msg": message if sub_code else "",
        "log_id": log_id,
        "data": data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
