"""The assembled parts: one token for all, each part behind its own allow-list, the dry side without a way to write."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bidctl.adapters.http import httpx
from bidctl.adapters.openapi.guard import CallForbidden
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.link import App, Link
from bidctl.adapters.secrets import Cipher
from bidctl.domain.values import Field, Objective
from bidctl.domain.writes import AnswerKind, WriteRequest
from tests.adapters.qianchuan.fakes import ACCOUNT, AT_ONCE, PLAN, FakeClock, detail, envelope
from tests.adapters.qianchuan.test_tokens import MemoryStore


class Wire:
    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.path == ep.ACCESS_TOKEN:
            pair = {"access_token": "a1", "refresh_token": "r1"}
            return envelope(pair | {"expires_in": 86400, "refresh_token_expires_in": 2592000})
        if request.url.path == ep.SET_TARGET:
            return envelope({"results": [{"ad_id": int(PLAN), "status": "SUCCESS"}]})
        return envelope(detail())


@pytest.fixture
async def wire_and_link() -> tuple[Wire, Link]:
    wire = Wire()
    link = Link(
        App("1700000000000001", "s", "https://api.test", None, AT_ONCE), MemoryStore(), Cipher(Fernet.generate_key().decode(), "t"),
        FakeClock(), "me", transport=httpx.MockTransport(wire.handle),
    )  # fmt: skip
    await link.tokens.connect("code")
    return wire, link


async def test_reads_and_writes_share_the_token(wire_and_link: tuple[Wire, Link]) -> None:
    wire, link = wire_and_link
    await link.reads.campaign(ACCOUNT, PLAN)
    write = WriteRequest(ACCOUNT, PLAN, Field.ROI_TARGET, "2.50", "2.63", "d" * 32, Objective.NET_ROI)
    assert (await link.writer().write(write)).kind is AnswerKind.ACCEPTED
    assert [r.headers.get("Access-Token") for r in wire.seen] == [None, "a1", "a1"]


@pytest.mark.parametrize("path", sorted(path for _, path in ep.WRITE_CALLS))
async def test_the_wired_read_side_cannot_send_a_write(wire_and_link: tuple[Wire, Link], path: str) -> None:
    wire, link = wire_and_link
    before = len(wire.seen)
    with pytest.raises(CallForbidden):
        await link.reads.client._http.request("POST", path, content=b"{}")
    assert len(wire.seen) == before


async def test_no_part_may_send_the_calls_of_another(wire_and_link: tuple[Wire, Link]) -> None:
    _, link = wire_and_link
    with pytest.raises(CallForbidden):
        await link.writer()._http.request("GET", ep.LIST)
    with pytest.raises(CallForbidden):
        await link.tokens._oauth._http.request("POST", ep.SET_TARGET)
    await link.close()
