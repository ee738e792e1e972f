"""Putting the parts together for one app, each over a transport that lets only its own calls through."""

from __future__ import annotations

from dataclasses import dataclass, field

from bidctl.adapters.http import TIMEOUTS, http_client, httpx, network
from bidctl.adapters.openapi.exchange import PlatformTime, Retries
from bidctl.adapters.openapi.guard import AllowListTransport
from bidctl.adapters.openapi.keeper import TokenKeeper
from bidctl.adapters.openapi.limits import Limits, Quota
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.endpoints import BASE_URL, OAUTH_CALLS, PACE, WRITE_CALLS
from bidctl.adapters.qianchuan.guard import ReadOnlyTransport
from bidctl.adapters.qianchuan.oauth import OAuth
from bidctl.adapters.qianchuan.reads import CAPABILITIES, QianchuanReads
from bidctl.adapters.qianchuan.writes import QianchuanWriter
from bidctl.adapters.secrets import Cipher
from bidctl.adapters.tokens import TokenStore
from bidctl.domain.values import Capabilities
from bidctl.engine.ports import Clock

CONNECT_S = 1.0
"""Longest wait of a write for a connection (ours): what the gate has read must not grow old before the first byte leaves."""


@dataclass(frozen=True, slots=True)
class App:
    """A registered app: id, secret, where its platform is (the real one, or an emulator on loopback), and its pace
    (None: no pace, for an emulator in virtual time). `retries.request_s`: life of any request, in real seconds; `timeouts`: of
    each of its steps."""

    app_id: str
    secret: str
    base_url: str = BASE_URL
    quota: Quota | None = field(default_factory=lambda: Quota(endpoints=PACE))
    retries: Retries = field(default_factory=Retries)
    timeouts: httpx.Timeout = field(default_factory=lambda: TIMEOUTS)


class Link:
    """All that speaks for one app in this process; its parts share the tokens, the pace and the platform's clock. A dry
    run takes `reads` and never calls `writer`. `owner` names the process for the refresh lease."""

    def __init__(
        self,
        app: App,
        store: TokenStore,
        cipher: Cipher,
        clock: Clock,
        owner: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        capabilities: Capabilities = CAPABILITIES,
    ) -> None:
        self._app, self._transport = app, transport or network()
        self._time, self._limits = PlatformTime(clock), Limits(clock, app.quota)
        request_s = app.retries.request_s
        token_http = http_client(app.base_url, AllowListTransport(self._transport, OAUTH_CALLS), app.timeouts)
        oauth = OAuth(token_http, self._time, app.app_id, app.secret, request_s)
        self.tokens = TokenKeeper(store, cipher, oauth, clock, app.app_id, owner)
        read_http = http_client(app.base_url, ReadOnlyTransport(self._transport), app.timeouts)
        client = ReadClient(read_http, self.tokens, self._time, self._limits, app.retries)
        self.reads = QianchuanReads(client, capabilities)

    def writer(self) -> QianchuanWriter:
        """The write side. Only `wiring` calls this, and only for a mode that may write."""
        told = self._app.timeouts
        soon = httpx.Timeout(connect=CONNECT_S, read=told.read, write=told.write, pool=CONNECT_S)
        http = http_client(self._app.base_url, AllowListTransport(self._transport, WRITE_CALLS), soon)
        life = self._app.retries.request_s
        return QianchuanWriter(
            http, self.tokens, self._time, self._limits, self._app.app_id, self.reads, request_s=life
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.aclose()
