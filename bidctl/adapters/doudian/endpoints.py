"""Methods of the shop's interface that bidctl calls, and how much of each may be asked for (doudian-settlement.md 1, 4 to 6)."""

from __future__ import annotations

from datetime import timedelta

from bidctl.adapters.openapi.guard import Calls

BASE_URL = "https://openapi-fxg.jinritemai.com"
TOKEN_CREATE = "token.create"
TOKEN_REFRESH = "token.refresh"
ORDERS = "order.searchList"
REFUNDS = "afterSale.List"
BILLS = "order.getSettleBillDetailV3"

SIZE = 100
"""Rows of a page at most."""
MOST = 50_000
"""Page x size at most: a window with more is cut in two."""
OLDEST = timedelta(days=90)
"""Orders older than this are not given."""


def path_of(method: str) -> str:
    """Where a method is asked.

    >>> path_of("order.searchList")
    '/order/searchList'
    """
    return "/" + method.replace(".", "/")


READ_CALLS: Calls = frozenset(("POST", path_of(method)) for method in (ORDERS, REFUNDS, BILLS))
"""All that the shop's client may ask: there is nothing in it that changes anything."""
TOKEN_CALLS: Calls = frozenset(("POST", path_of(method)) for method in (TOKEN_CREATE, TOKEN_REFRESH))
