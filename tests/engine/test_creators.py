"""Creators: what they bring for what they cost, by sums made by hand; ranked by the lower end; grades and quadrants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.domain.creators import DEFAULT, Creator, Grade, Threshold, thresholds
from bidctl.domain.enrolment import Prior
from bidctl.domain.orders import BillKind, Bills, OrderFacts, Orders, Refunds, from_rows
from bidctl.domain.products import Amount, Product, ProductTable
from bidctl.domain.quadrants import Quadrant
from bidctl.engine.creators import CreatorResult, creators, grade_of, terms_of
from bidctl.engine.quadrants import quadrants
from bidctl.engine.settlement_weeks import MONDAY, WEEK

DAY = 86400.0
BEGIN = MONDAY + 2900 * WEEK
LATER = BEGIN + 40 * WEEK
NONE, PART = Amount(0.0), lambda share: Amount(share, share=True)
DRESS = Product(
    "dress", price=100.0, goods=PART(0.4), shipping=PART(0.05), insurance=NONE, coupons=NONE, commission=0.2, platform_fee=0.05,
    write_down=0.1, refunded=0.1,
)  # fmt: skip
TABLE = ProductTable({"dress": DRESS, "free": replace(DRESS, product="free", commission=None)}, {})
PRIOR = Prior(settled_share=0.75)
PAID_FOR = {"samples": 100.0, "ads": 300.0, "fee": 0.0}


def shop(*who: tuple[str, int, int, int], product: str = "dress", week: int = 0) -> OrderFacts:
    """(creator, orders of 100 yuan, of them refunded before dispatch, of them returned); commission 20 % on what is billed."""
    os, rs, bs = [], [], []
    for name, orders, before, back in who:
        for i in range(orders):
            at, order = BEGIN + week * WEEK + i * 60.0, f"{name}-{week}-{i}"
            os.append((order, product, "", "", name, at, at, 10_000, 10_000, 0))
            if i < before + back:
                stage = 0 if i < before else 1
                back_at = at + (0.5 if i < before else 0.5 + i % 10) * DAY
                rs.append((order, f"r{order}", back_at, back_at, 10_000, stage))
            else:
                bs.append(
                    (order, f"b{order}", at + 15 * DAY, at + 16 * DAY, int(BillKind.SETTLED), 10_000, 7_500, 2_000, 500)
                )
    return OrderFacts(from_rows(Orders, os), from_rows(Refunds, rs), from_rows(Bills, bs))


def result(
    facts: OrderFacts, *told: Creator, at: float = LATER, since: float = BEGIN, products: ProductTable = TABLE
) -> list[CreatorResult]:
    return creators([facts], at, since, {c.creator: c for c in told}, products, DEFAULT, PRIOR, 0.0)


def test_one_creator_by_hand() -> None:
    """100 orders of 100 yuan: 10 refunded before dispatch, 20 returned, 70 billed."""
    (one,) = result(shop(("a", 100, 10, 20)), Creator("a", clicks=2000.0, **PAID_FOR))
    kept, returned = 7000.0, 2000.0
    m, k = 1 - 0.4 - 0.05 - 0.05, 0.05 + 0.1 * 0.4
    cost = 0.2 * kept + 400.0
    assert (one.orders, one.paid, one.order_value, one.conversion) == (100, 10_000.0, 100.0, 0.05)
    assert (
        one.kept == pytest.approx(kept)
        and one.refunded == pytest.approx(0.3)
        and one.commission == pytest.approx(1400.0)
    )
    assert one.contribution == pytest.approx(m * kept - k * returned) and one.cost == pytest.approx(cost)
    assert one.gain == pytest.approx((m * kept - k * returned) / cost) and one.missing == ()
    # few orders: as many yuan of spread as the root of the sum of squared kept orders
    few = (100 * 100.0**2 * 0.7) ** 0.5 / kept
    by_hand = [s * (m * kept - k * returned) / (s * 0.2 * kept + 400.0) for s in (1 - few, 1 + few)]
    assert one.lo is not None and one.hi is not None
    assert (one.hi - one.lo) / 2 == pytest.approx(1.6449 * (by_hand[1] - by_hand[0]) / 2, rel=0.01)


def test_the_lower_end_ranks_so_that_luck_on_a_few_orders_does_not_lead() -> None:
    """The one with four orders, none returned, has the better gain; the one with 400 is surer."""
    facts = shop(("few", 4, 0, 0), ("many", 400, 40, 40))
    cheap = {"samples": 20.0, "ads": 0.0, "fee": 0.0}
    ranked = result(facts, Creator("few", **cheap), Creator("many", **{**cheap, "samples": 2000.0}))
    gains = {r.creator.creator: r.gain for r in ranked}
    assert gains["few"] > gains["many"] and [r.creator.creator for r in ranked] == ["many", "few"]


def test_open_orders_widen_the_interval() -> None:
    past = [shop(("b", 200, 0, 60), week=w) for w in range(12)]  # the account's own weeks teach how refunds come
    facts, told = [*past, shop(("a", 200, 0, 60), week=12)], {"a": Creator("a", **PAID_FOR)}
    since = BEGIN + 12 * WEEK
    young, old = (creators(facts, at, since, told, TABLE, DEFAULT, PRIOR, 0.0)[0] for at in (since + 2.5 * DAY, LATER))
    assert young.gain is not None and old.gain is not None and young.lo is not None and young.hi is not None
    assert old.lo is not None and old.hi is not None
    assert young.hi - young.lo > 1.3 * (old.hi - old.lo) and young.lo < old.gain < young.hi


@pytest.mark.parametrize(
    ("told", "products", "missing"),
    [
        (Creator("a", samples=0.0, ads=0.0), TABLE, ("fee",)),
        (Creator("a"), TABLE, ("samples", "ads", "fee")),
        (Creator("a", **PAID_FOR), ProductTable({}, {}), ("dress:product",)),
        (Creator("a", **PAID_FOR), ProductTable({"dress": replace(DRESS, goods=None)}, {}), ("dress:goods",)),
    ],
)
def test_what_is_not_told_is_missing_and_never_zero(
    told: Creator, products: ProductTable, missing: tuple[str, ...]
) -> None:
    (one,) = result(shop(("a", 50, 0, 5)), told, products=products)
    assert one.gain is None and one.lo is None and one.grade is None and one.missing == missing
    assert one.orders == 50 and one.kept == pytest.approx(4500.0)


def test_clicks_of_other_weeks_make_no_conversion_above_one() -> None:
    (few,) = result(shop(("a", 50, 0, 5)), Creator("a", **PAID_FOR, clicks=49.0))
    assert few.conversion is None and few.missing == ("clicks",) and few.gain is not None
    (all_,) = result(shop(("a", 50, 0, 5)), Creator("a", **PAID_FOR, clicks=50.0))
    assert all_.conversion == 1.0 and all_.missing == ()


def test_without_bills_the_table_tells_the_commission() -> None:
    """Bills go first: they show what was really paid."""
    (open_,) = result(shop(("a", 50, 0, 0)), Creator("a", **PAID_FOR), at=BEGIN + 2 * DAY)
    assert open_.commission == pytest.approx(0.2 * open_.kept)
    (unknown,) = result(shop(("a", 50, 0, 0), product="free"), Creator("a", **PAID_FOR), at=BEGIN + 2 * DAY)
    assert unknown.commission is None and unknown.missing == ("commission",)
    (billed,) = result(shop(("a", 50, 0, 0), product="free"), Creator("a", **PAID_FOR))
    assert billed.commission == pytest.approx(1000.0) and billed.gain is not None


def test_only_the_weeks_asked_for_count() -> None:
    early, late = shop(("a", 10, 0, 0)), shop(("a", 30, 0, 0), ("b", 5, 0, 0), week=4)
    both = [
        creators([early, late], LATER, since, {}, TABLE, DEFAULT, PRIOR, 0.0) for since in (BEGIN, BEGIN + 4 * WEEK)
    ]
    assert [{r.creator.creator: r.orders for r in found} for found in both] == [{"a": 40, "b": 5}, {"a": 30, "b": 5}]


def test_a_creator_without_orders_has_cost_and_no_gain() -> None:
    (idle,) = result(shop(("", 10, 0, 0)), Creator("idle", clicks=100.0, **PAID_FOR))
    assert (idle.orders, idle.gain, idle.cost, idle.conversion, idle.grade) == (0, 0.0, 400.0, 0.0, None)


def graded(**changes: object) -> CreatorResult:
    base = CreatorResult(
        Creator("a", platform="抖音", category="服装"),
        100,
        1e4,
        7e3,
        0.3,
        100.0,
        0.05,
        1e3,
        1e3,
        2e3,
        2.0,
        1.5,
        2.5,
        (),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lo", "orders", "grade"),
    [
        (2.0, 30, Grade.S),
        (1.99, 30, Grade.A),
        (2.5, 29, Grade.B),
        (1.3, 30, Grade.A),
        (1.0, 10, Grade.B),
        (0.99, 99, None),
        (9.0, 9, None),
        (None, 99, None),
    ],
)
def test_grades_by_default_ask_of_the_lower_end(lo: float | None, orders: int, grade: Grade | None) -> None:
    assert grade_of(graded(lo=lo, orders=orders), DEFAULT) is grade


def test_the_narrowest_lines_of_the_table_are_asked() -> None:
    table = (
        Threshold(Grade.S, gain=1.0),
        Threshold(Grade.S, category="服装", refunded=0.2),
        Threshold(Grade.A, category="服装", refunded=0.4),
        Threshold(Grade.S, platform="抖音", category="食品", gain=0.5),
    )
    assert grade_of(graded(), table) is Grade.A
    assert grade_of(graded(creator=Creator("a", platform="快手", category="服装")), table) is Grade.A
    assert grade_of(graded(creator=Creator("a", platform="抖音", category="食品")), table) is Grade.S
    assert grade_of(graded(creator=Creator("a", category="家居"), lo=0.9), table) is None
    assert grade_of(graded(refunded=None), table) is None, "what is not known meets nothing"
    assert thresholds(table[1:], "抖音", "家居") == ()


def test_quadrants_by_the_median_of_its_like() -> None:
    volume, rate = np.array([10.0, 1.0, 10.0, 1.0, 500.0, np.nan]), np.array([0.5, 0.5, 0.1, 0.1, 0.01, 0.9])
    found = quadrants(volume, rate, ["x", "x", "x", "x", "y", "x"])
    assert found[:4] == [Quadrant.STAR, Quadrant.PROMISING, Quadrant.LEAKING, Quadrant.IDLE]
    assert found[4] is Quadrant.LEAKING and found[5] is None, "a kind of one is compared with all"


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=1, max_size=20), st.randoms(use_true_random=False)
)
def test_quadrants_do_not_turn_on_the_order(rows: list[tuple[float, float]], luck: object) -> None:
    place = list(range(len(rows)))
    luck.shuffle(place)  # type: ignore[attr-defined]
    v, r = np.array(rows).T
    kinds = ["x" if i % 3 else "y" for i in range(len(rows))]
    found = quadrants(v, r, kinds)
    again = quadrants(v[place], r[place], [kinds[i] for i in place])
    assert [found[i] for i in place] == again
    assert Quadrant.STAR in found or Quadrant.LEAKING in found, "half of them have volume"


def test_terms_of_a_mix_are_means_by_what_was_paid() -> None:
    mix = terms_of({"dress": 300.0, "free": 100.0}, TABLE)
    assert mix.margin == pytest.approx(0.5) and mix.commission is None and mix.missing == ()
    assert terms_of({"dress": 1.0}, TABLE).commission == pytest.approx(0.2)
    assert terms_of({}, TABLE).commission is None
