"""The account's usual week: hours of a day and weekdays, each drawn to the world's fitted profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calendar import weekday
from sim.estimate import Estimate, by_weight
from sim.figures import figures
from sim.past import Past

Float = NDArray[np.float64]

HOUR_DAYS = 2.0
"""Days that the fitted profile of hours weighs (ours)."""
WEEKDAY_LOG_SD = 0.2
"""How far an account's weekdays lie from the fitted ones (ours)."""


@dataclass(frozen=True, slots=True)
class Week:
    """`hours` (24,) and `weekdays` (7,), mean 1 each."""

    hours: Estimate
    weekdays: Estimate

    def of_days(self, first: int, d: int) -> Float:
        """(d,) usual share of natural days from `first` on."""
        return np.asarray(self.weekdays.value[[weekday(first + k) for k in range(d)]])


def week_of(past: Past, quiet: Float) -> Week:
    """`quiet` (n, d) ln of spend with what the targets' moves explain taken out, NaN = a day that teaches nothing."""
    return Week(_hours(past), _weekdays(past, quiet))


def _hours(past: Past) -> Estimate:
    prior = figures().hour_profile.mean(axis=0)
    prior = prior / prior.mean()
    known = np.asarray(np.isfinite(past.hours).all(axis=2))
    spend = np.where(known[:, :, None], past.hours, 0.0).sum(axis=0)
    spend = spend[spend.sum(axis=1) > 0]
    share = 24 * spend / spend.sum(axis=1, keepdims=True)
    days = len(share)
    weight = days / (days + HOUR_DAYS)
    value = weight * (share.mean(axis=0) if days else prior) + (1 - weight) * prior
    spread = share.std(axis=0, ddof=1) / np.sqrt(days) if days > 1 else 0.5 * prior
    return Estimate(value / value.mean(), spread / value, np.full(24, by_weight(weight), np.int8))


def _weekdays(past: Past, quiet: Float) -> Estimate:
    """Means of weekdays over campaigns; the error of each from how days of one weekday differ."""
    prior = figures().hour_profile.mean(axis=1)
    known = np.isfinite(quiet)
    count = known.sum(axis=1)
    level = np.where(known, quiet, 0.0).sum(axis=1) / np.maximum(count, 1)
    off = np.where(known, quiet - level[:, None], 0.0)
    of_day = known.sum(axis=0)
    day = off.sum(axis=0) / np.maximum(of_day, 1)
    which = np.array([weekday(past.first_day + k) for k in range(past.days)], np.int64)
    some = of_day > 0
    n = np.bincount(which[some], minlength=7).astype(np.float64)
    mean = np.bincount(which[some], weights=day[some], minlength=7) / np.maximum(n, 1)
    left = day[some] - mean[which[some]]
    freedom = max(int(some.sum()) - 7, 1)
    var = (7 * 0.15**2 + float((left**2).sum())) / (7 + freedom) / np.maximum(n, 1)
    own = np.where(n > 0, WEEKDAY_LOG_SD**2 / (WEEKDAY_LOG_SD**2 + var), 0.0)
    log = own * (mean - _centre(mean, n)) + (1 - own) * np.log(prior)
    value = np.exp(log)
    how = np.array([by_weight(float(w)) for w in own], np.int8)
    return Estimate(value / value.mean(), WEEKDAY_LOG_SD * np.sqrt(1 - own), how)


def _centre(mean: Float, n: Float) -> float:
    """The mean of the weekdays seen, so that a few days of one do not tilt the rest."""
    return float(mean[n > 0].mean()) if (n > 0).any() else 0.0
