"""What one tick of one account came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import AccountId, Stage
from bidctl.domain.writes import Write
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.reading import Reading

UNDECIDED = (Reason.NO_DATA, Reason.NO_RULE)


@dataclass(frozen=True, slots=True)
class TickReport:
    """`decided` rows; `held` enrolled ones by reason; `writes` as they came out of the
    gate; `foreign`: others' changes found; `free`: enrolled campaigns past observation, `judged`: those that were decided on."""

    account: AccountId
    at: datetime
    tick: str
    good_read: bool
    troubles: tuple[str, ...]
    decided: int
    held: Mapping[Reason, int]
    acts: tuple[DecisionRecord, ...]
    writes: tuple[Write, ...]
    foreign: int = 0
    free: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()


def report_of(
    account: AccountId, now: datetime, name: str, reading: Reading, o: Observation, d: Decisions, acts: Sequence[DecisionRecord],
    writes: Sequence[Write] = (), foreign: int = 0,
) -> TickReport:  # fmt: skip
    """Counts a tick: what was read, decided, proposed and written."""
    good = reading.listing is not None and reading.listing.complete
    free = o.enrolled & (o.stage == Stage.FREE)
    judged = free & ~np.isin(d.reason, UNDECIDED)
    return TickReport(
        account, now, name, good, reading.troubles, len(d), _held(d, o.enrolled), tuple(acts), tuple(writes), foreign,
        frozenset(o.campaign[free].tolist()), frozenset(o.campaign[judged].tolist()),
    )  # fmt: skip


def _held(d: Decisions, enrolled: NDArray[np.bool_]) -> dict[Reason, int]:
    reasons, counts = np.unique(d.reason[enrolled & ~d.acts], return_counts=True)
    return {Reason(int(r)): int(n) for r, n in zip(reasons, counts, strict=True)}
