"""The closing: what was spent and earned, beside what the same luck would have brought without a controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from bidctl.demo.stage import Stage

FEN = 100.0


@dataclass(frozen=True, slots=True)
class Money:
    """Of the enrolled campaigns over the live days, yuan. `profit`: margin x GMV kept in the end - spend, after the world's
    run-out (every order has met its fate)."""

    spend: float
    gmv: float
    kept: float
    profit: float

    @property
    def paid_roas(self) -> float:
        return self.gmv / self.spend if self.spend else float("nan")

    @property
    def final_roas(self) -> float:
        return self.kept / self.spend if self.spend else float("nan")

    def __sub__(self, other: Money) -> Money:
        return Money(self.spend - other.spend, self.gmv - other.gmv, self.kept - other.kept, self.profit - other.profit)


def money(rows: Sequence[Mapping[str, Any]], groups: frozenset[str]) -> Money:
    """Sum of a truth's rows over the enrolled groups."""
    mine = [r for r in rows if r["group"] in groups]
    return Money(*(sum(float(r[k]) for r in mine) / FEN for k in ("spend", "gmv", "final_gmv", "profit")))


Truth = list[dict[str, Any]]


class Held:
    """The same world left alone, in a process of its own beside the show; instants in order."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def follow(self, at: datetime) -> None:
        """Let it go on to an instant, without waiting for it."""
        self._pipe.send((at.timestamp(), False))

    def truth(self, at: datetime) -> Truth:
        """What it knows of each campaign at an instant."""
        self._pipe.send((at.timestamp(), True))
        told: Truth = self._pipe.recv()
        return told


@contextmanager
def held_world(scenario: str, seed: int) -> Iterator[Held]:
    """A held world for as long as the block lasts."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_hold, args=(theirs, scenario, seed), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Held(ours)
    finally:
        ours.close()
        process.join(timeout=20)


def _hold(pipe: Connection, scenario: str, seed: int) -> None:
    from sim.emulator.server import world_of  # the show's own process needs no world

    try:
        world = world_of(scenario, seed)
    except ValueError:  # a scenario that is none: the platform, which starts beside, says so
        return
    while True:
        try:
            at, asked = pipe.recv()
        except EOFError:
            return
        world.advance(max(at, world.now))  # a clock that ran by itself may have been a little ahead
        if asked:
            pipe.send(world.truth()["campaigns"])


@dataclass(frozen=True, slots=True)
class Comparison:
    """bidctl and `hold` over the same days on the same luck."""

    ours: Money
    hold: Money

    @property
    def gain(self) -> float:
        """Extra profit in yuan."""
        return self.ours.profit - self.hold.profit


def compare(
    stage: Stage,
    before: Sequence[Mapping[str, Any]],
    hold: Sequence[Sequence[Mapping[str, Any]]],
    groups: frozenset[str],
) -> Comparison:
    """`before`: our truth when live began; `hold`: the world left alone, at the same two instants."""
    ours = money(stage.truth(), groups) - money(before, groups)
    return Comparison(ours, money(hold[1], groups) - money(hold[0], groups))
