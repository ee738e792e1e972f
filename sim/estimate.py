"""An estimate with its uncertainty, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.normal import inverse_normal

Float = NDArray[np.float64]
Int8 = NDArray[np.int8]


class How(IntEnum):
    """Where an estimate comes from. BOTH: the data moved the prior, or were drawn to it. TOLD: somebody stated it."""

    DATA = 0
    PRIOR = 1
    BOTH = 2
    TOLD = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """(m,) each: `value`; `sd` of the error, of the logarithm where `log`, else of the value; `how` int8 `How`. The value lies in
    [`least`, `most`]."""

    value: Float
    sd: Float
    how: Int8
    log: bool = True
    least: float = 0.0
    most: float = np.inf

    def interval(self, level: float) -> tuple[Float, Float]:
        """(m,) each: the two-sided interval of that probability."""
        return self.around(float(inverse_normal(np.array([(1 + level) / 2]))[0]))

    def around(self, times: float) -> tuple[Float, Float]:
        """The value give or take so many standard deviations, within what is possible."""
        if self.log:
            low, high = self.value * np.exp(-times * self.sd), self.value * np.exp(times * self.sd)
        else:
            low, high = self.value - times * self.sd, self.value + times * self.sd
        return np.clip(low, self.least, self.most), np.clip(high, self.least, self.most)


def one(value: float, sd: float, how: How, *, log: bool = True, least: float = 0.0, most: float = np.inf) -> Estimate:
    """An estimate of a single number."""
    return Estimate(np.array([value]), np.array([sd]), np.array([how], np.int8), log, least, most)


def shared(parts: tuple[float, float], prior: tuple[float, float]) -> tuple[float, float, How]:
    """A number from data (value, sd; inf = none) and a prior (value, sd), by their precisions: value, sd, where from."""
    (x, s), (p, t) = parts, prior
    if not np.isfinite(s) or not np.isfinite(x):
        return p, t, How.PRIOR
    w = t**2 / (t**2 + s**2)
    return w * x + (1 - w) * p, float(np.sqrt(w) * s), by_weight(w)


def by_weight(of_data: float) -> How:
    """Above nine tenths of the weight the data speak, below one twentieth the prior."""
    return How.DATA if of_data > 0.9 else How.PRIOR if of_data < 0.05 else How.BOTH


def drawn_together(x: Float, s: Float, prior: tuple[float, float], strength: float = 2.0) -> tuple[Float, Float, Float]:
    """Campaigns of an account have much in common: posterior mean and sd (m,) of each, and the weight of its own data, from its
    value `x` and error `s` (inf = none), under a normal whose mean and spread are theirs (method of moments), drawn to `prior`
    (mean, spread) as to `strength` campaigns."""
    some = np.isfinite(x) & np.isfinite(s)
    centre, spread = prior
    if some.any():
        for _ in range(20):
            w = 1.0 / (s[some] ** 2 + spread**2)
            k = strength / (strength + w.sum() * spread**2)
            centre = k * prior[0] + (1 - k) * float((w * x[some]).sum() / w.sum())
            excess = float((w * ((x[some] - centre) ** 2 - s[some] ** 2)).sum() / w.sum())
            n = int(some.sum())
            spread = float(
                np.sqrt(max((strength * prior[1] ** 2 + n * excess) / (strength + n), (0.1 * prior[1]) ** 2))
            )
    own = np.where(some, spread**2 / (spread**2 + np.where(some, s, 1.0) ** 2), 0.0)
    mean = own * np.where(some, x, 0.0) + (1 - own) * centre
    return mean, spread * np.sqrt(1 - own), own
