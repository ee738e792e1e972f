"""Feeding and observing of a campaign, by what its reports had shown (RULEBOOK 0 `fed`, R-OBSERVE). Pure functions.

Reports tell hours, so a moment is the start of its hour: `first_spend_at` and `fed_at` are hour starts, and observation runs
from the END of the hour of feeding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.emulator.times import DAY, HOUR, day_start, hour_start

FED_FEN = 20_000
FED_AFTER_S = 7 * DAY
OBSERVE_S = 72 * HOUR
GOODS_GAP_S, LIVE_GAP_S = 7 * DAY, 30 * DAY
SESSIONS = 3
UNDECIDED = 32_503_651_199.0
"""A far time (2999-12-31 Beijing): live observation whose third session has not come yet."""

Hours = Sequence[tuple[float, int]]
"""(hour start, spend in fen) in order of time, hours with spend only."""


@dataclass(frozen=True, slots=True)
class Life:
    """Milestones in epoch seconds, None = not reached by what was reported."""

    first_spend_at: float | None = None
    fed_at: float | None = None
    observing_until: float | None = None


def since_gap(hours: Hours, gap_s: float) -> Hours:
    """The hours after the last stretch of at least `gap_s` without delivery."""
    start = 0
    for i in range(1, len(hours)):
        if hours[i][0] - (hours[i - 1][0] + HOUR) >= gap_s:
            start = i
    return hours[start:]


def fed_hour(hours: Hours, now: float) -> float | None:
    """Start of the hour in which a natural day's spend reached 200 yuan, or 7 days passed since the first spend."""
    if not hours:
        return None
    late = hour_start(hours[0][0] + FED_AFTER_S)
    day, total = -1.0, 0
    for start, fen in hours:
        if day_start(start) != day:
            day, total = day_start(start), 0
        total += fen
        if total >= FED_FEN:
            return min(start, late) if now >= late else start
    return late if now >= late else None


def goods(hours: Hours, now: float, switched_at: float | None) -> Life:
    """Life of a goods campaign; `switched_at`: last switch of its objective."""
    fed = fed_hour(since_gap(hours, GOODS_GAP_S), now)
    until = None if fed is None else max(fed, _hour(switched_at)) + HOUR + OBSERVE_S
    return Life(hours[0][0] if hours else None, fed, until)


def live(
    own: Hours, group: Hours, sessions: Sequence[tuple[float, float]], now: float, switched_at: float | None
) -> Life:
    """Life of a live campaign. `group`: hours of its (live account, objective); `sessions`: (start, end) of the live
    account, end = inf while on air. Observation lasts 72 h or 3 sessions with 200 yuan since then, whichever is later."""
    first = own[0][0] if own else None
    fed = fed_hour(since_gap(group, LIVE_GAP_S), now)
    if fed is None:
        return Life(first, None, None)
    begun = max(fed, _hour(switched_at)) + HOUR
    third = _third_session(group, sessions, begun)
    return Life(first, fed, UNDECIDED if third is None else max(begun + OBSERVE_S, third))


def _hour(at: float | None) -> float:
    return hour_start(at) if at is not None else float("-inf")


def _third_session(group: Hours, sessions: Sequence[tuple[float, float]], since: float) -> float | None:
    """End of the hour in which the third session reached 200 yuan since then."""
    reached = []
    for start, end in sessions:
        total = 0
        for hour, fen in group:
            if hour >= since and hour + HOUR > start and hour < end:
                total += fen
                if total >= FED_FEN:
                    reached.append(hour + HOUR)
                    break
    return sorted(reached)[SESSIONS - 1] if len(reached) >= SESSIONS else None
