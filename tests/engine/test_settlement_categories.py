"""Category means: of each category over all its weeks, by the share of a cohort's orders; what no table tells counts for none."""

from __future__ import annotations

import pytest

from bidctl.domain.orders import BillKind, Bills, OrderFacts, Orders, Refunds, from_rows
from bidctl.engine.settlement_categories import categorised, category_means, whole_rates
from bidctl.engine.settlement_weeks import WEEK, rates
from tests.engine.test_settlement_weeks import BEGIN, DAY, PRIOR

CATEGORIES = {"dress": "clothes", "shirt": "clothes", "tea": "food"}
KEPT = {"dress": 0.4, "shirt": 0.8, "tea": 1.0, "odd": 0.5}
NOW = BEGIN + 30 * WEEK


def shop() -> OrderFacts:
    """Ten orders of 10 yuan a product and week, all settled long ago; creator `a` sells dresses and tea, `b` shirts, `c` the odd ones."""
    os, rs, bs = [], [], []
    for week in range(4):
        for product, keeps in KEPT.items():
            for i in range(10):
                at, order = BEGIN + week * WEEK + i * 3600.0, f"{product}{week}{i}"
                who = {"dress": "a", "tea": "a", "shirt": "b", "odd": "c"}[product]
                os.append((order, product, "", "", who, at, at, 1000, 1000, 0))
                if i < 10 * keeps:
                    bs.append(
                        (order, f"b{order}", at + 15 * DAY, at + 16 * DAY, int(BillKind.SETTLED), 1000, 1000, 0, 0)
                    )
                else:
                    rs.append((order, f"r{order}", at + 3 * DAY, at + 3 * DAY, 1000, 1))
    return OrderFacts(from_rows(Orders, os), from_rows(Refunds, rs), from_rows(Bills, bs))


def test_each_cohort_beside_the_mean_of_what_it_sells() -> None:
    found = categorised([shop()], NOW, "creator", CATEGORIES, 0.0)
    means = category_means(found, NOW, PRIOR, 0.0)
    clothes, food = 0.6, 1.0
    for week in range(4):
        at = BEGIN + week * WEEK
        assert means["a", at] == pytest.approx((clothes + food) / 2, abs=0.01)
        assert means["b", at] == pytest.approx(clothes, abs=0.01)
        assert ("c", at) not in means, "a product that no table tells has no category"
    own = whole_rates(rates(found.days, NOW, PRIOR, 0.0))
    assert own["b"] == pytest.approx(0.8, abs=0.01) and own["b"] > means["b", BEGIN]


def test_of_a_product_it_is_the_mean_of_its_category() -> None:
    means = category_means(categorised([shop()], NOW, "product", CATEGORIES, 0.0), NOW, PRIOR, 0.0)
    assert means["dress", BEGIN] == means["shirt", BEGIN] == pytest.approx(0.6, abs=0.01)


def test_as_known_earlier_and_without_a_table() -> None:
    early = categorised([shop()], BEGIN + 10 * 3600.0, "product", CATEGORIES, 0.0)
    assert set(early.mix) == {(p, BEGIN) for p in KEPT} and all(w.billed == 0 for w in early.days.values())
    assert category_means(categorised([shop()], NOW, "product", {}, 0.0), NOW, PRIOR, 0.0) == {}
