"""A scenario with one assumption less or more: what a result rests on is seen by changing one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from bidctl.wording import Wording
from sim.scenario import Scenario

Change = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """One assumption: what it is called, its keys in the scenario, and how each end changes a value (pairs: both ends)."""

    words: Wording
    keys: tuple[str, ...]
    less: tuple[str, Change]
    more: tuple[str, Change]


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario that differs in one assumption. `end`: by how much, for people."""

    words: Wording
    end: str
    scenario: Scenario


def _times(factor: float) -> tuple[str, Change]:
    return f"x{factor:g}", lambda x: x * factor


def _plus(step: float) -> tuple[str, Change]:
    return f"{step:+g}", lambda x: x + step


def _at(value: float) -> tuple[str, Change]:
    return f"={value:g}", lambda x: value


AXES = (
    Axis(Wording("弹性", "elasticity"), ("group.elasticity",), _times(0.7), _times(1.4)),
    Axis(Wording("退款率", "refund share"), ("group.refund",), _times(0.6), _times(1.4)),
    Axis(Wording("退款成批", "clusters of refunds"), ("refunds.cluster",), _at(0.0), _at(0.6)),
    Axis(Wording("增量占比", "incremental share"), ("group.incremental",), _times(0.7), _at(1.0)),
    Axis(Wording("订单量", "orders a day"), ("group.orders", "group.spend"), _times(0.4), _times(2.5)),
    Axis(Wording("需求波动", "noise of demand"), ("noise.demand", "noise.market"), _times(0.5), _times(2.0)),
    Axis(Wording("系统出价偏差", "bias of the autobidder"), ("noise.bias",), _times(0.5), _times(2.0)),
    Axis(Wording("系统跟价时滞", "lag of the autobidder"), ("learning.lag_hours",), _times(0.25), _times(3.0)),
    Axis(Wording("改价的代价", "cost of a move"), ("moving.loss",), _at(0.0), _at(0.05)),
    Axis(Wording("学习期损失", "loss while learning"), ("learning.loss",), _at(0.0), _times(2.0)),
    Axis(Wording("系统建议的位置", "place of the suggestion"), ("group.suggestion_offset",), _plus(-0.3), _plus(0.3)),
    Axis(Wording("起始目标的偏离", "first targets off by"), ("group.start_offset",), _times(0.4), _times(1.6)),
    Axis(Wording("报表延迟 (小时)", "delay of reports (hours)"), ("reporting.delay_hours",), _at(0), _at(6)),
)  # fmt: skip


def variants(scenario: Scenario) -> Iterator[Variant]:
    """Both ends of every assumption that changes this scenario at all."""
    for axis in AXES:
        for sign, (end, change) in (("-", axis.less), ("+", axis.more)):
            changed = scenario
            for key in axis.keys:
                changed = _changed(changed, key.split("."), change)
            if changed != scenario:
                named = replace(changed, name=f"{scenario.name} {axis.keys[0]}{sign}")
                yield Variant(axis.words, end, named)


def _changed(table: Any, path: list[str], change: Change) -> Any:
    """The table with the value at `path` changed within its allowed range; lists of tables: in each."""
    if isinstance(table, tuple) and table and is_dataclass(table[0]):
        return tuple(_changed(one, path, change) for one in table)
    head, *rest = path
    value = getattr(table, head)
    if rest:
        return replace(table, **{head: _changed(value, rest, change)})
    if value is None:
        return table
    bounds = next(f.metadata for f in fields(table) if f.name == head)
    low, high, whole = bounds["low"], bounds["high"], bounds.get("whole", False)

    def one(x: float) -> float:
        held = min(max(change(x), low), high)
        return int(held) if whole else held

    return replace(table, **{head: tuple(map(one, value)) if isinstance(value, tuple) else one(value)})
