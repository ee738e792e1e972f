"""A platform in a function: answers by path, remembers every request. Payloads are our own, shaped by the fact sheet."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from bidctl.adapters.http import http_client, httpx
from bidctl.adapters.openapi.exchange import PlatformTime, Retries
from bidctl.adapters.openapi.guard import AllowListTransport
from bidctl.adapters.openapi.limits import Limits
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.endpoints import WRITE_CALLS
from bidctl.adapters.qianchuan.guard import ReadOnlyTransport
from bidctl.adapters.qianchuan.reads import QianchuanReads
from bidctl.adapters.qianchuan.writes import QianchuanWriter
from bidctl.domain.values import AccountId, CampaignId

ACCOUNT = AccountId("1700000000000011")
PLAN = CampaignId("1861000000000001")
NOW = datetime(2026, 9, 2, 4, 0, 0, tzinfo=UTC)  # 12:00 in Beijing
AT_ONCE = Retries(first_wait_s=0.0, longest_wait_s=0.0, jitter_s=0.0)
QC = "/open_api/v1.0/qianchuan/"


class FakeClock:
    def __init__(self, at: datetime = NOW) -> None:
        self.at, self.slept = at, 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds() + 1000.0

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class FakeTokens:
    def __init__(self) -> None:
        self.rejected: list[str] = []

    async def access_token(self) -> str:
        return f"token-{len(self.rejected)}"

    async def reject(self, token: str) -> None:
        self.rejected.append(token)


def envelope(data: object, code: int = 0, message: str = "OK", **headers: str) -> httpx.Response:
    body = {"code": code, "message": message, "request_id": "20260902rid", "data": data}
    return httpx.Response(200, json=body, headers={"Date": "Wed, 02 Sep 2026 04:00:00 GMT", **headers})


def params(request: httpx.Request) -> dict[str, object]:
    """Query parameters, JSON ones parsed."""
    found: dict[str, object] = {}
    for name, text in parse_qsl(request.url.query.decode(), keep_blank_values=True):
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


Answer = Callable[[httpx.Request], httpx.Response]


class FakePlatform:
    """`answers` by path below QC (or a whole path); a list is answered one by one, its last entry for ever."""

    def __init__(self, **answers: object) -> None:
        self.answers: dict[str, object] = {}
        self.requests: list[httpx.Request] = []
        self.clock, self.tokens = FakeClock(), FakeTokens()
        self.limits = Limits(self.clock, None)

    def on(self, path: str, *answers: object) -> FakePlatform:
        self.answers[path if path.startswith("/") else QC + path] = list(answers)
        return self

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answers = self.answers[request.url.path]
        assert isinstance(answers, list)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    def asked(self, path: str) -> list[dict[str, object]]:
        return [params(r) for r in self.requests if r.url.path == (path if path.startswith("/") else QC + path)]

    def client(self, retries: Retries = AT_ONCE, limits: Limits | None = None) -> ReadClient:
        http = http_client("https://api.test", ReadOnlyTransport(httpx.MockTransport(self.handle)))
        return ReadClient(http, self.tokens, PlatformTime(self.clock), limits or self.limits, retries)

    def reads(self) -> QianchuanReads:
        return QianchuanReads(self.client())

    def writer(self) -> QianchuanWriter:
        http = http_client("https://api.test", AllowListTransport(httpx.MockTransport(self.handle), WRITE_CALLS))
        return QianchuanWriter(
            http, self.tokens, PlatformTime(self.clock), self.limits, "1700000000000001", self.reads()
        )


def plan(number: int = 1861000000000001, **changes: object) -> dict[str, object]:
    """A row of uni_promotion/list; `changes` go to its ad_info."""
    ad = {
        "id": number, "name": "demo", "adlab_scene": "UNI_PROJECT", "marketing_goal": "VIDEO_PROM_GOODS",
        "status": "DELIVERY_OK", "opt_status": "ENABLE", "smart_bid_type": "SMART_BID_CUSTOM", "roi2_goal": 2.5,
        "budget": 1000.0, "budget_mode": "BUDGET_MODE_DAY",
        "deep_external_action": "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI", "create_time": "2026-09-01 10:00:00",
        "modify_time": "2026-09-02 11:00:00",
        "compensate_info": {"status": "SUCCESS", "compensate_status": "IN_EFFECT", "reason": ""},
    }  # fmt: skip
    stats = {
        "stat_cost": 12345000, "total_pay_order_gmv_include_coupon_for_roi2": 29751450,
        "total_pay_order_count_for_roi2": 7, "total_order_settle_amount_for_roi2_1h": 25000000,
        "total_order_settle_count_for_roi2_1h": 6,
    }  # fmt: skip
    return {
        "ad_info": ad | changes, "product_info": [{"product_id": 3600000000000000001}], "room_info": [],
        "stats_info": stats,
    }  # fmt: skip


def listed(*plans: dict[str, object], goal: str | None = None) -> Answer:
    """Answers the list by its query's goal, scene and bidding type, like the platform."""

    def answer(request: httpx.Request) -> httpx.Response:
        q = params(request)
        filtering = q["filtering"]
        assert isinstance(filtering, dict)
        rows = [
            p
            for p in plans
            if (i := p["ad_info"])
            and isinstance(i, dict)
            and i["marketing_goal"] == q["marketing_goal"]
            and i["adlab_scene"] == q["adlab_scene"]
            and (i["smart_bid_type"] == filtering["smart_bid_type"])
        ]
        size, page = int(str(q["page_size"])), int(str(q["page"]))
        info = {"page": page, "page_size": size, "total_num": len(rows), "total_page": -(-len(rows) // size)}
        return envelope({"ad_list": rows[(page - 1) * size : page * size], "page_info": info})

    return answer


def detail(number: int = 1861000000000001, **changes: object) -> dict[str, object]:
    """ad/detail of a plan, as terse as real answers were seen to be; `changes` go to delivery_setting or the top."""
    setting = {
        "budget": 1000.0, "budget_mode": "BUDGET_MODE_DAY", "roi2_goal": 2.5, "smart_bid_type": "SMART_BID_CUSTOM",
        "deep_external_action": "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI",
    }  # fmt: skip
    top = {
        "ad_id": number, "name": "demo", "aweme_id": 90000000001, "marketing_goal": "VIDEO_PROM_GOODS",
        "status": "DELIVERY_OK", "opt_status": "ENABLE", "create_time": "2026-09-01 10:00:00",
        "modify_time": "2026-09-02 11:00:00", "room_info": [], "product_infos": [{"product_id": 3600000000000000001}],
    }  # fmt: skip
    inner = {name: value for name, value in changes.items() if name in setting}
    outer = {name: value for name, value in changes.items() if name not in setting}
    return top | outer | {"delivery_setting": setting | inner}
