"""The one place that imports the HTTP library; everybody else says `from bidctl.adapters.http import httpx`."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

import httpx  # the switch to its maintained successor is this line: import httpx2 as httpx

__all__ = ["TIMEOUTS", "HttpClient", "http_client", "httpx", "network", "trust"]

TIMEOUTS = httpx.Timeout(connect=5.0, read=15.0, write=10.0, pool=10.0)
"""Seconds for each step of a request (ours). The life of a whole request is bounded by its caller."""
HEADERS = {"Accept": "*/*", "Accept-Encoding": "gzip, deflate", "User-Agent": "bidctl"}
"""What every request carries."""
LIMITS = httpx.Limits(max_connections=40, max_keepalive_connections=4)
"""At most so many connections, and so many kept open: each one kept is looked at by every request, and a platform's quota leaves
no use for more."""


@cache
def trust() -> ssl.SSLContext:
    """Whom we trust: reading the certificates takes 30 ms, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


def network() -> httpx.AsyncBaseTransport:
    """A transport to the network that never repeats a request: a repeated write could be a second edit."""
    return httpx.AsyncHTTPTransport(verify=trust(), retries=0, limits=LIMITS)


class HttpClient:
    """Sends requests to one place over exactly this transport. Nothing is added on the way: no redirects, cookies, hooks, no
    proxy from the environment (which would go around a guard wrapped over `transport`)."""

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout) -> None:
        self._base, self._transport = base_url.rstrip("/"), transport
        self._timeout = {"timeout": timeout.as_dict()}

    async def request(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """The whole answer to one request. Raises httpx's transport errors."""
        url = f"{self._base}{path}?{urlencode(params)}" if params else f"{self._base}{path}"
        request = httpx.Request(
            method, url, content=content, headers={**HEADERS, **(headers or {})}, extensions=self._timeout
        )
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response


def http_client(base_url: str, transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout = TIMEOUTS) -> HttpClient:
    """A client of `base_url` over exactly this transport."""
    return HttpClient(base_url, transport, timeout)
