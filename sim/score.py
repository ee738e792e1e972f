"""Scores of policies on paired luck: regret to the oracle, and beside it, never folded in, how a policy conducted itself.

Which unit is independent? Campaigns of one seed share the market's days, whatever the scenario; campaigns of one account share
rules and what a policy learns there; the campaigns that a live room has day after day share everything. So whole seeds are
resampled where there are at least `MANY`, else whole accounts, else campaigns (rooms). The last two speak of these seeds only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.bootstrap import Interval, probability_above_zero, ratio, resamples
from sim.result import Result
from sim.yardstick import Yardstick

Int = NDArray[np.int64]
Float = NDArray[np.float64]
T = TypeVar("T")

MANY = 20
DRAWS = 2000
DEAD_BAND = float(np.log(1.05))  # the smallest step that R-BAND allows
YUAN = 100.0
LOPSIDED = 0.2
"""A mean of n amounts of skewness G is as good as normal where n > 25 G^2 (Cochran 1977, 2.15): where |G| / sqrt(n) is below this."""


@dataclass(frozen=True, slots=True)
class Regret:
    """`regret`: sum(profit of O_feas - profit of the policy) / sum(profit of O_free). `p90`, `worst_tenth` (CVaR10): of that
    ratio by campaign, over campaigns from which O_free earns. `static`: the same ratio for O_static. `useful_a_week`: acts in the
    oracle's direction while it was more than a dead band away, per week of such days; `useful_where_acts`: of them those in weeks of
    the run in which the oracle acts and the policy was so far away, per such week; `useful_share`: of all acts.
    `unit`, `units`: what was resampled."""

    policy: str
    campaigns: int
    regret: Interval
    p90: float
    worst_tenth: float
    static: float
    useful_a_week: float
    useful_where_acts: float
    useful_share: float
    unit: str
    units: int


@dataclass(frozen=True, slots=True)
class Conduct:
    """Over all campaigns. `roas_shortfall`: mean of max(0, 1 - settled ROAS / goal), weighted by spend. `volume_shortfall`: GMV
    missing where `hold` had more, over the GMV of `hold`. `credits_lost_yuan`: credits of `hold` less the policy's own.
    `worse_than_hold`: share of campaigns that earned less than under `hold`."""

    policy: str
    campaigns: int
    profit_yuan: float
    roas_shortfall: float
    volume_shortfall: float
    over_budget_yuan: float
    edits: int
    edits_a_campaign_week: float
    protection_days_lost: int
    credits_yuan: float
    credits_lost_yuan: float
    worse_than_hold: float
    violations: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`gain_yuan`: what `first` earned more than `second`, a campaign, over all of them. `gain_share`: of the sampled campaigns,
    over the profit of O_free (NaN without yardsticks). `better`: probability that `first` earns more, over resamples.
    `carried_by`: campaigns that would carry the difference if all that do carried the same; `lopsided`: skewness of the campaigns'
    differences over the root of their number."""

    first: str
    second: str
    campaigns: int
    gain_yuan: Interval
    gain_share: Interval
    better: float
    carried_by: float
    lopsided: float
    unit: str
    units: int

    @property
    def trusted(self) -> bool:
        """Whether enough campaigns carry the difference for its interval to cover the truth as often as it says."""
        return abs(self.lopsided) <= LOPSIDED


def regret(results: Sequence[Result], yardsticks: Sequence[Yardstick], draws: int = DRAWS, seed: int = 0) -> Regret:
    """Regret of one policy on the lines that the oracles were computed for. Raises ValueError where a result has no yardstick
    or a sampled campaign is missing from it."""
    rows = [(r, y, rows_of(r, y.campaign)) for r, y in _paired(results, yardsticks)]
    missed = missed_by_line(results, yardsticks)
    free = np.concatenate([y.free for _, y, _ in rows])
    static = np.concatenate([y.feas - y.static for _, y, _ in rows])
    unit, of = units_of([(r, at) for r, _, at in rows])
    weights = resamples(int(of.max()) + 1, draws, seed)
    by_campaign = missed[free > 0] / free[free > 0]
    days, useful, acts, weeks, useful_then = np.sum([_useful(r, y, at) for r, y, at in rows], axis=0)
    return Regret(
        policy=results[0].policy,
        campaigns=len(free),
        regret=ratio(_sums(missed, of), _sums(free, of), weights),
        p90=float(np.quantile(by_campaign, 0.9)) if len(by_campaign) else np.nan,
        worst_tenth=_worst_tenth(by_campaign),
        static=float(static.sum() / free.sum()),
        useful_a_week=float(7 * useful / days) if days else np.nan,
        useful_where_acts=float(useful_then / weeks) if weeks else np.nan,
        useful_share=float(useful / acts) if acts else np.nan,
        unit=unit,
        units=weights.shape[1],
    )


def missed_by_line(results: Sequence[Result], yardsticks: Sequence[Yardstick]) -> Float:
    """Fen that the path of O_feas earned more than the policy on each sampled line, in the order of the results. Raises as
    `regret` does."""
    return np.concatenate(
        [y.feas - _profit(r, rows_of(r, y.campaign)) for r, y in _paired(results, yardsticks)], dtype=np.float64
    )


def conduct(results: Sequence[Result], holds: Sequence[Result]) -> Conduct:
    """How one policy behaved, beside `hold` on the same luck. Raises ValueError where a result has no `hold` beside it."""
    pairs = _alike(results, holds)

    def both(of: Callable[[Result], NDArray[np.generic]]) -> tuple[Float, Float]:
        mine, kept = ([of(p[side]) for p in pairs] for side in (0, 1))
        return np.concatenate(mine).astype(np.float64), np.concatenate(kept).astype(np.float64)

    profit, hold_profit = both(lambda r: r.profit)
    gmv, hold_gmv = both(lambda r: r.gmv)
    credits, hold_credits = both(lambda r: r.credits)
    spend, short = both(lambda r: r.spend)[0], both(_roas_shortfall)[0]
    edits, days = sum(int(r.edits.sum()) for r in results), sum(r.edits.size for r in results)
    return Conduct(
        policy=results[0].policy,
        campaigns=len(profit),
        profit_yuan=float(profit.sum()) / YUAN,
        roas_shortfall=_share(float((short * spend).sum()), float(spend.sum())),
        volume_shortfall=_share(float(np.maximum(0, hold_gmv - gmv).sum()), float(hold_gmv.sum())),
        over_budget_yuan=sum(int(r.budget_over.sum()) for r in results) / YUAN,
        edits=edits,
        edits_a_campaign_week=_share(7.0 * edits, float(days)),
        protection_days_lost=sum(int(r.protection_lost.sum()) for r in results),
        credits_yuan=float(credits.sum()) / YUAN,
        credits_lost_yuan=float((hold_credits - credits).sum()) / YUAN,
        worse_than_hold=float(np.mean(profit < hold_profit)),
        violations=sum(len(r.violations) for r in results),
    )


def compare(
    first: Sequence[Result],
    second: Sequence[Result],
    yardsticks: Sequence[Yardstick] = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> Comparison:
    """Two policies on the same luck. Raises ValueError where they did not meet the same worlds."""
    pairs = _alike(first, second)
    gain = np.concatenate([a.profit - b.profit for a, b in pairs])
    unit, of = units_of([(a, np.arange(len(a.campaign))) for a, _ in pairs])
    weights = resamples(int(of.max()) + 1, draws, seed)
    carried_by, lopsided = _carried(_by_line(pairs, gain))
    return Comparison(
        first=first[0].policy,
        second=second[0].policy,
        campaigns=len(gain),
        gain_yuan=ratio(_sums(gain / YUAN, of), _sums(np.ones(len(gain)), of), weights),
        gain_share=_gain_share(pairs, yardsticks, draws, seed),
        better=probability_above_zero(_sums(gain, of), weights),
        carried_by=carried_by,
        lopsided=lopsided,
        unit=unit,
        units=weights.shape[1],
    )


def _by_line(pairs: Sequence[tuple[Result, Result]], gain: Float) -> Float:
    """What each campaign, or room with the campaigns of all its days, gained; `gain` by row of all results."""
    world = np.concatenate([np.full(len(a.line), i) for i, (a, _) in enumerate(pairs)])
    of = np.unique(np.stack([world, np.concatenate([a.line for a, _ in pairs])]), axis=1, return_inverse=True)[1]
    return _sums(gain, np.asarray(of, np.int64).ravel())


def _carried(gain: Float) -> tuple[float, float]:
    """`carried_by` and `lopsided` of the gains of lines."""
    off = gain - gain.mean()
    square, all_ = float((off**2).mean()), float((gain**2).sum())
    lopsided = float((off**3).mean()) / (square**1.5 * np.sqrt(len(gain))) if square > 0 else 0.0
    return float(np.abs(gain).sum()) ** 2 / all_ if all_ > 0 else 0.0, lopsided


def units_of(parts: Sequence[tuple[Result, Int]]) -> tuple[str, Int]:
    """The name of the independent unit, and the unit 0, 1, ... of each of the rows given."""
    seed = np.concatenate([np.full(len(at), r.seed) for r, at in parts])
    account, line = (np.concatenate([getattr(r, n)[at] for r, at in parts]) for n in ("account", "line"))
    for name, columns in (("seed", [seed]), ("account", [seed, account]), ("campaign", [seed, account, line])):
        kinds, of = np.unique(np.stack(columns), axis=1, return_inverse=True)
        if kinds.shape[1] >= MANY or name == "campaign":
            break
    return name, np.asarray(of, np.int64).ravel()


def _gain_share(
    pairs: Sequence[tuple[Result, Result]], yardsticks: Sequence[Yardstick], draws: int, seed: int
) -> Interval:
    if not yardsticks:
        return Interval(np.nan, np.nan, np.nan)
    of_world = {(b.scenario, b.seed): b for _, b in pairs}
    rows = [(a, y, rows_of(a, y.campaign)) for a, y in _paired([a for a, _ in pairs], yardsticks)]
    gain = np.concatenate([_profit(a, at) - _profit(of_world[a.scenario, a.seed], at) for a, _, at in rows])
    _, of = units_of([(a, at) for a, _, at in rows])
    free = np.concatenate([y.free for _, y, _ in rows])
    return ratio(_sums(gain, of), _sums(free, of), resamples(int(of.max()) + 1, draws, seed))


def _useful(r: Result, y: Yardstick, at: Int) -> Float:
    """Days more than a dead band away from the oracle, useful acts, acts (a day's edits count as one act); weeks in which the
    oracle acts and there is such a day, useful acts in them."""
    target, edited = _targets(r, at), _edited(r, at)
    before, now, acted = target[:, :-1], target[:, 1:], edited[:, 1:]
    gap = np.log(y.target[:, 1:] / before)
    away = np.abs(gap) > DEAD_BAND
    useful = away & acted & (np.sign(np.log(now / before)) == np.sign(gap))
    both = _weekly(y.target[:, 1:] != y.target[:, :-1]) & _weekly(away)
    then = np.repeat(both, 7, axis=1)[:, : away.shape[1]]
    weeks = then.sum() / 7
    return np.array([away.sum(), useful.sum(), acted.sum(), weeks, (useful & then).sum()], np.float64)


def _weekly(days: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(m, weeks) whether there is such a day in it; the last one may be short."""
    return np.logical_or.reduceat(days, np.arange(0, days.shape[1], 7), axis=1)


def _profit(r: Result, at: Int) -> Float:
    """(m,) of the lines whose first campaigns are in rows `at`."""
    of = _line_of(r, at)
    return np.bincount(of[of >= 0], weights=r.profit[of >= 0], minlength=len(at)).astype(np.float64)


def _targets(r: Result, at: Int) -> Float:
    """(m, d) of the lines: that of the latest campaign which a room has had by then."""
    out, of = np.full((len(at), r.target.shape[1]), np.nan), _line_of(r, at)
    for row in np.flatnonzero(of >= 0):
        there = np.isfinite(r.target[row])
        out[of[row], there] = r.target[row, there]
    return out


def _edited(r: Result, at: Int) -> NDArray[np.bool_]:
    out, of = np.zeros((len(at), r.edits.shape[1]), np.int64), _line_of(r, at)
    np.add.at(out, of[of >= 0], r.edits[of >= 0])
    return out > 0


def _line_of(r: Result, at: Int) -> Int:
    """By row of the result, which of the lines it belongs to; -1 = none of them."""
    order = np.argsort(r.line[at])
    place = np.minimum(np.searchsorted(r.line[at], r.line, sorter=order), len(at) - 1)
    return np.where(r.line[at][order][place] == r.line, order[place], -1)


def _roas_shortfall(r: Result) -> Float:
    roas = np.divide(r.kept, r.spend, out=np.zeros(len(r.kept)), where=r.spend > 0)
    return np.maximum(0.0, 1 - roas / r.goal)


def _worst_tenth(by_campaign: Float) -> float:
    worst = np.sort(by_campaign)[::-1][: max(1, len(by_campaign) // 10)]
    return float(worst.mean()) if len(worst) else np.nan


def rows_of(r: Result, campaigns: Int) -> Int:
    """(m,) rows of a result that are these campaigns (numbers). Raises ValueError where one is missing."""
    row = {int(c): i for i, c in enumerate(r.campaign)}
    missing = [int(c) for c in campaigns if int(c) not in row]
    if missing:
        raise ValueError(f"{_world(r)}: campaign {missing[0]} of the oracle is not among the results of {r.policy}")
    return np.array([row[int(c)] for c in campaigns], np.int64)


def _paired(results: Sequence[Result], yardsticks: Sequence[Yardstick]) -> list[tuple[Result, Yardstick]]:
    _some(results)
    known = {(y.scenario, y.seed): y for y in yardsticks}
    return [(r, _of(known, r, "an oracle")) for r in results]


def _alike(first: Sequence[Result], second: Sequence[Result]) -> list[tuple[Result, Result]]:
    _some(first)
    known = {(r.scenario, r.seed): r for r in second}
    pairs = [(r, _of(known, r, "a result to compare with")) for r in first]
    for a, b in pairs:
        if not np.array_equal(a.campaign, b.campaign):
            raise ValueError(f"{_world(a)}: {a.policy} and {b.policy} ran on different campaigns; run both on the same")
    return pairs


def _some(results: Sequence[Result]) -> None:
    if not results:
        raise ValueError("no results to score; run a policy first")


def _of(known: dict[tuple[str, int], T], r: Result, what: str) -> T:
    if (r.scenario, r.seed) not in known:
        raise ValueError(f"{_world(r)}: {r.policy} has not {what} there; run it on the same scenario and seed")
    return known[r.scenario, r.seed]


def _world(r: Result) -> str:
    return f"scenario {r.scenario}, seed {r.seed}"


def _sums(amounts: Float, of: Int) -> Float:
    return np.bincount(of, weights=amounts).astype(np.float64)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
