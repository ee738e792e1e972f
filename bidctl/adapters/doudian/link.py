"""Putting the shop's parts together for one app, each over a transport that lets only its own calls through."""

from __future__ import annotations

from dataclasses import dataclass, field

from bidctl.adapters.doudian.client import ShopClient
from bidctl.adapters.doudian.endpoints import BASE_URL, READ_CALLS, TOKEN_CALLS
from bidctl.adapters.doudian.errors import COMMAND
from bidctl.adapters.doudian.oauth import ShopAuthority
from bidctl.adapters.doudian.reads import ShopReads
from bidctl.adapters.doudian.requests import Signer
from bidctl.adapters.http import http_client, httpx, network
from bidctl.adapters.openapi.exchange import PlatformTime, Retries
from bidctl.adapters.openapi.guard import AllowListTransport
from bidctl.adapters.openapi.keeper import TokenKeeper
from bidctl.adapters.openapi.limits import Limits, Quota
from bidctl.adapters.secrets import Cipher
from bidctl.adapters.tokens import TokenStore
from bidctl.engine.ports import Clock


@dataclass(frozen=True, slots=True)
class ShopApp:
    """A registered app of a shop; `quota` None: no pace, for an emulator in virtual time."""

    app_key: str
    secret: str = field(repr=False)
    shop_id: str
    base_url: str = BASE_URL
    quota: Quota | None = field(default_factory=Quota)
    retries: Retries = field(default_factory=Retries)


class ShopLink:
    """All that speaks for one shop in this process. `owner` names the process for the refresh lease."""

    def __init__(
        self, app: ShopApp, store: TokenStore, cipher: Cipher, clock: Clock, owner: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._transport = transport or network()
        self.time = PlatformTime(clock)
        signer = Signer(app.app_key, app.secret)
        token_http = http_client(app.base_url, AllowListTransport(self._transport, TOKEN_CALLS))
        authority = ShopAuthority(token_http, self.time, signer, app.shop_id, app.retries.request_s)
        name = f"doudian:{app.app_key}:{app.shop_id}"  # beside the ads platform's, and one shop's beside another's
        self.tokens = TokenKeeper(store, cipher, authority, clock, name, owner, COMMAND)
        read_http = http_client(app.base_url, AllowListTransport(self._transport, READ_CALLS))
        client = ShopClient(read_http, signer, self.tokens, self.time, Limits(clock, app.quota), app.retries)
        self.reads = ShopReads(client)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.aclose()
