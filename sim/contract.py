"""A world from outside, held to its contract (docs/world.md): every answer is looked at before it is used, and an exception that
the world itself raises is a line with its place."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Kind
from sim.answers import (
    WorldError,
    see_column,
    see_end,
    see_report,
    see_session,
    see_spec,
    see_terms,
)
from sim.calendar import DAY, day_of, day_start
from sim.seam import Campaigns, CampaignSpec, LiveSession, Report, RunOut, Terms, number_of
from sim.words import Say

Int = NDArray[np.int64]
Float = NDArray[np.float64]

METHODS = ("advance", "set_target", "set_budget", "set_enabled", "suggestion", "report", "today", "terms", "run_out")
LIVE_METHODS = ("on_air", "finished", "sessions")


def welcome(factory: Callable[..., Any], *given: object, **named: object) -> Guest:
    """The world that `factory` makes of what is given, behind its checks and looked at as it begins. Raises WorldError with the first
    thing that is wrong."""
    try:
        world = factory(*given, **named)
    except Exception as error:
        raise _raised(getattr(factory, "__name__", repr(factory)), "()", error) from None
    guest = Guest(world)
    some = np.arange(len(guest.specs), dtype=np.int64)
    guest.suggestion(some)
    guest.today(some)
    guest.report(some, guest.now - DAY, guest.now, "hour")
    guest.report(some, guest.now - DAY, guest.now, "day")
    guest.run_out()
    return guest


def alike(first: Guest, other: Guest) -> None:
    """Two worlds of one seed begin alike. Raises WorldError."""
    for i, (one, two) in enumerate(zip(first.specs, other.specs, strict=False)):
        if one.target != two.target or one.name != two.name:
            found = f"specs[{i}]: {one.name} {one.target}, {two.name} {two.target}"
            raise WorldError(Say.WORLD_LUCK(world=first.name, found=found))
    a, b = first.run_out(), other.run_out()
    if not (np.array_equal(a.spend, b.spend) and np.array_equal(a.gmv, b.gmv)):
        raise WorldError(Say.WORLD_LUCK(world=first.name, found=f"spend {a.spend.sum()}, {b.spend.sum()} fen"))


class Guest:
    """`sim.seam.World`, and `LiveWorld` where it has live campaigns, of a world from outside. Raises WorldError."""

    def __init__(self, world: Any) -> None:
        self._world, self.name = world, type(world).__name__
        for attribute in ("now", "specs"):
            if not hasattr(world, attribute):
                raise WorldError(Say.WORLD_ATTRIBUTE(world=self.name, name=attribute))
        for method in METHODS:
            if not callable(getattr(world, method, None)):
                raise WorldError(Say.WORLD_METHOD(world=self.name, name=method))
        now = world.now
        if not isinstance(now, int | float) or not np.isfinite(now) or now != day_start(day_of(now)):
            raise WorldError(Say.WORLD_NOW(world=self.name, value=now))
        if not isinstance(world.specs, Sequence) or not world.specs:
            raise WorldError(Say.WORLD_SPECS(world=self.name, found=type(world.specs).__name__))
        self.now, self._met = float(now), 0
        self._numbers: set[int] = set()
        self._meet()

    @property
    def specs(self) -> list[CampaignSpec]:
        found: list[CampaignSpec] = self._world.specs
        return found

    def advance(self, to: float) -> list[int]:
        told, before = self._ask("advance", to), self._met
        if not isinstance(self._world.now, int | float) or not abs(self._world.now - to) < 1e-3:
            raise WorldError(Say.WORLD_TIME(world=self.name, found=self._world.now, expected=to))
        self.now = to
        self._meet()
        born = list(range(before, self._met))
        if not isinstance(told, Sequence | np.ndarray) or [*told] != born:
            raise WorldError(Say.WORLD_BORN(world=self.name, found=repr(told), expected=born))
        return born

    def set_target(self, campaigns: Campaigns, target: float | Float) -> None:
        self._ask("set_target", campaigns, target)

    def set_budget(self, campaigns: Campaigns, fen: int | Int) -> None:
        self._ask("set_budget", campaigns, fen)

    def set_enabled(self, campaigns: Campaigns, on: bool | NDArray[np.bool_]) -> None:
        self._ask("set_enabled", campaigns, on)

    def suggestion(self, campaigns: Campaigns) -> Float:
        found: Float = self._ask("suggestion", campaigns)
        see_column(self.name, "suggestion()", "", found, np.float64, np.size(campaigns))
        wrong = ~(np.isnan(found) | ((found > 0) & np.isfinite(found)))
        if wrong.any():
            raise WorldError(Say.WORLD_SUGGESTION(world=self.name, found=found[wrong][0]))
        return found

    def report(self, campaigns: Int, since: float, until: float, span: str) -> Report:
        told = self._ask("report", campaigns, since, until, span)
        return see_report(self.name, f'report("{span}")', told, campaigns, since, until, span)

    def today(self, campaigns: Int) -> Report:
        begin = day_start(day_of(self.now))
        told = see_report(self.name, "today()", self._ask("today", campaigns), campaigns, begin, begin + DAY, "day")
        if not np.array_equal(told.campaign, campaigns):
            raise WorldError(Say.WORLD_TODAY(world=self.name))
        return told

    def terms(self, i: int) -> Terms:
        found: Terms = self._ask("terms", i)
        see_terms(self.name, i, found)
        return found

    def run_out(self) -> RunOut:
        return see_end(self.name, self._ask("run_out"), len(self.specs))

    def on_air(self, i: int) -> bool:
        return self._yes_or_no("on_air", i)

    def finished(self, i: int) -> bool:
        return self._yes_or_no("finished", i)

    def sessions(self, live_account: int, since: float) -> list[LiveSession]:
        found: list[LiveSession] = self._ask("sessions", live_account, since)
        for one in found:
            see_session(self.name, one)
        return found

    def _ask(self, method: str, *given: object) -> Any:
        try:
            return getattr(self._world, method)(*given)
        except Exception as error:
            raise _raised(self.name, f"{method}()", error) from None

    def _yes_or_no(self, method: str, i: int) -> bool:
        found = self._ask(method, i)
        if not isinstance(found, bool | np.bool_):
            raise WorldError(Say.WORLD_BOOL(world=self.name, method=method, found=repr(found)))
        return bool(found)

    def _meet(self) -> None:
        """Look at the campaigns that are new."""
        specs = self.specs
        if len(specs) < self._met:
            raise WorldError(Say.WORLD_GONE(world=self.name, found=len(specs), expected=self._met))
        for i in range(self._met, len(specs)):
            see_spec(self.name, i, specs[i])
            number = number_of(i, specs[i])
            if number in self._numbers:
                raise WorldError(Say.WORLD_NUMBER(world=self.name, index=i, found=number))
            self._numbers.add(number)
            self.terms(i)
        self._met = len(specs)
        if any(s.kind == Kind.LIVE for s in specs):
            for method in LIVE_METHODS:
                if not callable(getattr(self._world, method, None)):
                    raise WorldError(Say.WORLD_LIVE(world=self.name, name=method))


def _raised(world: str, method: str, error: Exception) -> WorldError:
    """Where it arose, and what it says."""
    if isinstance(error, WorldError):
        return error
    at = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__} {' '.join(str(error).split())}".strip()
    return WorldError(Say.WORLD_RAISED(world=world, method=method, file=at.filename, line=at.lineno, said=said))
