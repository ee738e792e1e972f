"""How values travel to the platform: scalars as text, arrays and objects as JSON in one parameter, ids as integers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from bidctl.adapters.qianchuan.words import Say

Value = bool | int | float | str | None | Sequence["Value"] | Mapping[str, "Value"]


def dump(value: Value) -> str:
    """Compact JSON with Chinese kept as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def query(params: Mapping[str, Value]) -> dict[str, str]:
    """Query parameters; None is left out."""
    return {name: _text(value) for name, value in params.items() if value is not None}


def _text(value: Value) -> str:
    return value if isinstance(value, str) else dump(value)


def wire_id(text: str) -> int:
    """The integer of an id of ours. Raises ValueError where it is none."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(Say.ID_DIGITS(text=text).both)
    return int(text)


def wire_number(text: str) -> int | float:
    """A number that prints as exactly the decimal `text`, at most 2 decimals. Raises ValueError.

    >>> wire_number("2.15"), wire_number("1200.00")
    (2.15, 1200)
    """
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(Say.NO_NUMBER(text=text).both) from error
    if not value.is_finite() or value * 100 != (value * 100).to_integral_value():
        raise ValueError(Say.DECIMALS(text=text).both)
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise ValueError(Say.TOO_LARGE(text=text).both)
    return number
