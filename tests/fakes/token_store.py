"""A token store in memory, of one app."""

from __future__ import annotations

from datetime import datetime, timedelta

from bidctl.adapters.tokens import StoredTokens


class MemoryStore:
    def __init__(self) -> None:
        self.row: StoredTokens | None = None
        self.holder: tuple[str, datetime] | None = None
        self.saves = 0
        self.broken = False

    def load(self, app_id: str) -> StoredTokens | None:
        return self.row

    def save(self, pair: StoredTokens, expected_version: int) -> bool:
        if self.broken:
            raise OSError("disk full")
        if (self.row.version if self.row else 0) != expected_version:
            return False
        self.row, self.saves = pair, self.saves + 1
        return True

    def acquire_refresh(self, app_id: str, owner: str, now: datetime, ttl_s: float) -> bool:
        if self.holder and self.holder[0] != owner and self.holder[1] > now:
            return False
        self.holder = (owner, now + timedelta(seconds=ttl_s))
        return True

    def release_refresh(self, app_id: str, owner: str) -> None:
        if self.holder and self.holder[0] == owner:
            self.holder = None
