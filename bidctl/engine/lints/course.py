"""How a policy's targets go through time: whether they swing on a world that stands still, and how often they are edited."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.lints.finding import Finding, Level
from bidctl.wording import Wording

Float = NDArray[np.float64]
Int = NDArray[np.int64]

SETTLED_DAYS = 7
"""A policy may look for its level so long."""
MOST_TURNS = 3
"""Turns in 14 days that may be taken for the noise of the orders (ours)."""


def turns(targets: Float) -> Int:
    """(n,) how often each of (k, n) targets in time changes its direction."""
    out = np.zeros(targets.shape[1], np.int64)
    last = np.zeros(targets.shape[1])
    for step in np.sign(np.diff(targets, axis=0)):
        turned = (step != 0) & (last != 0) & (step != last)
        out += turned
        last = np.where(step != 0, step, last)
    return out


def oscillation(at_days: Float, targets: Float) -> Iterator[Finding]:
    """A target that keeps turning though nothing changes. `at_days` (k,) days since the begin, `targets` (k, n) in force."""
    late = targets[at_days >= SETTLED_DAYS]
    if len(late) < 2:
        return
    found = turns(late)
    swinging = int((found > MOST_TURNS).sum())
    if swinging:
        worst = int(np.argmax(found))
        path = " -> ".join(f"{x:.2f}" for x in late[np.append(True, np.diff(late[:, worst]) != 0), worst][:5])
        days = at_days[-1] - SETTLED_DAYS
        n, most = late.shape[1], int(found[worst])
        told = Wording(
            f"世界不变时来回摆: {n} 个计划中 {swinging} 个, 第 {SETTLED_DAYS} 天后 {days:.0f} 天内最多转向 {most} 次 ({path} ...)",
            f"it swings on a world that stands still: {swinging} of {n} campaigns; after day {SETTLED_DAYS} one turns "
            f"{most} times in {days:.0f} days ({path} ...)",
        )
        yield Finding("oscillation", Level.WARNING, told)


def edits_a_day(edits: Int, where: Wording) -> Finding:
    """Edits of (n, d) campaigns and days as a figure."""
    mean, high = float(edits.mean()) if edits.size else 0.0, int(edits.max(initial=0))
    busy = float(np.quantile(edits.mean(axis=1), 0.95)) if edits.size else 0.0
    told = Wording(
        f"每个计划每天约改 {mean:.2f} 次, 最忙的 5% 计划 {busy:.2f} 次, 单日最多 {high} 次 ({where.zh})",
        f"about {mean:.2f} edits a campaign and day, {busy:.2f} for the busiest 5 % of them, at most {high} on one day ({where.en})",
    )
    return Finding("edits", Level.NOTE, told)
