"""How each campaign's spend answers to its target, learned from the moves of its own target (the columns `curve` stands on).

    ln spend of day d = a + demand of the account (d) - k T_d + noise (AR(1) from day to day)
    elasticity at T: k T, so that it falls as volume grows          profit ~ spend x (T / B - 1)
    best target: T* = B + 1 / k, which is eps / (eps - 1) x B at eps = k T*

T_d is the target in force on the day, B the break-even target. Spend chases demand, so only moves of the target teach; the
demand that an account's campaigns share (weekday, season, promotion) is taken out first, each campaign's from the others'.
Days with a binding budget, without delivery and of the observation period teach nothing. The posterior is taken on a few
nodes of eps at the optimum: a log-normal prior, drawn to what the account's campaigns have in common, times how well the
first target of the window would have been chosen, times the likelihood of the days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.rows import count, dot, filled, total

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

EPS, EPS_LOG_SD = 3.0, 0.45
"""Elasticity at the best target before any data (simulation.md 1.4, 3.1: near the target 2.6 / 4.6 / 7.6 in recorded auctions,
less where several slots are sold)."""
CHOSEN_LOG_SD = 0.3
"""How far the target that people had set lies from the best one (simulation.md 3.3)."""
POPULATION = 10.0
"""Campaigns that the stated prior weighs in what an account's campaigns have in common (ours)."""
RHO, RHO_DAYS = 0.6, 200.0
NOISE, NOISE_DAYS = 0.2, 20.0
"""Memory of a campaign's daily demand and the sd of its daily news, before any data, and the days they weigh (ours)."""
COMMON = 3.0
"""Variance of a campaign's own daily demand over that of the demand its account shares (ours)."""
TRACKING_LOG_SD = 0.05
"""How far the ROI that a platform delivers lies from the target in the long run (near the sd of daily efficiency, 0.04)."""
BINDS = 0.9
LEAST = 0.1
"""A day below this share of the campaign's usual (geometric mean) day did not deliver."""
HINT_LOG_SD, HINTS, HINT_LEAST = 0.3, 5.0, 0.12
"""How the platform's suggestions scatter around the optimum, up to an offset that an account's have in common: before any data, the
campaigns that this weighs, and the least that is ever believed (ours; nothing is published)."""
MOST = 1.5
"""The largest logarithm of spend, over that of the present target, that a forecast reckons with."""
NODES = np.linspace(np.log(1.15), np.log(12.0), 14)
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Response:
    """(n,) each; the names are those of `Observation`; NaN = not known."""

    elasticity: Float
    elasticity_log_sd: Float
    usual_spend: Float
    optimum: Float
    optimum_log_sd: Float
    optimum_gain: Float


@dataclass(frozen=True, slots=True)
class Learned:
    """Likelihood of k, ln L = b k - a k^2 / 2, and the usual ln spend at the mean target of the window."""

    a: Float
    b: Float
    level: Float
    middle: Float


def usable(spend: Float, target: Float, budget: Float, teaches: Bool) -> Bool:
    """(n, d) days that teach: known, delivering, not bound by the budget. `budget` (n, d) yuan, inf = none."""
    known = np.isfinite(spend) & np.isfinite(target) & teaches & (spend > 0)
    typical = np.exp(total(np.log(np.where(known, spend, 1.0))) / np.maximum(count(known), 1))
    return np.asarray(known & (spend >= LEAST * typical[:, None]) & ~(spend >= BINDS * budget))


def first_target(target: Float) -> Float:
    """(n,) the oldest target in the window, NaN = none known."""
    known = np.isfinite(target)
    first = np.where(known.any(axis=1), target[np.arange(len(known)), known.argmax(axis=1)], np.nan)
    return np.asarray(first)


def tracking(due: Float, spend: Float, orders: Float, cv: Float) -> tuple[Float, Float]:
    """(n,) delivered ROI over the target in the long run, and the sd of its logarithm. `due` (n, d) sum(GMV_i / target_i): what
    the day would have spent if it had hit its target."""
    known = np.isfinite(due) & np.isfinite(spend) & (spend > 0)
    d, s = total(np.where(known, due, 0.0)), total(np.where(known, spend, 0.0))
    n = total(np.where(known, filled(orders), 0.0))
    some = (d > 0) & (s > 0) & (n > 0)
    noise = (1 + cv**2) / np.where(some, n, 1.0)
    weight = np.where(some, TRACKING_LOG_SD**2 / (TRACKING_LOG_SD**2 + noise), 0.0)
    log_ratio = np.log(np.where(some, d, 1.0) / np.where(some, s, 1.0))
    return np.exp(weight * log_ratio), TRACKING_LOG_SD * np.sqrt(1.0 - weight)


def learn(spend: Float, target: Float, use: Bool, accounts: Groups) -> Learned:
    """`spend` yuan, `target` in force (ratio), `use`: the days that teach; (n, d) each, oldest first."""
    t = np.where(use, target, 0.0)
    y = np.where(use, np.log(np.where(use, spend, 1.0)), 0.0)
    mean = total(t) / np.maximum(count(use), 1)
    guess = EPS / np.where(mean > 0, mean, 1.0)[:, None]
    y = y - _common(_centred(y + guess * t, use), use, accounts)
    pair = use[:, 1:] & use[:, :-1]
    return _regress(y, t, use, pair, _memory(_centred(y + guess * t, use), pair, accounts), guess[:, 0], accounts)


def _centred(r: Float, use: Bool) -> Float:
    mean = dot(r, use) / np.maximum(count(use), 1)
    return np.where(use, r - mean[:, None], 0.0)


def _common(r: Float, use: Bool, accounts: Groups) -> Float:
    """(n, d) demand of the day that the account's other campaigns share with this one."""
    total = accounts.sums_of_columns(r)[accounts.of]
    count = accounts.sums_of_columns(use.astype(np.float64))[accounts.of]
    return np.where(use, (total - r) / (count - use + COMMON), 0.0)


def _memory(r: Float, pair: Bool, accounts: Groups) -> Float:
    """(n,) autocorrelation of the account's daily demand from one day to the next, drawn to the stated one."""
    square = accounts.totals(0.5 * (dot(r[:, 1:] ** 2, pair) + dot(r[:, :-1] ** 2, pair)))
    cross = accounts.totals(dot(r[:, 1:] * r[:, :-1], pair))
    weight = RHO_DAYS * NOISE**2 / (1 - RHO**2)
    return np.clip((cross + weight * RHO) / (square + weight), 0.1, 0.9)


def _regress(y: Float, t: Float, use: Bool, pair: Bool, rho: Float, guess: Float, accounts: Groups) -> Learned:
    """Generalised least squares for AR(1) noise: differences where the day before is known too, else a level of its own."""
    alone = use.copy()
    alone[:, 1:] &= ~pair
    weight = np.where(alone, 1.0 - rho[:, None] ** 2, use * 1.0)
    lead = np.where(pair, rho[:, None], 0.0)
    one = np.ones_like(y)
    y, t = y.copy(), t.copy()
    y[:, 1:] -= lead * y[:, :-1]
    t[:, 1:] -= lead * t[:, :-1]
    one[:, 1:] -= lead

    own, moved = weight * one, weight * t
    s1, sy, st = dot(own, one), dot(own, y), dot(own, t)
    safe = np.where(s1 > 0, s1, np.nan)
    tt, ty, yy = dot(moved, t) - st**2 / safe, dot(moved, y) - st * sy / safe, dot(weight * y, y) - sy**2 / safe
    tt, ty, yy = np.nan_to_num(tt), np.nan_to_num(ty), np.nan_to_num(yy)
    tt = np.where(tt < 1e-9 * np.nan_to_num(st**2 / safe), 0.0, tt)
    squares, freedom = np.maximum(yy + 2 * guess * ty + guess**2 * tt, 0.0), np.maximum(count(use) - 1, 0)
    sigma2 = _noise(squares, freedom, accounts)
    return Learned(tt / sigma2, np.where(tt > 0, -ty / sigma2, 0.0), sy / safe, st / safe)


def _noise(squares: Float, freedom: Float, accounts: Groups) -> Float:
    """(n,) variance of a day's news: the account's, drawn to the stated one, and each campaign's drawn to that."""
    account = (NOISE_DAYS * NOISE**2 + accounts.totals(squares)) / (NOISE_DAYS + accounts.totals(freedom))
    return np.asarray((NOISE_DAYS * account + squares) / (NOISE_DAYS + freedom))


@dataclass(frozen=True, slots=True)
class Stand:
    """Where each campaign stands, (n,) ratios on the target's basis, NaN = not known: `now` the present target, `chosen` the first
    one in the window, `suggested` by the platform, `break_even` at which profit is nought."""

    now: Float
    chosen: Float
    suggested: Float
    break_even: Float


def respond(learned: Learned, at: Stand, accounts: Groups) -> Response:
    """What the days, the account's campaigns, the people who set the target and the platform's suggestion say together."""
    now, break_even = at.now, at.break_even
    eps, known = np.exp(NODES), np.isfinite(break_even)
    k = np.where(known[:, None], (eps - 1.0) / break_even[:, None], eps / now[:, None])
    best = break_even[:, None] * eps / (eps - 1.0)
    fit = learned.b[:, None] * k - 0.5 * learned.a[:, None] * k**2
    off = np.log(at.chosen[:, None] / best) / CHOSEN_LOG_SD
    fit = fit - np.where(np.isfinite(off), 0.5 * off**2, 0.0)
    weight = _posterior(fit, np.log(at.suggested[:, None] / best), accounts)
    mean, sd = _moments(weight, np.log(k))
    usual = np.exp(learned.level + np.exp(mean) * (learned.middle - now))
    optimum = np.where(known, _best(weight, k, now, break_even), np.nan)
    spend = dot(weight, _spend(k, optimum - now))
    gain = usual * (spend * (optimum / break_even - 1.0) - (now / break_even - 1.0))
    return Response(np.exp(mean) * now, sd, usual, optimum, _moments(weight, np.log(best))[1], gain)


def _spend(k: Float, move: Float) -> Float:
    """(n, nodes) spend after a move of the target over spend before; what lies too far off to be known is not reckoned with."""
    return np.exp(np.minimum(-k * move[:, None], MOST))


def _moments(weight: Float, x: Float) -> tuple[Float, Float]:
    mean = dot(weight, x)
    return mean, np.sqrt(dot(weight, (x - mean[:, None]) ** 2))


def _posterior(fit: Float, hint: Float, accounts: Groups) -> Float:
    """(n, nodes) probabilities. `hint` (n, nodes): ln(suggestion / optimum of the node), NaN = none.

    The prior's mean and spread, and how the suggestion relates to the optimum (a common offset, and a spread around it), are what
    the account's campaigns have in common: empirical Bayes by expectation and maximisation, each drawn to a stated guess.
    """
    n = len(fit)
    mean, sd = np.full(n, np.log(EPS)), np.full(n, EPS_LOG_SD)
    offset, apart = np.zeros(n), np.full(n, np.inf)
    hinted = np.asarray(np.isfinite(hint).all(axis=1), np.bool_)
    hint = np.where(hinted[:, None], hint, 0.0)
    weight = fit
    for _ in range(ROUNDS):
        score = fit - 0.5 * ((NODES - mean[:, None]) / sd[:, None]) ** 2
        score = score - np.where(hinted[:, None], 0.5 * ((hint - offset[:, None]) / apart[:, None]) ** 2, 0.0)
        weight = np.exp(score - score.max(axis=1, keepdims=True))
        weight = weight / weight.sum(axis=1, keepdims=True)
        some = np.isfinite(weight[:, 0])
        mean, sd = _common_normal(
            weight, np.broadcast_to(NODES, fit.shape), some, (np.log(EPS), EPS_LOG_SD, POPULATION), accounts
        )
        where = some & hinted
        offset, apart = _common_normal(weight, hint, where, (0.0, HINT_LOG_SD, 0.0), accounts)
        apart = np.maximum(
            np.sqrt((HINTS * HINT_LOG_SD**2 + accounts.totals(where) * apart**2) / (HINTS + accounts.totals(where))),
            HINT_LEAST,
        )
    return np.asarray(weight)


def _common_normal(
    weight: Float, x: Float, some: Bool, prior: tuple[float, float, float], accounts: Groups
) -> tuple[Float, Float]:
    """(n,) mean and sd of `x` (n, nodes) over the campaigns of each row's account, drawn to `prior` (mean, sd, campaigns)."""
    about, around, strength = prior
    n = accounts.totals(some) + strength
    n = np.where(n > 0, n, 1.0)
    first = np.where(some, dot(weight, x), 0.0)
    mean = (strength * about + accounts.totals(first)) / n
    second = np.where(some, dot(weight, (x - mean[:, None]) ** 2), 0.0)
    return mean, np.sqrt((strength * (around**2 + (about - mean) ** 2) + accounts.totals(second)) / n)


def _best(weight: Float, k: Float, now: Float, break_even: Float) -> Float:
    """(n,) target of greatest expected profit: T = B + 1 / mean of k, each k weighed by what would be spent at T."""
    best = break_even + 1.0 / dot(weight, k)
    for _ in range(3):
        spend = weight * _spend(k, best - now)
        best = break_even + total(spend) / dot(spend, k)
    return np.asarray(best)
