"""A request to the shop as it is sent: signed query, the very body that was signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bidctl.adapters.doudian.signing import VERSION, Value, param_json, sign


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one app."""

    app_key: str
    secret: str = field(repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Of every request; the last asks for the newer table of codes."""
        return {"Content-Type": "application/json", "x-open-no-old-err-code": "1"}

    def sign(
        self, method: str, params: Mapping[str, Value], now: datetime, token: str | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Query and body of a call at platform time `now`."""
        told, timestamp = param_json(params), str(int(now.timestamp()))
        query = {
            "app_key": self.app_key, "method": method, "v": VERSION, "timestamp": timestamp, "sign_method": "hmac-sha256",
            "sign": sign(self.secret, self.app_key, method, told, timestamp),
        }  # fmt: skip
        return query | ({"access_token": token} if token else {}), told.encode()
