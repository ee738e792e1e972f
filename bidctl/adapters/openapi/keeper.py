"""The one keeper of an app's tokens: refreshes early, alone, and stores the new pair before its first use.

A refresh token is single-use, so two refreshers lose the authorisation. Tasks of this process queue at a lock; processes
queue at the store's lease and see each other's pairs through its versions (qianchuan.md 2.3).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bidctl.adapters.openapi.errors import NeedsAuthorisation, NetworkFailed
from bidctl.adapters.openapi.exchange import BEFORE_ANY_BYTE
from bidctl.adapters.openapi.words import Say
from bidctl.adapters.secrets import Cipher, SecretError
from bidctl.adapters.tokens import StoredTokens, TokenStore
from bidctl.engine.ports import Clock, ReadFailed
from bidctl.wording import Wording

EARLY = timedelta(seconds=300)
WARN_BEFORE = timedelta(days=7)
LEASE_S = 60.0
_PATIENCE = 140  # looks, half a second apart: a little longer than a lease lives


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token (about 24 h) and the single-use refresh token (about 30 days) that renews it. Expiries by our clock,
    counted from before the request, so that they are never too late."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime


class Authority(Protocol):
    """The token endpoints of a platform. Calls are sent once: both a code and a refresh token are single-use."""

    async def exchange(self, auth_code: str) -> TokenPair:
        """The pair of a fresh authorisation code. Raises ReadFailed."""
        ...

    async def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair; the old refresh token is dead once the platform has answered. Raises ReadFailed."""
        ...


class TokenKeeper:
    """A `TokenSource` over a store. `owner` names this process for the lease; `command`: what a person runs to authorise."""

    def __init__(
        self, store: TokenStore, cipher: Cipher, oauth: Authority, clock: Clock, app_id: str, owner: str,
        command: str = "bidctl connect",
    ) -> None:  # fmt: skip
        self._store, self._cipher, self._oauth, self._clock = store, cipher, oauth, clock
        self._app_id, self._owner, self._command = app_id, owner, command
        self._lock = asyncio.Lock()
        self._renewals: set[asyncio.Future[None]] = set()
        self._version = 0
        self._pair: TokenPair | None = None
        self._rejected: str | None = None

    async def access_token(self) -> str:
        """A token that is good for at least five more minutes. Raises NeedsAuthorisation, NetworkFailed;
        ReadFailed where the key does not open the stored pair."""
        if not self._good(self._pair):
            # shielded: a refresh that was sent must be stored, whoever stops waiting for it
            renewal = asyncio.ensure_future(self._renew())
            self._renewals.add(renewal)
            renewal.add_done_callback(self._renewals.discard)
            await asyncio.shield(renewal)
        assert self._pair is not None
        return self._pair.access

    async def reject(self, token: str) -> None:
        """The platform refused `token`."""
        self._rejected = token

    async def connect(self, auth_code: str) -> None:
        """Turn the code of a callback into the stored pair. Raises ReadFailed."""
        async with self._lock:
            stored = self._store.load(self._app_id)
            pair = await self._oauth.exchange(auth_code)
            self._version = stored.version if stored else 0
            self._keep(pair)

    def warning(self) -> str | None:
        """One line for the operator where a person must authorise within 7 days (or at once); None = all is well."""
        stored = self._store.load(self._app_id)
        if stored is None:
            return Say.CONNECT_FIRST(app=self._app_id, command=self._command).both
        left = stored.refresh_expires_at - self._clock.now()
        if left > WARN_BEFORE:
            return None
        until = stored.refresh_expires_at.isoformat(timespec="minutes")
        if left <= timedelta(0):
            return Say.ENDED_AT(until=until, command=self._command).both
        return Say.ENDS_AT(until=until, command=self._command).both

    async def _renew(self) -> None:
        async with self._lock:
            if not self._good(self._pair) and not self._good(self._load()):
                await self._refresh_alone()

    def _good(self, pair: TokenPair | None) -> bool:
        return pair is not None and pair.access != self._rejected and self._now() + EARLY < pair.access_expires_at

    def _now(self) -> datetime:
        return self._clock.now()

    def _load(self) -> TokenPair:
        """The stored pair, which another process may have renewed. Raises NeedsAuthorisation where there is none,
        ReadFailed where our key does not open it."""
        stored = self._store.load(self._app_id)
        if stored is None:
            raise NeedsAuthorisation(Say.NEVER_AUTHORISED(app=self._app_id), self._command)
        if self._pair is None or stored.version != self._version:
            try:
                access, refresh = json.loads(self._cipher.open(stored.sealed))
            except SecretError as error:
                raise ReadFailed(str(error)) from error
            self._pair = TokenPair(access, refresh, stored.access_expires_at, stored.refresh_expires_at)
            self._version = stored.version
        return self._pair

    async def _refresh_alone(self) -> None:
        """Refresh under the lease, or wait for whoever holds it to have done so."""
        for _ in range(_PATIENCE):
            if self._store.acquire_refresh(self._app_id, self._owner, self._now(), LEASE_S):
                try:
                    pair = self._load()
                    if not self._good(pair):
                        await self._refresh(pair)
                finally:
                    self._store.release_refresh(self._app_id, self._owner)
                return
            await self._clock.sleep(0.5)
            if self._good(self._load()):
                return
        raise NetworkFailed(Say.REFRESH_BUSY().both)

    async def _refresh(self, pair: TokenPair) -> None:
        if self._now() >= pair.refresh_expires_at:
            raise NeedsAuthorisation(Say.ENDED(), self._command)
        try:
            new = await self._oauth.refresh(pair.refresh)
        except NeedsAuthorisation:
            if self._load() is not pair:  # somebody else has refreshed meanwhile
                return
            raise
        except NetworkFailed as error:
            if isinstance(error.__cause__, BEFORE_ANY_BYTE):
                raise
            raise NeedsAuthorisation(Say.REPLY_LOST(why=Wording.read(error.why)), self._command) from error
        self._keep(new)

    def _keep(self, pair: TokenPair) -> None:
        """Store a new pair, and only then let it be used. Raises NeedsAuthorisation where it could not be stored."""
        sealed = self._cipher.seal(json.dumps([pair.access, pair.refresh]))
        stored = StoredTokens(self._app_id, sealed, pair.access_expires_at, pair.refresh_expires_at, self._version + 1)
        try:
            first = self._store.save(stored, self._version)
        except Exception as error:
            raise NeedsAuthorisation(Say.NOT_STORED(error=type(error).__name__), self._command) from error
        if first:
            self._pair, self._version = pair, stored.version
        else:
            self._load()
