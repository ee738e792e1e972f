"""From days to what the rules judge: what is counted, what is left out, and R-KEEP over any history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bidctl.domain.campaign import Creative, CreativeDay, Totals
from bidctl.domain.creatives import CreativeView, Verdict
from bidctl.domain.values import CampaignId
from bidctl.engine.creative_rates import by_spend, fitted_slope, sales
from bidctl.engine.creative_review import review_of
from bidctl.engine.creative_table import CampaignCreatives, creative_table
from bidctl.engine.creative_view import CreativeCampaigns, CreativeDays, creative_view
from bidctl.policy.creatives import judge_creatives
from bidctl.policy.rulebook import RuleSettings

S = RuleSettings()
CHEAP = range(4, 8)
DAY, NOW = 86400.0, 1.8e9
Float = NDArray[np.float64]


def begins(d: int) -> Float:
    return NOW - DAY * np.arange(d, 0, -1)


def history(spend: Float, gmv: Float, **changes: object) -> CreativeDays:
    m = len(spend)
    no = np.zeros(m, np.bool_)
    usual = CreativeDays(
        creative=np.arange(m).astype(np.str_), campaign_index=np.zeros(m, np.int64), product_index=np.zeros(m, np.int64),
        delivering=~no, picked_by_system=no, shared=no, returns=~no, born=np.full(m, np.nan), spend=spend, gmv=gmv,
        net=np.full(spend.shape, np.nan), orders=gmv / 80.0, settled_spend=np.full(m, np.nan), settled_gmv=np.full(m, np.nan),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def campaign(c: CreativeDays, **changes: object) -> CreativeCampaigns:
    def whole(x: Float) -> Float:
        return np.nansum(x, axis=0, keepdims=True)

    usual = CreativeCampaigns(
        campaign=np.array(["c"]), free=np.ones(1, np.bool_), keep_at_least=np.array([5]), retired_today=np.zeros(1, np.int64),
        curbed=np.zeros(1, np.bool_), batch_due=np.zeros(1, np.bool_), retired_week=np.zeros(1, np.int64),
        reserve=np.zeros(1, np.int64), fresh_week=np.zeros(1, np.int64), target=np.array([2.0]), spend=whole(c.spend),
        gmv=whole(c.gmv), orders=whole(c.orders),
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def seen(c: CreativeDays, **changes: object) -> CreativeView:
    return creative_view(c, campaign(c, **changes), begins(c.spend.shape[1]), NOW).view


def test_who_is_in_a_campaign_is_what_its_list_says_now() -> None:
    """One joined after the first day, one is not listed any more: its spend and the others' count for the campaign alone."""
    at = datetime(2026, 11, 1, tzinfo=UTC)

    def one(name: str, spend: float | None) -> Creative:
        return Creative(CampaignId("c"), name, name, False, True, False, False, None, Totals(spend, 10.0, 1.0))

    days = (
        CreativeDay(at, {"a": Totals(100.0, 10.0, 1.0), "left": Totals(40.0, 10.0, 1.0)}, Totals(5.0)),
        CreativeDay(at + timedelta(days=1), {"a": Totals(None, 10.0, 1.0), "b": Totals(60.0, 10.0, 1.0)}, Totals()),
    )
    members = (one("a", 1.0), replace(one("b", 1.0), shared=True))
    c, k = creative_table(
        [CampaignCreatives(CampaignId("c"), True, False, 5, 1, 3, ("x",), False, 2, 2.0, members, days)]
    )
    assert c.creative.tolist() == ["a", "b"] and c.shared.tolist() == [False, True]
    np.testing.assert_array_equal(c.spend, [[100, np.nan], [0, 60]])
    assert np.isnan(c.net[0]).all() and k.spend.tolist() == [[145, 60]]
    assert (k.retired_today[0], k.retired_week[0], k.reserve[0], k.fresh_week[0], k.keep_at_least[0]) == (1, 3, 1, 2, 5)
    assert c.returns.all() and c.product_index.tolist() == [0, 0]
    empty, none = creative_table([])
    assert len(empty) == len(none) == 0
    assert len(creative_view(empty, none, np.zeros(0), NOW).view) == 0


def test_creatives_are_beside_those_of_their_product_in_the_figures_and_in_the_verdict() -> None:
    """A campaign of a dear and a cheap product: within each all earn alike, a yuan on the cheap one a third."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    members = tuple(
        Creative(
            CampaignId("c"), f"m{i}", "", False, True, False, False, at - timedelta(days=60 - i), Totals(),
            products=("cheap",) if i in CHEAP else ("dear",),
        )
        for i in range(16)
    )  # fmt: skip
    days = tuple(
        CreativeDay(
            at + timedelta(days=d),
            {f"m{i}": Totals(300.0, 360.0 if i in CHEAP else 1200.0, 6.0) for i in range(16)},
            Totals(),
        )
        for d in range(14)
    )
    one = CampaignCreatives(CampaignId("c"), True, False, 5, 0, 0, (), False, 0, 2.0, members, days)
    review = review_of([one], S, at + timedelta(days=15))
    assert Verdict.RETIRE not in {review.verdict(i) for i in range(16)}
    assert len(set(review.judged.view.product_index.tolist())) == 2
    together = review_of(
        [replace(one, members=tuple(replace(c, products=()) for c in members))], S, at + timedelta(days=15)
    )
    assert Verdict.RETIRE in {together.verdict(i) for i in range(16)}, "the figures are such that it matters"


def test_only_days_that_began_a_day_after_its_start_count() -> None:
    """Six days; the second is told to have begun in the middle of day 3, the third spent first on day 4 (which ended at day 5)."""
    spend = np.array([[100.0] * 6, [100.0] * 6, [0, 0, 0, 100, 100, 100]])
    born = np.array([NOW - 30 * DAY, NOW - 3.5 * DAY, np.nan])
    v = seen(history(spend, 2 * spend, born=born))
    assert v.spend.tolist() == [600, 200, 100] and v.net.tolist() == [1200, 400, 200]
    np.testing.assert_allclose(v.age_h, [720, 84, 48])
    assert np.isnan(seen(history(np.zeros((1, 6)), np.zeros((1, 6)))).age_h).all()


def test_net_stands_for_paid_where_it_is_reported_and_rank_goes_by_what_delivers() -> None:
    spend = np.full((3, 6), 100.0)
    gmv = np.array([[300.0] * 6, [200.0] * 6, [100.0] * 6])
    net = np.array([[50.0] * 6, [np.nan] * 6, [100.0] * 6])
    v = seen(history(spend, gmv, net=net, delivering=np.array([False, True, True]), born=np.full(3, NOW - 9 * DAY)))
    assert v.net.tolist() == [300, 1200, 600]
    assert v.gmv_rank.tolist() == [3, 1, 2]
    assert v.campaign_spend.tolist() == [1800] * 3 and v.cost_per_order.tolist() == [40.0] * 3


def test_what_others_spent_counts_for_the_campaign_and_a_campaign_without_orders_is_not_judged() -> None:
    spend = np.full((12, 10), 30.0)
    c = history(spend, spend * 0.0, born=np.full(12, NOW - 40 * DAY))
    assert seen(c, spend=np.full((1, 10), 5000.0)).campaign_spend[0] == 50000
    assert {Verdict(int(x)) for x in judge_creatives(seen(c), S, 1).verdict} <= {
        Verdict.TOP, Verdict.YOUNG, Verdict.LOW_EVIDENCE,
    }  # fmt: skip


def test_a_campaign_is_judged_alike_alone_and_beside_itself() -> None:
    """Rates are compared within campaign and product only."""
    rng = np.random.default_rng(3)
    spend = rng.uniform(50, 150, (16, 10))
    gmv = spend * 2.0 * rng.lognormal(0, 0.4, (16, 1))
    one = history(spend, gmv, born=np.full(16, NOW - 40 * DAY))
    two = replace(one, product_index=np.repeat([0, 1], 8))
    gmv_more = gmv.copy()
    gmv_more[8:] *= 3
    p = [
        seen(replace(two, gmv=g), orders=np.full((1, 10), 200.0), gmv=np.full((1, 10), 16000.0)).p_weak
        for g in (gmv, gmv_more)
    ]
    assert np.argsort(p[0][:8]).tolist() == np.argsort(p[1][:8]).tolist()
    assert not np.allclose(seen(one).p_weak, p[0])


@pytest.mark.parametrize("slope", [0.0, 0.25])
def test_the_slope_of_rates_with_spend_is_found(slope: float) -> None:
    """True rates proportional to spend ** slope, orders by Poisson: found within 0.06, averaged over accounts of 60 campaigns."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(8):
        group = np.repeat(np.arange(60), 20)
        spend = rng.lognormal(4.0, 1.2, len(group))
        theta = spend**slope * np.exp(0.1 * rng.standard_normal(len(group)))
        n = rng.poisson(spend * theta / theta.mean() * 0.2)
        found.append(fitted_slope(sales(spend, n * 80.0, group, np.full(len(group), 80.0)), spend, group))
    assert abs(np.mean(found) - slope) < 0.06


def test_what_is_expected_by_spend_is_relative_to_the_others_together() -> None:
    spend, group = np.array([10.0, 20.0, 70.0, 5.0]), np.array([0, 0, 0, 1])
    rate = spend**0.3
    others = [
        (rate[1] * 20 + rate[2] * 70) / 90,
        (rate[0] * 10 + rate[2] * 70) / 80,
        (rate[0] * 10 + rate[1] * 20) / 30,
    ]
    np.testing.assert_allclose(by_spend(0.3, spend, group), [*(rate[:3] / others), 1.0])
    np.testing.assert_allclose(by_spend(0.0, spend, group), 1.0)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 5]), st.integers(1, 40))
def test_r_keep_holds_over_every_history(seed: int, keep: int, creatives: int) -> None:
    """Any sequence of days: figures, others' deletions, and ours; never below the kept number by us, never more a day than allowed,
    none of the best three, none younger than 72 h."""
    rng = np.random.default_rng(seed)
    d = 18
    spend = rng.lognormal(4, 1, (creatives, d)) * (rng.random((creatives, d)) < 0.9)
    gmv = spend * rng.lognormal(0.5, 1.0, (creatives, 1)) * rng.lognormal(0, 0.3, (creatives, d))
    alive = rng.random(creatives) < 0.9
    for today in range(4, d + 1):
        alive &= rng.random(creatives) < 0.98  # somebody else deletes too
        spend[~alive, today:] = 0.0
        mine = slice(max(0, today - 14), today)
        c = history(spend[:, mine], gmv[:, mine] * (spend[:, mine] > 0), delivering=alive.copy())
        v = seen(c, keep_at_least=np.array([keep]))
        going = judge_creatives(v, S, 1).verdict == Verdict.RETIRE
        before = int(alive.sum())
        assert not going.any() or before - going.sum() >= keep
        assert going.sum() <= min(max(2, 0.05 * before), 10)
        best = np.argsort(-np.where(alive, c.gmv.sum(axis=1), -1), kind="stable")[:3]
        assert not going[best].any() and (v.age_h[going] >= 72).all() and alive[going].all()
        alive &= ~going


def test_what_was_settled_may_veto_and_is_never_waited_for() -> None:
    """Two that are weak by what was paid; one of them kept its orders while the others' came back, of the other nothing is told yet."""
    spend = np.full((12, 10), 400.0)
    gmv = spend * 3.0
    gmv[10:] *= 0.2
    told, kept = np.full(12, 2000.0), np.full(12, 1500.0)
    kept[10], told[11], kept[11] = 4000.0, np.nan, np.nan
    c = history(spend, gmv, born=np.full(12, NOW - 40 * DAY), settled_spend=told, settled_gmv=kept)
    v = replace(seen(c), age_h=np.arange(1000.0, 988.0, -1.0)[::-1].copy())
    assert v.p_good_settled[10] > 0.9 and np.isnan(v.p_good_settled[11])
    verdicts = [Verdict(int(x)) for x in judge_creatives(v, S, 1).verdict]
    assert verdicts[10] is Verdict.VETOED and verdicts[11] is Verdict.RETIRE
