"""Creative rules: tables that a person can read, properties over any campaign, and false discoveries in simulated ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bidctl.domain.creatives import VERDICT_WORDING, CreativeView, Verdict
from bidctl.engine.creative_fatigue import low_share_days, p_all_down, p_down
from bidctl.engine.creative_rates import Sales, fitted_log_sd, p_below, sales
from bidctl.policy.creatives import judge_creatives
from bidctl.policy.rulebook import RuleSettings

S = RuleSettings()
USUAL: Mapping[str, object] = {
    "campaign": "c", "creative": "m", "campaign_index": 0, "product_index": 0, "delivering": True, "picked_by_system": False,
    "shared": False, "returns": True, "age_h": 200.0, "free": True, "keep_at_least": 5, "retired_today": 0, "retired_week": 0,
    "spend": 400.0, "orders": 10.0,
    "net": 800.0, "gmv_rank": 9, "campaign_spend": 8000.0, "cost_per_order": 40.0, "p_weak": 0.1, "p_good_settled": np.nan,
    "share_low_days": 0, "p_down": 0.3, "reserve": 0, "batch_due": False, "fresh_week": 0,
}  # fmt: skip


def view(rows: list[Mapping[str, object]]) -> CreativeView:
    """Creatives of one campaign; each row says what is unusual of it. Ages are apart, so that none is among the youngest by a tie."""
    told = [{**USUAL, "creative": f"m{i}", "gmv_rank": i + 1, "age_h": 1000.0 - i, **row} for i, row in enumerate(rows)]
    columns = {f.name: np.array([r[f.name] for r in told]) for f in fields(CreativeView)}
    return CreativeView(**columns)


def usual(n: int) -> list[Mapping[str, object]]:
    return [{} for _ in range(n)]


def verdict(row: Mapping[str, object], others: int = 12) -> Verdict:
    """Of one creative in the middle of a campaign of ordinary ones."""
    rows = usual(others)
    rows[5] = row
    return Verdict(int(judge_creatives(view(rows), S, 1).verdict[5]))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, Verdict.KEEP),
        ({"p_weak": 0.95}, Verdict.RETIRE),
        ({"p_weak": 0.91}, Verdict.RETIRE),
        ({"p_weak": 0.89}, Verdict.DOUBTFUL),
        ({"p_weak": 0.99, "delivering": False}, Verdict.GONE),
        ({"p_weak": 0.99, "picked_by_system": True}, Verdict.SYSTEM),
        ({"p_weak": 0.99, "shared": True}, Verdict.SHARED),
        ({"p_weak": 0.99, "returns": False}, Verdict.NO_RETURN),
        ({"p_weak": 0.99, "free": False}, Verdict.CAMPAIGN_NOT_FREE),
        ({"p_weak": 0.99, "gmv_rank": 3}, Verdict.TOP),
        ({"p_weak": 0.99, "age_h": np.nan}, Verdict.AGE_UNKNOWN),
        ({"p_weak": 0.99, "age_h": 71.9}, Verdict.YOUNG),
        ({"p_weak": 0.99, "spend": 119.0, "campaign_spend": 1000.0}, Verdict.LOW_EVIDENCE),  # under 3 x 40
        ({"p_weak": 0.99, "spend": 121.0, "campaign_spend": 1000.0}, Verdict.RETIRE),
        (
            {"p_weak": 0.99, "spend": 49.0, "campaign_spend": 1000.0, "cost_per_order": 10.0},
            Verdict.LOW_EVIDENCE,
        ),  # under 50
        ({"p_weak": 0.99, "spend": 159.0}, Verdict.LOW_EVIDENCE),  # under 2 % of 8,000
        ({"p_weak": 0.99, "cost_per_order": np.nan}, Verdict.LOW_EVIDENCE),
        ({"p_weak": 0.99, "p_good_settled": 0.6}, Verdict.VETOED),
        ({"p_weak": np.nan}, Verdict.KEEP),
        ({"share_low_days": 2}, Verdict.TIRED),
        ({"share_low_days": 1}, Verdict.KEEP),
        ({"p_down": 0.91}, Verdict.TIRED),
        ({"p_down": 0.91, "gmv_rank": 1}, Verdict.TIRED),  # the best of all tires too
        ({"share_low_days": 2, "spend": 159.0}, Verdict.LOW_EVIDENCE),
        ({"share_low_days": 2, "p_weak": 0.99, "gmv_rank": 1}, Verdict.TIRED),  # and is not retired for it
    ],
)
def test_one_creative(row: Mapping[str, object], expected: Verdict) -> None:
    assert verdict(row) is expected


def test_the_youngest_fifth_stays_even_when_old() -> None:
    """Of 12 delivering the 3 youngest (20 %, rounded up)."""
    rows: list[Mapping[str, object]] = [{"p_weak": 0.99, "gmv_rank": 9} for _ in range(12)]
    found = judge_creatives(view(rows), S, 1).verdict
    assert (found[-3:] == Verdict.YOUNG).all() and (found[:-3] != Verdict.YOUNG).all()


@pytest.mark.parametrize(
    ("n", "done", "expected"), [(12, 0, 2), (6, 0, 1), (5, 0, 0), (12, 1, 1), (12, 2, 0), (80, 0, 4), (400, 0, 10)]
)
def test_how_many_may_go_in_a_day(n: int, done: int, expected: int) -> None:
    """At most min(max(2, 5 %), 10) a day, and never below the kept number."""
    rows: list[Mapping[str, object]] = [{"p_weak": 0.999, "gmv_rank": 9, "retired_today": done} for _ in range(n)]
    assert int((judge_creatives(view(rows), S, 1).verdict == Verdict.RETIRE).sum()) == expected


def test_the_surest_go_first_while_the_mean_doubt_stays_small() -> None:
    """0.97, 0.90 and 0.84 average 0.097 of doubt; with 0.80 it would be 0.1225."""
    rows = usual(100)
    for i, p in zip(range(10, 14), (0.84, 0.97, 0.80, 0.90), strict=True):
        rows[i] = {"p_weak": p}
    found = judge_creatives(view(rows), S, 1)
    assert [Verdict(int(x)) for x in found.verdict[10:14]] == [
        Verdict.RETIRE,
        Verdict.RETIRE,
        Verdict.DOUBTFUL,
        Verdict.RETIRE,
    ]
    assert found.false_share[0] == pytest.approx((0.03 + 0.10 + 0.16) / 3)


def test_new_material_is_asked_for_and_the_reserve_is_added() -> None:
    rows = usual(12)
    rows[5] = {"share_low_days": 3}
    rows[6] = {"p_weak": 0.99}
    rows = [{**r, "reserve": 1} for r in rows]
    found = judge_creatives(view(rows), S, 1)
    assert found.wanted[0] == 2 and found.add[0] == 1
    few = judge_creatives(view([{"reserve": 9} for _ in range(5)]), S, 1)
    assert few.wanted[0] == few.add[0] == 2  # kept number 5 + 2, 5 deliver
    observing = judge_creatives(view([{"reserve": 9, "free": False} for _ in range(5)]), S, 1)
    assert observing.wanted[0] == 2 and observing.add[0] == 0
    weekly = judge_creatives(
        view([{"reserve": 9, "fresh_week": 1} for _ in range(12)]), RuleSettings(relay_weekly=4), 1
    )
    assert weekly.wanted[0] == 3


@pytest.mark.parametrize("row", [{"shared": True}, {"picked_by_system": True}, {"returns": False}])
def test_what_is_never_touched_may_tire_too(row: dict[str, object]) -> None:
    """New material is asked for in its place; where it has hardly spent it is left alone."""

    def asked(**more: object) -> tuple[Verdict, int]:
        rows = [{} if i != 5 else {**row, "p_down": 0.95, **more} for i in range(12)]
        found = judge_creatives(view(rows), S, 1)
        return Verdict(int(found.verdict[5])), int(found.wanted[0])

    assert asked()[0] in (Verdict.SHARED, Verdict.SYSTEM, Verdict.NO_RETURN)
    assert asked()[1] == 1 and asked(spend=10.0)[1] == 0 and asked(free=False)[1] == 0


def test_before_a_promotion_a_batch_is_asked_for() -> None:
    soon = judge_creatives(view([{"reserve": 9, "batch_due": True, "fresh_week": 2} for _ in range(12)]), S, 1)
    assert soon.wanted[0] == 3 and soon.add[0] == 3


def test_with_the_option_none_goes_before_its_replacement_is_in() -> None:
    strict = RuleSettings(keep_replaced=1)

    def going(came: int, gone: int) -> int:
        rows = [
            {"fresh_week": came, "retired_week": gone, **({"p_weak": 0.999} if 3 < i < 7 else {})} for i in range(12)
        ]
        return int((judge_creatives(view(rows), strict, 1).verdict == Verdict.RETIRE).sum())

    assert (going(0, 0), going(1, 0), going(1, 1), going(5, 1)) == (0, 1, 0, 2)


def test_every_verdict_has_words_in_both_languages() -> None:
    assert set(VERDICT_WORDING) == set(Verdict)
    assert all(w.zh and w.en for w in VERDICT_WORDING.values())


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[CreativeView, int]:
    sizes = draw(st.lists(st.integers(1, 30), min_size=1, max_size=4))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    m = sum(sizes)
    index = np.repeat(np.arange(len(sizes)), sizes)
    rank = np.concatenate([rng.permutation(n) + 1 for n in sizes])
    per = np.array([rng.integers(0, 3, 3) for _ in sizes])
    return CreativeView(
        campaign=np.array([f"c{i}" for i in index]), creative=np.array([f"m{i}" for i in range(m)]), campaign_index=index,
        product_index=index, delivering=rng.random(m) < 0.8, picked_by_system=rng.random(m) < 0.1, shared=rng.random(m) < 0.1,
        returns=rng.random(m) < 0.9,
        age_h=rng.choice([10.0, 80.0, 300.0, np.nan], m), free=np.repeat(rng.random(len(sizes)) < 0.8, sizes),
        keep_at_least=np.repeat(rng.choice([1, 5], len(sizes)), sizes), retired_today=per[index, 0], retired_week=per[index, 0] + 1,
        spend=rng.choice([10.0, 500.0], m),
        orders=rng.integers(0, 9, m).astype(float), net=rng.random(m) * 900, gmv_rank=rank, campaign_spend=np.full(m, 9000.0),
        cost_per_order=np.full(m, 40.0), p_weak=rng.choice([0.2, 0.6, 0.95, 0.999, np.nan], m), p_good_settled=rng.choice([0.2, np.nan], m),
        share_low_days=rng.integers(0, 4, m), p_down=rng.random(m), reserve=per[index, 1],
        batch_due=np.zeros(m, np.bool_), fresh_week=per[index, 2],
    ), len(sizes)  # fmt: skip


@settings(max_examples=200)
@given(campaigns())
def test_what_must_hold_of_any_campaign(given_: tuple[CreativeView, int]) -> None:
    v, k = given_
    found = judge_creatives(v, S, k)
    going = found.verdict == Verdict.RETIRE
    assert not (
        going
        & (~v.delivering | v.picked_by_system | v.shared | ~v.returns | ~v.free | (v.gmv_rank <= 3) | ~(v.age_h >= 72))
    ).any()
    for c in range(k):
        mine = v.campaign_index == c
        n, gone = int((mine & v.delivering).sum()), int((mine & going).sum())
        assert gone == 0 or n - gone >= int(v.keep_at_least[mine][0])
        assert gone + int(v.retired_today[mine][0]) <= max(min(max(2, n * 0.05), 10), int(v.retired_today[mine][0]))
        if gone:
            assert (1 - v.p_weak[mine & going]).mean() <= 0.10 + 1e-12
        assert found.add[c] <= found.wanted[c]
        alone = judge_creatives(_alone(v, mine), S, 1)
        np.testing.assert_array_equal(alone.verdict, found.verdict[mine])
        assert alone.wanted[0] == found.wanted[c] and alone.add[0] == found.add[c]


def _alone(v: CreativeView, rows: NDArray[np.bool_]) -> CreativeView:
    one = v.take(rows)
    return CreativeView(
        **{**{f.name: getattr(one, f.name) for f in fields(one)}, "campaign_index": np.zeros(len(one), np.int64)}
    )


@pytest.mark.parametrize("sd", [0.24, 0.5])
def test_few_of_those_retired_are_good(sd: float) -> None:
    """True relative rates drawn with log sd `sd`, 20 creatives a campaign, orders by Poisson of varying value: of those that the rule
    would retire at most 10 % may truly be at or above 0.7 of the others, beyond what chance explains."""
    rng = np.random.default_rng(int(sd * 100))
    false = total = 0
    for _ in range(60):
        campaigns_, creatives = 40, 20
        m = campaigns_ * creatives
        index = np.repeat(np.arange(campaigns_), creatives)
        theta = np.exp(sd * rng.standard_normal(m) - sd * sd / 2)
        spend = rng.lognormal(6.5, 0.8, m)
        n = rng.poisson(spend * 2.0 * theta / 80.0)
        net = rng.gamma(np.maximum(n, 1e-9) / 0.7**2, 80 * 0.7**2)
        beside = sales(spend, net, index, np.full(m, 80.0 * (1 + 0.7**2)))
        p = p_below(0.7, beside, fitted_log_sd(beside))
        order = np.argsort(-p)
        sure = order[np.cumsum(1 - p[order]) / (np.arange(m) + 1) <= 0.10]
        whole = np.bincount(index, weights=theta * spend)[index] - theta * spend
        pooled = (whole / (np.bincount(index, weights=spend)[index] - spend))[sure]
        false += int((theta[sure] / pooled >= 0.7).sum())
        total += len(sure)
    assert total > 20
    assert false / total <= 0.10 + 2.6 * np.sqrt(0.09 / total), (false, total)


def test_a_creative_without_any_order_is_judged_by_what_it_should_have_sold() -> None:
    p = p_below(0.7, Sales(np.zeros(3), np.array([0.0, 10.0, 60.0]), np.full(3, 500.0)), 0.24)
    assert p[0] < 0.15 and p[0] < p[1] < p[2] and p[2] > 0.99


def test_tiring_is_told_from_a_weak_day_of_the_whole_campaign() -> None:
    def span(sold: float, expected: float) -> Sales:
        return Sales(np.array([sold]), np.array([expected]), np.array([400.0]))

    same, worse = p_down(span(50, 50), span(25, 25), 0.22), p_down(span(60, 50), span(8, 40), 0.22)
    assert 0.4 < same[0] < 0.6 and worse[0] > 0.99


def test_days_of_a_low_share_count_back_from_the_last() -> None:
    whole = np.full((3, 8), 100.0)
    spend = np.array([
        [10, 30, 30, 30, 10, 12, 12, 10],  # peak 30, four days below 15
        [10, 30, 30, 30, 10, 12, 12, 20],  # the last day is fine
        [30, 30, 30, 30, 30, 30, 30, 30],
    ], float)  # fmt: skip
    assert low_share_days(spend, whole).tolist() == [4, 0, 0]
    assert low_share_days(spend[:, :3], whole[:, :3]).tolist() == [0, 0, 0]


def weeks(
    spend: tuple[float, float], rate: tuple[float, float], days: int = 14
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a_day = np.repeat(spend, 7)[None, -days:]
    gmv = a_day * np.repeat(rate, 7)[None, -days:]
    return a_day, gmv, gmv / 50.0


def test_a_campaign_that_tires_shows_in_its_spend_or_in_its_rate() -> None:
    """60 orders a day; 21 days of half-life are 20 % a week."""

    def p(spend: tuple[float, float], rate: tuple[float, float]) -> float:
        return float(p_all_down(*weeks(spend, rate), 0.7)[0])

    assert p((1000, 1000), (3.0, 3.0)) == pytest.approx(0.5)
    assert p((1000, 1000), (3.0, 2.4)) > 0.95  # the target followed, spend stayed
    assert p((1000, 510), (3.0, 3.0)) > 0.95  # the target stayed, spend went
    assert p((1000, 2000), (3.0, 2.4)) < 0.6  # lowered for volume, and it came
    assert p((1000, 1200), (3.0, 3.0)) < 0.5


def test_a_pause_or_too_short_a_history_is_no_fatigue() -> None:
    spend, net, orders = weeks((1000, 1000), (3.0, 3.0))
    for x in (spend, net, orders):
        x[0, -2:] = 0.0
    assert p_all_down(spend, net, orders, 0.7)[0] == pytest.approx(0.5, abs=0.02)
    spend[0, -3:] = 0.0
    assert np.isnan(p_all_down(spend, net, orders, 0.7)[0])
    assert np.isnan(p_all_down(*weeks((1000, 1000), (3.0, 3.0), 13), 0.7)[0])
