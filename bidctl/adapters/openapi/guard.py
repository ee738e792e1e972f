"""A transport that lets an allow-list of calls through and raises on every other: what makes a dry run write-proof."""

from __future__ import annotations

from bidctl.adapters.http import httpx
from bidctl.adapters.openapi.words import Say

Calls = frozenset[tuple[str, str]]
"""(method, path) of requests."""


class CallForbidden(RuntimeError):
    """Somebody built a request that this client may not send: a bug of ours, stopped before it left."""


class AllowListTransport(httpx.AsyncBaseTransport):
    """Passes a request on only where (method, path) is in `allowed`. Raises CallForbidden on any other."""

    def __init__(self, inner: httpx.AsyncBaseTransport, allowed: Calls) -> None:
        self._inner, self._allowed = inner, allowed

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) not in self._allowed:
            raise CallForbidden(Say.FORBIDDEN(method=request.method, path=request.url.path).both)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()
