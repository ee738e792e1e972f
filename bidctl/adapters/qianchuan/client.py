"""One read of the platform: paced, authorised, repeated where that helps, every error code given its action."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

import stamina
from pydantic import BaseModel
from stamina.instrumentation import set_on_retry_hooks

from bidctl.adapters.http import HttpClient, httpx
from bidctl.adapters.qianchuan.clockoffset import ClockOffset
from bidctl.adapters.qianchuan.encode import Value, query
from bidctl.adapters.qianchuan.envelope import Envelope, parse
from bidctl.adapters.qianchuan.errors import (
    Action,
    ApiRefused,
    BadEnvelope,
    NeedsAuthorisation,
    NetworkFailed,
    rule_for,
)
from bidctl.adapters.qianchuan.limits import Limits
from bidctl.adapters.qianchuan.words import Say
from bidctl.engine.ports import Clock, ReadFailed

Data = TypeVar("Data", bound=BaseModel)
set_on_retry_hooks([])  # its default prints to the terminal, into our tables


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


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Data]):
    """A good answer. `at`: platform time at which it was asked for, so that the data are at least that fresh."""

    data: Data
    at: datetime


class PlatformTime:
    """The platform's clock as far as its answers have told."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.offset = clock, ClockOffset()

    def now(self) -> datetime:
        """Platform time, aware UTC; our own clock's before the first answer."""
        seconds = self.offset.seconds()
        return (self.clock.now() + timedelta(seconds=seconds if seconds == seconds else 0.0)).astimezone(UTC)


class ReadClient:
    """Sends GETs. It has no way to send anything else."""

    def __init__(
        self,
        http: HttpClient,
        tokens: TokenSource,
        time: PlatformTime,
        limits: Limits,
        retries: Retries = Retries(),
    ) -> None:
        self._http, self._tokens, self._time, self._limits, self._retries = http, tokens, time, limits, retries

    @property
    def time(self) -> PlatformTime:
        return self._time

    async def token(self) -> str:
        """The access token, for the one endpoint that takes it as a parameter. Raises ReadFailed."""
        return await self._tokens.access_token()

    async def get(
        self, path: str, params: Mapping[str, Value], model: type[Data], advertiser: str | None = None
    ) -> Fetched[Data]:
        """Ask, and read the answer's data as `model`. Raises ReadFailed (one of `errors`)."""
        r = self._retries
        attempts = stamina.retry_context(
            on=_worth_repeating, attempts=r.attempts, timeout=r.total_s, wait_initial=r.first_wait_s,
            wait_max=r.longest_wait_s, wait_jitter=r.jitter_s,
        )  # fmt: skip
        async for attempt in attempts:
            with attempt:
                envelope, at = await self._authorised(path, query(params), advertiser)
                return Fetched(envelope.read(model), at)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _authorised(self, path: str, params: dict[str, str], advertiser: str | None) -> tuple[Envelope, datetime]:
        """One try, and a second with a fresh token where the first one's was no good."""
        token = await self._tokens.access_token()
        try:
            return await self._once(path, params, advertiser, token)
        except ApiRefused as error:
            if error.rule.action is not Action.REFRESH:
                raise
        await self._tokens.reject(token)
        return await self._once(path, params, advertiser, await self._tokens.access_token())

    async def _once(
        self, path: str, params: dict[str, str], advertiser: str | None, token: str
    ) -> tuple[Envelope, datetime]:
        await self._limits.acquire(path, advertiser)
        at = self._time.now()
        response = await exchange(self._http, self._time, "GET", path, token, self._retries.request_s, params=params)
        envelope = read_envelope(path, response)
        if envelope.code:
            raise self._refused(envelope, response, advertiser)
        return envelope, at

    def _refused(self, envelope: Envelope, response: httpx.Response, advertiser: str | None) -> ReadFailed:
        apply_stop(self._limits, envelope.path, envelope.code, response, advertiser)
        error = ApiRefused(envelope.path, envelope.code, envelope.message, envelope.request_id)
        if error.rule.action is Action.AUTHORISE:
            return NeedsAuthorisation(Say.REFUSED_CODE(code=error.code, meaning=error.rule.meaning))
        return error


def _worth_repeating(error: Exception) -> bool:
    if isinstance(error, ApiRefused):
        return error.rule.action is Action.BACK_OFF
    return isinstance(error, NetworkFailed)


async def exchange(
    http: HttpClient, time: PlatformTime, method: str, path: str, token: str | None, request_s: float,
    *, params: dict[str, str] | None = None, content: bytes | None = None, headers: Mapping[str, str] | None = None,
) -> httpx.Response:  # fmt: skip
    """One request and its whole answer within `request_s`; every answer tells the platform's clock. Raises httpx's
    transport errors as NetworkFailed, with the cause kept."""
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


def apply_stop(limits: Limits, path: str, code: int, response: httpx.Response, advertiser: str | None) -> None:
    """Stop an endpoint where the code says so, for the seconds the answer names, else 300."""
    action = rule_for(code).action
    if action in (Action.STOP_ENDPOINT, Action.STOP_ENDPOINT_FOR_ACCOUNT):
        who = advertiser if action is Action.STOP_ENDPOINT_FOR_ACCOUNT else None
        limits.stop(path, who, _seconds(response.headers.get("X-RateLimit-RetryIn")))


def _seconds(text: str | None) -> float:
    try:
        seconds = float(text or "")
    except ValueError:
        return 300.0
    return seconds if 0 < seconds < 86400 else 300.0
