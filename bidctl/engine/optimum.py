"""The target of greatest expected profit, from all that is known of how spend answers to it (the columns `curve` stands on).

    profit ~ spend x (T / B - 1), ln spend falls by k T          best target: T* = B + 1 / k

which is eps / (eps - 1) x B at the elasticity eps = k T* there; B is the break-even target. The posterior is taken on a few nodes of
that eps: a log-normal prior, drawn to what the account's campaigns have in common, times how well people would have chosen the
first target of the window, times how well it agrees with the platform's suggestion (how suggestions relate to optima, a common offset
and a spread, is learned from the account's campaigns too), times the likelihood of the days (engine/response.py). A budget that
binds moves the best target up to where it just does not: below, the same spend buys less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.response import Learned
from bidctl.engine.rows import dot, highest, total

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

EPS, EPS_LOG_SD = 3.0, 0.45
"""Elasticity at the best target before any data (simulation.md 1.4, 3.1: near the target 2.6 / 4.6 / 7.6 in recorded auctions,
less where several slots are sold)."""
CHOSEN_LOG_SD = 0.3
"""How far the target that people had set lies from the best one (simulation.md 3.3)."""
POPULATION = 5.0
"""Campaigns that the stated prior weighs in what an account's campaigns have in common (ours)."""
HINT_LOG_SD, HINTS, HINT_LEAST = 0.3, 5.0, 0.12
"""How the platform's suggestions scatter around the optimum, up to an offset that an account's have in common: before any data, the
campaigns that this weighs, and the least that is ever believed (ours; nothing is published)."""
MOST = 1.5
"""The largest logarithm of spend, over that of the present target, that a forecast reckons with."""
NODES = np.concatenate([np.log([1.06]), np.linspace(np.log(1.15), np.log(12.0), 18), np.log([16.0, 23.0, 34.0])])
"""ln of elasticities at the best target; close where they are likely, few for spend that hardly answers, or falls off a cliff."""
LOG_WIDTHS = np.log(np.gradient(NODES))
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
class Stand:
    """Where each campaign stands, (n,) ratios on the target's basis, NaN = not known: `now` the present target, `chosen` the first
    one in the window, `suggested` by the platform, `break_even` at which profit is nought. `budget` yuan a day, inf = none."""

    now: Float
    chosen: Float
    suggested: Float
    break_even: Float
    budget: Float


def respond(learned: Learned, at: Stand, accounts: Groups, pressing: Callable[[Float], Float]) -> Response:
    """What the days, the account's campaigns, the people who set the target and the platform's suggestion say together.
    `pressing`: from k (n,) to ln of what a day would spend where the budget binds, NaN elsewhere."""
    now, break_even = at.now, at.break_even
    eps, known = np.exp(NODES), np.isfinite(break_even)
    k = np.where(known[:, None], (eps - 1.0) / break_even[:, None], eps / now[:, None])
    best = break_even[:, None] * eps / (eps - 1.0)
    fit = learned.b[:, None] * k - 0.5 * learned.a[:, None] * k**2
    off = np.log(at.chosen[:, None] / best) / CHOSEN_LOG_SD
    fit = fit + LOG_WIDTHS - np.where(np.isfinite(off), 0.5 * off**2, 0.0)
    weight = _posterior(fit, np.log(at.suggested[:, None] / best), accounts)
    mean, sd = _moments(weight, np.log(k))
    middle, apart = _moments(weight, np.log(best))
    usual = learned.level + np.exp(mean) * (learned.middle - now)
    wanted = pressing(np.exp(mean))
    usual = np.exp(np.where(np.isfinite(wanted), wanted, usual))
    over = np.nan_to_num(np.log(usual / at.budget), nan=-np.inf, posinf=-np.inf)
    optimum = np.maximum(np.exp(middle), now + over / np.exp(mean))
    most = np.minimum(MOST, -over)[:, None]
    spend = dot(weight, _spend(k, optimum - now, most))
    gain = usual * (spend * (optimum / break_even - 1.0) - np.exp(np.minimum(-over, 0.0)) * (now / break_even - 1.0))
    return Response(np.exp(mean) * now, sd, usual, np.where(known, optimum, np.nan), apart, gain)


def _spend(k: Float, move: Float, most: Float | float = MOST) -> Float:
    """(n, nodes) what would be spent after a move of the target, over what would be before; never more than exp(`most`)."""
    return np.asarray(np.exp(np.minimum(-k * move[:, None], most)))


def _moments(weight: Float, x: Float) -> tuple[Float, Float]:
    mean = dot(weight, x)
    return mean, np.sqrt(dot(weight, (x - mean[:, None]) ** 2))


def _posterior(fit: Float, hint: Float, accounts: Groups) -> Float:
    """(n, nodes) probabilities. `hint` (n, nodes): ln(suggestion / optimum of the node), NaN = none.

    The prior's mean and spread, and how the suggestion relates to the optimum (a common offset, and a spread around it), are what
    the account's campaigns have in common: empirical Bayes by expectation and maximisation, each drawn to a stated guess.
    """
    hinted: Bool = np.asarray(np.isfinite(hint).all(axis=1))
    hint, of = np.where(hinted[:, None], hint, 0.0), accounts.of
    prior, relation = _Normal.stated(accounts.size, np.log(EPS), EPS_LOG_SD), _Normal.stated(accounts.size, 0.0, np.inf)
    weight = _weighed(fit, prior.score(NODES)[of], relation.by(of).score(hint), hinted)
    for _ in range(ROUNDS - 1):
        some = np.asarray(np.isfinite(weight[:, 0]))
        prior = _common_normal(weight, NODES, lambda mean: ((NODES - mean[:, None]) ** 2)[of], some, accounts)
        prior = prior.drawn(np.log(EPS), EPS_LOG_SD, POPULATION)
        relation = _common_normal(weight, hint, lambda mean: (hint - mean[of, None]) ** 2, some & hinted, accounts)
        relation = relation.widened(HINT_LOG_SD, HINTS, HINT_LEAST)
        weight = _weighed(fit, prior.score(NODES)[of], relation.by(of).score(hint), hinted)
    return weight


def _weighed(fit: Float, prior: Float, relation: Float, hinted: Bool) -> Float:
    """(n, nodes) probabilities from logarithms; `prior` is written over."""
    weight = prior  # in place from here on: these are the largest tables of a decision
    weight += fit
    np.add(weight, relation, out=weight, where=hinted[:, None])
    weight -= highest(weight)[:, None]
    np.exp(weight, out=weight)
    weight /= total(weight)[:, None]
    return weight


@dataclass(frozen=True, slots=True)
class _Normal:
    """What an account's campaigns have in common, by account (a,): mean, sd, and of how many campaigns."""

    mean: Float
    sd: Float
    count: Float

    @staticmethod
    def stated(size: int, mean: float, sd: float) -> _Normal:
        return _Normal(np.full(size, mean), np.full(size, sd), np.zeros(size))

    def by(self, of: Int) -> _Normal:
        """The same for each campaign, by its account."""
        return _Normal(self.mean[of], self.sd[of], self.count[of])

    def score(self, x: Float) -> Float:
        """ln of the density at `x` (nodes,) or a row for each, up to a constant."""
        off = x - self.mean[:, None]
        off /= self.sd[:, None]
        off *= off
        off *= -0.5
        return off

    def drawn(self, mean: float, sd: float, strength: float) -> _Normal:
        """Drawn to a stated normal that weighs `strength` campaigns."""
        weight = self.count + strength
        middle = (strength * mean + self.count * self.mean) / weight
        apart = strength * (sd**2 + (mean - middle) ** 2) + self.count * (self.sd**2 + (self.mean - middle) ** 2)
        return _Normal(middle, np.sqrt(apart / weight), weight)

    def widened(self, sd: float, strength: float, least: float) -> _Normal:
        """The same mean; the spread drawn to a stated one, and never below `least`."""
        square = (strength * sd**2 + self.count * self.sd**2) / (strength + self.count)
        return _Normal(self.mean, np.maximum(np.sqrt(square), least), self.count)


def _common_normal(weight: Float, x: Float, apart: Callable[[Float], Float], some: Bool, accounts: Groups) -> _Normal:
    """Mean and sd of `x`, (nodes,) or (n, nodes), over the campaigns `some` of each account; 0 where there is none. `apart`: from
    means by account to squared distances (n, nodes)."""
    count = accounts.sums(some)
    n = np.where(count > 0, count, 1.0)
    mean = accounts.sums(np.where(some, dot(weight, x), 0.0)) / n
    square = np.where(some, dot(weight, apart(mean)), 0.0)
    return _Normal(mean, np.sqrt(accounts.sums(square) / n), count)
