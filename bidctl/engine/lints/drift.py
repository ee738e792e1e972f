"""How far a policy can carry a target in one day when the world does not answer: the rulebook included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.engine.decide import decide
from bidctl.engine.lints.finding import Finding, Level
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.wording import Wording

Int = NDArray[np.int64]

LOOK_S = 3660.0
"""A look just after the spacing: 23 of them in a day."""
LOOKS = 23


def worst_day(policy: Policy, o: Observation, rules: RuleSettings) -> Iterator[Finding]:
    """The largest move of a day from any of these rows, up and down, every number but the target's own staying as it is."""
    sure = [replace(o, p_below_goal=np.full(len(o), p)) for p in (0.99, 0.01)]
    starts = Observation.concat([o, *sure])
    target, edits = day(policy, starts, rules)
    ratio = target / starts.target_units
    for row, zh, en in ((int(np.argmax(ratio)), "调高", "up"), (int(np.argmin(ratio)), "调低", "down")):
        change, n = ratio[row] - 1.0, int(edits[row])
        if n == 0:
            continue
        old, new = starts.roi_target[row], target[row] / starts.grid[row]
        yield Finding(
            "drift", Level.NOTE,
            Wording(f"一天内最多{zh} {abs(change):.1%}: {old:.2f} 至 {new:.2f}, {n} 次改动 (规则书在内)",
                    f"in one day at most {abs(change):.1%} {en}: {old:.2f} to {new:.2f} in {n} edits (rulebook included)"),
        )  # fmt: skip


def day(policy: Policy, o: Observation, rules: RuleSettings) -> tuple[Int, Int]:
    """Targets in units and edits at the end of a day of looks, from the value at midnight in `o`."""
    anchor, edits = o.target_units.copy(), np.zeros(len(o), np.int64)
    target = o.target_units.copy()
    since = np.full(len(o), np.inf)
    for _ in range(LOOKS):
        now = replace(
            o, target_units=target, day_anchor_units=anchor, edits_today=edits, edited_today=edits > 0,
            since_edit_s=since, since_edit_data_s=since,
        )  # fmt: skip
        d = decide(policy, now, rules)
        moved = d.result != target
        edits = edits + moved
        target = d.result.copy()
        since = np.where(moved, LOOK_S, since + LOOK_S)
    return target, edits
