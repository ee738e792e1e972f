"""When campaigns come into being by themselves: the scenario's own at their time, a live room's as it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil

import numpy as np

from bidctl.domain.values import Kind
from sim.calendar import HOUR
from sim.lives import Timetable
from sim.population import Planned
from sim.scenario import Scenario
from sim.seam import CampaignSpec


class Births:
    """The scenario's campaigns yet to come, and the day's openings of rooms."""

    def __init__(self, planned: Planned, times: Timetable) -> None:
        self._created = [s.created_at for s in planned.specs]
        self._times, self._next = times, 0
        self._rooms: list[tuple[float, int]] = []

    def open_day(self, day: int, begin: float) -> None:
        """Note which rooms open on the natural day, from `begin` on."""
        first = self._times.openings(day)
        self._rooms = sorted((float(first[a]), int(a)) for a in np.flatnonzero(first >= begin))

    def steps_until(self, begin: float, step: int) -> int | None:
        """Steps from `begin` before the one in which the next birth falls; None = none is known."""
        found = []
        if self._next < len(self._created):
            found.append(max(0, ceil((self._created[self._next] - begin) / step) - 1))
        if self._rooms:
            found.append(int((self._rooms[0][0] - begin) // step))
        return min(found, default=None)

    def launched(self, until: float) -> range:
        """Campaigns of the scenario (its indices) whose creation has come by `until`."""
        first = self._next
        while self._next < len(self._created) and self._created[self._next] <= until:
            self._next += 1
        return range(first, self._next)

    def opened(self, end: float) -> list[tuple[int, float]]:
        """Rooms (live account, opening) that open before `end`, by account."""
        n = sum(at < end for at, _ in self._rooms)
        now, self._rooms = self._rooms[:n], self._rooms[n:]
        return sorted((room, at) for at, room in now)


class Tenants:
    """Which campaign each live room of the scenario has, where it is made anew each day."""

    def __init__(self) -> None:
        self._latest: dict[int, int] = {}  # live account -> its campaign

    def note(self, made: Sequence[int], specs: Sequence[CampaignSpec], recreated: Sequence[bool]) -> None:
        """Take up what the world has made; `recreated`: by campaign made, whether its group is made anew."""
        anew = [i for i, again in zip(made, recreated, strict=True) if again and specs[i].kind == Kind.LIVE]
        self._latest |= {specs[i].live_account: i for i in anew}

    def leaving(self, opened: Sequence[tuple[int, float]], specs: Sequence[CampaignSpec]) -> list[tuple[int, float]]:
        """(campaign, opening) of those that give way as their room opens; one made within the hour before stays."""
        found = [(self._latest[room], at) for room, at in opened if room in self._latest]
        return [(old, at) for old, at in found if specs[old].created_at < at - HOUR]


def numbered(key: int, opening: float, scenario: Scenario) -> int:
    """Number of the campaign that a room (of line of luck `key`) gets with an opening: those of the plan come before."""
    return key + sum(g.count for g in scenario.group) * int(opening // HOUR)


def again(old: CampaignSpec, target: float, objective: int, budget: int, opening: float, number: int) -> CampaignSpec:
    """A room's campaign made anew with the settings of the one before."""
    stem = old.name.split("@", maxsplit=1)[0]
    date = (datetime.fromtimestamp(opening, UTC) + timedelta(hours=8)).strftime("%m%d")
    return replace(
        old, name=f"{stem}@{date}", target=target, objective=objective, budget=budget,
        created_at=opening, starts_at=opening, number=number,
    )  # fmt: skip
