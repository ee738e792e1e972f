"""Reading a scenario from TOML: unknown keys, missing keys and values out of range are refused with one line that names file,
key, value and what is allowed."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bidctl.wording import Wording, told_by_parser, told_by_system
from sim.words import Say

T = TypeVar("T")
DAYS = {"low": 0, "high": 6, "whole": True}
SHAPES = {"table": Say.A_TABLE, "tables": Say.TABLES, "weekdays": Say.WEEKDAYS, "text": Say.A_TEXT, "instant": Say.AN_INSTANT,
          "sessions": Say.SESSIONS}  # fmt: skip


class ScenarioError(ValueError):
    """A scenario file that cannot be used; the text is one line for people."""


def toml_of(path: Path) -> dict[str, Any]:
    """What the file holds. Raises ScenarioError."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        told = told_by_system(error) if isinstance(error, OSError) else told_by_parser(error)
        raise ScenarioError(Say.SCENARIO_TOML(file=path, error=told).both) from error


def table_of(cls: type[T], data: object, where: str, at: str) -> T:
    """The dataclass `cls` of a TOML table; fields say in their metadata what is allowed. Raises ScenarioError."""
    if not isinstance(data, Mapping):
        told = Say.SCENARIO_VALUE(file=where, key=at.rstrip(".") or "file", value=data, expected=Say.A_TABLE())
        raise ScenarioError(told.both)
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    for key in data:
        if key not in known:
            raise ScenarioError(Say.SCENARIO_KEY(file=where, key=f"{at}{key}", known=", ".join(known)).both)
    for name, f in known.items():
        if f.default is MISSING and f.default_factory is MISSING and name not in data:
            raise ScenarioError(Say.SCENARIO_MISSING(file=where, key=f"{at}{name}", expected=_allowed(f)).both)
    return cls(**{key: _value(known[key], value, where, at + key) for key, value in data.items()})


def _value(f: Field[Any], value: object, where: str, at: str) -> object:
    meta = f.metadata
    if "table" in meta:
        return table_of(meta["table"], value, where, at + ".")
    if "tables" in meta and isinstance(value, list) and value:
        return tuple(table_of(meta["tables"], v, where, f"{at}[{i}].") for i, v in enumerate(value))
    if "count" in meta:
        if isinstance(value, list) and len(value) == meta["count"] and all(_within(v, meta) for v in value):
            return tuple(float(v) for v in value)
    elif "weekdays" in meta and isinstance(value, list) and value and all(_within(v, DAYS) for v in value):
        return tuple(sorted(set(value)))
    if "sessions" in meta and isinstance(value, list) and all(_session(v) for v in value):
        return tuple((float(v[0]), float(v[1])) for v in value)
    if "allowed" in meta and any(value == a and type(value) is type(a) for a in meta["allowed"]):
        return value
    if "text" in meta and isinstance(value, str):
        return value
    if "instant" in meta and isinstance(value, datetime) and value.tzinfo and value.timestamp() % 3600 == 0:
        return value
    if "pair" in meta and isinstance(value, list) and len(value) == 2 and all(_within(v, meta) for v in value):
        if value[0] <= value[1]:
            return (float(value[0]), float(value[1]))
    elif "low" in meta and not {"pair", "count"} & meta.keys() and _within(value, meta):
        return value
    raise ScenarioError(Say.SCENARIO_VALUE(file=where, key=at, value=value, expected=_allowed(f)).both)


def _within(value: object, meta: Mapping[str, Any]) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    whole = not meta.get("whole") or isinstance(value, int)
    return plain and whole and meta["low"] <= value <= meta["high"]


def _session(value: object) -> bool:
    meta = {"low": 0, "high": 24}
    return isinstance(value, list) and len(value) == 2 and all(_within(v, meta) for v in value) and value[1] > 0


def _allowed(f: Field[Any]) -> Wording:
    meta = f.metadata
    if "count" in meta:
        return Say.NUMBERS(count=meta["count"], low=meta["low"], high=meta["high"])
    if "allowed" in meta:
        names = ", ".join(str(a).lower() if isinstance(a, bool) else str(a) for a in meta["allowed"])
        return Say.ONE_OF(names=names)
    if "pair" in meta:
        return Say.A_PAIR(low=meta["low"], high=meta["high"])
    if "low" in meta:
        return (Say.WHOLE_NUMBER if meta["whole"] else Say.A_NUMBER)(low=meta["low"], high=meta["high"])
    return next(phrase() for key, phrase in SHAPES.items() if key in meta)
