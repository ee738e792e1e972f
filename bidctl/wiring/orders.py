"""Order exports into the ledger, batch by batch, each in a transaction of its own: stopped half-way, it is simply run again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from bidctl.adapters.export.columns import load_columns
from bidctl.adapters.export.order_columns import ORDER_COLUMNS
from bidctl.adapters.export.orders import Batch, OrderTable, open_orders
from bidctl.adapters.store import SqlLedger
from bidctl.domain.quarantine import Taken
from bidctl.domain.values import AccountId


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought in all. `lines` of the file; of them `skipped` are empty or totals; `unpaid` orders and open `presales`
    (deposits `presale_fen`) are no orders yet."""

    taken: Taken = field(default_factory=Taken)
    lines: int = 0
    skipped: int = 0
    unpaid: int = 0
    presales: int = 0
    presale_fen: int = 0


def look_over(file: Path, columns: Path | None, zone: ZoneInfo, currency: str) -> OrderTable:
    """An order export, its headings matched. Raises Problem."""
    return open_orders(file, zone, load_columns(columns, ORDER_COLUMNS) if columns else ORDER_COLUMNS, currency)


def import_orders(ledger: SqlLedger, account: AccountId, table: OrderTable, now: float) -> Iterator[Imported]:
    """Take a file in; what came so far after each batch. `now`: epoch second. Raises Problem."""
    done, batches = Imported(), table.batches(now)
    while True:
        with _uncollected():
            batch = next(batches, None)
            if batch is None:
                return
            done = _added(done, batch, _store(ledger, account, batch))
        yield done


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles: a batch is hundreds of thousands of rows, all of them in use and none in a cycle, and walking
    through them again and again took a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _store(ledger: SqlLedger, account: AccountId, batch: Batch) -> Taken:
    with ledger.begin() as t:
        taken = t.add_orders(account, batch.facts, batch.source)
        return replace(taken, aside=taken.aside + t.set_aside(account, batch.aside))


def _added(done: Imported, batch: Batch, taken: Taken) -> Imported:
    return Imported(
        taken=done.taken + taken,
        lines=done.lines + batch.lines,
        skipped=done.skipped + batch.skipped,
        unpaid=done.unpaid + batch.unpaid,
        presales=done.presales + batch.presales,
        presale_fen=done.presale_fen + batch.presale_fen,
    )
