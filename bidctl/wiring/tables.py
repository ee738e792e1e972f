"""The operator's tables as the configuration names them, read again when a file changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from bidctl.adapters.export import TableError
from bidctl.adapters.tables.guards import read_cash, read_hosts, read_stock, read_unshipped
from bidctl.adapters.tables.promotions import read_calendar
from bidctl.config import Tables
from bidctl.domain.promotions import Calendar
from bidctl.domain.tables import OperatorTables, Receipts
from bidctl.domain.values import AccountId

T = TypeVar("T")


class _File(Generic[T]):
    """One table, read when made and again when its file changes. `said` None = none is named. What it said last stands while it
    cannot be read; `trouble`: why it cannot."""

    def __init__(self, path: str, read: Callable[[Path], T]) -> None:
        self._path, self._read = path, read
        self._seen = self._stamp()
        self.said = read(Path(path)) if path else None
        self.trouble = ""

    def look(self) -> T | None:
        stamp = self._stamp()
        if self._path and (self.trouble or stamp != self._seen):
            try:
                self.said, self.trouble, self._seen = self._read(Path(self._path)), "", stamp
            except TableError as error:
                self.trouble = str(error)
        return self.said

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = Path(self._path).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


class TableFiles:
    """Answers what the tables say now. Raises TableError at the start where one cannot be read: a run that is told of a table and
    cannot read it would quietly be without that guard. `billed`: receipts as the shop's bills tell them, asked where no table of
    cash is named."""

    def __init__(self, told: Tables, billed: Callable[[], Mapping[AccountId, Receipts]] = dict) -> None:
        self._stock = _File(told.stock, read_stock)
        self._unshipped = _File(told.unshipped, read_unshipped)
        self._hosts = _File(told.hosts, read_hosts)
        self._cash, self._billed = _File(told.cash, read_cash), billed
        self._promotions = _File(told.promotions, read_calendar)

    def __call__(self) -> OperatorTables:
        stock, unshipped, hosts = self._stock.look(), self._unshipped.look(), self._hosts.look()
        calendar, cash = self._promotions.look() or Calendar(), self._cash.look()
        files = (self._stock, self._unshipped, self._hosts, self._cash, self._promotions)
        troubles = tuple(f.trouble for f in files if f.trouble)
        receipts = self._billed() if cash is None else cash
        return OperatorTables(stock or {}, unshipped or {}, hosts or {}, receipts, calendar, troubles)
