"""The rulebook's promises (RULEBOOK 5.2, 5.3) checked on a run's own edits, by plain code that shares nothing with the rules.

Of every target edit of ours, START apart: 5 to 10 % of the value it replaced; more than 60 minutes after the edit before; none raises
above the suggestion in force (none at all where there is no suggestion, for no ceiling is given); none inside
observation, which is reckoned here from the world's own reports. START once, first, and before any spend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.seam import World

Int = NDArray[np.int64]
Float = NDArray[np.float64]

START, NOVOLUME = "START", "NOVOLUME"
SPACING_S, OBSERVE_S, FED_AFTER_S = 3600.0, 72 * 3600.0, 7 * 86400.0
FED_FEN = 20_000
PAUSE_DAYS = 7
HISTORY_DAYS = 41
HOUR_S, DAY_S, OFFSET_S = 3600.0, 86400.0, 8 * 3600.0


@dataclass(frozen=True, slots=True)
class OwnEdit:
    """One edit of the target: epoch second, index, grid units of 0.01, the suggestion in force (NaN = none), why."""

    at: float
    campaign: int
    old: int
    new: int
    suggestion: float
    why: str


def violations(world: World, edits: Sequence[OwnEdit], began: float) -> tuple[str, ...]:
    """One line each, in order of time. `began`: epoch second at which the run began."""
    by_campaign: dict[int, list[OwnEdit]] = {}
    for edit in sorted(edits, key=lambda e: e.at):
        by_campaign.setdefault(edit.campaign, []).append(edit)
    observed = _Observed(world, sorted(by_campaign), began)
    found = []
    for mine in by_campaign.values():
        for number, edit in enumerate(mine):
            before = mine[number - 1] if number else None
            found += [(edit.at, _line(edit, what)) for what in _wrong(edit, before, observed)]
    return tuple(line for _, line in sorted(found))


def _wrong(edit: OwnEdit, before: OwnEdit | None, observed: _Observed) -> list[str]:
    start = edit.why == START
    wrong = []
    if before is not None and not edit.at - before.at > SPACING_S:
        wrong.append(f"{(edit.at - before.at) / 60:.0f} min after the edit before (more than 60 needed)")
    step = abs(edit.new - edit.old)
    if not start and not (20 * step >= edit.old and 10 * step <= edit.old):
        wrong.append(f"a step of {step / edit.old:.1%} (5 to 10 % needed)")
    if (edit.new > edit.old or start) and not edit.new <= edit.suggestion * 100 * (1 + 1e-9):
        wrong.append(f"raised above the suggestion {edit.suggestion:.2f}")
    if edit.why == NOVOLUME and edit.new > edit.old:
        wrong.append("R-NOVOLUME raised")
    if start and (before is not None or observed.spent_before(edit)):
        wrong.append("START was not the first, or after spend")
    if not start and edit.why != NOVOLUME and observed.inside(edit):
        wrong.append("inside observation")
    return wrong


def _line(edit: OwnEdit, what: str) -> str:
    return (
        f"campaign {edit.campaign} at {edit.at:.0f}: {edit.old / 100:.2f} -> {edit.new / 100:.2f} ({edit.why}): {what}"
    )


class _Observed:
    """When each goods campaign was fed and is observed, from the world's own reports: days tell which campaigns can have been
    observed since the run began, hours when (live: START alone is judged)."""

    def __init__(self, world: World, campaigns: Sequence[int], began: float) -> None:
        self._first: dict[int, float] = {}
        self._inside: dict[int, list[tuple[float, float]]] = {}
        self._live = {i for i in campaigns if world.specs[i].kind == 1}
        since = began - HISTORY_DAYS * DAY_S
        told = list(_by_campaign(world, campaigns, since, "day"))
        self._first = {i: float(at[0]) for i, at, _ in told}
        close = [i for i, at, _ in told if _may_be_inside(at, since, began)]
        for campaign, at, fen in _by_campaign(world, close, since, "hour"):
            self._first[campaign] = float(at[0])
            self._take(campaign, at, fen, since)

    def spent_before(self, edit: OwnEdit) -> bool:
        return self._first.get(edit.campaign, np.inf) + HOUR_S <= edit.at

    def inside(self, edit: OwnEdit) -> bool:
        return edit.campaign not in self._live and any(
            a <= edit.at <= b for a, b in self._inside.get(edit.campaign, ())
        )

    def _take(self, campaign: int, at: Float, fen: Int, since: float) -> None:
        days = np.floor((at + OFFSET_S) / DAY_S)
        gaps = np.flatnonzero(np.diff(days) > PAUSE_DAYS) + 1
        for number, rows in enumerate(np.split(np.arange(len(at)), gaps)):
            if number == 0 and at[0] - since < PAUSE_DAYS * DAY_S:
                continue  # it may have been fed before the reports begin
            # a restart is observed from the end of the first hour after the pause
            fed = float(at[rows[0]]) if number else self._fed(at[rows], fen[rows], days[rows])
            self._inside.setdefault(campaign, []).append((fed, fed + HOUR_S + OBSERVE_S))

    @staticmethod
    def _fed(at: Float, fen: Int, days: Float) -> float:
        """Start of the hour in which a day's spend reached 200 yuan, or seven days after the first spend."""
        total, day = 0, -1.0
        for hour, spent, of in zip(at.tolist(), fen.tolist(), days.tolist(), strict=True):
            total = spent if of != day else total + spent
            day = of
            if total >= FED_FEN or hour >= at[0] + FED_AFTER_S:
                return float(hour)
        return np.inf


def _by_campaign(world: World, campaigns: Sequence[int], since: float, span: str) -> Iterator[tuple[int, Float, Int]]:
    """(campaign, begin, fen) of the spans with spend, in order of time."""
    if not campaigns:
        return
    told = world.report(np.array(campaigns), since, world.now + HOUR_S, span)
    spent = np.flatnonzero(told.spend > 0)
    order = spent[np.lexsort((told.span_start[spent], told.campaign[spent]))]
    who, at, fen = told.campaign[order], told.span_start[order], told.spend[order]
    cuts = np.flatnonzero(np.diff(who)) + 1
    for rows in np.split(np.arange(len(who)), cuts) if len(who) else ():
        yield int(who[rows[0]]), at[rows], fen[rows]


def _may_be_inside(at: Float, since: float, began: float) -> bool:
    """Whether days with spend (begin of each) leave room for an observation that reaches into the run."""
    paused = np.diff(at) > PAUSE_DAYS * DAY_S
    fresh = at[0] - since >= PAUSE_DAYS * DAY_S and at[0] + FED_AFTER_S + DAY_S + OBSERVE_S >= began
    return bool(fresh or (at[1:][paused] + DAY_S + OBSERVE_S >= began).any())
