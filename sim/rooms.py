"""Live rooms of a world, as a controller reads them: who is on air, which campaigns are over, sessions when a room changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import Session
from bidctl.domain.values import Kind
from sim.seam import LiveSession, LiveWorld, World

Bool = NDArray[np.bool_]
FIRST_S, LATER_S = 31 * 86400.0, 2 * 86400.0


class Rooms:
    """Remembers which rooms were on air, so that sessions are asked for when that changes."""

    def __init__(self, world: World) -> None:
        self._world = cast(LiveWorld, world)
        self._airs: dict[int, bool] = {}
        self._live: list[int] = []
        self._seen = 0
        self._over: set[int] = set()

    def look(self, now: float) -> tuple[list[Session], Bool, Bool]:
        """(sessions, off air (n,), over (n,))."""
        specs = self._world.specs
        self._live += [i for i in range(self._seen, len(specs)) if specs[i].kind == Kind.LIVE]
        self._seen = len(specs)
        off_air, over = np.zeros(len(specs), np.bool_), np.zeros(len(specs), np.bool_)
        airs: dict[int, bool] = {}
        for i in self._live:
            if i in self._over or self._world.finished(i):
                self._over.add(i)
                over[i] = True
                continue
            on = self._world.on_air(i)
            off_air[i] = not on
            room = specs[i].live_account
            airs[room] = airs.get(room, False) or on
        changed = [room for room, air in airs.items() if self._airs.get(room) != air]
        found = [s for room in changed for s in self._sessions(room, now)]
        self._airs |= airs
        return found, off_air, over

    def _sessions(self, room: int, now: float) -> list[Session]:
        since = now - (FIRST_S if room not in self._airs else LATER_S)
        return [_session(s) for s in self._world.sessions(room, since)]


def _session(s: LiveSession) -> Session:
    ended = None if s.ended_at != s.ended_at else datetime.fromtimestamp(int(s.ended_at), UTC)
    return Session(str(s.live_account), str(s.room), datetime.fromtimestamp(int(s.started_at), UTC), ended)
