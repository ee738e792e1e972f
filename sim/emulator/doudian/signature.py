"""Whether a request was signed by who holds the app's secret (doudian-settlement.md 1). The body is read and sorted anew first."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from sim.emulator import times
from sim.emulator.doudian.errors import denied

SKEW_S = 600.0


def check_time(text: str, now: float) -> None:
    """Raises ShopError for a timestamp in no known form, or more than ten minutes off."""
    if abs(_epoch(text) - now) > SKEW_S:
        raise denied("isv.timestamp-invalid", f"timestamp {text!r}: more than {SKEW_S:.0f} s off")


def _epoch(text: str) -> float:
    if text.isdecimal() and len(text) in (10, 13):
        return int(text) / (1 if len(text) == 10 else 1000)
    try:
        return times.parse_exactly(text)
    except ValueError:
        raise denied("isv.timestamp-format-error", f"timestamp {text!r}") from None


def check_sign(query: Mapping[str, str], body: object, secret: str) -> None:
    """Raises ShopError where the sign is not that of the body."""
    if not query.get("sign"):
        raise denied("isv.signature-missing", "sign is missing")
    told = canonical(body)
    parts = (("app_key", query["app_key"]), ("method", query["method"]), ("param_json", told),
             ("timestamp", query["timestamp"]), ("v", query["v"]))  # fmt: skip
    text = secret + "".join(name + value for name, value in parts) + secret
    method = query.get("sign_method", "md5")
    if method == "hmac-sha256":
        expected = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    elif method == "md5":
        expected = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    else:
        raise denied("isv.signature-invalid", f"sign_method {method!r}")
    if not hmac.compare_digest(expected, query["sign"]):
        raise denied("isv.signature-invalid", "sign does not fit")


def canonical(value: object) -> str:
    """JSON with keys sorted at every depth, no spaces, nothing escaped, whole floats as integers."""
    return json.dumps(_whole(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _whole(value: object) -> object:
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value == int(value) else value
