"""The daily and hourly luck of campaigns: standard normals, drawn by blocks of days."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.calendar import weekday
from sim.normal import inverse_normal
from sim.profile import week_of
from sim.scenario import Profile
from sim.shocks import Shocks, Stream

Half = NDArray[np.float32]
Int = NDArray[np.int64]

DAYS = 32  # of a block
HOURS, DAILY = 24, 4
LEVELS, BITS = 1 << 16, 4  # four levels of 16 bits in a word
DEMAND, BIAS, WALK, CLUSTER = 0, 1, 2, 3  # rows of `day`


@dataclass(frozen=True, slots=True)
class Luck:
    """Of m campaigns on one day: `traffic` (24, m) ln of an hour's volume, profile and noise; `day` (4, m) standard normals of what
    moves once a day."""

    traffic: Half
    day: Half


def luck_of(
    shocks: Shocks, key: Int, token: bytes, day: int, live: bool, hour_sd: float, of: Profile | None = None
) -> Luck:
    """`token` names the campaigns (`key`) that are drawn together. `live`: without a profile of hours; `hour_sd`: log sd of an
    hour's volume; `of`: the scenario's own profile."""

    def draw() -> Luck:
        of_day = _of_day(shocks, Stream.LUCK, key, token, day, HOURS + DAILY)
        profile = week_of(of)[weekday(day)]
        usual = np.log(np.full(HOURS, profile.mean()) if live else profile)
        traffic = hour_sd * of_day[:HOURS] + (usual - hour_sd**2 / 2)[:, None]
        return Luck(traffic.astype(np.float32), of_day[HOURS:])

    return shocks.shared(("luck", token, day, live, hour_sd, of), range(day, day + 1), draw)


def efficiency_of(shocks: Shocks, key: Int, token: bytes, day: int) -> Half:
    """(24, m) standard normals of efficiency, which only campaigns that are learning feel."""
    return shocks.shared(
        ("efficiency", token, day),
        range(day, day + 1),
        lambda: _of_day(shocks, Stream.EFFICIENCY, key, token, day, HOURS),
    )


def market_of(shocks: Shocks, day: int) -> float:
    """The standard normal of everybody's demand on the natural day."""
    return shocks.shared(
        ("market", day), range(day, day + 1), lambda: float(shocks.normals(Stream.MARKET, 0, day)[0, 0])
    )


def _of_day(shocks: Shocks, stream: Stream, key: Int, token: bytes, day: int, width: int) -> Half:
    """(width, m) standard normals, by quantile at 16 bits each."""
    count, serves = width // BITS, range(day // DAYS * DAYS, (day // DAYS + 1) * DAYS)
    words = shocks.kept_words(token, serves, stream, key, day // DAYS, DAYS * count)
    today = words[:, day % DAYS * count : (day % DAYS + 1) * count].T.copy()  # (count, m)
    level = today.view(np.uint16).reshape(count, len(key), BITS).transpose(0, 2, 1).reshape(width, len(key))
    return normal_levels().take(level.astype(np.intp))


@cache
def normal_levels() -> Half:
    """Quantiles of the standard normal in the middle of even steps, scaled to variance 1."""
    z = inverse_normal((np.arange(LEVELS) + 0.5) / LEVELS)
    levels: Half = (z / z.std()).astype(np.float32)
    return levels
