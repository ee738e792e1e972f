"""The shop's tokens: from a code, or from the shop itself for an app of its own (doudian-settlement.md 2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bidctl.adapters.doudian import endpoints as ep
from bidctl.adapters.doudian.errors import refusal
from bidctl.adapters.doudian.requests import Signer
from bidctl.adapters.doudian.signing import Value
from bidctl.adapters.http import HttpClient
from bidctl.adapters.openapi.exchange import PlatformTime, exchange, read_envelope
from bidctl.adapters.openapi.keeper import TokenPair
from bidctl.adapters.openapi.wire import Wire

REFRESH_DAYS = 14
"""Life of a refresh token; the answer does not tell it."""


class _Tokens(Wire):
    access_token: str
    refresh_token: str
    expires_in: int


class ShopAuthority:
    """The token endpoints. Calls are sent once: a code and a refresh token are single-use. `shop_id`: always sent by an app of
    the shop's own, which else might be given the token of another shop."""

    def __init__(
        self, http: HttpClient, time: PlatformTime, signer: Signer, shop_id: str, request_s: float = 20.0
    ) -> None:
        self._http, self._time, self._signer, self._shop_id, self._request_s = http, time, signer, shop_id, request_s

    async def exchange(self, auth_code: str) -> TokenPair:
        """The pair of a fresh code; "" = of the app's own shop. Raises ReadFailed."""
        if auth_code:
            return await self._pair(ep.TOKEN_CREATE, {"code": auth_code, "grant_type": "authorization_code"})
        own = {"code": "", "grant_type": "authorization_self", "shop_id": self._shop_id}
        return await self._pair(ep.TOKEN_CREATE, own)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair, or the same while it has long to live. Raises ReadFailed."""
        return await self._pair(ep.TOKEN_REFRESH, {"refresh_token": refresh_token, "grant_type": "refresh_token"})

    async def _pair(self, method: str, what: Mapping[str, Value]) -> TokenPair:
        path, asked_at = ep.path_of(method), self._time.clock.now()
        query, body = self._signer.sign(method, what, self._time.now())
        response = await exchange(
            self._http,
            self._time,
            "POST",
            path,
            None,
            self._request_s,
            params=query,
            content=body,
            headers=self._signer.headers,
        )
        envelope = read_envelope(path, response)
        refused = refusal(envelope)
        if refused is not None:
            raise refused
        found = envelope.read(_Tokens)
        ends = asked_at + timedelta(seconds=found.expires_in)
        return TokenPair(found.access_token, found.refresh_token, ends, asked_at + timedelta(days=REFRESH_DAYS))
