"""The one place that imports the HTTP library; everybody else says `from bidctl.adapters.http import httpx`."""

from __future__ import annotations

import ssl
from functools import cache

import httpx  # the switch to its maintained successor is this line: import httpx2 as httpx

__all__ = ["TIMEOUTS", "http_client", "httpx", "network", "trust"]

TIMEOUTS = httpx.Timeout(connect=5.0, read=15.0, write=10.0, pool=10.0)
"""Seconds for each step of a request (ours). The life of a whole request is bounded by its caller."""


@cache
def trust() -> ssl.SSLContext:
    """Whom we trust: reading the certificates takes 30 ms, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


def network() -> httpx.AsyncBaseTransport:
    """A transport to the network that never repeats a request: a repeated write could be a second edit."""
    return httpx.AsyncHTTPTransport(
        verify=trust(), retries=0, limits=httpx.Limits(max_connections=40, max_keepalive_connections=20)
    )


def http_client(
    base_url: str, transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout = TIMEOUTS
) -> httpx.AsyncClient:
    """A client of `base_url` over exactly this transport: no redirects, no proxy from the environment (which would go
    around a guard wrapped over `transport`)."""
    return httpx.AsyncClient(
        base_url=base_url, transport=transport, timeout=timeout, follow_redirects=False, trust_env=False
    )
