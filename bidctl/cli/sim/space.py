"""What a sweep tries: values of a policy's parameters, from a TOML file and from flags. Refuses what cannot be meant."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bidctl.cli.sim.words import Say
from bidctl.problem import UsageProblem
from bidctl.wording import told_by_parser, told_by_system

MOST = 2000
"""Settings of one sweep (ours)."""
KEYS = ("policy", "grid", "search")
Setting = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`; `whole`: whole numbers only."""

    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """`grid`: every combination is tried; `search`: ranges in which a search looks."""

    policy: str
    grid: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    search: Mapping[str, Range] = field(default_factory=dict)

    def settings(self) -> list[Setting]:
        """Every combination of the grid, in the order given."""
        return [dict(zip(self.grid, values, strict=True)) for values in itertools.product(*self.grid.values())]


def space(file: Path | None, policy: str | None, grid: Sequence[str], search: Sequence[str]) -> Space:
    """Of a file and of flags together; a flag replaces what the file says of that parameter. Raises UsageProblem."""
    told = _file(file) if file else Space("")
    flags = Space(policy or "", dict(map(_listed, grid)), dict(map(_ranged, search)))
    whole = Space(flags.policy or told.policy, {**told.grid, **flags.grid}, {**told.search, **flags.search})
    where = str(file or "sweep")
    if not whole.policy:
        raise UsageProblem(Say.SWEEP_POLICY(where=where))
    if not (whole.grid or whole.search):
        raise UsageProblem(Say.SWEEP_NOTHING(where=where))
    both = sorted(set(whole.grid) & set(whole.search))
    if both:
        raise UsageProblem(Say.SWEEP_BOTH(where=where, name=both[0]))
    count = math.prod(len(v) for v in whole.grid.values())
    if count > MOST:
        raise UsageProblem(Say.SWEEP_MANY(where=where, count=count, most=MOST))
    return whole


def _file(path: Path) -> Space:
    try:
        tree = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise UsageProblem(Say.SWEEP_READ(file=path, error=told_by_system(error))) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageProblem(Say.SWEEP_READ(file=path, error=told_by_parser(error))) from None
    for key in tree:
        if key not in KEYS:
            raise UsageProblem(Say.SWEEP_KEY(file=path, key=key, known=", ".join(KEYS)))
    policy, grid, search = tree.get("policy", ""), tree.get("grid", {}), tree.get("search", {})
    for name, value, kind in (("policy", policy, str), ("grid", grid, dict), ("search", search, dict)):
        if not isinstance(value, kind):
            raise UsageProblem(Say.SWEEP_VALUE(where=path, key=name, value=value, expected=_EXPECTED[name]()))
    return Space(
        policy,
        {name: _values(str(path), f"grid.{name}", v) for name, v in grid.items()},
        {name: _range(str(path), f"search.{name}", v) for name, v in search.items()},
    )


def _values(where: str, key: str, told: Any) -> tuple[float, ...]:
    if not isinstance(told, list) or not told or not all(_number(v) for v in told) or len(set(told)) < len(told):
        raise UsageProblem(Say.SWEEP_VALUE(where=where, key=key, value=told, expected=Say.A_LIST()))
    return tuple(told)


def _range(where: str, key: str, told: Any) -> Range:
    ends = [told.get("low"), told.get("high")] if isinstance(told, dict) and set(told) == {"low", "high"} else told
    if not isinstance(ends, list) or len(ends) != 2 or not all(map(_number, ends)) or not ends[0] < ends[1]:
        raise UsageProblem(Say.SWEEP_VALUE(where=where, key=key, value=told, expected=Say.A_RANGE()))
    return Range(ends[0], ends[1], all(isinstance(e, int) for e in ends))


def _listed(flag: str) -> tuple[str, tuple[float, ...]]:
    name, values = _flag("--grid", flag)
    return name, _values("--grid", name, [_read(v) for v in values.split(",")])


def _ranged(flag: str) -> tuple[str, Range]:
    name, values = _flag("--search", flag)
    return name, _range("--search", name, [_read(v) for v in values.split("..")])


def _flag(option: str, flag: str) -> tuple[str, str]:
    name, sign, values = flag.partition("=")
    if not (name.isidentifier() and sign and values):
        raise UsageProblem(Say.SWEEP_FLAG(option=option, flag=flag))
    return name, values


def _read(text: str) -> float | str:
    try:
        return int(text) if text.strip().lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_EXPECTED = {"policy": Say.A_POLICY, "grid": Say.A_TABLE, "search": Say.A_TABLE}
