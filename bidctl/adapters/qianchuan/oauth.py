"""Authorisation: the page a person opens, and the two calls that turn a code or a refresh token into a pair."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from bidctl.adapters.http import HttpClient
from bidctl.adapters.openapi.errors import NeedsAuthorisation
from bidctl.adapters.openapi.exchange import PlatformTime, exchange, read_envelope
from bidctl.adapters.openapi.keeper import TokenPair
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.encode import Value, dump, wire_id
from bidctl.adapters.qianchuan.errors import Action, ApiRefused
from bidctl.adapters.qianchuan.wire.writes import Tokens
from bidctl.adapters.qianchuan.words import Say

AUTHORISE_PAGE = "https://qianchuan.jinritemai.com/openapi/qc/audit/oauth.html"


def authorise_url(app_id: str, state: str, redirect_uri: str | None = None) -> str:
    """The page on which a person grants access (qianchuan.md 2.1). Without `redirect_uri` the platform uses the callback
    registered for the app."""
    params = {"app_id": app_id, "state": state, "material_auth": "1"}
    return f"{AUTHORISE_PAGE}?{urlencode(params | ({'redirect_uri': redirect_uri} if redirect_uri else {}))}"


class OAuth:
    """The token endpoints. Calls are sent once: both a code and a refresh token are single-use."""

    def __init__(self, http: HttpClient, time: PlatformTime, app_id: str, secret: str, request_s: float = 20.0) -> None:
        self._http, self._time, self._app_id, self._secret, self._request_s = http, time, app_id, secret, request_s

    async def exchange(self, auth_code: str) -> TokenPair:
        """The pair of a fresh authorisation code (valid 10 minutes). Raises ReadFailed."""
        return await self._pair(ep.ACCESS_TOKEN, {"auth_code": auth_code})

    async def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair; the old refresh token is dead once the platform has answered. Raises ReadFailed."""
        return await self._pair(ep.REFRESH_TOKEN, {"refresh_token": refresh_token})

    async def _pair(self, path: str, what: dict[str, Value]) -> TokenPair:
        body = dump({"app_id": wire_id(self._app_id), "secret": self._secret, **what}).encode()
        asked_at = self._time.clock.now()
        response = await exchange(
            self._http, self._time, "POST", path, None, self._request_s,
            content=body, headers={"Content-Type": "application/json"},
        )  # fmt: skip
        envelope = read_envelope(path, response)
        if envelope.code:
            raise _refused(ApiRefused(path, envelope.code, envelope.message, envelope.request_id))
        found = envelope.read(Tokens)
        return TokenPair(
            found.access_token,
            found.refresh_token,
            asked_at + timedelta(seconds=found.expires_in),
            asked_at + timedelta(seconds=found.refresh_token_expires_in),
        )


def _refused(error: ApiRefused) -> ApiRefused | NeedsAuthorisation:
    if error.rule.action is Action.AUTHORISE:
        return NeedsAuthorisation(Say.REFUSED_CODE(code=error.code, meaning=error.rule.meaning))
    return error
