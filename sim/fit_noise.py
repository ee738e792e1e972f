"""How much of a campaign's daily volume and ROI is chance, and what is everybody's at once: AR(1) by moments, drawn to the prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.estimate import Estimate, How, by_weight, one
from sim.scenario import Noise

Float = NDArray[np.float64]

PRIOR_DAYS = 20.0
"""Days that the world's own figures weigh in what is learned of chance (ours)."""
MANY = 5
"""With fewer campaigns what is everybody's cannot be told from what is a campaign's own."""
MEMORY = 0.95


@dataclass(frozen=True, slots=True)
class Chance:
    """The parameters of `scenario.Noise` that a fit can see, and `own`: sd and memory of a campaign's daily log spend, its tracking
    error in it."""

    demand: Estimate
    rho: Estimate
    market: Estimate
    hour: Estimate
    bias: Estimate
    bias_rho: Estimate
    own: tuple[float, float]


def chance(volume: Float, roi: Float, sampling: Float, eps: float, hours: Float, share: Float) -> Chance:
    """`volume` (n, d) ln of daily spend less what target, weekday and level explain; `roi` (n, d) ln of ROI over target, with
    the variance `sampling` (n, d) of which orders came; NaN = not known. `eps`: elasticity by which an error of tracking moves
    volume. `hours` (n, d, 24) spend, `share` (24,) of a usual day in each."""
    usual = Noise()
    market_sd, market_how, own = _market(volume, usual.market)
    tracking2 = usual.bias**2
    bias_var, bias_rho, bias_w = _process(roi, sampling, tracking2, usual.bias_rho)
    own_var, own_rho, own_w = _process(own, np.zeros_like(own), usual.demand**2 + (eps * usual.bias) ** 2, usual.rho)
    hour_sd, hour_w = _hours(hours, share, usual.hour)
    moved = eps**2 * bias_var
    demand2 = max(own_var - moved - hour_sd**2 / 24, (0.1 * usual.demand) ** 2)
    rho = float(np.clip((own_rho * own_var - bias_rho * moved) / demand2, 0.0, MEMORY))
    cells = float(np.isfinite(own).sum())
    return Chance(
        demand=one(float(np.sqrt(demand2)), _relative(cells, own_rho), by_weight(own_w), most=2.0),
        rho=one(rho, _rho_sd(cells), by_weight(own_w), log=False, most=MEMORY),
        market=one(market_sd, _relative(volume.shape[1] + PRIOR_DAYS, 0.5), market_how, most=2.0),
        hour=one(hour_sd, 0.02 if hour_w else 0.5, by_weight(hour_w), most=2.0),
        bias=one(
            float(np.sqrt(bias_var)), _relative(cells * bias_w + PRIOR_DAYS, bias_rho), by_weight(bias_w), most=0.5
        ),
        bias_rho=one(bias_rho, _rho_sd(cells * bias_w), by_weight(bias_w), log=False, most=MEMORY),
        own=(float(np.sqrt(own_var)), own_rho),
    )


def of_mean(sd: float, rho: float, days: Float) -> Float:
    """Variance of the mean of so many successive days of an AR(1)."""
    m = np.maximum(days, 1.0)
    return np.asarray(sd**2 * ((1 + rho) / (1 - rho) - 2 * rho * (1 - rho**m) / ((1 - rho) ** 2 * m)) / m)


def _market(volume: Float, usual: float) -> tuple[float, How, Float]:
    """Sd of everybody's day, where from, and (n, d) what is left of each campaign's own."""
    known = np.isfinite(volume)
    count = known.sum(axis=0)
    if len(volume) < MANY or not (count >= MANY).any():
        return usual, How.PRIOR, volume
    mean = np.where(count >= MANY, np.where(known, volume, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
    own = (volume - mean) * np.sqrt(len(volume) / (len(volume) - 1))
    days = int((count >= MANY).sum())
    noise = float(np.nanvar(own)) / float(np.median(count[count >= MANY]))
    found = max(float(np.var(mean[count >= MANY], ddof=1)) - noise, 0.0) if days > 1 else 0.0
    weight = days / (days + PRIOR_DAYS)
    return float(np.sqrt(weight * found + (1 - weight) * usual**2)), by_weight(weight), own


def _process(x: Float, noise: Float, usual: float, rho: float) -> tuple[float, float, float]:
    """Variance and memory of the AR(1) behind rows of `x` (n, d), which carry independent `noise` besides; and the weight of the
    data. What the mean of each row takes away is given back."""
    known = np.isfinite(x)
    count = known.sum(axis=1)
    mean = np.where(known, x, 0.0).sum(axis=1) / np.maximum(count, 1)
    r = np.where(known, x - mean[:, None], 0.0)
    pair = known[:, 1:] & known[:, :-1]
    cells, pairs = float(np.maximum(count - 1, 0).sum()), float(pair.sum())
    if cells < 2 or pairs < 2:
        return usual, rho, 0.0
    zero = float((r**2).sum()) / known.sum() - float(noise[known].mean())
    lag = float((r[:, 1:] * r[:, :-1] * pair).sum()) / pairs
    long = float(np.mean(count[count > 1]))
    var, memory = max(zero, 1e-6), float(np.clip(lag / max(zero, 1e-6), 0.0, MEMORY))
    for _ in range(50):
        lost = float(of_mean(float(np.sqrt(var)), memory, np.array([long]))[0])
        var = max(zero + lost, 1e-6)
        memory = float(np.clip((lag + lost) / var, 0.0, MEMORY))
    apart = (var + float(noise[known].mean())) / var  # beside so much noise, days tell as much less
    weight = cells / (cells + PRIOR_DAYS * apart**2)
    both = weight * var + (1 - weight) * usual
    return both, float((weight * var * memory + (1 - weight) * usual * rho) / both), weight


def _hours(hours: Float, share: Float, usual: float) -> tuple[float, float]:
    """Log sd of an hour's volume around the day's, and the weight of the data."""
    total = hours.sum(axis=2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.log(hours / (total * share))
    off = off[np.isfinite(off).all(axis=2)] if off.size else off.reshape(0, 24)
    if len(off) == 0:
        return usual, 0.0
    weight = len(off) / (len(off) + 1.0)
    own = off - off.mean(axis=1, keepdims=True)
    found = float((own**2).sum() / (23 * len(off)))
    return float(np.sqrt(weight * found + (1 - weight) * usual**2)), weight


def _relative(cells: float, rho: float) -> float:
    """Log sd of an estimated standard deviation."""
    return float(np.sqrt((1 + rho**2) / (1 - rho**2) / (2 * max(cells, 2.0))))


def _rho_sd(cells: float) -> float:
    return float(1.0 / np.sqrt(max(cells, 2.0) + PRIOR_DAYS))
