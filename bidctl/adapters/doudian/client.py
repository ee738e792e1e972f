"""One question to the shop: paced, signed, authorised, asked again where that helps, both layers of success looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from bidctl.adapters.doudian.endpoints import path_of
from bidctl.adapters.doudian.errors import COMMAND, Action, ShopRefused, refusal
from bidctl.adapters.doudian.requests import Signer
from bidctl.adapters.doudian.signing import Value
from bidctl.adapters.doudian.words import Say
from bidctl.adapters.http import HttpClient
from bidctl.adapters.openapi.envelope import Envelope
from bidctl.adapters.openapi.errors import NeedsAuthorisation, NetworkFailed
from bidctl.adapters.openapi.exchange import PlatformTime, Retries, TokenSource, exchange, read_envelope, tries
from bidctl.adapters.openapi.limits import Limits

Data = TypeVar("Data", bound=BaseModel)
INNER_OK = "100000"
"""Of the second layer, which settlement answers carry inside `data`, as text."""
BUSY = "100010"


class ShopClient:
    """Asks. There is nothing in it that could change anything."""

    def __init__(
        self, http: HttpClient, signer: Signer, tokens: TokenSource, time: PlatformTime, limits: Limits,
        retries: Retries = Retries(),
    ) -> None:  # fmt: skip
        self._http, self._signer, self._tokens = http, signer, tokens
        self._limits, self._retries = limits, retries
        self.time = time

    async def ask(self, method: str, params: Mapping[str, Value], model: type[Data]) -> Data:
        """The answer's data as `model`. Raises ReadFailed."""
        async for attempt in tries(self._retries, _worth_repeating):
            with attempt:
                return (await self._authorised(method, params)).read(model)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _authorised(self, method: str, params: Mapping[str, Value]) -> Envelope:
        """One try, and a second with a fresh token where the first one's was no good. Raises NeedsAuthorisation where neither is: the
        shop gives the same token again while it has long to live, so that no refresh would help."""
        token = await self._tokens.access_token()
        try:
            return await self._once(method, params, token)
        except ShopRefused as error:
            if error.action is not Action.REFRESH:
                raise
        await self._tokens.reject(token)
        try:
            return await self._once(method, params, await self._tokens.access_token())
        except ShopRefused as error:
            if error.action is not Action.REFRESH:
                raise
            raise NeedsAuthorisation(Say.MEANING(path=path_of(method), meaning=error.meaning), COMMAND) from None

    async def _once(self, method: str, params: Mapping[str, Value], token: str) -> Envelope:
        path = path_of(method)
        await self._limits.acquire(path, None)
        query, body = self._signer.sign(method, params, self.time.now(), token)
        response = await exchange(
            self._http, self.time, "POST", path, None, self._retries.request_s, params=query, content=body,
            headers=self._signer.headers,
        )  # fmt: skip
        found = read_envelope(path, response)
        refused = refusal(found) or _inner(found)
        if refused is not None:
            raise refused
        return found


def _inner(found: Envelope) -> ShopRefused | None:
    """What the second layer refuses, where the answer has one."""
    told = found.data if isinstance(found.data, dict) else {}
    code = told.get("code", INNER_OK)
    if str(code) == INNER_OK:
        return None
    busy = str(code) == BUSY
    meaning = Say.INNER(code=code, told=told.get("code_msg"))
    return ShopRefused(found.path, f"log_id {found.request_id}", meaning, Action.BACK_OFF if busy else Action.TELL)


def _worth_repeating(error: Exception) -> bool:
    if isinstance(error, ShopRefused):
        return error.action is Action.BACK_OFF
    return isinstance(error, NetworkFailed)
