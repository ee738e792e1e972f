"""Creative rules (RULEBOOK 3): what is retired, what stays whatever its figures, and when new material is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.creatives import CreativeView, Verdict
from bidctl.policy.rulebook.settings import RuleSettings

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

TOP = 3
"""Best creatives of a campaign by GMV that are never retired (R-RETIRE)."""
SAID_TIRED = (Verdict.KEEP, Verdict.TOP)
"""What is said to be tired where it is: the best tire too."""
NEVER_TOUCHED = (Verdict.SYSTEM, Verdict.SHARED, Verdict.NO_RETURN)
"""What may be tired as well, and stays whatever it does."""


@dataclass(frozen=True, slots=True)
class CreativeVerdicts:
    """(m,) `verdict` int8 `Verdict` of each creative; by campaign number (k,): how many are `tired`, of what is never
    touched too; `wanted` new creatives asked for, `add` how many of the reserve to add now, `false_share` expected share of good
    ones among those retired."""

    verdict: NDArray[np.int8]
    tired: Int
    wanted: Int
    add: Int
    false_share: Float


def judge_creatives(v: CreativeView, s: RuleSettings, campaigns: int) -> CreativeVerdicts:
    """Verdicts of all creatives; `campaigns` = how many campaign numbers there are. A campaign sees its own rows only."""
    verdict = _standing(v, s)
    candidates = verdict == Verdict.DOUBTFUL
    chosen, false_share = _sure_enough(v, candidates, s, campaigns)
    allowed = _allowed(v, s, campaigns)
    rank = _rank(v.campaign_index, v.p_weak, chosen)
    spared = chosen & (rank >= allowed[v.campaign_index])
    verdict[chosen] = Verdict.RETIRE
    verdict[spared] = Verdict.SPARED
    tired = _tired(v, s) & np.isin(verdict, (*SAID_TIRED, *NEVER_TOUCHED))
    verdict[tired & np.isin(verdict, SAID_TIRED)] = Verdict.TIRED
    worn = np.bincount(v.campaign_index[tired], minlength=campaigns)
    wanted, add = _relay(v, verdict, worn, s, campaigns)
    return CreativeVerdicts(verdict, worn, wanted, add, false_share)


def _standing(v: CreativeView, s: RuleSettings) -> NDArray[np.int8]:
    """The first thing that speaks for leaving a creative alone; DOUBTFUL = a candidate for retirement."""
    settled_good = v.p_good_settled >= 0.5
    ladder: list[tuple[Bool, Verdict]] = [
        (~v.delivering, Verdict.GONE),
        (v.picked_by_system, Verdict.SYSTEM),
        (v.shared, Verdict.SHARED),
        (~v.returns, Verdict.NO_RETURN),
        (~v.free, Verdict.CAMPAIGN_NOT_FREE),
        (v.gmv_rank <= TOP, Verdict.TOP),
        (~np.isfinite(v.age_h), Verdict.AGE_UNKNOWN),
        ((v.age_h < s.retire_age_h) | _youngest(v, s), Verdict.YOUNG),
        (~_judgeable(v, s), Verdict.LOW_EVIDENCE),
        (~(v.p_weak >= 0.5), Verdict.KEEP),
        (settled_good, Verdict.VETOED),
    ]
    return np.select([m for m, _ in ladder], [np.int8(x) for _, x in ladder], np.int8(Verdict.DOUBTFUL)).astype(np.int8)


def _judgeable(v: CreativeView, s: RuleSettings) -> Bool:
    """Has spent enough to be judged (R-RETIRE)."""
    least = np.fmax(np.fmax(s.retire_orders * v.cost_per_order, s.retire_yuan), s.retire_share * v.campaign_spend)
    known = np.isfinite(v.cost_per_order) & np.isfinite(v.campaign_spend)
    return np.asarray(known & (v.spend >= least))


def _youngest(v: CreativeView, s: RuleSettings) -> Bool:
    """Among the youngest share of their campaign's delivering creatives (R-KEEP)."""
    n = _count(v, v.delivering)
    rank = _rank(v.campaign_index, -np.nan_to_num(v.age_h, nan=-1.0), v.delivering)
    return np.asarray(v.delivering & (rank < np.ceil(s.keep_youngest * n - 1e-9)[v.campaign_index]))


def _sure_enough(v: CreativeView, candidates: Bool, s: RuleSettings, campaigns: int) -> tuple[Bool, Float]:
    """Of each campaign the candidates surest to be weak, while the expected share of good ones among them stays within the limit."""
    rows = np.flatnonzero(candidates)
    order = rows[np.lexsort((-v.p_weak[rows], v.campaign_index[rows]))]
    group = v.campaign_index[order]
    first = np.concatenate([[True], group[1:] != group[:-1]]) if len(order) else np.zeros(0, np.bool_)
    begin = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    doubt = np.cumsum(1.0 - v.p_weak[order])
    before = np.where(begin > 0, doubt[begin - 1], 0.0) if len(order) else doubt
    mean = (doubt - before) / (np.arange(len(order)) - begin + 1)
    good = mean <= s.retire_false
    chosen = np.zeros(len(v), np.bool_)
    chosen[order[good]] = True  # the mean grows along a campaign's order, so what is good is its beginning
    false_share = np.zeros(campaigns)
    false_share[group[good]] = mean[good]
    return chosen, false_share


def _allowed(v: CreativeView, s: RuleSettings, campaigns: int) -> Int:
    """(k,) retirements that a campaign may still see today (R-KEEP)."""
    n = np.bincount(v.campaign_index[v.delivering], minlength=campaigns)
    daily = retirements_a_day(n, s)
    keep, done, came = (np.zeros(campaigns, np.int64) for _ in range(3))
    i = v.campaign_index
    keep[i], done[i], came[i] = v.keep_at_least, v.retired_today, v.fresh_week - v.retired_week
    allowed = np.minimum(daily - done, n - keep)
    return np.asarray(np.maximum(np.minimum(allowed, came) if s.keep_replaced else allowed, 0))


def retirements_a_day(delivering: Int, s: RuleSettings) -> Int:
    """How many of so many delivering creatives may be retired on one natural day (R-KEEP)."""
    share = np.floor(s.keep_daily_share * delivering + 1e-9)
    return np.asarray(np.clip(share, s.keep_daily_least, s.keep_daily_most), np.int64)


def _tired(v: CreativeView, s: RuleSettings) -> Bool:
    less = (v.share_low_days >= s.relay_days) | (v.p_down >= s.relay_p)
    return np.asarray(v.delivering & v.free & _judgeable(v, s) & less)


def _relay(v: CreativeView, verdict: NDArray[np.int8], worn: Int, s: RuleSettings, campaigns: int) -> tuple[Int, Int]:
    """(k,) new creatives asked for and, as far as the reserve goes, added: one for each that was retired in the week, is to be, or is
    tired, less those that came in the week (one that is tired asks once, not every day); what is missing to the kept number + 2;
    what is missing to the week's quota, or to the batch before a promotion."""
    stays = v.delivering & (verdict != Verdict.RETIRE)
    n = np.bincount(v.campaign_index[stays], minlength=campaigns)
    going = np.bincount(v.campaign_index[verdict == Verdict.RETIRE], minlength=campaigns)
    keep, reserve, fresh, free, gone = (np.zeros(campaigns, np.int64) for _ in range(5))
    i = v.campaign_index
    keep[i], reserve[i], fresh[i], free[i], gone[i] = v.keep_at_least, v.reserve, v.fresh_week, v.free, v.retired_week
    short = np.maximum(keep + s.relay_spare - n, 0)
    batch = np.zeros(campaigns)
    batch[i] = np.where(v.batch_due, s.relay_batch, 0)
    quota = np.maximum(np.maximum(s.relay_weekly, batch) - fresh, 0)
    replaced = np.maximum(gone + going + worn - fresh, 0)
    wanted = np.maximum(np.maximum(replaced, short), quota).astype(np.int64)
    return wanted, np.where(free > 0, np.minimum(wanted, reserve), 0).astype(np.int64)


def _count(v: CreativeView, rows: Bool) -> Int:
    return np.bincount(v.campaign_index[rows], minlength=int(v.campaign_index.max(initial=0)) + 1)


def _rank(group: Int, key: Float, rows: Bool) -> Int:
    """(m,) place of each of `rows` within its group by `key`, largest first, from 0; ties by position."""
    where = np.flatnonzero(rows)
    order = where[np.lexsort((where, -np.nan_to_num(key[where], nan=-np.inf), group[where]))]
    first = np.searchsorted(group[order], group[order], side="left")
    out = np.full(len(group), len(group), np.int64)
    out[order] = np.arange(len(order)) - first
    return out
