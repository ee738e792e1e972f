"""One request to an open API and its whole answer, and what every client of one needs for it: platform time, retries, a token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import stamina
from stamina.instrumentation import set_on_retry_hooks

from bidctl.adapters.http import HttpClient, httpx
from bidctl.adapters.openapi.clockoffset import ClockOffset
from bidctl.adapters.openapi.envelope import Envelope, parse
from bidctl.adapters.openapi.errors import BadEnvelope, NetworkFailed
from bidctl.adapters.openapi.guard import CallForbidden
from bidctl.adapters.openapi.words import Say
from bidctl.engine.ports import Clock

set_on_retry_hooks([])  # its default prints to the terminal, into our tables

BEFORE_ANY_BYTE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    CallForbidden,
)
"""Failures after which the platform cannot have seen the request."""


class TokenSource(Protocol):
    """Where the access token comes from."""

    async def access_token(self) -> str:
        """A token to use now. Raises NeedsAuthorisation, NetworkFailed."""
        ...

    async def reject(self, token: str) -> None:
        """The platform said that `token` is no good: the next `access_token` is a newer one."""
        ...


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a read is repeated: at most `attempts` tries within `total_s`, after 1, 2, 4, 8 s with jitter
    (qianchuan.md 3.2). `request_s`: life of one request."""

    attempts: int = 4
    total_s: float = 60.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 8.0
    jitter_s: float = 1.0
    request_s: float = 20.0


class PlatformTime:
    """The platform's clock as far as its answers have told."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.offset = clock, ClockOffset()

    def now(self) -> datetime:
        """Platform time, aware UTC; our own clock's before the first answer."""
        seconds = self.offset.seconds()
        return (self.clock.now() + timedelta(seconds=seconds if seconds == seconds else 0.0)).astimezone(UTC)


async def exchange(
    http: HttpClient, time: PlatformTime, method: str, path: str, token: str | None, request_s: float,
    *, params: dict[str, str] | None = None, content: bytes | None = None, headers: Mapping[str, str] | None = None,
) -> httpx.Response:  # fmt: skip
    """One request and its whole answer within `request_s`; every answer tells the platform's clock. `token`: for the header
    Access-Token. Raises httpx's transport errors as NetworkFailed, with the cause kept."""
    sent = time.clock.now()
    own = {"Access-Token": token} if token else {}
    try:
        async with asyncio.timeout(request_s):
            response = await http.request(
                method, path, params=params, content=content, headers={**own, **(headers or {})}
            )
    except (httpx.RequestError, TimeoutError) as error:
        raise NetworkFailed(Say.NETWORK(path=path, kind=type(error).__name__, error=error).both) from error
    time.offset.observe(response.headers.get("Date"), sent, time.clock.now())
    return response


def read_envelope(path: str, response: httpx.Response) -> Envelope:
    """The envelope of an answer. A gateway's 429 or 5xx without one is NetworkFailed; else BadEnvelope."""
    if response.status_code >= 500:
        raise NetworkFailed(Say.HTTP_FAULT(path=path, status=response.status_code).both)
    try:
        return parse(path, response.content)
    except BadEnvelope:
        if response.status_code == 429:
            raise NetworkFailed(Say.TOO_FREQUENT(path=path).both) from None
        raise


def tries(r: Retries, worth: Callable[[Exception], bool]) -> AsyncIterator[stamina.Attempt]:
    """The tries of a read, each to be entered: one that fails in a way that is `worth` it is followed by another."""
    return stamina.retry_context(
        on=worth, attempts=r.attempts, timeout=r.total_s, wait_initial=r.first_wait_s, wait_max=r.longest_wait_s,
        wait_jitter=r.jitter_s,
    )  # fmt: skip
