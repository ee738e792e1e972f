"""Order exports (.csv, .xlsx) as facts of orders, batch by batch; lines that cannot be right are put aside with their reason.

An export tells when things happened, not when they were known: that is modelled (`order_cells`), and the store marks it as assumed.
A refund (a bill) without an id of its own is the one refund (bill) of its order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bidctl.adapters.export import order_cells as cells
from bidctl.adapters.export.columns import ColumnMap, heading
from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.lines import Line, read_lines
from bidctl.adapters.export.order_columns import AMOUNTS, ORDER_COLUMNS, TIMES
from bidctl.adapters.export.order_row import Reading, Told, told
from bidctl.adapters.export.table import no_row, places_of
from bidctl.adapters.export.words import Say
from bidctl.domain.orders import Bills, OrderFacts, Orders, Refunds, from_rows
from bidctl.domain.quarantine import Aside, Doubtful, Source

BATCH = 40_000
"""Lines held at once: ids fall anywhere in the store's trees, so that every batch writes nearly all of their pages once."""
HEADINGS_WITHIN = 20


@dataclass(frozen=True, slots=True)
class Batch:
    """`lines` read (empty ones and totals are `skipped`); what they tell; `unpaid` orders and open presales (`presales`, their
    deposits `presale_fen`), which are no orders yet."""

    lines: int
    facts: OrderFacts
    source: Source
    aside: list[Aside]
    skipped: int
    unpaid: int
    presales: int
    presale_fen: int


@dataclass(frozen=True, slots=True)
class OrderTable:
    """A file that was looked over: `matched` our name -> its heading; `zoned`: some of its times name their zone."""

    path: Path
    top: int
    reading: Reading

    @property
    def matched(self) -> Mapping[str, str]:
        return {name: title for name, (_, title) in self.reading.places.items()}

    @property
    def zoned(self) -> bool:
        return self.reading.zoned

    def batches(self, now: float, size: int = BATCH) -> Iterator[Batch]:
        """The file's lines, `size` at a time; lines put aside are known `now` (epoch second). Raises TableError."""
        lines = islice(read_lines(self.path), self.top, None)
        while (batch := _batch(str(self.path), islice(lines, size), self.reading, now)).lines:
            yield batch


def open_orders(path: Path, zone: tzinfo, columns: ColumnMap = ORDER_COLUMNS, currency: str = "CNY") -> OrderTable:
    """Look a file over once, to its end: headings, encoding, zones. `zone` of times that name none. Raises TableError."""
    lines = read_lines(path)
    first = [*islice(lines, HEADINGS_WITHIN)]
    wanted = {heading(h) for h in columns["order"]}
    top = next((i for i, line in enumerate(first) if wanted & {heading(c) for c in line.cells}), None)
    if top is None:
        expected = Say.COLUMNS(names=columns["order"][0])
        raise TableError(str(path), Say.FIRST_ROWS(), Say.NO_HEADING(), expected, Say.GIVE_MAP())
    found = places_of(str(path), first[top].cells, columns, ("order",))
    _must_have(str(path), found, columns)
    at = [found[name][0] for name in TIMES if name in found]
    zoned = any(_names_zone(line.cells, at) for part in (first[top + 1 :], lines) for line in part)
    return OrderTable(path, top + 1, Reading(found, zone, zoned, currency, len(first[top].cells)))


def _must_have(file: str, found: Mapping[str, object], columns: ColumnMap) -> None:
    times = dict(zip(AMOUNTS, TIMES, strict=True))
    whole = [a for a in AMOUNTS if a in found and times[a] in found]
    half = [times[a] for a in AMOUNTS if a in found and times[a] not in found]
    if half or not whole:
        missing = half or ["paid", "paid_at"]
        names = Say.NO_COLUMN(names=" ".join(columns[name][0] for name in missing))
        raise TableError(file, Say.HEADING_ROW(), names, Say.THAT_COLUMN(), Say.GIVE_MAP())


def _names_zone(row: list[object], at: list[int]) -> bool:
    for i in at:
        cell = row[i] if i < len(row) else None
        if isinstance(cell, datetime):
            if cell.tzinfo is not None:
                return True
        elif (
            isinstance(cell, str)
            and len(cell) > 16
            and not (len(cell) == 19 and cell[16] == ":")  # as nearly every export writes it, seconds and no zone
            and (cell.rstrip()[-1:] in "Zz" or "+" in cell or cell.count("-") > 2)
        ):
            try:
                found = cells.moment(cell)
            except ValueError:
                continue
            if found is not None and found.tzinfo is not None:
                return True
    return False


def _batch(file: str, lines: Iterator[Line], how: Reading, now: float) -> Batch:
    rows: list[tuple[int, Told]] = []
    aside: list[Aside] = []
    by_number: dict[int, str] = {}
    skipped = 0
    for line in lines:
        by_number[line.number] = line.raw
        if _skip(line, how):
            skipped += 1
            continue
        try:
            rows.append((line.number, told(line, how)))
        except Doubtful as doubtful:
            aside.append(Aside(doubtful.doubt, "row", "", "", file, line.number, line.raw, now, why=doubtful.why.both))
    facts, numbers = _facts(rows)
    source = Source(file, numbers[0], numbers[1], numbers[2], lambda n: by_number.get(n, ""), assumed=True)
    unpaid = [t for _, t in rows if t.unpaid]
    presales = [t.presale for t in unpaid if t.presale]
    return Batch(
        len(by_number), facts, source, aside, skipped, len(unpaid) - len(presales), len(presales), sum(presales)
    )


def _skip(line: Line, how: Reading) -> bool:
    """Empty lines and lines of totals."""
    first = line.cells[0] if line.cells else None
    if isinstance(first, str) and first[:1].isdigit():
        return False
    return no_row(line.cells, how.places)


def _facts(rows: list[tuple[int, Told]]) -> tuple[OrderFacts, list[NDArray[np.int64]]]:
    orders = [(n, t.order) for n, t in rows if t.order]
    refunds = [(n, t.refund) for n, t in rows if t.refund]
    bills = [(n, t.bill) for n, t in rows if t.bill]
    facts = OrderFacts(
        from_rows(Orders, [r for _, r in orders]),
        from_rows(Refunds, [r for _, r in refunds]),
        from_rows(Bills, [r for _, r in bills]),
    )
    lines = ([n for n, _ in part] for part in (orders, refunds, bills))
    return facts, [np.array(n, np.int64) for n in lines]
