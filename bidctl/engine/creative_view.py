"""From what each creative did day by day to the rows that the creative rules judge (RULEBOOK 3).

Complete natural days only, and of each creative none that began within 24 h of its start. No platform tells when a creative joined
a campaign; then the end of its first day with spend stands for it: it is at least so old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.creatives import CreativeView
from bidctl.engine.creative_fatigue import WEEK_DAYS, low_share_days, p_all_down, p_down
from bidctl.engine.creative_rates import (
    WEAK,
    Sales,
    by_spend,
    fitted_log_sd,
    fitted_slope,
    p_below,
    sales,
)
from bidctl.engine.evidence import order_cv
from bidctl.engine.groups import Groups

Text = NDArray[np.str_]
Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

WINDOW_DAYS = 14
"""Complete days that are looked at: long enough for some orders of each, short beside the weeks in which creatives tire (ours)."""
LATELY_DAYS = 3
"""The last days, whose rate is set against the days before (R-RELAY)."""
DAY_S, HOUR_S = 86400.0, 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeDays:
    """m creatives over d complete natural days, oldest first: yuan and counts, NaN where the day was not read."""

    creative: Text
    campaign_index: Int
    product_index: Int
    delivering: Bool
    picked_by_system: Bool
    shared: Bool
    returns: Bool  # could be added again once retired
    born: Float  # epoch s of its start in the campaign, NaN = not told
    spend: Float  # (m, d)
    gmv: Float  # paid
    net: Float  # less refunds within 1 h; NaN = not reported: paid stands for it
    orders: Float
    settled_spend: Float  # (m,) of older days, NaN = not told
    settled_gmv: Float

    def __len__(self) -> int:
        return len(self.creative)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeCampaigns:
    """The k campaigns of the creatives, all of one account. `spend`, `gmv`, `orders` (k, d): the whole campaign's, what the platform
    lists as others included. `curbed`: something else than its material holds its spend down (a budget); `target`: ROAS of the target in
    force, NaN = none. `retired_week`, `fresh_week`: creatives retired by us and added since the day 7 days ago began."""

    campaign: Text
    free: Bool
    curbed: Bool
    keep_at_least: Int
    retired_today: Int
    retired_week: Int
    reserve: Int
    batch_due: Bool
    fresh_week: Int
    target: Float
    spend: Float
    gmv: Float
    orders: Float

    def __len__(self) -> int:
        return len(self.campaign)


class Judgeable(NamedTuple):
    """What the rules judge, and what was fitted to the account: the log sd of true relative rates, and the power of spend with which
    they go."""

    view: CreativeView
    log_sd: float
    slope: float


def creative_view(c: CreativeDays, k: CreativeCampaigns, days: Float, now: float) -> Judgeable:
    """Rows for `judge_creatives`, of one account. `days` (d,): epoch s at which each day begins; all are over at `now` (epoch s)."""
    start = _start(c, days)
    counted = days >= (start + DAY_S)[:, None]
    net = np.where(np.isfinite(c.net), c.net, c.gmv)
    value, cv = _order_values(k)
    evidence_value = value * (1.0 + cv**2)
    group = _groups(c.campaign_index, c.product_index)

    def beside(span: Bool) -> Sales:
        spend, made = (np.nansum(np.where(counted & span, x, 0.0), axis=1) for x in (c.spend, net))
        return sales(spend, made, group, evidence_value[c.campaign_index])

    lately = np.arange(len(days)) >= len(days) - LATELY_DAYS
    whole = beside(np.ones(len(days), np.bool_))
    a_day = _counted(c.spend, counted) / np.maximum(counted.sum(axis=1), 1)
    slope = fitted_slope(whole, a_day, group)
    expected = by_spend(slope, a_day, group)
    like = Sales(whole.sold, whole.expected * expected, whole.others)
    log_sd = fitted_log_sd(like)
    by_like, by_itself = p_below(WEAK / expected, like, log_sd), p_below(WEAK, whole, fitted_log_sd(whole))
    # little spend alone makes nobody weak: its own figure must rather say so too
    p_weak = np.where(by_itself >= 0.5, by_like, np.fmin(by_like, by_itself))
    of = c.campaign_index
    with np.errstate(divide="ignore", invalid="ignore"):
        cost_per_order = value / k.target
    return Judgeable(
        CreativeView(
            campaign=k.campaign[of], creative=c.creative, campaign_index=of, product_index=c.product_index,
            delivering=c.delivering, picked_by_system=c.picked_by_system, shared=c.shared, returns=c.returns,
            age_h=(now - start) / HOUR_S, free=k.free[of], keep_at_least=k.keep_at_least[of], retired_today=k.retired_today[of],
            retired_week=k.retired_week[of],
            spend=_counted(c.spend, counted), orders=_counted(c.orders, counted), net=_counted(net, counted),
            gmv_rank=_ranks(of, np.nansum(c.gmv, axis=1), c.delivering), campaign_spend=np.nansum(k.spend, axis=1)[of],
            cost_per_order=cost_per_order[of], p_weak=p_weak, p_good_settled=_p_good_settled(c, group, evidence_value, log_sd),
            share_low_days=low_share_days(c.spend, k.spend[of]),
            p_down=np.fmax(p_down(beside(~lately), beside(lately), log_sd), _with_all(c, k, cv)),
            reserve=k.reserve[of], batch_due=k.batch_due[of], fresh_week=k.fresh_week[of],
        ),
        log_sd,
        slope,
    )  # fmt: skip


def _start(c: CreativeDays, days: Float) -> Float:
    """(m,) epoch s by which each was surely at work; NaN where nothing shows it."""
    spent = np.nan_to_num(c.spend) > 0
    first = np.argmax(spent, axis=1) if len(days) else np.zeros(len(c), np.int64)
    by_spend = np.where(spent.any(axis=1), (days[first] if len(days) else np.nan) + DAY_S, np.nan)
    return np.where(np.isfinite(c.born), c.born, by_spend)


def _p_good_settled(c: CreativeDays, group: Int, evidence_value: Float, log_sd: float) -> Float:
    """(m,) P(settled rate at least that of the others together), NaN where nothing was settled yet."""
    told = np.isfinite(c.settled_spend) & np.isfinite(c.settled_gmv) & (c.settled_spend > 0)
    spend, gmv = (np.where(told, x, 0.0) for x in (c.settled_spend, c.settled_gmv))
    beside = sales(spend, gmv, group, evidence_value[c.campaign_index])
    return np.where(told, 1.0 - p_below(1.0, beside, log_sd), np.nan)


def _with_all(c: CreativeDays, k: CreativeCampaigns, cv: float) -> Float:
    """(m,) how surely its whole campaign's material went down, for those that were at work before the last week."""
    before = (np.nansum(c.spend[:, :-WEEK_DAYS], axis=1) > 0) & ~k.curbed[c.campaign_index]
    return np.where(before, p_all_down(k.spend, k.gmv, k.orders, cv)[c.campaign_index], np.nan)


def _order_values(k: CreativeCampaigns) -> tuple[Float, float]:
    """(k,) yuan of an order, NaN without an order; and how order values vary in the account."""
    orders = np.nansum(k.orders, axis=1)
    value = np.where(orders > 0, np.nansum(k.gmv, axis=1), np.nan) / np.where(orders > 0, orders, 1.0)
    cv = order_cv(k.gmv, k.orders, Groups(np.zeros(len(k), np.int64), 1))
    return value, float(cv[0])


def _counted(x: Float, counted: Bool) -> Float:
    return np.asarray(np.nansum(np.where(counted, x, 0.0), axis=1))


def _groups(campaign: Int, product: Int) -> Int:
    """A dense number of each (campaign, product)."""
    return np.unique(np.stack([campaign, product]), axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _ranks(campaign: Int, gmv: Float, delivering: Bool) -> Int:
    """(m,) place by GMV within the campaign, from 1; those that deliver come first."""
    order = np.lexsort((-gmv, ~delivering, campaign))
    first = np.searchsorted(campaign[order], campaign[order], side="left")
    out = np.zeros(len(campaign), np.int64)
    out[order] = np.arange(len(campaign)) - first + 1
    return out
