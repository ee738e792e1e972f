"""Stock, shipping and hosts from the operator's tables: what they do not tell binds nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.tables import OperatorTables, Stock, Unshipped
from bidctl.domain.values import Kind
from bidctl.engine.decide import decide
from bidctl.engine.guards import fresh, host_change, ship_late, speeds, stock_cover
from bidctl.engine.standing import Standing
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from tests.builders import rows
from tests.engine.facts import ACCOUNT, at, day, enrolment, info, listing, observer, only, session

NOW = "2026-11-20 12:00"
T = at(NOW).timestamp()


def cover(stock: dict[str, Stock], products: list[str], speed: list[float]) -> tuple[list[float], list[float]]:
    hours, _, share = stock_cover(OperatorTables(stock=stock), np.array(products), np.array(speed))
    return hours.tolist(), share.tolist()


def test_a_product_is_sold_by_all_who_promote_it() -> None:
    hours, share = cover(
        {"p": Stock(60.0, T), "q": Stock(500.0, T)}, ["p", "p,q", "q", "r", ""], [2.0, 1.0, 4.0, 9.0, 9.0]
    )
    assert hours[:3] == [20.0, 20.0, 100.0] and np.isnan(hours[3:]).all()
    assert share[0] == share[2] == 1.0 and np.isnan(share[1])  # which product carries it is not known: never paused


def test_what_the_table_says_of_sales_goes_first() -> None:
    assert cover({"p": Stock(48.0, T, sold_per_day=24.0)}, ["p"], [np.nan])[0] == [48.0]


@pytest.mark.parametrize(
    ("pieces", "speed", "hours"), [(0.0, np.nan, 0.0), (0.0, 0.0, 0.0), (5.0, 0.0, np.inf), (5.0, np.nan, np.nan)]
)
def test_nothing_left_and_nothing_sold(pieces: float, speed: float, hours: float) -> None:
    assert cover({"p": Stock(pieces, T)}, ["p"], [speed])[0] == pytest.approx([hours], nan_ok=True)


@given(st.floats(0, 1e5), st.floats(0.01, 1e3), st.floats(1.01, 5))
def test_fewer_pieces_or_quicker_sales_never_cover_longer(pieces: float, speed: float, more: float) -> None:
    (one,), _ = cover({"p": Stock(pieces, T)}, ["p"], [speed])
    (less,), _ = cover({"p": Stock(pieces / more, T)}, ["p"], [speed])
    (quicker,), _ = cover({"p": Stock(pieces, T)}, ["p"], [speed * more])
    assert less <= one and quicker <= one


def test_speeds_of_goods_and_of_a_room() -> None:
    live, off = np.array([False, True, True, True, True, True]), np.array([False, False, True, False, False, False])
    age = np.array([np.nan, 18000.0, np.nan, np.nan, 3600.0, 18000.0])
    lately = np.array([np.nan, 12.0, 12.0, 12.0, 12.0, np.nan])
    found = speeds(np.full(6, 160.0), 160.0, lately, np.full(6, 30.0), age, live, off)
    # of a running session its last 2 h, or as long as it runs; hours that are not known: today's orders over the session
    assert found.tolist()[:3] == [1.0, 6.0, 0.0] and np.isnan(found[3]) and found.tolist()[4:] == [12.0, 6.0]


def test_the_fewest_pieces_of_what_it_promotes() -> None:
    tables = OperatorTables({"p": Stock(60.0, T), "q": Stock(9.0, T)})
    _, pieces, _ = stock_cover(tables, np.array(["p", "p,q", "r"]), np.ones(3))
    assert pieces.tolist()[:2] == [60.0, 9.0] and np.isnan(pieces[2])


def test_live_stock_lasts_as_the_last_two_hours_sell() -> None:
    """A room on air since noon: 100 orders in its first hours, then 4 an hour: the stock lasts by what sells now."""
    o = observer()
    room = {"products": ("p",), "kind": Kind.LIVE, "live_account": "900"}
    for hour, orders in ((12, 90.0), (13, 100.0), (14, 104.0), (15, 108.0), (16, 110.0)):
        o.ingest_listing(listing(f"2026-11-20 {hour}:30", info("c", 10.0 * hour, 20.0 * hour, orders, **room)))
    o.ingest_sessions([session("900", "r", "2026-11-20 12:00")])
    o.ingest_enrolments([enrolment("c")])
    tables = OperatorTables({"p": Stock(14.0, at("2026-11-20 16:00").timestamp())})
    row = only(o.observe(at("2026-11-20 16:30"), Standing(tables=tables)))
    assert row.stock_cover_h == pytest.approx(14 / ((2 + 4 + 4 * 0.5) / 2)) and row.stock_pieces == 14.0


def test_stale_lines_are_unknown_never_zero() -> None:
    rules = RuleSettings()
    tables = OperatorTables({"old": Stock(0.0, T - 6 * 3600 - 1), "new": Stock(0.0, T - 6 * 3600)},
                            {ACCOUNT: Unshipped(9e9, 1.0, T - 86401)})  # fmt: skip
    kept = fresh(tables, T, rules)
    assert list(kept.stock) == ["new"] and not kept.unshipped


@pytest.mark.parametrize(("orders", "late"), [(500.0, False), (500.1, True)])
def test_shipping_is_late_beyond_a_day_of_capacity(orders: float, late: bool) -> None:
    assert ship_late(Unshipped(orders, 500.0, T), 24.0) is late
    assert not ship_late(None, 24.0)


def test_the_nearest_change_of_host_before_or_after() -> None:
    tables = OperatorTables(hosts={"900": (T - 600, T + 900), "901": ()})
    found = host_change(tables, np.array(["900", "901", "902", ""]), T)
    assert found[0] == 600.0 and np.isnan(found[1:]).all()


def observed(tables: OperatorTables, **changes: object):
    o = observer()
    for n in range(13, 20):
        o.ingest(day("c", f"2026-11-{n:02d}", 500.0, 1000.0, 16.8))
    o.ingest_listing(listing(NOW, info("c", 100.0, 250.0, 8.4, **{"products": ("p",)} | changes)))
    o.ingest_enrolments([enrolment("c")])
    return o.observe(at(NOW), Standing(tables=fresh(tables, T, RuleSettings())))


def test_columns_that_the_rulebook_reads() -> None:
    row = only(observed(OperatorTables({"p": Stock(15.0, T)}, {ACCOUNT: Unshipped(11.0, 10.0, T)})))
    assert (
        row.stock_cover_h == pytest.approx(15 / ((6 * 16.8 + 8.4) / 156))
        and row.stock_red_share == 1.0
        and row.ship_late
    )
    none = only(observed(OperatorTables()))
    assert np.isnan(none.stock_cover_h) and np.isnan(none.host_change_s) and not none.ship_late


def test_a_change_of_host_is_quiet() -> None:
    tables = OperatorTables(hosts={"900": (T + 60,)})
    assert only(observed(tables, kind=Kind.LIVE, live_account="900")).host_change_s == 60.0


@pytest.mark.parametrize(
    ("pieces", "alert", "lowers"),
    [
        (201.0, None, True),
        (200.0, Alert.STOCK, True),
        (100.0, Alert.STOCK_ORANGE, True),
        (50.0, Alert.STOCK_RED, False),
    ],
)
def test_pieces_that_the_operator_sets(pieces: float, alert: Alert | None, lowers: bool) -> None:
    """RULEBOOK 2, 200 / 100 / 50: whatever the hours say; off unless set."""
    o = rows(1, stock_pieces=pieces, stock_cover_h=900.0, p_below_goal=0.05, projected_roas=3.0)
    told = decide(
        Handbook(), o, RuleSettings(stock_yellow_pieces=200, stock_orange_pieces=100, stock_red_pieces=50)
    ).row(0)
    assert [a for a in told.alerts if a in (Alert.STOCK, Alert.STOCK_ORANGE, Alert.STOCK_RED)] == (
        [alert] if alert else []
    )
    assert (told.result < told.old) is lowers and (told.reason is Reason.STOCK_RED) is not lowers
    assert decide(Handbook(), o, RuleSettings()).row(0).alerts == ()


@pytest.mark.parametrize(
    ("hours", "alert"),
    [(200.0, None), (168.0, Alert.STOCK), (72.0, Alert.STOCK_ORANGE), (24.0, Alert.STOCK_RED)],
)
def test_each_level_is_told_once_by_its_own_name(hours: float, alert: Alert | None) -> None:
    told = decide(Handbook(), rows(1, stock_cover_h=hours), RuleSettings()).row(0).alerts
    assert [a for a in told if a in (Alert.STOCK, Alert.STOCK_ORANGE, Alert.STOCK_RED)] == ([alert] if alert else [])
