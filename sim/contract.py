"""Does a world from outside keep the contract (docs/world.md)? What is missing or of a wrong kind is said in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from bidctl.domain.values import Intent, Kind, Side
from sim.seam import CampaignSpec, Report, World
from sim.words import Say

METHODS = ("advance", "set_target", "set_budget", "set_enabled", "suggestion", "report", "today", "terms", "run_out")
LIVE_METHODS = ("on_air", "finished", "sessions")
DAY_S, OFFSET_S = 86400.0, 8 * 3600.0
SAMPLE = 3
_FLOATS = {"span_start", "profit", "credits"}
_RUN_OUT = ("spend", "gmv", "kept", "profit")
_RUN_OUT_MAY = ("credits", "days_void")


class WorldError(ValueError):
    """A world that cannot be run; the text is one line for people, in both languages."""


def check(world: World) -> None:
    """Look at a world as it begins. Raises WorldError with the first thing that is wrong."""
    for wrong in _wrong(world):
        raise WorldError(wrong)


def _wrong(world: Any) -> Iterator[str]:
    name = type(world).__name__
    for attribute in ("now", "specs"):
        if not hasattr(world, attribute):
            yield Say.WORLD_ATTRIBUTE(world=name, name=attribute).both
    for method in METHODS:
        if not callable(getattr(world, method, None)):
            yield Say.WORLD_METHOD(world=name, name=method).both
    if not isinstance(world.now, int | float) or (world.now + OFFSET_S) % DAY_S:
        yield Say.WORLD_NOW(world=name, value=world.now).both
    if not isinstance(world.specs, Sequence) or not world.specs:
        yield Say.WORLD_SPECS(world=name, found=type(world.specs).__name__).both
    yield from _specs(name, world)
    some = np.arange(min(SAMPLE, len(world.specs)))
    yield from _column(name, "suggestion()", "", world.suggestion(some), np.float64, len(some))
    yield from _reports(name, world, some)
    end = world.run_out()
    for column in (*_RUN_OUT, *(c for c in _RUN_OUT_MAY if hasattr(end, c))):
        if not hasattr(end, column):
            yield Say.WORLD_COLUMN(world=name, method="run_out()", column=column).both
        yield from _column(name, "run_out()", column, getattr(end, column), _dtype(column), len(world.specs))


def _specs(name: str, world: Any) -> Iterator[str]:
    for i, spec in enumerate(world.specs):
        for f in fields(CampaignSpec):
            if not hasattr(spec, f.name):
                yield Say.WORLD_SPEC(world=name, index=i, column=f.name).both
        if not (spec.target > 0 and spec.budget >= 0 and spec.kind in (0, 1) and spec.objective in (0, 1)):
            yield Say.WORLD_SPEC_VALUE(world=name, index=i, value=repr(spec)).both
    if any(s.kind == Kind.LIVE for s in world.specs):
        for method in LIVE_METHODS:
            if not callable(getattr(world, method, None)):
                yield Say.WORLD_LIVE(world=name, name=method).both
    for i in range(min(SAMPLE, len(world.specs))):
        terms = world.terms(i)
        good = (
            isinstance(getattr(terms, "side", None), Side)
            and isinstance(getattr(terms, "intent", None), Intent)
            and isinstance(getattr(terms, "group", None), str)
            and getattr(terms, "goal", 0) > 0
            and 0 < getattr(terms, "margin", 0) <= 1
            and isinstance(getattr(terms, "wanted", None), bool)
        )
        if not good:
            yield Say.WORLD_TERMS(world=name, index=i, value=repr(terms)).both


def _reports(name: str, world: Any, some: np.ndarray[Any, np.dtype[np.int64]]) -> Iterator[str]:
    begin = world.now - DAY_S
    told = {
        "today()": world.today(some),
        'report("hour")': world.report(some, begin, world.now, "hour"),
        'report("day")': world.report(some, begin, world.now, "day"),
    }
    for method, report in told.items():
        rows = None
        for f in fields(Report):
            if not hasattr(report, f.name):
                yield Say.WORLD_COLUMN(world=name, method=method, column=f.name).both
            column = getattr(report, f.name)
            yield from _column(name, method, f.name, column, _dtype(f.name), rows)
            rows = len(column)
        if method == "today()" and not np.array_equal(report.campaign, some):
            yield Say.WORLD_TODAY(world=name).both


def _dtype(column: str) -> type:
    return np.float64 if column in _FLOATS else np.int64


def _column(name: str, method: str, column: str, found: Any, dtype: type, rows: int | None) -> Iterator[str]:
    """A numpy array of this dtype and length."""
    kind = getattr(found, "dtype", type(found).__name__)
    if not isinstance(found, np.ndarray) or found.dtype != dtype or found.ndim != 1:
        yield Say.WORLD_DTYPE(world=name, method=method, column=column, found=kind, expected=np.dtype(dtype)).both
    elif rows is not None and len(found) != rows:
        yield Say.WORLD_LENGTH(world=name, method=method, column=column, found=len(found), expected=rows).both
