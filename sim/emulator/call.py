"""One request as the endpoints see it: parameters read strictly, pages cut in one place, the fault that met it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sim.emulator import times
from sim.emulator.errors import ApiError
from sim.emulator.faults import Firing

Data = dict[str, object]
T = TypeVar("T")
MAX_ID = 2**63 - 1


@dataclass(slots=True)
class Call:
    """`query`: decoded parameters; `body`: the JSON (or form) of a POST; `app_id`: from the token ("" at oauth calls);
    `received_at`: virtual instant of the first byte; `decision`: its X-Request-Id."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, object]
    received_at: float
    request_id: str
    token: str | None = None
    app_id: str = ""
    decision: str | None = None
    fault: Firing | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def meets(self, *kinds: str) -> bool:
        """Whether the call's fault is one of these."""
        return self.fault is not None and self.fault.is_one(*kinds)

    def acted(self) -> None:
        """The fault found something to act on."""
        if self.fault:
            self.fault.acted = True

    # parameters of a GET

    def text(self, name: str, default: str | None = None) -> str:
        """A parameter. Raises ApiError 40000 where it is missing without a default."""
        value = self.query.get(name)
        if value not in (None, ""):
            return str(value)
        if default is None:
            raise missing(name)
        return default

    def number(self, name: str, default: int | None = None) -> int:
        if default is not None and name not in self.query:
            return default
        return whole(name, self.text(name))

    def one_of(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ApiError(40000, f"{name}: {value!r} is not one of {', '.join(allowed)}")
        return value

    def flag(self, name: str) -> bool:
        return self.query.get(name, "false").lower() == "true"

    def array(self, name: str, *, needed: bool = True) -> list[object]:
        """A JSON array, or leniently a comma list."""
        raw = self.query.get(name)
        if raw is None:
            if needed:
                raise missing(name)
            return []
        if not raw.lstrip().startswith("["):
            return [part for part in raw.split(",") if part]
        value = _json(name, raw)
        if not isinstance(value, list):
            raise ApiError(40000, f"{name}: expected a JSON array")
        return value

    def words(
        self, name: str, allowed: Sequence[str] | frozenset[str] | Mapping[str, object], *, needed: bool = True
    ) -> list[str]:
        """An array of known words."""
        found = [str(value) for value in self.array(name, needed=needed)]
        for word in found:
            if word not in allowed:
                raise ApiError(40000, f"{name}: {word!r} is not known here")
        return found

    def table(self, name: str, *, needed: bool = False) -> Mapping[str, object]:
        """A JSON object."""
        raw = self.query.get(name)
        if raw is None:
            if needed:
                raise missing(name)
            return {}
        value = _json(name, raw)
        if not isinstance(value, dict):
            raise ApiError(40000, f"{name}: expected a JSON object")
        return value

    def instant(self, name: str, *, ends: bool = False) -> float:
        """Epoch second of a time text; with `ends` a bare day means its last second."""
        text = self.text(name)
        try:
            at = times.parse(text)
        except ValueError:
            raise ApiError(40000, f"{name}: {text!r} is not YYYY-MM-DD HH:MM:SS") from None
        return at + times.DAY - 1 if ends and len(text.strip()) == 10 else at

    def page(self, n: int, sizes: Sequence[int] | int, default: int = 10) -> tuple[list[int], Data]:
        """Positions (of `n` rows) on the wanted page, and page_info without its total; row faults act here.
        `sizes`: the allowed sizes, or the largest. Raises ApiError."""
        number, size = self.number("page", 1), self.number("page_size", default)
        allowed = 1 <= size <= sizes if isinstance(sizes, int) else size in sizes
        if number < 1 or not allowed:
            raise ApiError(40000, f"page {number}, page_size {size}: expected page >= 1 and page_size {sizes}")
        found = self._faulted(list(range((number - 1) * size, min(number * size, n))), number, size, n)
        return found, {"page": number, "page_size": size, "total_page": -(-n // size)}

    def _faulted(self, positions: list[int], number: int, size: int, n: int) -> list[int]:
        """`rows_missing` drops every third row, totals stay; `rows_duplicated` repeats the first; `pages_shift` shows the
        set one row later on page 1 and one row earlier on the others."""
        if not positions or not self.meets("rows_missing", "rows_duplicated", "pages_shift"):
            return positions
        self.acted()
        if self.meets("rows_missing"):
            return [p for k, p in enumerate(positions) if k % 3]
        if self.meets("rows_duplicated"):
            return [positions[0], *positions]
        shift = 1 if number == 1 else -1
        return [p + shift for p in positions if 0 <= p + shift < n]

    # the body of a POST

    def body_id(self, name: str) -> int:
        value = self.body.get(name)
        if value is None:
            raise missing(name)
        return whole(name, value)

    def body_rows(self, name: str, most: int) -> list[object]:
        """A non-empty array of at most `most`."""
        value = self.body.get(name)
        if not isinstance(value, list) or not value:
            raise missing(name)
        if len(value) > most:
            raise ApiError(40000, f"{name}: at most {most} rows, found {len(value)}")
        return value


def missing(name: str) -> ApiError:
    return ApiError(40000, f"{name}: missing required parameter")


def whole(name: str, value: object) -> int:
    """An int64. Raises ApiError."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError
        number = int(value)
    except ValueError:
        raise ApiError(40000, f"{name}: {value!r} is not an integer") from None
    if abs(number) > MAX_ID:
        raise ApiError(40000, f"{name}: {value!r} is beyond int64")
    return number


def _json(name: str, raw: str) -> object:
    try:
        value: object = json.loads(raw)
    except ValueError:
        raise ApiError(40000, f"{name}: not JSON") from None
    return value
