"""How a request to the shop is signed: the text that is signed is the text that is sent (doudian-settlement.md 1)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

Value = bool | int | float | str | None | Sequence["Value"] | Mapping[str, "Value"]
VERSION = "2"


def param_json(params: Mapping[str, Value]) -> str:
    """Business parameters as they are signed and sent: keys sorted at every depth, no spaces, nothing escaped, whole floats as
    integers.

    >>> param_json({"size": 100.0, "name": "a&b", "list": [{"b": 1, "a": None}]})
    '{"list":[{"a":null,"b":1}],"name":"a&b","size":100}'
    """
    return json.dumps(_plain(params), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sign(secret: str, app_key: str, method: str, told: str, timestamp: str) -> str:
    """The sign (hmac-sha256, lower case hex) of a request whose body is `told`."""
    text = f"{secret}app_key{app_key}method{method}param_json{told}timestamp{timestamp}v{VERSION}{secret}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _plain(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
