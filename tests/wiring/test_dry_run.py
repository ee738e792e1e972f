"""Dry-run cannot write: no writer, no client that could send one, and none seen by the platform; the proof itself fails where
a guard is taken away."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import httpx
import pytest

from bidctl import wiring
from bidctl.adapters.http import HttpClient
from bidctl.adapters.openapi.guard import AllowListTransport, CallForbidden
from bidctl.adapters.qianchuan import guard
from bidctl.adapters.qianchuan.endpoints import OAUTH_CALLS, READ_CALLS, WRITE_CALLS
from bidctl.domain.values import Mode
from bidctl.domain.writes import WriteState
from tests.wiring.conftest import Bench

UPGRADE = "/open_api/v1.0/qianchuan/overall/upgrade/"
Call = tuple[str, str]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Every request that really leaves for the network, from whatever client."""
    seen: list[Call] = []
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path))
        return await send(self, request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", watched)
    return seen


def reachable(root: object) -> Iterator[object]:
    """Everything that can be got at from `root` through attributes and containers, our code and HTTP clients only."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        yield one
        ours = type(one).__module__.startswith("bidctl.") or isinstance(one, dict | list | tuple | set | frozenset)
        waiting += gc.get_referents(one) if ours else []


async def prove(bench: Bench, wire: list[Call]) -> None:
    """Raises AssertionError where a dry run could write, or did."""
    wire.clear()
    async with wiring.parts(bench.settings, Mode.DRY) as parts:
        assert parts.writer is None
        found = list(reachable(parts))
        for one in found:
            if type(one).__module__.startswith("bidctl.adapters.qianchuan"):
                assert not hasattr(one, "write"), f"{type(one).__name__} has a write method"
        clients = [c for c in found if isinstance(c, HttpClient)]
        assert len(clients) == 2, "one to read, one to renew the authorisation"
        for client in clients:
            for method, path in [*sorted(WRITE_CALLS), ("POST", UPGRADE), ("PUT", UPGRADE), ("DELETE", UPGRADE)]:
                with pytest.raises(CallForbidden):
                    await client.request(method, path, content=b"{}")
        session = wiring.session(parts)
        await session.open()
        (report,) = await session.tick()
        await session.close()
    assert report.acts, "nothing was due: this would prove nothing"
    assert [w.state for w in report.writes] == [WriteState.DROPPED] * len(report.acts)
    assert set(wire) <= READ_CALLS | OAUTH_CALLS and wire
    assert bench.written() == []


async def test_a_dry_run_cannot_write(bench: Bench, wire: list[Call]) -> None:
    await prove(bench, wire)


async def test_the_same_tick_live_does_write(bench: Bench, wire: list[Call]) -> None:
    """What the dry run is proved not to do is really due."""
    async with wiring.parts(bench.settings, Mode.LIVE) as parts:
        session = wiring.session(parts)
        await session.open()
        (report,) = await session.tick()
        await session.close()
    assert [w.state for w in report.writes] == [WriteState.CONFIRMED] and len(bench.written()) == 1
    assert set(wire) & WRITE_CALLS


def no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    async def through(self: AllowListTransport, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)

    monkeypatch.setattr(AllowListTransport, "handle_async_request", through)


def wider_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "READ_CALLS", READ_CALLS | WRITE_CALLS)


def a_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "WRITING", wiring.WRITING | {Mode.DRY})


def a_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring.ReadClient, "write", lambda self: None, raising=False)


@pytest.mark.parametrize("remove", [no_guard, wider_list, a_writer, a_method])
async def test_without_a_guard_the_proof_fails(
    bench: Bench, wire: list[Call], monkeypatch: pytest.MonkeyPatch, remove: Callable[[pytest.MonkeyPatch], None]
) -> None:
    remove(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await prove(bench, wire)
