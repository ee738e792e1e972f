"""What was decided: one row per campaign, in columns; made before any I/O and stored as made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.reasons import Alert, Reason, Rule


class Lever(IntEnum):
    """The one thing a row moves in a tick (R-ONE)."""

    NONE = 0
    TARGET = 1
    BUDGET = 2
    STATUS = 3  # a stop-loss pause or its undoing
    CREATIVE = 4


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions for n campaigns.

    `campaign` (n,) str. `lever` int8 `Lever`. `old`, `result` int64 grid units of the target (`result == old` = hold).
    `wish` float64 ROAS the policy (or rule) wanted before limits, NaN = none. `budget_result` float64 yuan, NaN = no
    change. `pause` int8: +1 pause, -1 resume what we paused, 0 none. `reason` int16 `Reason`. `bound` uint64 bits of
    `Rule` that limited the row. `alerts` uint32 bits of `Alert`. `ask` bool: a proposal that only a person may release,
    in every mode. `waived` int16 bits of `Waiver` used. `matched` int16: index of the policy rule that won, -1 none.
    """

    campaign: NDArray[np.str_]
    lever: NDArray[np.int8]
    old: NDArray[np.int64]
    wish: NDArray[np.float64]
    result: NDArray[np.int64]
    budget_result: NDArray[np.float64]
    pause: NDArray[np.int8]
    reason: NDArray[np.int16]
    bound: NDArray[np.uint64]
    alerts: NDArray[np.uint32]
    ask: NDArray[np.bool_]
    waived: NDArray[np.int16]
    matched: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.campaign)

    def take(self, rows: NDArray[np.intp]) -> Decisions:
        """The decisions of some rows, in that order."""
        return Decisions(*(getattr(self, f.name)[rows] for f in fields(self)))

    @property
    def acts(self) -> NDArray[np.bool_]:
        acting: NDArray[np.bool_] = self.lever != Lever.NONE
        return acting

    def row(self, i: int) -> Decision:
        """One decision as a value."""
        return Decision(
            campaign=str(self.campaign[i]),
            lever=Lever(int(self.lever[i])),
            old=int(self.old[i]),
            wish=float(self.wish[i]),
            result=int(self.result[i]),
            budget_result=float(self.budget_result[i]),
            pause=int(self.pause[i]),
            reason=Reason(int(self.reason[i])),
            bound=rules_in(int(self.bound[i])),
            alerts=tuple(a for a in Alert if int(self.alerts[i]) & a.bit),
            ask=bool(self.ask[i]),
            waived=int(self.waived[i]),
            matched=int(self.matched[i]),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """One campaign's decision; the fields are those of `Decisions`."""

    campaign: str
    lever: Lever
    old: int
    wish: float
    result: int
    budget_result: float
    pause: int
    reason: Reason
    bound: tuple[Rule, ...]
    alerts: tuple[Alert, ...]
    ask: bool
    waived: int
    matched: int


def rules_in(bits: int) -> tuple[Rule, ...]:
    """The rules named by a `bound` mask, in rulebook order."""
    return tuple(r for r in Rule if bits & r.bit)


@dataclass(frozen=True, slots=True)
class TraceStep:
    """What one rule did to one row, for `explain`. `changed`: it decided, bound or moved something. `decided`: the row
    had its reason from then on. `reason`: the row's reason after it. `evidence`: (name, value) of the numbers it read."""

    rule: Rule
    changed: bool
    decided: bool
    reason: Reason
    evidence: tuple[tuple[str, float], ...]
