"""Break-even is where the till is neither fuller nor emptier: orders are counted out one by one, in yuan, by other code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.products import Amount, Product, ProductTable
from bidctl.domain.values import Side
from bidctl.engine.contribution import break_even_of, campaign_economics, contribution, economics

DRESS = Product(
    "1", price=129.0, goods=Amount(45.0), shipping=Amount(4.0), insurance=Amount(0.6), coupons=Amount(0.04, share=True),
    commission=0.2, platform_fee=0.05, write_down=0.25, refunded=0.2, incremental=0.8,
)  # fmt: skip


def till(p: Product, orders: int, early: int, late: int, roas: float, cash: float) -> float:
    """Yuan left of `orders`, of which `early` are refunded before dispatch and `late` after, advertised at a ROAS."""
    assert p.price and p.goods and p.shipping and p.insurance and p.coupons
    paid = orders * p.price
    money = -cash * paid / roas
    for order in range(round(orders * (p.incremental or 1.0))):  # only these would not have come anyway
        group = order * orders // round(orders * (p.incremental or 1.0))
        if group < early:
            continue
        sent = p.shipping.value + p.insurance.value
        if group < early + late:
            money -= sent + p.goods.value * (p.write_down or 0.0)
            continue
        money += (
            p.price * (1 - p.coupons.value - (p.commission or 0.0) - (p.platform_fee or 0.0)) - p.goods.value - sent
        )
    return money


@given(
    early=st.integers(0, 20), late=st.integers(0, 20), goods=st.floats(5, 60), cash=st.floats(0.7, 1.0),
    commission=st.floats(0, 0.3), incremental=st.sampled_from([0.5, 0.8, 1.0]),
)  # fmt: skip
@settings(max_examples=50)
def test_at_break_even_the_till_is_as_before(
    early: int, late: int, goods: float, cash: float, commission: float, incremental: float
) -> None:
    p = replace(DRESS, goods=Amount(goods), commission=commission, incremental=incremental, refunded=late / 100)
    e = economics(contribution(p), Side.MERCHANT, cash)
    assert e is not None
    floor = break_even_of(e, Side.MERCHANT, 1 - (early + late) / 100).incremental
    left = [till(p, 1000, early * 10, late * 10, (floor or 1e9) * x, cash) for x in (1 / 1.2, 1.0, 1.2)]
    if floor is None:
        assert left[-1] < 1.0
    else:
        assert left[1] == pytest.approx(0.0, abs=0.003 * 129_000)  # an order more or less
        assert left[0] < 0 < left[2]


def posted(margin: float, refund: float) -> float:
    """The formula that is widely posted (1 - margin + (1 - refund)), which is wrong."""
    return 1 - margin + (1 - refund)


def test_the_posted_formula_loses_a_third_of_the_ad_cost() -> None:
    p = Product("1", price=100.0, goods=Amount(50.0), shipping=Amount(0.0), insurance=Amount(0.0), coupons=Amount(0.0), commission=0.0,
                platform_fee=0.0, write_down=0.0, refunded=0.0, incremental=1.0)  # fmt: skip
    e = economics(contribution(p), Side.MERCHANT)
    assert e is not None
    true = break_even_of(e, Side.MERCHANT, 0.9).incremental
    assert true == pytest.approx(1 / 0.45)
    wrong = posted(0.5, 0.1)
    assert wrong == pytest.approx(1.4)
    spend = 10_000 * 100.0 / wrong
    lost = -till(p, 10_000, 1000, 0, wrong, 1.0) / spend
    assert lost == pytest.approx(0.37)  # of every yuan of ad cost
    # and it falls where break-even rises: dearer returns make it recommend a lower target
    assert posted(0.5, 0.3) < posted(0.5, 0.1)


def test_a_cost_not_told_is_missing_never_zero() -> None:
    for name in ("goods", "shipping", "insurance", "coupons", "commission", "platform_fee", "write_down", "refunded"):
        c = contribution(replace(DRESS, **{name: None}))
        assert c.missing == (name,)
        assert economics(c, Side.MERCHANT) is None
    assert contribution(replace(DRESS, price=None)).missing == ("price",)
    assert contribution(replace(DRESS, incremental=None)).incremental == 1.0


def test_orders_of_its_own_go_before_the_tables_refunds() -> None:
    assert contribution(DRESS, 0.31).refunded == 0.31


def test_a_creator_has_a_commission_and_no_goods() -> None:
    e = economics(contribution(Product("1", commission=0.2)), Side.CREATOR)
    assert e is not None
    assert break_even_of(e, Side.CREATOR, 0.8).blended == pytest.approx(6.25)
    assert economics(contribution(Product("1")), Side.CREATOR) is None


def test_blended_is_never_above_incremental() -> None:
    e = economics(contribution(DRESS), Side.MERCHANT)
    assert e is not None
    found = break_even_of(e, Side.MERCHANT, 0.75)
    assert found.blended is not None and found.incremental == pytest.approx(found.blended / 0.8)
    assert found.sum.startswith("1.00 / (0.80 x (0.750 x")


def test_of_several_products_the_floor_holds_for_the_dearest() -> None:
    poor = replace(DRESS, product="2", goods=Amount(60.0))
    table = ProductTable({"1": DRESS, "2": poor}, {})
    both = campaign_economics(table, ["1", "2"], Side.MERCHANT, 0.75)
    assert (both.of, both.among) == ("2", 2)
    assert both.economics == economics(contribution(poor), Side.MERCHANT)
    unknown = campaign_economics(table, ["1", "3"], Side.MERCHANT, 0.75)
    assert unknown.economics is None and unknown.missing == (("3", "product"),)
    assert campaign_economics(table, [], Side.MERCHANT, 0.75).economics is None
    creator = campaign_economics(ProductTable({"1": Product("1")}, {}), ["1"], Side.CREATOR, 0.75)
    assert creator.missing == (("1", "commission"),)


def test_defaults_fill_what_a_product_does_not_tell_its_category_first() -> None:
    table = ProductTable(
        {"1": Product("1", category="a", commission=0.1), "2": Product("2", category="b")},
        {"a": Product("", category="a", commission=0.2, platform_fee=0.05), "": Product("", commission=0.3, platform_fee=0.06)},
    )  # fmt: skip
    one, two = table.find("1"), table.find("2")
    assert one and two
    assert (one.commission, one.platform_fee) == (0.1, 0.05)
    assert (two.commission, two.platform_fee) == (0.3, 0.06)
    assert table.find("3") is None
