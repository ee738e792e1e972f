"""A dry run cannot write: no method for it, and a transport that stops any other request."""

from __future__ import annotations

import pytest

from bidctl.adapters.http import http_client, httpx
from bidctl.adapters.openapi.guard import CallForbidden
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.guard import ReadOnlyTransport
from bidctl.adapters.qianchuan.reads import QianchuanReads


def test_every_allowed_read_is_a_get_of_a_reading_path() -> None:
    assert {method for method, _ in ep.READ_CALLS} == {"GET"}
    for _, path in ep.READ_CALLS:
        words = path.rstrip("/").replace("_", "/").split("/")
        assert set(words) & {"get", "list", "search", "detail", "info", "roi"} and "update" not in words, path


def test_no_write_is_an_allowed_read() -> None:
    assert not {path for _, path in ep.READ_CALLS} & {path for _, path in ep.WRITE_CALLS | ep.OAUTH_CALLS}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", [*sorted(p for _, p in ep.WRITE_CALLS | ep.OAUTH_CALLS | ep.READ_CALLS), "/", ep.LIST[:-1]]
)
async def test_the_read_transport_passes_reads_and_stops_everything_else(method: str, path: str) -> None:
    reached: list[str] = []

    def inner(request: httpx.Request) -> httpx.Response:
        reached.append(request.url.path)
        return httpx.Response(200)

    client = http_client("https://api.test", ReadOnlyTransport(httpx.MockTransport(inner)))
    if (method, path) in ep.READ_CALLS:
        await client.request(method, path)
        assert reached == [path]
    else:
        with pytest.raises(CallForbidden):
            await client.request(method, path, content=b"{}")
        assert not reached


def test_neither_the_reads_nor_their_client_has_a_way_to_write() -> None:
    for part in (QianchuanReads, ReadClient):
        names = [name for name in dir(part) if not name.startswith("__")]
        verbs = {"write", "post", "put", "update", "set", "delete", "send", "add", "request"}
        assert not [name for name in names if verbs & set(name.strip("_").split("_"))]
