"""Rules that never have their turn, and rules that pull opposite ways at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.engine.lints.finding import Finding, Level
from bidctl.policy import Policy
from bidctl.policy.declarative import Declarative
from bidctl.policy.language.columns import COLUMNS
from bidctl.policy.language.units import Unit, show
from bidctl.wording import Wording

Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Masks:
    """Where each rule holds (r, n), whatever stands before it, and where it would move the target up or down."""

    holds: Bool
    up: Bool
    down: Bool
    names: tuple[str, ...]


def masks(policy: Policy, o: Observation) -> Masks:
    """Every rule of a policy on every row."""
    holds, up, down, names = [], [], [], []
    with np.errstate(all="ignore"):
        for number, rule in enumerate(policy.rules(o), 1):
            target = o.roi_target
            wish = np.full(len(o), np.nan) if rule.wish is None else np.broadcast_to(rule.wish, (len(o),))
            if rule.factor is not None:
                wish = target * rule.factor
            mask = np.broadcast_to(np.asarray(rule.mask, np.bool_), (len(o),)) & o.complete
            holds.append(mask)
            up.append(mask & (wish > target))
            down.append(mask & (wish < target))
            names.append(f"{number}" if isinstance(policy, Declarative) else f"{number} ({Reason(rule.reason).name})")
    table = np.array([holds, up, down], np.bool_).reshape(3, len(names), len(o))
    return Masks(table[0], table[1], table[2], tuple(names))


def unreachable(policy: Policy, o: Observation) -> Iterator[Finding]:
    """Rules that hold nowhere, or only where an earlier one holds."""
    found = masks(policy, o)
    taken = np.zeros(len(o), np.bool_)
    for i, mask in enumerate(found.holds):
        wins = mask & ~taken
        if not mask.any():
            yield _never(policy, found.names[i], len(o), i + 1)
        elif not wins.any():
            before = [j for j in range(i) if (found.holds[j] & mask).any()]
            names = ", ".join(found.names[j] for j in before)
            told = Wording(
                f"规则 {found.names[i]} 轮不到: 它成立的 {int(mask.sum())} 行里, 前面的规则 {names} 都先成立",
                f"rule {found.names[i]} never has its turn: on all {int(mask.sum())} rows where it holds, rule {names} holds first",
            )
            yield Finding("unreachable", Level.WARNING, told, (*(j + 1 for j in before), i + 1))
        taken |= mask


def _never(policy: Policy, name: str, n: int, number: int) -> Finding:
    """A file's thresholds are known, so that a rule which never holds is wrong; of a class it is only not known."""
    if isinstance(policy, Declarative):
        told = Wording(f"规则 {name} 从不成立: 在各条规则的门槛两侧试了 {n} 行",
                       f"rule {name} never holds: tried on {n} rows on either side of every threshold")  # fmt: skip
        return Finding("unreachable", Level.WARNING, told, (number,))
    told = Wording(f"规则 {name} 没试到: {n} 行里都不成立 (Python 策略的门槛看不到)",
                   f"rule {name} was not met: it holds on none of {n} rows (a class does not show its thresholds)")  # fmt: skip
    return Finding("unreachable", Level.NOTE, told, (number,))


def overlaps(policy: Policy, o: Observation) -> Iterator[Finding]:
    """A rule that raises and one that lowers hold on the same row: their order alone decides."""
    found = masks(policy, o)
    for i in range(len(found.names)):
        for j in range(i + 1, len(found.names)):
            both = (found.up[i] & found.down[j]) | (found.down[i] & found.up[j])
            if not both.any():
                continue
            row = int(np.flatnonzero(both)[0])
            words = [("调高", "raise"), ("调低", "lower")]
            (zi, ei), (zj, ej) = words if found.up[i][row] else words[::-1]
            share = both.mean()
            yield Finding(
                "overlap", Level.WARNING,
                Wording(
                    f"规则 {found.names[i]} ({zi}) 与规则 {found.names[j]} ({zj}) 在 {share:.1%} 的行上同时成立, 只靠先后决定; "
                    f"例如 {_row(policy, o, row, 'zh')}",
                    f"rule {found.names[i]} ({ei}) and rule {found.names[j]} ({ej}) both hold on {share:.1%} of the rows, only their "
                    f"order decides; e.g. {_row(policy, o, row, 'en')}",
                ),
                (i + 1, j + 1),
            )  # fmt: skip


def _row(policy: Policy, o: Observation, i: int, lang: str) -> str:
    """The numbers of a row that the policy reads."""
    if not isinstance(policy, Declarative):
        return f"projected_roas {o.projected_roas[i]:.4g}, goal {o.goal[i]:.4g}"
    names = dict.fromkeys(name for rule in policy.written for name in rule.when.columns())
    told = []
    for name in names:
        column = COLUMNS[name]
        said = column.zh if lang == "zh" else name
        if column.unit is Unit.WORD:
            code = int(getattr(o, column.source)[i])
            told.append(
                f"{said} {next(w for w, c in column.words.items() if c == code and w.isascii() == (lang == 'en'))}"
            )
        elif column.unit is Unit.FLAG:
            told.append(
                f"{said} {('是' if column.flags(o)[i] else '否') if lang == 'zh' else str(bool(column.flags(o)[i])).lower()}"
            )
        else:
            told.append(f"{said} {show(round(float(column.values(o)[i]), 4), column.unit, lang)}")
    return ", ".join(told)
