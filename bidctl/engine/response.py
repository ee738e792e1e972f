"""How each campaign's spend answers to its target, learned from the moves of its own target.

    ln spend of day d = a + demand of the account (d) - k T_d + noise (AR(1) from day to day)

T_d is the target in force on the day, or what a platform that takes days to follow has come to by then: which of a few lags it is,
the account's campaigns tell together. Elasticity at T is k T, so that it falls as volume grows. Spend chases demand, so only moves
of the target teach; the demand that an account's campaigns share (weekday, season, promotion) is taken out first, each
campaign's from the others'. Days with a binding budget, without delivery and of the observation period teach nothing.
Everything comes from the 40 days in memory, which the ledger holds: what is older lives on in the target itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.rows import count, dot, filled, total

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

USUAL_EPS = 3.0
"""Elasticity at which the targets of the window are taken, for finding what is noise (see engine/optimum.py)."""
RHO, RHO_DAYS = 0.6, 200.0
NOISE, NOISE_DAYS = 0.2, 20.0
"""Memory of a campaign's daily demand and the sd of its daily news, before any data, and the days they weigh (ours)."""
COMMON = 3.0
"""Variance of a campaign's own daily demand over that of the demand its account shares (ours)."""
TRACKING_LOG_SD = 0.05
"""How far the ROI that a platform delivers lies from the target in the long run (near the sd of daily efficiency, 0.04)."""
LAGS = {0.0: 0.97, 2.0: 0.03}
"""Days within which a platform may follow a target, and how likely each is before any data (ours: hours are the rule)."""
GUESS_SD = 0.45
"""How far k lies from the guess, as a share of it, for telling lags apart."""
BINDS = 0.9
LEAST = 0.1
"""A day below this share of the campaign's usual (geometric mean) day did not deliver."""


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
    """`spend` yuan, `target` in force (ratio), `use`: the days that teach; (n, d) each, oldest first. Answers of every lag, weighed by
    how well the account's days agree with it."""
    y = np.where(use, np.log(np.where(use, spend, 1.0)), 0.0)
    taught = use.astype(np.float64)
    y -= _common(_centred(y, taught), taught, accounts)
    fits = [_fit(y, np.where(use, followed(target, lag), 0.0), use, taught, accounts) for lag in LAGS]
    odds = np.stack([np.log(p) + accounts.totals(fit.likely) for p, fit in zip(LAGS.values(), fits, strict=True)])
    odds = np.exp(odds - odds.max(axis=0))
    shares = odds / odds.sum(axis=0)

    def mixed(name: str) -> Float:
        return np.asarray(sum(share * getattr(fit.learned, name) for share, fit in zip(shares, fits, strict=True)))

    return Learned(*(mixed(f.name) for f in fields(Learned)))


def followed(target: Float, lag: float) -> Float:
    """(n, d) the target that spend answers to, day by day, where it follows the one in force exponentially within `lag` days."""
    if lag == 0:
        return target
    out, left, mean = np.empty_like(target), np.exp(-1.0 / lag), lag * (1.0 - np.exp(-1.0 / lag))
    held = first_target(target)
    for d in range(target.shape[1]):
        now = np.where(np.isfinite(target[:, d]), target[:, d], held)
        out[:, d] = now + (held - now) * mean
        held = now + (held - now) * left
    return out


@dataclass(frozen=True, slots=True)
class _Fit:
    """What is learned where spend answers to these targets, and ln of how likely the days then are, (n,)."""

    learned: Learned
    likely: Float


def _fit(y: Float, t: Float, use: Bool, taught: Float, accounts: Groups) -> _Fit:
    mean = total(t) / np.maximum(total(taught), 1)
    unit = 1.0 / np.where(mean > 0, mean, 1.0)[:, None]
    moves = _common(_centred(unit * t, taught), taught, accounts)
    y = y - USUAL_EPS * moves
    pair = use[:, 1:] & use[:, :-1]
    memory = _memory(_centred(y + USUAL_EPS * unit * t, taught), pair, accounts)
    return _regress(y, t, moves, use, pair, memory, unit[:, 0], accounts)


def _centred(r: Float, taught: Float) -> Float:
    """(n, d) less each row's mean over its days `taught` (1, others 0)."""
    mean = dot(r, taught) / np.maximum(total(taught), 1)
    return (r - mean[:, None]) * taught


def _common(r: Float, taught: Float, accounts: Groups) -> Float:
    """(n, d) demand of the day that the account's other campaigns share with this one."""
    whole = accounts.sums_of_columns(r)[accounts.of]
    count = accounts.sums_of_columns(taught)[accounts.of]
    return (whole - r) / (count - taught + COMMON) * taught


def _memory(r: Float, pair: Bool, accounts: Groups) -> Float:
    """(n,) autocorrelation of the account's daily demand from one day to the next, drawn to the stated one."""
    squares = r**2
    square = accounts.totals(0.5 * (dot(squares[:, 1:], pair) + dot(squares[:, :-1], pair)))
    cross = accounts.totals(dot(r[:, 1:] * r[:, :-1], pair))
    weight = RHO_DAYS * NOISE**2 / (1 - RHO**2)
    return np.clip((cross + weight * RHO) / (square + weight), 0.1, 0.9)


def _regress(
    y: Float, t: Float, moves: Float, use: Bool, pair: Bool, rho: Float, unit: Float, accounts: Groups
) -> _Fit:
    """Generalised least squares for AR(1) noise: differences where the day before is known too, else a level of its own. `moves`: what
    of the shared demand would be the answer to the others' targets at an elasticity of 1; `y` has it at `USUAL_EPS`."""
    alone = use.copy()
    alone[:, 1:] &= ~pair
    weight = np.where(alone, 1.0 - rho[:, None] ** 2, use * 1.0)
    lead = np.where(pair, rho[:, None], 0.0)
    y, t, moves, one = (_news(x, lead) for x in (y, t, moves, np.ones_like(y)))

    own, moved = weight * one, weight * t
    s1, sy, st = dot(own, one), dot(own, y), dot(own, t)
    safe = np.where(s1 > 0, s1, np.nan)
    tt, ty, yy = dot(moved, t) - st**2 / safe, dot(moved, y) - st * sy / safe, dot(weight * y, y) - sy**2 / safe
    tt, ty, yy = np.nan_to_num(tt), np.nan_to_num(ty), np.nan_to_num(yy)
    tt = np.where(tt < 1e-9 * np.nan_to_num(st**2 / safe), 0.0, tt)
    guess = USUAL_EPS * unit
    squares, freedom = np.maximum(yy + 2 * guess * ty + guess**2 * tt, 0.0), np.maximum(count(use) - 1, 0)
    sigma2 = _noise(squares, freedom, accounts)
    a, b = tt / sigma2, np.where(tt > 0, -ty / sigma2, 0.0)
    sx = dot(own, moves)
    shared = np.where(tt > 0, np.nan_to_num(dot(moved, moves) - st * sx / safe) / sigma2, 0.0)
    off = _off(a * unit**2, b * unit, shared * unit, accounts)
    learned = Learned(a, b + off * shared, (sy - off * sx) / safe, st / safe)
    before = 1.0 / (GUESS_SD * guess) ** 2  # precision of k before the days
    after, pull = before + a, b + before * guess
    gained = np.log(before / after) + pull**2 / after - before * guess**2
    return _Fit(learned, 0.5 * (gained - yy / sigma2 - freedom * np.log(sigma2)))


def _news(x: Float, lead: Float) -> Float:
    """What a day has that the day before does not tell."""
    out = x.copy()
    out[:, 1:] -= lead * x[:, :-1]
    return out


def _off(a: Float, b: Float, shared: Float, accounts: Groups) -> Float:
    """(n,) by how much the account's elasticity differs from `USUAL_EPS`, found together with the demand it shares: else what others' moves
    did would pass for demand, and all who move at once would learn what was thought before. `a`, `b` per unit of elasticity,
    `shared` by how much b changes with the elasticity that the others' moves are taken at."""
    spread = (GUESS_SD * USUAL_EPS) ** 2
    weight = 1.0 / (1.0 + a * spread)
    return accounts.totals(weight * (b - USUAL_EPS * a)) / (
        1.0 / spread + accounts.totals(weight * np.maximum(a - shared, 0.0))
    )


def _noise(squares: Float, freedom: Float, accounts: Groups) -> Float:
    """(n,) variance of a day's news: the account's, drawn to the stated one, and each campaign's drawn to that."""
    account = (NOISE_DAYS * NOISE**2 + accounts.totals(squares)) / (NOISE_DAYS + accounts.totals(freedom))
    return np.asarray((NOISE_DAYS * account + squares) / (NOISE_DAYS + freedom))
