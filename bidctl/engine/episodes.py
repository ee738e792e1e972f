"""Decisions along a replay, told as stretches in which a campaign was decided alike, and set beside what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import WORDING, WRITTEN, Reason
from bidctl.domain.values import Field
from bidctl.domain.writes import Edit
from bidctl.engine.records import target_text
from bidctl.wording import Wording

Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Episode:
    """One campaign from `begin` to `end`, ticks in which the same target edit was wished (or the same hold stood). `old`, `new`:
    exact texts, equal = hold."""

    campaign: str
    begin: datetime
    end: datetime
    old: str
    new: str
    reason: Reason
    why: Wording

    @property
    def acts(self) -> bool:
        return self.old != self.new

    @property
    def up(self) -> bool:
        return float(self.new) > float(self.old)


class Episodes:
    """`done`: finished stretches, by campaign and time. `held`, `acted`: row-decisions by reason."""

    def __init__(self) -> None:
        self.done: list[Episode] = []
        self.held: Counter[Reason] = Counter()
        self.acted: Counter[Reason] = Counter()
        self._open: dict[str, Episode] = {}
        self._names: NDArray[np.str_] = np.zeros(0, "U1")
        self._keys: Int = np.zeros((0, 4), np.int64)
        self._at: datetime | None = None

    def take(self, at: datetime, o: Observation, d: Decisions, words: Sequence[Wording | None]) -> None:
        """The decisions of one tick; only rows that are decided otherwise than a tick ago cost anything."""
        keys = np.stack([d.old, d.result, d.reason, d.matched], axis=1).astype(np.int64)
        same = len(self._names) == len(d) and bool((self._names == d.campaign).all())
        changed = (keys != self._keys).any(axis=1) if same else np.ones(len(d), np.bool_)
        for i in np.flatnonzero(changed & o.enrolled).tolist():
            self._turn(at, o, d, i, words)
        for where, into in ((o.enrolled & ~d.acts, self.held), (o.enrolled & d.acts, self.acted)):
            reasons, counts = np.unique(d.reason[where], return_counts=True)
            into.update({Reason(int(r)): int(n) for r, n in zip(reasons, counts, strict=True)})
        self._names, self._keys, self._at = d.campaign, keys, at

    def close(self) -> None:
        """The tape has ended."""
        for campaign in list(self._open):
            self._finish(campaign)
        self.done.sort(key=lambda e: (e.begin, e.campaign))

    def _turn(self, at: datetime, o: Observation, d: Decisions, i: int, words: Sequence[Wording | None]) -> None:
        campaign, reason = str(d.campaign[i]), Reason(int(d.reason[i]))
        says = words[int(d.matched[i])] if reason in WRITTEN else None
        new = d.result[i] if d.lever[i] == Lever.TARGET else d.old[i]
        old, new = (target_text(int(x), int(o.grid[i])) for x in (d.old[i], new))
        told = Episode(campaign, at, at, old, new, reason, says or WORDING[reason])
        running = self._open.get(campaign)
        if running is None or replace(running, begin=at, end=at) != told:
            self._finish(campaign)
            self._open[campaign] = told

    def _finish(self, campaign: str) -> None:
        running = self._open.pop(campaign, None)
        if running is not None and self._at is not None:
            self.done.append(replace(running, end=self._at))


class Verdict(Enum):
    """How a wished move compares with what was done to the campaign about then."""

    SAME = "same"
    OPPOSITE = "opposite"
    ONLY_REPLAY = "only_replay"
    ONLY_DONE = "only_done"


@dataclass(frozen=True, slots=True)
class Difference:
    """`wished` None = the policy did not move where somebody did; `done` None = nobody moved where the policy would have."""

    verdict: Verdict
    wished: Episode | None
    done: Edit | None


def differences(episodes: Sequence[Episode], edits: Sequence[Edit], reach: timedelta) -> list[Difference]:
    """Every wished move and every recorded edit of a target, each once. An edit answers to the wish that stood when it was made,
    or at most `reach` before or after."""
    moves = [e for e in edits if e.field is Field.ROI_TARGET and e.old is not None and e.new is not None]
    by_campaign: dict[str, list[Edit]] = {}
    for edit in moves:
        by_campaign.setdefault(edit.campaign, []).append(edit)
    found, answered = [], set[int]()
    for wished in (e for e in episodes if e.acts):
        near = [
            x
            for x in by_campaign.get(wished.campaign, [])
            if id(x) not in answered and wished.begin - reach <= x.effective_at <= wished.end + reach
        ]
        if not near:
            found.append(Difference(Verdict.ONLY_REPLAY, wished, None))
            continue
        answered.add(id(near[0]))
        alike = (float(near[0].new or 0) > float(near[0].old or 0)) == wished.up
        found.append(Difference(Verdict.SAME if alike else Verdict.OPPOSITE, wished, near[0]))
    found += [Difference(Verdict.ONLY_DONE, None, x) for x in moves if id(x) not in answered]
    return sorted(found, key=_when)


def _when(d: Difference) -> datetime:
    if d.wished is not None:
        return d.wished.begin
    assert d.done is not None
    return d.done.effective_at
