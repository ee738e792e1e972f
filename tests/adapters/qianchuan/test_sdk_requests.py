"""Our requests beside those an official SDK sends for the same calls: same method, path, parameters and JSON values."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from bidctl.adapters.http import http_client, httpx
from bidctl.adapters.openapi.exchange import PlatformTime
from bidctl.adapters.qianchuan.oauth import OAuth
from bidctl.adapters.qianchuan.reads import QianchuanReads
from bidctl.domain.values import AccountId, CampaignId, Field, Objective
from bidctl.domain.writes import WriteRequest
from tests.adapters.qianchuan import test_reports
from tests.adapters.qianchuan.fakes import ACCOUNT, NOW, PLAN, FakeClock, FakePlatform, detail, envelope, listed

RECORDED = Path(__file__).parents[4] / "shared" / "platforms" / "qianchuan-sdk-requests.jsonl"
pytestmark = pytest.mark.skipif(not RECORDED.is_file(), reason=f"{RECORDED} is not there: nothing to compare with")
QC = "/open_api/v1.0/qianchuan/"


def _values(pairs: list[tuple[str, str]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, text in pairs:
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def recorded(method: str, path: str) -> list[dict[str, object]]:
    """What the SDK sent to this path: parsed parameters of a GET, parsed body of a POST."""
    found = []
    for line in RECORDED.read_text("utf-8").splitlines():
        one = json.loads(line)
        target = urlsplit(one["target"])
        if (one["method"], target.path) == (method, path):
            found.append(json.loads(one["body"]) if one["body"] else _values(parse_qsl(target.query)))
    assert found, f"no request to {path} was recorded"
    return found


def mine(request: httpx.Request) -> dict[str, object]:
    return json.loads(request.content) if request.content else _values(parse_qsl(request.url.query.decode()))


def _write(field: Field, value: str, objective: Objective | None = None) -> WriteRequest:
    return WriteRequest(ACCOUNT, PLAN, field, "", value, "d" * 32, objective)


@pytest.mark.parametrize(
    ("path", "write"),
    [
        ("uni_promotion/ad/roi2_goal/update/", _write(Field.ROI_TARGET, "2.15", Objective.NET_ROI)),
        ("uni_promotion/ad/budget/update/", _write(Field.BUDGET, "1200.00")),
        ("uni_promotion/ad/status/update/", _write(Field.STATUS, "DISABLE")),
        ("uni_promotion/ad/material/delete/", _write(Field.CREATIVE, "delete:7400000000000000001")),
    ],
)
async def test_writes_are_the_same_request(path: str, write: WriteRequest) -> None:
    platform = FakePlatform().on(path, envelope({}))
    await platform.writer().write(write)
    (sent,) = platform.requests
    assert mine(sent) in recorded("POST", QC + path)
    assert sent.headers["Content-Type"] == "application/json" and "Access-Token" in sent.headers


async def test_tokens_are_asked_for_with_the_same_body() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        pair = {"access_token": "a", "refresh_token": "r", "expires_in": 86400, "refresh_token_expires_in": 2592000}
        return envelope(pair)

    clock = FakeClock()
    http = http_client("https://api.test", httpx.MockTransport(answer))
    oauth = OAuth(http, PlatformTime(clock), "1700000000000001", "app-secret")
    await oauth.exchange("auth-code-1")
    await oauth.refresh("refresh-1")
    for request in sent:
        assert [mine(request)] == recorded("POST", request.url.path)


async def test_reads_with_nothing_to_choose_are_the_same_request() -> None:
    """The detail and the suggestion: every parameter is given by the plan."""
    plan = await test_reports.info()
    platform = (
        FakePlatform().on("uni_promotion/ad/detail/", envelope(detail())).on("uni_aweme/suggest/roi/", envelope({}))
    )
    await platform.reads().suggestion(AccountId(ACCOUNT), plan)
    assert len(platform.requests) == 2
    for request in platform.requests:
        assert mine(request) in recorded("GET", request.url.path)


async def _all_reads(platform: FakePlatform) -> None:
    from datetime import timedelta

    from bidctl.adapters.qianchuan import accounts
    from bidctl.adapters.qianchuan.live import live_hours
    from bidctl.domain.panel import Grain

    empty = {"page_info": {"total_num": 0}}
    platform.on("uni_promotion/list/", listed())
    for path in ("report/uni_promotion/data/get/", "uni_promotion/ad/material/get/", "tools/log_search/",
                 "report/uni_promotion/dimension_data/author/get/", "uni_aweme/authorized/get/"):  # fmt: skip
        platform.on(path, envelope(empty))
    reads = QianchuanReads(platform.client())
    await reads.campaigns(ACCOUNT, NOW)
    await reads.facts(ACCOUNT, [await test_reports.info()], Grain.HOUR, NOW - timedelta(hours=2), NOW)
    await reads.creatives(ACCOUNT, PLAN)
    await reads.edit_log(ACCOUNT, NOW - timedelta(days=1), CampaignId(PLAN))
    await live_hours(platform.client(), ACCOUNT, "90000000001", NOW - timedelta(hours=2), NOW)
    await accounts.live_accounts(platform.client(), ACCOUNT)


async def test_reads_with_choices_use_only_parameters_the_sdk_has_in_the_same_json_shapes() -> None:
    """Windows, fields and optional filters are ours; names, types and the shape of what is nested are the SDK's."""
    platform = FakePlatform()
    await _all_reads(platform)
    seen = set()
    for request in platform.requests:
        theirs = recorded("GET", request.url.path)
        types = {name: type(value) for one in theirs for name, value in one.items()}
        for name, value in mine(request).items():
            assert name in types and isinstance(value, types[name]), (request.url.path, name, value)
        assert set(mine(request)) >= set.intersection(*(set(one) for one in theirs)) - {"order_type"}
        seen.add(request.url.path)
    assert len(seen) == 6
