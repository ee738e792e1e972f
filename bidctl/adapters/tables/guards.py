"""The tables behind R-STOCK, R-SHIP, R-CASH and R-QUIET's hosts."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.export import cells
from bidctl.adapters.export.columns import ColumnMap
from bidctl.adapters.export.table import Line
from bidctl.adapters.export.words import Say as SayTable
from bidctl.adapters.tables.read import above_zero, at_least_zero, lines_of, once
from bidctl.domain.tables import Receipts, Stock, Unshipped
from bidctl.domain.values import AccountId

STOCK: ColumnMap = {
    "product": ("商品ID", "商品id", "product", "product_id"),
    "pieces": ("库存", "库存件数", "pieces", "stock"),
    "at": ("更新时间", "updated_at"),
    "sold_per_day": ("日销", "sold_per_day"),
}
UNSHIPPED: ColumnMap = {
    "account": ("账户ID", "account"),
    "orders": ("待发货", "待发货订单数", "orders", "unshipped"),
    "per_day": ("日发货能力", "per_day"),
    "at": ("更新时间", "updated_at"),
}
HOSTS: ColumnMap = {
    "live_account": ("直播账号", "抖音号ID", "live_account"),
    "at": ("换主播时间", "时间", "changes_at"),
    "host": ("主播", "host"),
}

CASH: ColumnMap = {
    "account": ("账户ID", "account"),
    "day": ("日期", "day"),
    "received": ("到账金额", "结算到账", "received"),
    "available": ("可用资金", "available"),
    "receivable": ("待结算", "应收", "receivable"),
}

BLANK = "-"
"""How a cell is told that is blank and must not be."""


def read_stock(path: Path) -> dict[str, Stock]:
    """Pieces left by product. Raises TableError."""
    found: dict[str, Stock] = {}
    seen: dict[object, int] = {}
    for line in lines_of(path, STOCK, ("product", "pieces", "at")):
        product = line.read("product", cells.identity)
        once(line, seen, product)
        found[product] = Stock(_must(line, "pieces"), _instant(line), above_zero(line, "sold_per_day"))
    return found


def read_unshipped(path: Path) -> dict[AccountId, Unshipped]:
    """Orders waiting by account. Raises TableError."""
    found: dict[AccountId, Unshipped] = {}
    seen: dict[object, int] = {}
    for line in lines_of(path, UNSHIPPED, ("account", "orders", "per_day", "at")):
        account = AccountId(line.read("account", cells.identity))
        once(line, seen, account)
        found[account] = Unshipped(_must(line, "orders"), _must(line, "per_day"), _instant(line))
    return found


def read_hosts(path: Path) -> dict[str, tuple[float, ...]]:
    """When hosts change, by live account. Raises TableError."""
    found: dict[str, list[float]] = {}
    for line in lines_of(path, HOSTS, ("live_account", "at")):
        found.setdefault(line.read("live_account", cells.identity), []).append(_instant(line))
    return {account: tuple(sorted(changes)) for account, changes in found.items()}


def read_cash(path: Path) -> dict[AccountId, Receipts]:
    """Receipts by account and natural day; what is in hand and to come by its newest line that tells it. Raises TableError."""
    found: dict[AccountId, dict[int, Line]] = {}
    seen: dict[object, int] = {}
    for line in lines_of(path, CASH, ("account", "day", "received")):
        account, day = AccountId(line.read("account", cells.identity)), line.read("day", cells.day).toordinal()
        once(line, seen, (account, day))
        found.setdefault(account, {})[day] = line
    return {account: _receipts(dict(sorted(days.items()))) for account, days in found.items()}


def _receipts(days: dict[int, Line]) -> Receipts:
    newest: dict[str, float | None] = {}
    for name in ("available", "receivable"):
        told = [value for line in days.values() if (value := at_least_zero(line, name)) is not None]
        newest[name] = told[-1] if told else None
    return Receipts({day: _must(line, "received") for day, line in days.items()}, **newest)


def _must(line: Line, name: str) -> float:
    """A number that has to be there: a blank is not zero."""
    value = at_least_zero(line, name)
    if value is None:
        raise line.wrong(name, BLANK, SayTable.NOT_NEGATIVE())
    return value


def _instant(line: Line) -> float:
    at = line.read("at", cells.instant)
    if at is None:
        raise line.wrong("at", BLANK, SayTable.INSTANT())
    return at.timestamp()
