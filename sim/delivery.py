"""What the autobidder delivers: spend and ROI of a tile's campaigns over the steps of a span, by the equations of sim/market.py.

Everything follows from where each campaign stood when something last changed, in closed form over time: how a day is cut into
spans changes no bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, HOUR, day_of, day_start
from sim.figures import figures
from sim.lives import Timetable
from sim.luck import Luck, efficiency_of
from sim.market import log_volume
from sim.menus import UNIT
from sim.scenario import Scenario
from sim.shocks import Shocks
from sim.state import State
from sim.tiles import Tile

Float = NDArray[np.float64]
Int = NDArray[np.int64]

Half = NDArray[np.float32]  # relative error 1e-7 of a spend and an ROI that chance moves by percents

MOST_VOLUME = np.float32(np.log(50.0))  # an audience is finite: at most 50 times the spend at the reference
EASIEST, HARDEST = np.float32(-15.0), np.float32(15.0)  # ln(target / reference) beyond which nothing changes any more


class Span:
    """`count` steps of `step` seconds from `begin` within one natural day; steps shorter than an hour: within one hour."""

    def __init__(self, begin: float, step: int, count: int) -> None:
        self.begin, self.step, self.count = begin, step, count
        self.end = begin + step * count
        self.day = day_of(begin)
        self.midnight = day_start(self.day)
        self.edges: Float = begin + step * np.arange(count + 1, dtype=np.float64)
        self.mids: Float = self.edges[:-1] + step / 2
        self.first = int((begin - self.midnight) // HOUR)
        self.hourly = step == HOUR

    @property
    def hours(self) -> slice:
        """The hours of the day that it touches, whole or in part."""
        return slice(self.first, self.first + (self.count if self.hourly else 1))


@dataclass(frozen=True, slots=True)
class Day:
    """What is the same for all campaigns on a natural day, logs: `volume` of everybody's demand and promotions less what keeps
    the means at one; `cut` of targets by the platform itself."""

    volume: float
    cut: float


@dataclass(frozen=True, slots=True)
class Course:
    """A tile's campaigns from some instant on, until a setting or the day changes; (m,) each. The log ROI delivered was `gap` away
    from `goal` at `since` (None: the last midnight); `level` ln of spend a day at the reference; `traffic` (24, m) ln of an hour's
    share, `hosts` (24, m) of their skill; `fresh_until`: the last of them has learnt and started; `slow`: one pays for a move."""

    goal: Half
    gap: Half
    since: Float | None
    reference: Half
    low: Half
    high: Half
    level: Half
    traffic: Half
    hosts: Half | None
    learnt_at: Float
    slow_until: Float
    fresh_until: float
    slow: bool


def course_of(
    tile: Tile, s: State, quality: Float, luck: Luck, day: int, today: Day, world: Scenario, times: Timetable
) -> Course:
    """`quality` (m,): ln of what the creatives add to the ROI curve."""
    r, t = tile.rows, tile.traits
    goal = s.goal[r] + s.bias[r] - today.cut
    level = np.log(t.base) + s.demand[r] + (today.volume - world.noise.demand**2 / 2)
    hosted = tile.live and times.has_hosts(t.live_account)
    return Course(
        goal=goal.astype(np.float32),
        gap=(s.aim[r] - goal).astype(np.float32),
        since=None if (s.since[r] <= day_start(day)).all() else s.since[r],
        reference=(t.reference + quality).astype(np.float32),
        low=t.low.astype(np.float32),
        high=t.high.astype(np.float32),
        level=np.where(s.on[r], level, -np.inf).astype(np.float32),
        traffic=luck.traffic,
        hosts=times.host_skill(t.live_account, day, np.arange(24)).astype(np.float32) if hosted else None,
        learnt_at=s.learnt_at[r],
        slow_until=s.slow_until[r],
        fresh_until=float(max(s.learnt_at[r].max(), t.starts_at.max())),
        slow=bool(s.slow_until[r].max() > day_start(day)) and world.moving.loss > 0,
    )


def wished(
    tile: Tile, course: Course, span: Span, shocks: Shocks, world: Scenario, times: Timetable
) -> tuple[Int, Half]:
    """(steps, m) each: fen that the market would take, and the ROI at which it comes."""
    share = _share_of_day(tile, span, times)
    if not np.any(share):
        nothing = np.zeros((span.count, len(tile.rows)), np.float32)
        return nothing.astype(np.int64), nothing
    aim = _left(course, span, world) * course.gap
    aim += course.goal
    x = aim - course.reference
    if course.hosts is not None:
        x -= course.hosts[span.hours]
    np.clip(x, EASIEST, HARDEST, out=x)
    volume = log_volume(x, course.low, course.high, figures().elasticity_width)
    np.minimum(volume, MOST_VOLUME, out=volume)
    volume += course.level
    volume += course.traffic[span.hours]
    spend = np.exp(volume, out=volume)
    spend *= share
    if course.fresh_until > span.begin:
        begun = np.clip((span.edges[1:, None] - tile.traits.starts_at) / span.step, 0.0, 1.0)
        spend *= (np.ceil(begun) if tile.live else begun).astype(np.float32)
        aim += _learning_noise(tile, course, span, shocks, world)
    roi = np.exp(aim, out=aim)
    if course.fresh_until > span.begin or course.slow:
        roi *= _efficiency(course, span, world)
    np.rint(spend, out=spend)
    return spend.astype(np.int64), roi


def _left(course: Course, span: Span, world: Scenario) -> Half:
    """(steps, 1) or (steps, m): what is left of a gap at each step's middle."""
    since = np.array([span.midnight]) if course.since is None else course.since
    left: Half = np.exp((since - span.mids[:, None]) / (world.learning.lag_hours * HOUR)).astype(np.float32)
    return left


def expected_orders(tile: Tile, fen: Int, roi: Half) -> Int:
    """(steps, m) in units of the menus."""
    expected = np.multiply(fen, roi, dtype=np.float64)
    expected *= UNIT / tile.traits.order_value
    return expected.astype(np.int64)


def _share_of_day(tile: Tile, span: Span, times: Timetable) -> Half | np.float32:
    if not tile.live:
        return np.float32(span.step / DAY)
    rooms = tile.traits.live_account
    share: Half = (times.air_seconds(rooms, span.edges) / times.planned_seconds[rooms]).astype(np.float32)
    return share


def _fresh(course: Course, span: Span, world: Scenario) -> Float:
    """(steps, m): part of the learning that is still to come."""
    days = max(world.learning.days, 1e-9)
    return np.clip((course.learnt_at - span.mids[:, None]) / (DAY * days), 0.0, None)


def _learning_noise(tile: Tile, course: Course, span: Span, shocks: Shocks, world: Scenario) -> Half | np.float32:
    if not world.learning.noise:
        return np.float32(0.0)
    z = efficiency_of(shocks, tile.traits.key, tile.token, span.day)[span.hours]
    noise: Half = (_fresh(course, span, world) * world.learning.noise * z).astype(np.float32)
    return noise


def _efficiency(course: Course, span: Span, world: Scenario) -> Half:
    """(steps, m): share of the ROI aimed at that is reached while learning, and after a move."""
    reached = 1.0 - world.learning.loss * np.minimum(_fresh(course, span, world), 1.0)
    reached *= np.where(span.mids[:, None] < course.slow_until, 1.0 - world.moving.loss, 1.0)
    share: Half = reached.astype(np.float32)
    return share


def within_budget(fen: Int, room: Int) -> Int:
    """(steps, m): spend until `room` (m,) fen is used up."""
    if not (fen.sum(axis=0) > room).any():
        return fen
    total = np.minimum(np.cumsum(fen, axis=0), np.maximum(room, 0))
    return np.diff(total, axis=0, prepend=0)
