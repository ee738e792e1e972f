"""What each live session spent, by the finest facts there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import Session
from bidctl.engine.days import NaturalDays
from bidctl.engine.life import FED_SPEND, SPENT

Float = NDArray[np.float64]


def session_spend(
    by_hours: Mapping[tuple[int, str, int], float], sessions: Mapping[int, Sequence[Session]],
    units: Mapping[int, tuple[int, Float]], last_day: int, days: NaturalDays,
) -> dict[tuple[int, str], float]:  # fmt: skip
    """Yuan of (life unit, room), at least. `by_hours`: shares of days whose hours were watched, keyed (unit, room, day);
    `units`: live account and (d,) spend by natural day, today last, of each unit.

    A day known by its total alone: live spends on air only, so of k sessions one spent a k-th of the total or more.
    """
    spent: dict[tuple[int, str], float] = {}
    for (unit, room, _), yuan in by_hours.items():
        spent[unit, room] = spent.get((unit, room), 0.0) + yuan
    for unit, (key, spend) in units.items():
        for day, rooms in _rooms(sessions.get(key, ()), last_day - len(spend) + 1, last_day, days).items():
            least = float(np.nan_to_num(spend[day - last_day - 1])) / len(rooms)
            watched = sum(by_hours.get((unit, room, day), 0.0) for room in rooms) > SPENT
            if least >= FED_SPEND and not watched:
                spent[unit, rooms[0]] = max(spent.get((unit, rooms[0]), 0.0), least)
    return spent


def _rooms(sessions: Sequence[Session], first: int, last: int, days: NaturalDays) -> dict[int, list[str]]:
    """Rooms on air by natural day."""
    found: dict[int, list[str]] = {}
    for session in sessions:
        for day in _days(session, first, last, days):
            found.setdefault(day, []).append(session.room)
    return found


def _days(session: Session, first: int, last: int, days: NaturalDays) -> Iterator[int]:
    begin = days.of(session.started_at.timestamp())
    end = last if session.ended_at is None else days.of(session.ended_at.timestamp() - 1e-3)
    yield from range(max(begin, first), min(end, last) + 1)
