"""Creatives of campaigns: each has a quality and tires. All arms of a campaign reduce to one factor on its ROI curve.

Appeal falls first, what a yuan earns follows: so a tired creative's share of spend moves before its rate. The shares of a
natural day are fixed at midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.calendar import DAY, day_of
from sim.columns import joined
from sim.population import Traits
from sim.scenario import Creatives
from sim.shocks import Shocks, Stream

Float = NDArray[np.float64]
Int = NDArray[np.int64]

OLDEST_DAYS = 28.0  # ages of a campaign's first creatives are spread evenly up to here
FADED = 0.005  # share of spend below which the platform stops showing one


@dataclass(frozen=True, slots=True)
class Mix:
    """A natural day's creatives, one row each: `campaign`, `number` within it, `share` of its spend, `earns`: share of its GMV, and
    `rate`: what a yuan on it earns, beside 1 for a fresh one of middling quality."""

    campaign: Int
    number: Int
    share: Float
    earns: Float
    rate: Float


@dataclass(slots=True)
class Rack:
    """Every creative of a world, one row each, oldest first. `born`, `gone` epoch s (inf: still there); `quality` log. By campaign:
    `made` so far, `first` level of its factor, `due` when the next one comes by itself."""

    rules: Creatives
    shocks: Shocks
    campaign: Int = field(default_factory=lambda: np.zeros(0, np.int64))
    number: Int = field(default_factory=lambda: np.zeros(0, np.int64))
    born: Float = field(default_factory=lambda: np.zeros(0))
    gone: Float = field(default_factory=lambda: np.zeros(0))
    quality: Float = field(default_factory=lambda: np.zeros(0))
    key: Int = field(default_factory=lambda: np.zeros(0, np.int64))
    made: Int = field(default_factory=lambda: np.zeros(0, np.int64))
    first: Float = field(default_factory=lambda: np.zeros(0))
    due: Float = field(default_factory=lambda: np.zeros(0))
    mixes: dict[int, Mix] = field(default_factory=dict)

    def admit(self, campaigns: Int, traits: Traits, now: float) -> None:
        """The first creatives of new campaigns. Those of a room's next campaign are new ones on the same line of luck."""
        n, m = self.rules.count, len(campaigns)
        self.key = np.concatenate([self.key, traits.key])
        self.made = np.concatenate([self.made, np.zeros(m, np.int64)])
        u = self.shocks.uniforms(Stream.CREATIVE, traits.key, 0, 1)[0]
        self.due = np.concatenate([self.due, now + u * self.rules.renew_days * DAY])
        owner = np.repeat(campaigns, n)
        spread = self.shocks.uniforms(Stream.CREATIVE, self.key[owner], np.tile(np.arange(n), m))[2]
        self._make(owner, now - spread * OLDEST_DAYS * DAY)
        self.first = np.concatenate([self.first, np.zeros(m)])
        level, share, earns, rate, rows = self._level(now)
        self.first[campaigns] = level[campaigns]
        new = np.isin(self.campaign[rows], campaigns)
        fresh = Mix(self.campaign[rows[new]], self.number[rows[new]], share[new], earns[new], rate[new])
        had = self.mixes.get(day_of(now))
        self.mixes[day_of(now)] = fresh if had is None else joined(had, fresh)

    def add(self, campaign: int, now: float) -> int:
        """A new creative; its number within the campaign."""
        self._make(np.array([campaign]), np.array([now]))
        return int(self.made[campaign]) - 1

    def retire(self, campaign: int, number: int, now: float) -> None:
        """Raises ValueError where the campaign has no such creative."""
        row = np.flatnonzero((self.campaign == campaign) & (self.number == number))
        if not len(row):
            raise ValueError(f"creative {number} of campaign {campaign}: expected 0 .. {int(self.made[campaign]) - 1}")
        self.gone[row] = np.minimum(self.gone[row], now)

    def turn_day(self, now: float) -> Float:
        """Midnight: renewals, the shares of the day; (n,) ln of the factor on each campaign's ROI curve, 0 at its birth."""
        ready = np.flatnonzero(self.due <= now) if self.rules.renew_days else np.zeros(0, np.int64)
        if len(ready):
            self._make(ready, np.full(len(ready), now))
            self.due[ready] += self.rules.renew_days * DAY
        level, share, earns, rate, rows = self._level(now)
        faded = (share < FADED) & (self.born[rows] < now - DAY)
        self.gone[rows[faded]] = now
        self.mixes[day_of(now)] = Mix(self.campaign[rows], self.number[rows], share, earns, rate)
        return level - self.first

    def copy(self) -> Rack:
        """One that goes its own way from here."""
        return replace(self, gone=self.gone.copy(), made=self.made.copy(), due=self.due.copy(), mixes={})

    def _make(self, owner: Int, born: Float) -> None:
        begins = _begins(owner)  # those of one campaign follow each other
        number = self.made[owner] + np.arange(len(owner)) - np.repeat(begins, np.diff(np.r_[begins, len(owner)]))
        np.add.at(self.made, owner, 1)
        z = self.shocks.normals(Stream.CREATIVE, self.key[owner], number)[0] if len(owner) else np.zeros(0)
        self.campaign = np.concatenate([self.campaign, owner])
        self.number = np.concatenate([self.number, number])
        self.born = np.concatenate([self.born, born])
        self.gone = np.concatenate([self.gone, np.full(len(owner), np.inf)])
        self.quality = np.concatenate([self.quality, self.rules.spread * z])

    def _level(self, now: float) -> tuple[Float, Float, Float, Float, Int]:
        """By campaign the ln of its factor; by creative alive its share of spend and of GMV, and its rate; their rows."""
        n, rows = len(self.made), np.flatnonzero(self.gone > now)
        owner, age = self.campaign[rows], (now - self.born[rows]) / DAY
        tired = np.maximum(age - self.rules.fresh_days, 0.0) / self.rules.half_life_days
        tired_rate = np.maximum(age - self.rules.fresh_days - self.rules.lag_days, 0.0) / self.rules.half_life_days
        appeal = np.exp(self.rules.focus * (self.quality[rows] - np.log(2.0) * tired))
        rate = np.exp(self.quality[rows] - np.log(2.0) * tired_rate)
        share = appeal / np.bincount(owner, weights=appeal, minlength=n)[owner]
        factor = np.bincount(owner, weights=share * rate, minlength=n)
        with np.errstate(divide="ignore"):
            level = np.where(factor > 0, np.log(np.maximum(factor, 1e-300)), -20.0)
        return level, share, share * rate / factor[owner], rate, rows


def whole_parts(total: Int, owner: Int, share: Float) -> Int:
    """Whole fen of each row so that the rows of an owner (rows by owner, in order) add up to its `total`."""
    begins = _begins(owner)
    sizes = np.diff(np.r_[begins, len(owner)])
    running = np.cumsum(share)
    before = np.repeat(np.r_[0.0, running][begins], sizes)
    upto = np.rint(total[owner] * np.minimum(running - before, 1.0)).astype(np.int64)
    last = begins + sizes - 1
    upto[last] = total[owner[last]]
    parts = upto - np.r_[0, upto][:-1]
    parts[begins] = upto[begins]
    return np.asarray(parts, np.int64)


def _begins(owner: Int) -> Int:
    """First row of each run of equal owners."""
    return np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]][: len(owner)])
