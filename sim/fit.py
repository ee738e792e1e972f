"""A twin of an account: every parameter of the world that its past can tell, with its uncertainty; elsewhere the prior, named.

The response to the target is `bidctl.engine.response` and `optimum`, by which `curve` learns live, over all days at once.
A fit that cannot be (spend that rises with the target, an elasticity beyond everything known, nothing to stand on) is not
returned: of a campaign it is listed in `failed`, of the account it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.groups import Groups
from bidctl.engine.optimum import EPS, EPS_LOG_SD, Response, Stand, respond
from bidctl.engine.response import Learned, first_target, learn, usable
from bidctl.wording import Wording
from sim.calendar import DAY, day_start
from sim.estimate import Estimate, How, by_weight
from sim.figures import figures
from sim.fit_noise import Chance, chance, of_mean
from sim.fit_orders import Sold, sold
from sim.fit_refusal import FitRefused
from sim.fit_week import Week, week_of
from sim.market import optimum
from sim.past import Past, latest
from sim.population import around
from sim.words import Say

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEAST_DAYS = 7
"""Complete days below which nothing is fitted."""
TEACHING_DAYS = 5
"""Of a campaign: days that deliver, free of budget and observation period, below which its level is not known."""
LEARNING_S = 3 * DAY
WRONG_WAY = -4.0
"""Standard errors by which spend may rise with the target before the response counts as impossible."""
BEYOND = 15.0
MARGIN, INCREMENTAL = 0.45, 1.0
"""Where the operator said nothing: the middle of the world's 0.35 .. 0.55."""
MARGIN_LOG_SD = 0.13
SUGGESTED, SUGGESTED_SD = 0.075, 0.1
"""ln(suggestion / optimum) where none is known: the middle and sd of the world's -0.1 .. 0.25."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A campaign that has no twin, and why."""

    campaign: str
    why: Wording


@dataclass(frozen=True, slots=True)
class Fit:
    """What was found of the campaigns of `past` (those that failed left out). By campaign (n,): `level` yuan a day at the target in
    force at the end, `elasticity` there, `margin`, `suggestion` ln(suggestion / optimum), `moves`: days on which the target differed
    from the day before. Of the account: `level_shared`, log sd of the error that all levels have in common, `week`, `sold`,
    `chance`, `suggestion_sd` of its daily walk, `delivered`: mean ln(ROI / target)."""

    past: Past
    level: Estimate
    level_shared: float
    elasticity: Estimate
    margin: Estimate
    suggestion: Estimate
    suggestion_sd: Estimate
    delivered: Estimate
    moves: Int
    week: Week
    sold: Sold
    chance: Chance
    failed: tuple[Failed, ...]


def fit(past: Past) -> Fit:
    """Raises FitRefused where the past is too short, or no campaign can be fitted."""
    if past.days < LEAST_DAYS:
        raise FitRefused(Say.FIT_SHORT(place=past.place, days=past.days, least=LEAST_DAYS))
    if not past.campaign:
        raise FitRefused(Say.FIT_NO_CAMPAIGN(place=past.place))
    with np.errstate(all="ignore"):
        return _fit(past)


def _fit(past: Past) -> Fit:
    use = teaches(past)
    week = week_of(past, _quiet(past, use))
    learned = _learned(past, week, use)
    _refuse_pooled(past, learned)
    failed = _failures(past, use, learned)
    good = np.flatnonzero([w is None for w in failed])
    told = tuple(Failed(c, w) for c, w in zip(past.campaign, failed, strict=True) if w is not None)
    if len(good) == 0:
        raise FitRefused(Say.FIT_ALL_FAILED(place=past.place, count=len(told), why=told[0].why))
    if told:  # what is pooled shall not stand on them
        past, use = past.take(good), use[good]
        week = week_of(past, _quiet(past, use))
        learned = _learned(past, week, use)
    return _estimates(past, use, week, learned, told)


def teaches(past: Past) -> Mask:
    """(n, d) days from which the response can be learned, the platform's learning of a new campaign left out."""
    begins = np.array([day_start(past.first_day + k) for k in range(past.days)])
    young = begins[None, :] < np.where(np.isfinite(past.created), past.created, -np.inf)[:, None] + LEARNING_S
    budget = np.broadcast_to(past.budget[:, None], past.spend.shape)
    return usable(past.spend, past.target, budget, ~young)


def _quiet(past: Past, use: Mask) -> Float:
    """(n, d) ln of spend less what the moves of the target would explain at the prior's elasticity."""
    mean = np.where(use, past.target, 0.0).sum(axis=1, keepdims=True) / use.sum(axis=1, keepdims=True)
    return np.where(use, np.log(past.spend) + EPS / mean * (past.target - mean), np.nan)


def _learned(past: Past, week: Week, use: Mask) -> Learned:
    return learn(past.spend / week.of_days(past.first_day, past.days), past.target, use, _groups(past))


def _groups(past: Past) -> Groups:
    return Groups(past.account, int(past.account.max()) + 1)


def _refuse_pooled(past: Past, learned: Learned) -> None:
    a, b = learned.a / past.now**2, learned.b / past.now
    some = (learned.a > 0) & np.isfinite(b)
    if some.any() and b[some].sum() / np.sqrt(a[some].sum()) < WRONG_WAY:
        raise FitRefused(Say.FIT_WRONG_WAY(place=past.place, eps=f"{b[some].sum() / a[some].sum():.2f}"))


def _failures(past: Past, use: Mask, learned: Learned) -> list[Wording | None]:
    eps, error = learned.b / learned.a * past.now, past.now / np.sqrt(learned.a)
    taught, bound = use.sum(axis=1), past.spend >= 0.9 * past.budget[:, None]
    out: list[Wording | None] = []
    for i in range(len(past.campaign)):
        why: Wording | None = None
        if not past.now[i] > 0:
            why = Say.FIT_NO_TARGET()
        elif taught[i] < TEACHING_DAYS:
            held = int(bound[i].sum())
            why = (
                Say.FIT_BOUND(days=held)
                if held > past.days / 2
                else Say.FIT_FEW_DAYS(days=int(taught[i]), least=TEACHING_DAYS)
            )
        elif not np.isfinite(learned.level[i]):
            why = Say.FIT_DIVERGED()
        elif learned.a[i] > 0 and eps[i] < WRONG_WAY * error[i]:
            why = Say.FIT_RISES(eps=f"{eps[i]:.2f}", error=f"{error[i]:.2f}")
        elif learned.a[i] > 0 and eps[i] + WRONG_WAY * error[i] > BEYOND:
            why = Say.FIT_BEYOND(eps=f"{eps[i]:.1f}", most=BEYOND)
        out.append(why)
    return out


def _estimates(past: Past, use: Mask, week: Week, learned: Learned, failed: tuple[Failed, ...]) -> Fit:
    orders = sold(past)
    margin = _margin(past)
    incremental = np.array([t.incremental for t in past.told])
    worth = margin.value * incremental * (1 - orders.refund.value)
    net = np.where(past.net, 1 - orders.refund.value * orders.within_hour.value[0], 1.0)
    roi, sampling = _tracking(past, orders, net)
    delivered = _delivered(roi)
    response = _response(past, use, learned, net / worth)
    elasticity = _elasticity(learned, response.elasticity, response.elasticity_log_sd, past.now)
    k = elasticity.value / past.now
    off = np.where(use, np.log(past.spend / week.of_days(past.first_day, past.days)) + k[:, None] * (past.target - past.now[:, None]),
                   np.nan)  # fmt: skip
    mean = np.where(use, off, 0.0).sum(axis=1) / use.sum(axis=1)
    seen = chance(
        off - mean[:, None],
        roi,
        sampling,
        float(np.sqrt(np.mean(elasticity.value**2))),
        past.hours,
        week.hours.value / 24,
    )
    market = float(of_mean(float(seen.market.value[0]), float(seen.rho.value[0]), np.array([past.days]))[0])
    level = _level(mean, elasticity, past, use, seen, market)
    suggestion, suggestion_sd = _suggestion(past, level, elasticity, worth, net)
    moved = np.abs(np.diff(np.log(past.target), axis=1)) > 0.004
    return Fit(
        past=past,
        level=level,
        level_shared=float(np.sqrt(market)),
        elasticity=elasticity,
        margin=margin,
        suggestion=suggestion,
        suggestion_sd=suggestion_sd,
        delivered=delivered,
        moves=np.asarray(moved.sum(axis=1), np.int64),
        week=week,
        sold=orders,
        chance=seen,
        failed=failed,
    )


def _response(past: Past, use: Mask, learned: Learned, break_even: Float) -> Response:
    """Budgets apart: days that they bind teach nothing, and what they hold back is the world's to say."""
    none = np.full(len(past.now), np.inf)
    stand = Stand(past.now, first_target(np.where(use, past.target, np.nan)), latest(past.suggested), break_even, none)
    return respond(learned, stand, _groups(past), lambda k: np.full_like(k, np.nan))


def _margin(past: Past) -> Estimate:
    told = np.array([t.margin for t in past.told])
    some = np.isfinite(told)
    how = np.where(some, How.TOLD, How.PRIOR).astype(np.int8)
    return Estimate(np.where(some, told, MARGIN), np.where(some, 0.0, MARGIN_LOG_SD), how, most=1.0)


def _tracking(past: Past, orders: Sold, net: Float) -> tuple[Float, Float]:
    """(n, d) ln of paid ROI over the target on the paid basis, and its variance by which orders came; NaN with under 10 orders."""
    enough = (past.orders >= 10) & (past.spend > 0) & (past.gmv > 0)
    roi = np.log(past.gmv / past.spend) - np.log(past.target / net[:, None])
    cv2 = np.exp(orders.value_log_sd.value[0] ** 2) - 1
    return np.where(enough, roi, np.nan), np.where(enough, (1 + cv2) / np.where(enough, past.orders, 1.0), 0.0)


def _delivered(roi: Float) -> Estimate:
    some = roi[np.isfinite(roi)]
    if len(some) < 2:
        return Estimate(np.zeros(1), np.full(1, 0.05), np.array([How.PRIOR], np.int8), log=False, least=-np.inf)
    sd = np.std(some, ddof=1) / np.sqrt(len(some))
    return Estimate(np.array([some.mean()]), np.array([sd]), np.array([How.DATA], np.int8), log=False, least=-np.inf)


def _elasticity(learned: Learned, value: Float, log_sd: Float, now: Float) -> Estimate:
    """Where from: by how the likelihood's precision of ln k compares with the prior's."""
    k = value / now
    precision = learned.a * k**2 * EPS_LOG_SD**2
    weight = precision / (1 + precision)
    how = np.array([by_weight(float(w)) for w in weight], np.int8)
    return Estimate(value, log_sd, how, least=1.16, most=BEYOND)


def _level(mean: Float, elasticity: Estimate, past: Past, use: Mask, seen: Chance, market: float) -> Estimate:
    """Expected spend at the present target; its error is that of the mean of the days, everybody's days, and the elasticity's over
    the way from the days' targets to the present one."""
    days = use.sum(axis=1).astype(np.float64)
    own, rho = seen.own
    demand2, market2 = seen.demand.value[0] ** 2, seen.market.value[0] ** 2
    way = np.nansum(np.where(use, past.target - past.now[:, None], 0.0), axis=1) / days
    far = elasticity.value / past.now * way * elasticity.sd
    var = of_mean(own, rho, days) + market + far**2
    value = np.exp(mean + (demand2 + market2) / 2)
    return Estimate(value, np.sqrt(var), np.full(len(value), How.DATA, np.int8), least=1.0, most=1e7)


def _suggestion(
    past: Past, level: Estimate, elasticity: Estimate, worth: Float, net: Float
) -> tuple[Estimate, Estimate]:
    low, high = around(np.clip(elasticity.value, 1.16, BEYOND))
    best = optimum(np.log(past.now / net), low, high, figures().elasticity_width, worth)
    off = np.log(past.suggested / net[:, None]) - best[:, None]
    n = np.isfinite(off).sum(axis=1)
    some = n > 0
    value = np.where(some, np.where(np.isfinite(off), off, 0.0).sum(axis=1) / np.maximum(n, 1), SUGGESTED)
    inside = np.where(np.isfinite(off), off - value[:, None], 0.0)
    freedom = float(np.maximum(n - 1, 0).sum())
    sd = float(np.sqrt((20 * 0.04**2 + (inside**2).sum()) / (20 + freedom)))
    how = np.where(some, How.BOTH, How.PRIOR).astype(np.int8)
    error = np.where(some, np.sqrt(sd**2 / np.maximum(n, 1) + 0.05**2), SUGGESTED_SD)
    walk = by_weight(freedom / (20 + freedom))
    return (
        Estimate(value, error, how, log=False, least=-2.0, most=2.0),
        Estimate(np.array([sd]), np.array([1 / np.sqrt(2 * (20 + freedom))]), np.array([walk], np.int8), most=1.0),
    )


__all__ = ["Failed", "Fit", "FitRefused", "fit"]
