"""Values to move a policy's columns to: either side of its own thresholds, and a spread where they are not known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.lints.plain import moved, plain
from bidctl.policy.declarative import Declarative
from bidctl.policy.language.columns import COLUMNS
from bidctl.policy.language.terms import Compare, Condition, Joined
from bidctl.policy.language.units import ANY_ROAS, Unit

Float = NDArray[np.float64]
Table = dict[str, Float]
"""(n,) values of the columns that are moved, by their names in rules, in the rules' own measure."""

MOST_ROWS = 24_000
NEAR = 1e-3
"""How far on either side of a threshold a column is moved, as a share of it."""
GIVEN = frozenset(
    {"goal", "roi_target", "margin", "order_value", "budget", "suggestion", "floor", "minimum", "maximum", "elasticity"}
)
"""Columns that the operator or the platform sets: they stay, what is measured moves around them."""
_SPREAD: dict[Unit, tuple[float, ...]] = {
    Unit.SHARE: (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0), Unit.COUNT: (0.0, 1.0, 5.0, 15.0, 40.0, 100.0, 400.0),
    Unit.SPAN: (600.0, 3000.0, 7200.0, 90000.0, 4e5, 3e6),
    **dict.fromkeys((*ANY_ROAS, Unit.YUAN, Unit.NUMBER), (0.5, 0.8, 0.9, 0.97, 1.0, 1.03, 1.1, 1.3, 2.0)),
}  # fmt: skip
"""Values of a column whose thresholds are not known; ROAS, yuan and ratios as multiples of the plain row's."""
_RELATIVE = frozenset({*ANY_ROAS, Unit.YUAN, Unit.NUMBER})


def around(policy: Declarative) -> dict[str, Float]:
    """For every column that a rule reads, values on either side of each threshold."""
    found: dict[str, list[float]] = {}
    for rule in policy.written:
        for name in (*rule.when.columns(), *rule.then.columns()):
            if name not in GIVEN:
                found.setdefault(name, [])
        for compare in compares(rule.when):
            name = _moved(compare)
            found.setdefault(name, []).extend(_thresholds(compare, name))
    return {name: _sides(name, thresholds) for name, thresholds in found.items()}


def compares(condition: Condition) -> Iterator[Compare]:
    """Every comparison inside a condition."""
    if isinstance(condition, Compare):
        yield condition
    elif isinstance(condition, Joined):
        for part in condition.parts:
            yield from compares(part)


def _moved(compare: Compare) -> str:
    names = compare.columns()
    return next((n for n in names if n not in GIVEN), names[0])


def _thresholds(compare: Compare, name: str) -> list[float]:
    """Values of a column at which the two sides of a comparison meet on the plain row."""
    column = COLUMNS[name]
    base = float(column.values(plain(1))[0])
    sizes = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 241)])
    grid = sizes * (base if np.isfinite(base) and base > 0 else 1.0)
    if column.unit in (Unit.SHARE, Unit.COUNT, Unit.SPAN):
        grid = np.concatenate([grid, np.geomspace(1e-3, 1e7, 301)])
        grid = np.unique(np.minimum(grid, 1.0) if column.unit is Unit.SHARE else grid)
    o = moved({name: grid})
    with np.errstate(all="ignore"):
        gap = np.asarray(compare.left.values(o), np.float64) - compare.right.values(o)
    ends = np.flatnonzero(np.sign(gap[1:]) != np.sign(gap[:-1]))
    ends = ends[np.isfinite(gap[ends]) & np.isfinite(gap[ends + 1])]
    step = grid[ends + 1] - grid[ends]
    return list(grid[ends] - gap[ends] * step / (gap[ends + 1] - gap[ends]))


def _sides(name: str, thresholds: Sequence[float]) -> Float:
    column = COLUMNS[name]
    if column.unit is Unit.WORD:
        return np.unique(list(column.words.values())).astype(np.float64)
    if column.unit is Unit.FLAG:
        return np.array([0.0, 1.0])
    if not thresholds:
        return spread(name)
    edges = np.array(sorted(set(thresholds)))
    middles = (edges[1:] + edges[:-1]) / 2
    values = np.concatenate([edges * (1 - NEAR), edges, edges * (1 + NEAR), middles, spread(name)])
    if column.unit is Unit.SHARE:
        values = np.clip(values, 0.0, 1.0)
    if column.unit is Unit.COUNT:
        values = np.concatenate(
            [np.floor(edges) - 1, np.floor(edges), np.floor(edges) + 1, middles.round(), spread(name)]
        )
    return np.unique(np.maximum(values, 0.0))


def spread(name: str) -> Float:
    column = COLUMNS[name]
    if column.unit in (Unit.WORD, Unit.FLAG):
        return _sides(name, ())
    values = np.array(_SPREAD[column.unit])
    if column.unit not in _RELATIVE:
        return values
    base = float(column.values(plain(1))[0])
    return values * (base if np.isfinite(base) and base > 0 else 1.0)


def combined(values: dict[str, Float]) -> dict[str, Float]:
    """All combinations; above `MOST_ROWS` an evenly spread part of them (additive recurrence, irrational steps)."""
    sizes = [len(v) for v in values.values()]
    total = math.prod(sizes)
    if total <= MOST_ROWS:
        grid = np.unravel_index(np.arange(total), sizes) if sizes else ()
        return {name: v[i] for (name, v), i in zip(values.items(), grid, strict=True)}
    row = np.arange(1, MOST_ROWS + 1)
    steps = [math.sqrt(p) % 1.0 for p in _primes(len(sizes))]
    return {
        name: v[(row * s % 1.0 * len(v)).astype(np.int64)] for (name, v), s in zip(values.items(), steps, strict=True)
    }


def _primes(n: int) -> list[int]:
    found: list[int] = []
    at = 2
    while len(found) < n:
        if all(at % p for p in found):
            found.append(at)
        at += 1
    return found
