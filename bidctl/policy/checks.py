"""The suite that every policy passes by being found: what a policy must never do, tried on given observations."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from types import ModuleType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import WORDING, Reason
from bidctl.policy.rules import Policy, Wishes, resolve
from bidctl.wording import Wording

Rows = NDArray[np.intp]


def discover(package: ModuleType) -> tuple[type[Policy], ...]:
    """Every policy defined in a package's modules: a dataclass with a method `rules`. Sorted by module and name."""
    found: list[type[Policy]] = []
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        for _, member in sorted(inspect.getmembers(module, inspect.isclass)):
            if member.__module__ == info.name and is_dataclass(member) and callable(getattr(member, "rules", None)):
                found.append(cast(type[Policy], member))
    return tuple(found)


def check_policy(policy: Policy | type[Policy], o: Observation) -> list[Wording]:
    """Everything wrong with a policy (or a class with its defaults), one line each; empty = it passes. `o`: rows to try it
    on, some incomplete."""
    kind = policy if isinstance(policy, type) else type(policy)
    wrong = list(shape(kind)) if isinstance(policy, type) else []
    if wrong:
        return wrong
    tried: Policy = kind() if isinstance(policy, type) else policy
    return [finding for check in _CHECKS for finding in check(tried, o)]


def name_of(policy: Policy) -> str:
    """What a policy is called in messages."""
    kind = type(policy)
    return str(getattr(policy, "name", f"{kind.__module__}:{kind.__qualname__}"))


def _finding(name: str, zh: str, en: str) -> Wording:
    return Wording(f"{name}: {zh}", f"{name}: {en}")


def shape(kind: type[Policy]) -> Iterator[Wording]:
    """A frozen dataclass with a docstring and a default for every field."""
    name = f"{kind.__module__}:{kind.__qualname__}"
    if not getattr(kind, "__dataclass_params__").frozen:  # noqa: B009 - the attribute is no part of the type
        yield _finding(
            name,
            "dataclass 可以被改动, 应写 @dataclass(frozen=True)",
            "found a dataclass that can be changed, expected @dataclass(frozen=True)",
        )
    if not (kind.__doc__ or "").strip() or (kind.__doc__ or "").startswith(f"{kind.__name__}("):
        yield _finding(
            name,
            "没有文档, 应写它做什么, 参数和例子",
            "found no docstring, expected what it does, its parameters and an example",
        )
    try:
        kind()
    except TypeError as wrong:
        yield _finding(
            name,
            f"有参数没有默认值 ({wrong}), 每个都应有",
            f"found parameters without a default ({wrong}), expected one for each",
        )


def _wishes(policy: Policy, o: Observation) -> Wishes:
    with np.errstate(all="ignore"):
        return resolve(policy, o)


def _same(a: Wishes, b: Wishes) -> bool:
    return (
        a.wish.tobytes() == b.wish.tobytes()
        and bool((a.reason == b.reason).all())
        and bool((a.matched == b.matched).all())
    )


def _take(w: Wishes, rows: Rows) -> Wishes:
    return Wishes(w.wish[rows], w.reason[rows], w.matched[rows], {})


def _independent(policy: Policy, o: Observation) -> Iterator[Wording]:
    """Rows do not see each other: each alone, every other one, and any order give the same."""
    whole = _wishes(policy, o)
    every = np.arange(len(o))
    chosen: dict[str, Rows] = {
        "a subset": every[::2],
        "a permutation": every[::-1],
        "another permutation": np.argsort(every * 7919 % 104729, kind="stable"),
    }
    chosen.update({f"row {i} alone": every[i : i + 1] for i in range(min(len(o), 8))})
    for what, rows in chosen.items():
        if not _same(_wishes(policy, o.take(rows)), _take(whole, rows)):
            yield _finding(
                name_of(policy),
                f"单独决定{what}时结果不同, 行与行应互不影响",
                f"found that {what} decides otherwise, expected rows that do not see each other",
            )


def _concatenates(policy: Policy, o: Observation) -> Iterator[Wording]:
    """Two observations in one give the two results in one."""
    whole = _wishes(policy, Observation.concat([o, o]))
    if not _same(whole, _take(_wishes(policy, o), np.tile(np.arange(len(o)), 2))):
        yield _finding(
            name_of(policy),
            "换到更长的表里结果不同, 应一样",
            "found that rows decide otherwise in a longer table, expected the same",
        )


def _repeats(policy: Policy, o: Observation) -> Iterator[Wording]:
    """The same input gives the same bits, in this object and in a new one."""
    first = _wishes(policy, o)
    again = replace(cast(Any, policy))  # a new object with the same parameters
    if not (_same(first, _wishes(policy, o)) and _same(first, _wishes(again, o))):
        yield _finding(
            name_of(policy),
            "同样输入给出两种答案, 不应有时钟, 随机或记忆",
            "found two answers to one question, expected no clock, chance or memory",
        )


def _reads_only(policy: Policy, o: Observation) -> Iterator[Wording]:
    """Columns are read, never written; the policy's own fields neither."""
    locked = o.take(np.arange(len(o)))
    for f in fields(locked):
        getattr(locked, f.name).setflags(write=False)
    before = repr(policy)
    try:
        _wishes(policy, locked)
    except (ValueError, FrozenInstanceError, AttributeError) as wrong:
        yield _finding(
            name_of(policy),
            f"改了输入或自己 ({wrong}), 只应读取",
            f"found a write to its input or itself ({wrong}), expected only reads",
        )
    if repr(policy) != before:
        yield _finding(
            name_of(policy),
            "决定之后字段变了, 策略不应有记忆",
            "found changed fields after deciding, expected a policy without memory",
        )


def _unknown_holds(policy: Policy, o: Observation) -> Iterator[Wording]:
    """A row of which nothing is known is NO_DATA without a wish, whatever the rules say."""
    w = _wishes(policy, _without_numbers(o, complete=False))
    if (w.reason != Reason.NO_DATA).any() or not np.isnan(w.wish).all():
        yield _finding(
            name_of(policy), "没有数据的行也想改, 应为 NO_DATA", "found a wish on rows without data, expected NO_DATA"
        )


def _missing_is_not_fine(policy: Policy, o: Observation) -> Iterator[Wording]:
    """A complete row whose every number is missing may hold, but never wish for a number."""
    w = _wishes(policy, _without_numbers(o, complete=True))
    if not np.isnan(w.wish).all():
        yield _finding(
            name_of(policy), "用缺失的数字也想改, 应保持", "found a wish made of missing numbers, expected a hold"
        )


def _without_numbers(o: Observation, *, complete: bool) -> Observation:
    columns = {f.name: getattr(o, f.name) for f in fields(o)}
    missing = {name: np.full(len(o), np.nan) for name, column in columns.items() if column.dtype == np.float64}
    return Observation(**{**columns, **missing, "complete": np.full(len(o), complete)})


def _same_rules(policy: Policy, o: Observation) -> Iterator[Wording]:
    """Which rules there are, and what they say, does not depend on the rows: `matched` counts on it."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what looks across rows finds none; it is told by `_independent`
        whole = [(r.reason, r.says) for r in policy.rules(o)]
        none = [(r.reason, r.says) for r in policy.rules(o.take(np.zeros(0, np.intp)))]
    if whole != none:
        yield _finding(
            name_of(policy),
            "规则的条数随数据变化, 应永远是同一列表",
            "found rules that depend on the rows, expected the same list of them always",
        )


def _speaks(policy: Policy, o: Observation) -> Iterator[Wording]:
    """Every reason is known and worded in both languages; every wish is a finite positive number, or none."""
    w = _wishes(policy, o)
    for code in np.unique(w.reason):
        wording = WORDING.get(Reason(int(code))) if int(code) in set(Reason) else None
        if wording is None or not wording.zh or not wording.en:
            yield _finding(
                name_of(policy),
                f"理由 {code} 没有中英文说法",
                f"found reason {code}, expected one with a Chinese and an English wording",
            )
    wish = w.wish[~np.isnan(w.wish)]
    if not (np.isfinite(wish) & (wish > 0)).all():
        yield _finding(
            name_of(policy),
            "想设的目标不是有限的正数 (保持用 NaN)",
            "found a wish that is no positive finite target, expected one (or NaN to keep)",
        )


_CHECKS: tuple[Callable[[Policy, Observation], Iterator[Wording]], ...] = (
    _reads_only,
    _independent,
    _concatenates,
    _repeats,
    _same_rules,
    _unknown_holds,
    _missing_is_not_fine,
    _speaks,
)
