"""How each campaign's spend answers to its target, learned from the moves of its own target (the columns `curve` stands on).

    ln spend of day d = a + demand of the account (d) - eps * g(x_d) + noise,    g(x) = (exp(s x) - 1) / s
    x_d = ln(target in force on d / present target),    noise: AR(1) from day to day
    eps(x) = eps * exp(s x): elasticity at the present target, falling as volume grows
    best target: T* = eps* / (eps* - 1) * break-even, eps* the elasticity there

Spend chases demand, so only moves of the target teach; the demand that an account's campaigns share (weekday, season,
promotion) is taken out first, each campaign's from the others'. Days with a binding budget, without delivery, of the
observation period and of promotions teach nothing. The posterior of eps* is taken on a few nodes: a log-normal prior,
drawn to what the account's campaigns have in common, times how well the first target of the window would have been
chosen, times the likelihood of the days. Everything is a function of the 40 days that the ledger holds: what is
older lives on in the target itself, which was set by what was known then, and in the account's common prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.policy.profit import STEEPER

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
NODES = np.linspace(np.log(1.15), np.log(12.0), 14)
STEPS = 6


@dataclass(frozen=True, slots=True)
class Days:
    """What the days teach, (n, d) each, oldest first: `spend` yuan, `log_target` in force (on the target's basis), `usable`."""

    spend: Float
    log_target: Float
    usable: Bool


@dataclass(frozen=True, slots=True)
class Response:
    """(n,) each; the names are those of `Observation`; NaN = not known."""

    elasticity: Float
    elasticity_log_sd: Float
    usual_spend: Float
    optimum: Float
    optimum_log_sd: Float
    optimum_gain: Float


def usable(spend: Float, log_target: Float, budget: Float, teaches: Bool) -> Bool:
    """(n, d) days that teach: known, delivering, not bound by the budget. `budget` (n, d) yuan, inf = none."""
    known = np.isfinite(spend) & np.isfinite(log_target) & teaches & (spend > 0)
    total = np.log(np.where(known, spend, 1.0)).sum(axis=1)
    typical = np.exp(total / np.maximum(known.sum(axis=1), 1))
    return np.asarray(known & (spend >= LEAST * typical[:, None]) & ~(spend >= BINDS * budget))


def first_target(log_target: Float) -> Float:
    """(n,) the oldest target in the window, NaN = none known."""
    known = np.isfinite(log_target)
    first = np.where(known.any(axis=1), log_target[np.arange(len(known)), known.argmax(axis=1)], np.nan)
    return np.asarray(first)


def tracking(due: Float, spend: Float, orders: Float, cv: Float) -> tuple[Float, Float]:
    """(n,) delivered ROI over the target in the long run, and the sd of its logarithm. `due` (n, d) sum(GMV_i / target_i): what
    the day would have spent if it had hit its target."""
    known = np.isfinite(due) & np.isfinite(spend) & (spend > 0)
    d, s = np.where(known, due, 0.0).sum(axis=1), np.where(known, spend, 0.0).sum(axis=1)
    n = np.where(known, np.nan_to_num(orders), 0.0).sum(axis=1)
    some = (d > 0) & (s > 0) & (n > 0)
    noise = (1 + cv**2) / np.where(some, n, 1.0)
    weight = np.where(some, TRACKING_LOG_SD**2 / (TRACKING_LOG_SD**2 + noise), 0.0)
    log_ratio = np.log(np.where(some, d, 1.0) / np.where(some, s, 1.0))
    return np.exp(weight * log_ratio), TRACKING_LOG_SD * np.sqrt(1.0 - weight)


def bend(x: Float) -> Float:
    """g(x): the log of spend lost at x = ln(T / reference), per unit of elasticity at the reference."""
    return np.expm1(STEEPER * x) / STEEPER


@dataclass(frozen=True, slots=True)
class Learned:
    """Likelihood of elasticity at the present target, ln L = b eps - a eps^2 / 2, and the usual ln spend at eps = 0 and its slope."""

    a: Float
    b: Float
    level: Float
    slope: Float


def learn(days: Days, now: Float, accounts: Groups) -> Learned:
    """`now` (n,) ln of the present target."""
    use = days.usable
    g = np.where(use, bend(np.where(use, days.log_target - now[:, None], 0.0)), 0.0)
    y = np.where(use, np.log(np.where(use, days.spend, 1.0)), 0.0)
    y = y - _common(_centred(y + EPS * g, use), use, accounts)
    pair = use[:, 1:] & use[:, :-1]
    return _regress(y, g, use, pair, _memory(_centred(y + EPS * g, use), pair, accounts), accounts)


def _centred(r: Float, use: Bool) -> Float:
    mean = np.where(use, r, 0.0).sum(axis=1) / np.maximum(use.sum(axis=1), 1)
    return np.where(use, r - mean[:, None], 0.0)


def _common(r: Float, use: Bool, accounts: Groups) -> Float:
    """(n, d) demand of the day that the account's other campaigns share with this one."""
    total = accounts.sums_of_columns(r)[accounts.of]
    count = accounts.sums_of_columns(use.astype(np.float64))[accounts.of]
    return np.where(use, (total - r) / (count - use + COMMON), 0.0)


def _memory(r: Float, pair: Bool, accounts: Groups) -> Float:
    """(n,) autocorrelation of the account's daily demand from one day to the next, drawn to the stated one."""
    square = accounts.totals(np.where(pair, 0.5 * (r[:, 1:] ** 2 + r[:, :-1] ** 2), 0.0).sum(axis=1))
    cross = accounts.totals(np.where(pair, r[:, 1:] * r[:, :-1], 0.0).sum(axis=1))
    weight = RHO_DAYS * NOISE**2 / (1 - RHO**2)
    return np.clip((cross + weight * RHO) / (square + weight), 0.1, 0.9)


def _regress(y: Float, g: Float, use: Bool, pair: Bool, rho: Float, accounts: Groups) -> Learned:
    """Generalised least squares for AR(1) noise: differences where the day before is known too, else a level of its own."""
    alone = use.copy()
    alone[:, 1:] &= ~pair
    weight = np.where(alone, 1.0 - rho[:, None] ** 2, use * 1.0)
    lead = np.where(pair, rho[:, None], 0.0)
    one = np.ones_like(y)
    y, g = y.copy(), g.copy()
    y[:, 1:] -= lead * y[:, :-1]
    g[:, 1:] -= lead * g[:, :-1]
    one[:, 1:] -= lead

    def dot(a: Float, b: Float) -> Float:
        return np.asarray((weight * a * b).sum(axis=1))

    s1, sy, sg = dot(one, one), dot(one, y), dot(one, g)
    safe = np.where(s1 > 0, s1, 1.0)
    gg, gy, yy = dot(g, g) - sg**2 / safe, dot(g, y) - sg * sy / safe, dot(y, y) - sy**2 / safe
    squares, freedom = np.maximum(yy + 2 * EPS * gy + EPS**2 * gg, 0.0), np.maximum(use.sum(axis=1) - 1, 0)
    sigma2 = _noise(squares, freedom, accounts)
    return Learned(gg / sigma2, -gy / sigma2, sy / safe, sg / safe)


def _noise(squares: Float, freedom: NDArray[np.int64], accounts: Groups) -> Float:
    """(n,) variance of a day's news: the account's, drawn to the stated one, and each campaign's drawn to that."""
    account = (NOISE_DAYS * NOISE**2 + accounts.totals(squares)) / (NOISE_DAYS + accounts.totals(freedom))
    return np.asarray((NOISE_DAYS * account + squares) / (NOISE_DAYS + freedom))


def respond(learned: Learned, now: Float, chosen: Float, break_even: Float, accounts: Groups) -> Response:
    """`now`, `chosen`, `break_even` (n,): ln of the present target, of the first one in the window, and of the target at which
    profit is nought (NaN = not known)."""
    eps = np.exp(NODES)
    markup = np.log(eps / (eps - 1.0))
    known = np.isfinite(break_even)
    best = np.where(known, break_even, now)[:, None] + np.where(known[:, None], markup, 0.0)
    here = eps * np.exp(STEEPER * (now[:, None] - best))
    fit = learned.b[:, None] * here - 0.5 * learned.a[:, None] * here**2
    off = np.where(known & np.isfinite(chosen), chosen, np.nan)[:, None] - best
    fit = fit - np.where(np.isfinite(off), 0.5 * (off / CHOSEN_LOG_SD) ** 2, 0.0)
    weight = _posterior(fit, accounts)
    log_here = np.log(here)
    mean = (weight * log_here).sum(axis=1)
    sd = np.sqrt(np.maximum((weight * log_here**2).sum(axis=1) - mean**2, 0.0))
    usual = np.exp(learned.level + np.exp(mean) * learned.slope)
    move = _best(weight, here, now - break_even)
    spend = np.exp(-here * bend(move)[:, None])
    t = np.exp(now - break_even)
    gain = usual * ((weight * spend).sum(axis=1) * (t * np.exp(move) - 1) - (t - 1))
    middle = (weight * best).sum(axis=1)
    return Response(
        np.exp(mean),
        sd,
        usual,
        np.exp(now + move),
        np.where(known, np.sqrt(np.maximum((weight * (best - middle[:, None]) ** 2).sum(axis=1), 0.0)), np.nan),
        gain,
    )


def _posterior(fit: Float, accounts: Groups) -> Float:
    """(n, nodes) probabilities; the prior's mean and spread are what the account's campaigns have in common (empirical Bayes)."""
    mean, sd = np.full((len(fit), 1), np.log(EPS)), np.full((len(fit), 1), EPS_LOG_SD)
    for _ in range(3):
        score = fit - 0.5 * ((NODES - mean) / sd) ** 2
        weight = np.exp(score - score.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        some = np.isfinite(weight[:, 0])
        centre = np.where(some, (weight * NODES).sum(axis=1), 0.0)
        square = (weight * NODES**2).sum(axis=1)
        spread = np.where(some, square - 2 * mean[:, 0] * centre + mean[:, 0] ** 2, 0.0)
        n = POPULATION + accounts.totals(some)
        mean = ((POPULATION * np.log(EPS) + accounts.totals(centre)) / n)[:, None]
        sd = np.sqrt((POPULATION * EPS_LOG_SD**2 + accounts.totals(spread)) / n)[:, None]
    return np.asarray(weight)


def _best(weight: Float, here: Float, over: Float) -> Float:
    """(n,) log move from the present target to the one of greatest expected profit; `over` (n,) ln(target / break-even)."""
    move = np.zeros(len(over))
    for _ in range(STEPS):
        spend = weight * np.exp(-here * bend(move)[:, None])
        eps = here * np.exp(STEEPER * move)[:, None]
        more, less = (spend * eps).sum(axis=1), (spend * (eps - 1)).sum(axis=1)
        less = np.maximum(less, 1e-3 * more)
        middle = more / spend.sum(axis=1)
        damp = 1.0 / (1.0 + STEEPER / np.maximum(middle - 1.0, 0.3))
        move = np.clip(move + damp * (np.log(more / less) - over - move), -1.0, 1.0)
    return move
