"""Attribution: whole fen that add up, each way shown, claims of orders with an id never counted twice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.orders import OrderGroups, Orders, from_rows
from bidctl.engine.attribution import WAYS, Delivered, Way, attribution, split


def orders(*rows: tuple[str, str, str, int]) -> Orders:
    """(product, live account, campaign, fen)."""
    return from_rows(
        Orders, [(str(i), p, live, c, "", 0.0, 0.0, fen, fen, 0) for i, (p, live, c, fen) in enumerate(rows)]
    )


def delivered(*rows: tuple[str, str, str, int, int, int]) -> Delivered:
    """(campaign, live account, product, day, gmv, spend)."""
    campaign, live, product, day, gmv, spend = zip(*rows, strict=True) if rows else ((),) * 6
    texts = [np.array(t, np.str_) if t else np.zeros(0, "U1") for t in (campaign, live, product)]
    return Delivered(*texts, *(np.array(x, np.int64) for x in (day, gmv, spend)))


def grouped(told: Orders) -> OrderGroups:
    """One group an order."""
    ones = np.ones(len(told), np.int64)
    day = (told.paid_at // 86400).astype(np.int64)
    return OrderGroups(told.campaign, told.live_account, told.product, day, ones, told.paid, told.buyer, told.subsidy)


def run(told: Orders, platform: Delivered, day: list[int] | None = None) -> tuple[dict[str, int], list[Way]]:
    days = np.array(day if day is not None else [0] * len(told), np.float64)
    dated = replace(told, paid_at=days * 86400 + 1)
    shares = attribution(grouped(dated), platform, 0.0).shares(dated)
    return shares.by_campaign(), [Way(int(w)) for w in shares.way]


def test_the_id_an_order_carries_goes_first() -> None:
    platform = delivered(("A", "L", "", 0, 500, 10), ("B", "L", "", 0, 500, 10))
    assert run(orders(("p", "L", "C", 300)), platform) == ({"C": 300}, [Way.BY_ID])


def test_live_account_before_product_and_by_gmv_of_that_day() -> None:
    platform = delivered(
        ("A", "L", "", 0, 3000, 10), ("B", "L", "", 0, 1000, 90), ("A", "L", "", 1, 1, 10), ("P", "", "p", 0, 50, 1)
    )
    assert run(orders(("p", "L", "", 1000)), platform) == ({"A": 750, "B": 250}, [Way.BY_LIVE_ACCOUNT])
    assert run(orders(("p", "", "", 1000)), platform) == ({"P": 1000}, [Way.BY_PRODUCT])
    assert run(orders(("p", "other", "", 1000)), platform) == ({"P": 1000}, [Way.BY_PRODUCT])
    assert run(orders(("p", "L", "", 1000)), platform, [1]) == ({"A": 1000}, [Way.BY_LIVE_ACCOUNT])
    assert run(orders(("p", "", "", 1000), ("q", "M", "", 7)), platform, [9, 0]) == ({"": 1007}, [Way.NONE, Way.NONE])


def test_what_named_orders_claimed_is_not_shared_out_again() -> None:
    platform = delivered(("A", "L", "", 0, 3000, 10), ("B", "L", "", 0, 1000, 90))
    told = orders(("", "L", "A", 3000), ("", "L", "", 1000))
    assert run(told, platform)[0] == {"A": 3000, "B": 1000}
    all_claimed = orders(("", "L", "A", 3000), ("", "L", "B", 1000), ("", "L", "", 100))
    assert run(all_claimed, platform)[0] == {"A": 3010, "B": 1090}, "then by spend"


def test_each_way_is_shown() -> None:
    platform = delivered(("A", "L", "", 0, 1, 0), ("B", "", "p", 0, 1, 0))
    told = orders(("", "L", "Z", 1), ("", "L", "", 20), ("p", "", "", 300), ("", "", "", 4000))
    shares = attribution(grouped(told), platform, 0.0).shares(told)
    assert shares.by_way(told.paid) == {Way.BY_ID: 1, Way.BY_LIVE_ACCOUNT: 20, Way.BY_PRODUCT: 300, Way.NONE: 4000}
    assert set(WAYS) == set(Way) and all(w.zh and w.en for w in WAYS.values())


def test_no_orders_and_no_report() -> None:
    assert run(orders(), delivered()) == ({}, [])
    assert run(orders(("p", "L", "", 5)), delivered()) == ({"": 5}, [Way.NONE])


@settings(max_examples=200)
@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=8), st.lists(st.integers(0, 10**9), min_size=1, max_size=6)
)
def test_split_is_whole_adds_up_and_is_fair(amounts: list[int], weights: list[int]) -> None:
    if not sum(weights):
        return
    found = split(np.array(amounts, np.int64), np.array(weights, np.float64))
    for amount, row in zip(amounts, found.tolist(), strict=True):
        assert sum(row) == amount and min(row) >= 0
        for weight, fen in zip(weights, row, strict=True):
            assert abs(fen - Fraction(amount * weight, sum(weights))) < 2


KEYS = st.sampled_from(["", "a", "b"])


@settings(max_examples=150)
@given(
    st.lists(st.tuples(KEYS, KEYS, st.sampled_from(["", "", "A", "B"]), st.integers(0, 9999)), max_size=12),
    st.lists(
        st.tuples(st.sampled_from("ABC"), KEYS, KEYS, st.integers(0, 1), st.integers(0, 5000), st.integers(0, 500)), max_size=8
    ),
    st.lists(st.integers(0, 1), min_size=12, max_size=12),
)  # fmt: skip
def test_every_fen_has_one_place(
    told: list[tuple[str, str, str, int]], platform: list[tuple[str, str, str, int, int, int]], days: list[int]
) -> None:
    facts = orders(*told)
    facts = replace(facts, paid_at=np.array(days[: len(told)]) * 86400.0)
    whole = attribution(grouped(facts), delivered(*platform), 0.0)
    shares = whole.shares(facts)
    per_order = np.zeros(len(told), np.int64)
    np.add.at(per_order, shares.row, shares.fen)
    assert per_order.tolist() == [fen for *_, fen in told]
    assert sum(shares.by_way(facts.paid).values()) == sum(shares.by_campaign().values()) == sum(fen for *_, fen in told)
    halves = [facts.take(np.arange(len(told)) % 2 == k) for k in (0, 1)]
    parts = [whole.shares(half).by_campaign() for half in halves]
    together = {name: sum(p.get(name, 0) for p in parts) for name in parts[0].keys() | parts[1].keys()}
    assert together == shares.by_campaign(), "slice by slice it is the same"
    assert whole.ways(grouped(facts)).tolist() == shares.way.tolist(), "group by group as order by order"
