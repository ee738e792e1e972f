"""The HTTP seam: one import, no repeats, no redirects, no way around a transport."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bidctl.adapters import http
from bidctl.adapters.http import http_client, httpx, network

ROOT = Path(__file__).parents[2]


def test_nothing_else_imports_the_http_library() -> None:
    importing = re.compile(r"^\s*(import|from)\s+httpx2?\b", re.MULTILINE)
    found = {
        p
        for top in ("bidctl", "policies", "sim")
        for p in (ROOT / top).rglob("*.py")
        if importing.search(p.read_text("utf-8"))
    }
    assert found == {Path(http.__file__)}


def test_the_network_never_repeats_a_request() -> None:
    transport = network()
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    assert transport._pool._retries == 0


async def test_redirects_are_answers_not_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(307, headers={"Location": "/other"})

    client = http_client("https://api.test", httpx.MockTransport(answer))
    assert (await client.request("POST", "/once", content=b"x")).status_code == 307 and asked == ["/once"]


async def test_a_proxy_of_the_environment_does_not_go_around_the_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = http_client("https://api.test", httpx.MockTransport(lambda request: httpx.Response(204)))
    assert (await client.request("GET", "/")).status_code == 204
