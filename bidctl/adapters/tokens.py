"""Where an app's pair of access and refresh tokens is kept: one atomic, encrypted, versioned record per app.

A refresh token is single-use: whoever refreshes must be alone (the refresh lease), must store the new pair before its
first use, and must notice when somebody else has stored a newer one (compare-and-set on `version`). One store serves
every mode and every process. Calls are synchronous (a local database).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """One app's pair as it is stored. `sealed`: the encrypted pair (opaque to the store). The expiries (aware UTC) stay in
    the clear, so that a warning needs no key. `version`: 1 for the first pair, one more with every save."""

    app_id: str
    sealed: bytes
    access_expires_at: datetime
    refresh_expires_at: datetime
    version: int


class TokenStore(Protocol):
    """Keeps one `StoredTokens` per app, and the lease that makes refreshing single-flight across processes."""

    def load(self, app_id: str) -> StoredTokens | None:
        """The newest committed pair, or None where the app was never authorised."""
        ...

    def save(self, pair: StoredTokens, expected_version: int) -> bool:
        """Compare-and-set: store `pair` durably (it survives power loss once this returns) where the stored version is
        `expected_version` (0 = no row yet); `pair.version` is `expected_version + 1`. False, and nothing changed, where
        another process stored first."""
        ...

    def acquire_refresh(self, app_id: str, owner: str, now: datetime, ttl_s: float) -> bool:
        """Take or extend the refresh lease of the app until `now + ttl_s`; False while another owner's has not run out."""
        ...

    def release_refresh(self, app_id: str, owner: str) -> None:
        """Give the lease back; no effect where `owner` does not hold it."""
        ...
