"""A scenario: which campaigns a world holds, how its market behaves, and what an operator would enrol.

Read from TOML with the standard library. Unknown keys, missing keys and values out of range are refused with one line
that names file, key, value and what is allowed.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sim.figures import figures

Range = tuple[float, float]
T = TypeVar("T")


class ScenarioError(ValueError):
    """A scenario file that cannot be used; the text is one line for people."""


def number(low: float, high: float, default: float | None = None, *, whole: bool = False) -> Any:
    return field(
        default=MISSING if default is None else (int(default) if whole else default),
        metadata={"low": low, "high": high, "whole": whole},
    )


def span(low: float, high: float, default: Range | None = None, *, optional: bool = False) -> Any:
    """A pair [from, to]; a campaign's value is drawn evenly between. `optional`: None where it is not given."""
    missing = None if optional else MISSING
    return field(default=missing if default is None else default, metadata={"low": low, "high": high, "pair": True})


def choice(*allowed: object, default: object = MISSING) -> Any:
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Chance around the response; log standard deviations, all may be 0. `demand`, `market`: of a campaign's and of
    everybody's daily demand, AR(1) with `rho`. `hour`: of the volume of an hour. `bias`: of the autobidder's daily
    tracking error, AR(1) with `bias_rho`. `spend_revision`: largest share of a day's spend reported only next day."""

    demand: float = number(0, 2, 0.2)
    market: float = number(0, 2, 0.08)
    rho: float = number(0, 0.99, 0.7)
    hour: float = number(0, 2, 0.2)
    bias: float = number(0, 0.5, 0.06)
    bias_rho: float = number(0, 0.99, 0.5)
    spend_revision: float = number(0, 0.1, 0.006)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The platform's own learning. `days` after the start; `loss`: share of efficiency lost while it lasts (fading);
    `noise`: extra log sd of an hour's efficiency; a move beyond `move` (log) restarts `move_days` of it.
    `lag_hours`: time in which the autobidder closes 63 % of the way to a new target."""

    days: float = number(0, 14, 3.0)
    loss: float = number(0, 0.9, 0.10)
    noise: float = number(0, 1, 0.10)
    move: float = number(0, 2, 0.12)
    move_days: float = number(0, 14, 1.0)
    lag_hours: float = number(0.05, 72, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """When refunds come, as shares of all refunds: within the hour, before dispatch (1 to 48 h), the rest after receipt by
    the fitted delay. `settle_days`: an order never refunded counts as kept after so many days."""

    within_hour: float = number(0, 1, 0.15)
    before_dispatch: float = number(0, 1, 0.25)
    settle_days: int = number(8, 90, 15, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggesting:
    """The system suggestion relative to the true optimum: a daily AR(1) walk of log sd `sd` and memory `rho`."""

    sd: float = number(0, 1, 0.04)
    rho: float = number(0, 0.999, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """What an operator would say of the group. `goal_markup`: goal on projected ROAS = markup / margin."""

    intent: str = choice("volume", "balanced", "profit", default="balanced")
    side: str = choice("merchant", "agency", default="merchant")
    goal_markup: float = number(0.5, 5, 1.15)
    wanted: bool = choice(True, False, default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Campaigns alike. `age_days`: before the scenario's start; negative = created after it. `starts_in_hours`: from creation to
    delivery. Size, one of two: `spend`, yuan a day at the reference target, or `orders`, paid orders a day at the best target.
    `budget_factor`: budget over the spend at the reference. `order_value`: mean yuan.
    `start_offset`: ln(first target / optimum). `suggestion_offset`: ln(suggestion / optimum), `suggested`: share of campaigns that
    have one. `elasticity`: factor on the fitted distribution. `sessions` (live): [hour, hours] of each day. `kind`: goods or live."""

    name: str = field(metadata={"text": True})
    count: int = number(1, 100_000, whole=True)
    kind: str = choice("goods", "live", default="goods")
    objective: str = choice("pay", "net", default="pay")
    age_days: tuple[float, float] = span(-366, 366, (31, 45))
    starts_in_hours: tuple[float, float] = span(0, 240, (0, 0))
    spend: tuple[float, float] | None = span(1, 10_000_000, optional=True)
    orders: tuple[float, float] | None = span(0.1, 100_000, optional=True)
    budget_factor: tuple[float, float] = span(0.05, 100, (1.5, 4.0))
    order_value: tuple[float, float] = span(1, 100_000, (40, 160))
    value_log_sd: float = number(0, 2.5, figures().order_value_log_sd)
    margin: tuple[float, float] = span(0.01, 1, (0.35, 0.55))
    refund: tuple[float, float] = span(0, 0.9, (0.10, 0.45))
    elasticity: float = number(0.3, 3, 1.0)
    start_offset: tuple[float, float] = span(-2, 2, (-0.2, 0.2))
    suggestion_offset: tuple[float, float] = span(-2, 2, (-0.1, 0.25))
    suggested: float = number(0, 1, 0.9)
    sessions: tuple[Range, ...] = field(default=(), metadata={"sessions": True})
    cost_controlled: bool = choice(True, False, default=True)
    overall: bool = choice(True, False, default=False)
    enrol: Enrol = field(default_factory=Enrol, metadata={"table": Enrol})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole world to be. `start`: with offset, on a whole hour. `step_s`: 300 .. 3600, dividing an hour.
    `history_days`: simulated before the start, at `history_step_s`."""

    name: str = field(metadata={"text": True})
    about: str = field(default="", metadata={"text": True})
    start: datetime = field(metadata={"instant": True})
    step_s: int = choice(300, 600, 900, 1200, 1800, 3600, default=300)
    history_days: int = number(0, 366, 0, whole=True)
    history_step_s: int = choice(300, 600, 900, 1200, 1800, 3600, default=1800)
    accounts: int = number(1, 10_000, 1, whole=True)
    noise: Noise = field(default_factory=Noise, metadata={"table": Noise})
    learning: Learning = field(default_factory=Learning, metadata={"table": Learning})
    refunds: Refunds = field(default_factory=Refunds, metadata={"table": Refunds})
    suggestion: Suggesting = field(default_factory=Suggesting, metadata={"table": Suggesting})
    group: tuple[Group, ...] = field(metadata={"tables": Group})


def load(path: Path) -> Scenario:
    """The scenario of a TOML file. Raises ScenarioError (one line)."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read as TOML: {error}") from error
    return parse(data, str(path))


def shipped(name: str) -> Scenario:
    """A scenario that comes with the package, by its name ("demo", "small", ...)."""
    path = Path(__file__).parent / "scenarios" / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml")))
        raise ScenarioError(f"scenario {name!r}: not shipped; expected one of {known}, or a path to a .toml file")
    return load(path)


def parse(data: Mapping[str, Any], where: str = "scenario") -> Scenario:
    """The scenario of parsed TOML; `where` names the file in errors. Raises ScenarioError."""
    scenario = _table(Scenario, data, where, "")
    for g in scenario.group:
        if (g.spend is None) == (g.orders is None):
            raise ScenarioError(
                f"{where}: group {g.name}: spend = {g.spend}, orders = {g.orders}; expected exactly one of them, [from, to]"
            )
        if (g.kind == "live") != bool(g.sessions):
            want = "a list of [hour, hours]" if g.kind == "live" else "none, for kind goods"
            raise ScenarioError(f"{where}: group {g.name}: sessions = {list(g.sessions)}; expected {want}")
    r = scenario.refunds
    if r.within_hour + r.before_dispatch > 1:
        raise ScenarioError(
            f"{where}: refunds: within_hour + before_dispatch = {r.within_hour + r.before_dispatch}; expected at most 1"
        )
    return scenario


def _table(cls: type[T], data: object, where: str, at: str) -> T:
    if not isinstance(data, Mapping):
        raise ScenarioError(f"{where}: {at.rstrip('.') or 'file'} = {data!r}; expected a table")
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    for key in data:
        if key not in known:
            raise ScenarioError(f"{where}: unknown key {at}{key}; expected one of {', '.join(known)}")
    for name, f in known.items():
        if f.default is MISSING and f.default_factory is MISSING and name not in data:
            raise ScenarioError(f"{where}: {at}{name} is missing; expected {_allowed(f)}")
    return cls(**{key: _value(known[key], value, where, at + key) for key, value in data.items()})


def _value(f: Field[Any], value: object, where: str, at: str) -> object:
    meta = f.metadata
    if "table" in meta:
        return _table(meta["table"], value, where, at + ".")
    if "tables" in meta and isinstance(value, list) and value:
        return tuple(_table(meta["tables"], v, where, f"{at}[{i}].") for i, v in enumerate(value))
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
    elif "low" in meta and "pair" not in meta and _within(value, meta):
        return value
    raise ScenarioError(f"{where}: {at} = {value!r}; expected {_allowed(f)}")


def _within(value: object, meta: Mapping[str, Any]) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    whole = not meta.get("whole") or isinstance(value, int)
    return plain and whole and meta["low"] <= value <= meta["high"]


def _session(value: object) -> bool:
    meta = {"low": 0, "high": 24}
    return isinstance(value, list) and len(value) == 2 and all(_within(v, meta) for v in value) and value[1] > 0


def _allowed(f: Field[Any]) -> str:
    meta = f.metadata
    if "allowed" in meta:
        return "one of " + ", ".join(str(a).lower() if isinstance(a, bool) else str(a) for a in meta["allowed"])
    if "pair" in meta:
        return f"[from, to] within {meta['low']} .. {meta['high']}"
    if "low" in meta:
        return f"{'a whole number' if meta['whole'] else 'a number'} within {meta['low']} .. {meta['high']}"
    names = {"table": "a table", "tables": "at least one [[group]]", "text": "a text"}
    names |= {"instant": "an instant with offset on a whole hour", "sessions": "a list of [hour 0..24, hours > 0]"}
    return next(text for key, text in names.items() if key in meta)
