"""A world's orders one by one are the orders that its reports add up: each hour, each campaign, each refund, to the fen."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calendar import DAY, day_of, day_start
from sim.order_book import OrderBook
from sim.scenario import shipped
from sim.world import MarketWorld


@pytest.mark.parametrize(("scenario", "days"), [("small", 3), ("stock-out", 2), ("busy", 1), ("base60", 2)])
def test_orders_one_by_one_are_what_reports_add_up(scenario: str, days: int) -> None:
    book = OrderBook()
    world = MarketWorld.with_history(shipped(scenario), 3, 2, order_book=book)
    world.advance(world.now + days * DAY + 7200)
    noted = book.noted()
    first = day_of(float(noted.paid_at.min()))
    everybody = np.arange(len(world.specs))
    for day in range(first, day_of(world.now) + 1):
        told = world.report(everybody, day_start(day), day_start(day) + 1, "day")
        mine = (noted.paid_at >= day_start(day)) & (noted.paid_at < day_start(day + 1))
        gmv = np.bincount(noted.campaign[mine], weights=noted.fen[mine], minlength=len(world.specs))
        orders = np.bincount(noted.campaign[mine], minlength=len(world.specs))
        reported = dict(
            zip(told.campaign.tolist(), zip(told.gmv.tolist(), told.orders.tolist(), strict=True), strict=True)
        )
        for i in everybody.tolist():
            assert (int(gmv[i]), int(orders[i])) == reported.get(i, (0, 0)), (day, i)
    back = (noted.back_at >= 0) & (noted.back_at < world.reported_at)
    refunded = np.bincount(noted.campaign[back], weights=noted.fen[back], minlength=len(world.specs))
    assert refunded.astype(np.int64).tolist() == world.ledger()["refunded"].tolist()
    assert (noted.back_at[noted.back_at >= 0] >= noted.paid_at[noted.back_at >= 0]).all()


def test_noting_orders_changes_nothing() -> None:
    plain = MarketWorld.with_history(shipped("small"), 5, 1)
    noting = MarketWorld.with_history(shipped("small"), 5, 1, order_book=OrderBook())
    for world in (plain, noting):
        world.advance(world.now + DAY)
    assert {k: v.tolist() for k, v in plain.ledger().items()} == {k: v.tolist() for k, v in noting.ledger().items()}
