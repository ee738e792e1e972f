"""The columns of R-STOCK, R-SHIP and R-QUIET's hosts (R-CASH: cash.py) from the operator's tables; what they do not tell is not known.

Cover = pieces / sales speed. A product's speed is what all campaigns that promote it sell, a campaign of several products counting
whole for each (too quick rather than too slow): goods by the orders of 7 natural days; live by those of the last 2 h (of the running
session, while it is younger), and where these hours are not known by today's orders over the hours of that session. A campaign's
cover is that of its scarcest product. Which of several products carries its GMV is not known without the shop's orders, so that
such a campaign is never paused for its stock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.tables import OperatorTables, Unshipped
from bidctl.domain.values import AccountId
from bidctl.policy.rulebook.settings import RuleSettings

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
LEAST_SESSION_H = 0.25
"""A session just begun sells at no known speed yet: its first orders count over at least so long (ours)."""
LIVE_H = 2.0
"""Hours by which live sales speed is judged."""


def fresh(tables: OperatorTables, now: float, rules: RuleSettings) -> OperatorTables:
    """The tables without the lines that are too old to be relied on."""
    stock = {p: s for p, s in tables.stock.items() if now - s.at <= rules.stock_stale_h * 3600}
    waiting = {a: u for a, u in tables.unshipped.items() if now - u.at <= rules.ship_stale_h * 3600}
    return replace(tables, stock=stock, unshipped=waiting)


def speeds(
    orders_7d: Float, hours_7d: float, orders_2h: Float, orders_today: Float, session_age_s: Float, live: Bool, off_air: Bool
) -> Float:  # fmt: skip
    """(n,) orders an hour of each campaign; NaN = not known; live off air sells nothing. `hours_7d`: of the 7 natural days so far."""
    aired = np.maximum(session_age_s / 3600, LEAST_SESSION_H)
    lately = np.where(np.isfinite(orders_2h), orders_2h / np.minimum(aired, LIVE_H), orders_today / aired)
    return np.where(live, np.where(off_air, 0.0, lately), orders_7d / hours_7d)


def stock_cover(tables: OperatorTables, products: NDArray[np.str_], speed: Float) -> tuple[Float, Float, Float]:
    """(hours, pieces, share) (n,): cover of each campaign's scarcest product that the table tells of, inf where nothing sells; the
    pieces of the one with the fewest; and the share of its GMV that this product carries: 1 where it promotes no other, else
    NaN. `products` (n,) ids joined by commas."""
    hours, pieces, share = (np.full(len(products), np.nan) for _ in range(3))
    if not tables.stock:
        return hours, pieces, share
    sold: dict[str, float] = {}
    promoted = [text.split(",") if text else [] for text in products.tolist()]
    for mine, orders in zip(promoted, speed.tolist(), strict=True):
        for product in mine:
            sold[product] = sold.get(product, 0.0) + orders  # one that is not known leaves the product's speed unknown
    for row, mine in enumerate(promoted):
        told = [product for product in mine if product in tables.stock]
        if told:
            hours[row] = np.fmin.reduce([_cover(tables, product, sold[product]) for product in told])
            pieces[row] = min(tables.stock[product].pieces for product in told)
            share[row] = 1.0 if len(mine) == 1 else np.nan
    return hours, pieces, share


def _cover(tables: OperatorTables, product: str, sold_per_hour: float) -> float:
    line = tables.stock[product]
    speed = sold_per_hour if line.sold_per_day is None else line.sold_per_day / 24
    if line.pieces <= 0:
        return 0.0
    return np.inf if speed == 0 else line.pieces / speed


def ship_late(waiting: Unshipped | None, hours: float) -> bool:
    """R-SHIP: more orders wait than `hours` of the stated capacity ship; False where nothing is told."""
    return waiting is not None and waiting.orders > waiting.per_day * hours / 24


def late_accounts(tables: OperatorTables, accounts: Sequence[AccountId], hours: float) -> Bool:
    """(a,) `ship_late` of each account."""
    return np.array([ship_late(tables.unshipped.get(a), hours) for a in accounts], np.bool_)


def host_change(tables: OperatorTables, live_accounts: NDArray[np.str_], now: float) -> Float:
    """(n,) seconds to the nearest change of host, before or after; NaN = the timetable tells of none."""
    if not tables.hosts:
        return np.full(len(live_accounts), np.nan)
    found = {a: min(abs(now - t) for t in changes) for a, changes in tables.hosts.items() if changes}
    return np.array([found.get(a, np.nan) for a in live_accounts.tolist()], np.float64)
