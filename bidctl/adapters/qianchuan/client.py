"""One read of the platform: paced, authorised, repeated where that helps, every error code given its action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from bidctl.adapters.http import HttpClient, httpx
from bidctl.adapters.openapi.envelope import Envelope
from bidctl.adapters.openapi.errors import NeedsAuthorisation, NetworkFailed
from bidctl.adapters.openapi.exchange import PlatformTime, Retries, TokenSource, exchange, read_envelope, tries
from bidctl.adapters.openapi.limits import Limits
from bidctl.adapters.qianchuan.encode import Value, query
from bidctl.adapters.qianchuan.errors import Action, ApiRefused, rule_for
from bidctl.adapters.qianchuan.words import Say
from bidctl.engine.ports import ReadFailed

Data = TypeVar("Data", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Data]):
    """A good answer. `at`: platform time at which it was asked for, so that the data are at least that fresh."""

    data: Data
    at: datetime


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
        async for attempt in tries(self._retries, _worth_repeating):
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
