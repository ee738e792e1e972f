"""A table as report rows, with what matched and what did not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from bidctl.adapters.export import cells
from bidctl.adapters.export.columns import DEFAULT, REQUIRED, ColumnMap, heading, unit
from bidctl.adapters.export.errors import CellError, TableError
from bidctl.adapters.export.sheet import HEADING_WITHIN, read_cells
from bidctl.adapters.export.words import Say
from bidctl.domain.values import Grid, Intent
from bidctl.engine.report_rows import ReportRow
from bidctl.wording import Wording

T = TypeVar("T")
INTENTS = {
    "拿量": Intent.VOLUME, "均衡": Intent.BALANCED, "保利": Intent.PROFIT,
    "volume": Intent.VOLUME, "balanced": Intent.BALANCED, "profit": Intent.PROFIT,
}  # fmt: skip
LONG, CUT = 19, "0000"
_ID = re.compile(r"\d{6}")
TOTALS = ("合计", "总计", "汇总", "总计/合计", "total")


@dataclass(frozen=True, slots=True)
class ExportTable:
    """`rows` of campaigns (totals and empty lines left out: `skipped`). `matched`: our name -> the file's heading;
    `unmatched`: headings of the file that mean nothing to us; `absent`: our names that no heading gave."""

    file: str
    rows: tuple[ReportRow, ...]
    matched: Mapping[str, str]
    unmatched: tuple[str, ...]
    absent: tuple[str, ...]
    skipped: int

    def demand_grid(self, grid: Grid) -> None:
        """Raises TableError where a target is none that the platform can have: steps are reckoned from it exactly."""
        for row in self.rows:
            if row.target is not None and row.target * grid.per_one % 1:
                place = Say.CELL(line=row.line, column=self.matched["target"])
                found, expected = Say.VALUE(value=row.target), Say.ON_GRID(step=grid.value(1))
                raise TableError(self.file, place, found, expected, Say.MEND_CELL())


def no_row(values: list[object], places: Mapping[str, tuple[int, str]]) -> bool:
    """An empty line, or one of totals: it says so first, and bears no id where ids stand. A name may begin like that too
    (`汇总款 ...`), and its row must not be lost."""
    first = next((str(v).strip() for v in values if not cells.blank(v)), "")
    at = next(iter(places.values()))[0]
    named = at < len(values) and _ID.match(str(values[at]).strip("\t '\"="))
    return first == "" or (first.lower().startswith(TOTALS) and not named)


@dataclass(frozen=True, slots=True)
class Line:
    """One row with the way to its cells."""

    file: str
    number: int
    values: list[object]
    places: Mapping[str, tuple[int, str]]

    def cell(self, name: str) -> object:
        place = self.places.get(name)
        return self.values[place[0]] if place and place[0] < len(self.values) else None

    @property
    def skipped(self) -> bool:
        """An empty line, or one of totals."""
        return no_row(self.values, self.places)

    def read(self, name: str, how: Callable[[object], T]) -> T:
        try:
            return how(self.cell(name))
        except (ValueError, OverflowError) as error:
            expected = error.expected if isinstance(error, CellError) else Say.NUMBER()
            raise self.wrong(name, _shown(self.cell(name)), expected) from None

    def demand_width(self, width: int) -> None:
        """Raises TableError where cells stand beyond the headings: what is under which heading is anybody's guess then."""
        found = max((i + 1 for i, v in enumerate(self.values) if not cells.blank(v)), default=0)
        if found > width:
            place, told = Say.LINE(line=self.number), Say.CELLS(found=found, width=width)
            raise TableError(self.file, place, told, Say.NO_MORE_CELLS(), Say.MEND_LINE())

    def wrong(self, name: str, found: str | Wording, expected: Wording) -> TableError:
        """The refusal of one cell."""
        title = self.places[name][1] if name in self.places else name
        place = Say.CELL(line=self.number, column=title)
        return TableError(self.file, place, Say.VALUE(value=found), expected, Say.MEND_CELL())

    def number_of(self, name: str) -> Decimal | None:
        title = self.places[name][1] if name in self.places else ""
        return self.read(name, lambda cell: cells.number(cell, unit(title)))

    def amount_of(self, name: str) -> float | None:
        title = self.places[name][1] if name in self.places else ""
        value = self.read(name, lambda cell: cells.amount(cell, unit(title)))
        return None if value is None else float(value)

    def float_of(self, name: str) -> float | None:
        value = self.number_of(name)
        return None if value is None else float(value)


def read_export(path: Path, columns: ColumnMap = DEFAULT) -> ExportTable:
    """Read a .csv or .xlsx export. Raises TableError."""
    table = read_cells(path)
    file = str(path)
    top = next((i for i, row in enumerate(table[:HEADING_WITHIN]) if _heading_row(row, columns)), None)
    if top is None:
        wanted = " ".join(columns[name][0] for name in REQUIRED)
        raise TableError(file, Say.FIRST_ROWS(), Say.NO_HEADING(), Say.COLUMNS(names=wanted), Say.GIVE_MAP())
    places = places_of(file, table[top], columns, REQUIRED)
    lines = [Line(file, i, row, places) for i, row in enumerate(table[top + 1 :], top + 2)]
    wanted_lines = [line for line in lines if not line.skipped]
    for line in wanted_lines:
        line.demand_width(len(table[top]))
    _whole_ids(wanted_lines)
    used = {column for column, _ in places.values()}
    return ExportTable(
        file=file,
        rows=tuple(_unique(file, [_row(line) for line in wanted_lines])),
        matched={name: title for name, (_, title) in places.items()},
        unmatched=tuple(str(t).strip() for i, t in enumerate(table[top]) if i not in used and not cells.blank(t)),
        absent=tuple(name for name in columns if name not in places),
        skipped=len(lines) - len(wanted_lines),
    )


def _whole_ids(lines: list[Line]) -> None:
    """Raises TableError where a spreadsheet has cut every long id of the table: it keeps 15 digits and writes zeros after them."""
    ids = [(line, str(line.cell("campaign")).strip()) for line in lines]
    found = [(line, text) for line, text in ids if len(text) >= LONG]
    if found and all(text.endswith(CUT) for _, text in found):
        line, text = found[0]
        raise line.wrong("campaign", text, Say.WHOLE_ID())


def _heading_row(row: list[object], columns: ColumnMap) -> bool:
    titles = {heading(t) for t in row}
    return any(heading(h) in titles for h in columns["campaign"])


def places_of(
    file: str, row: list[object], columns: ColumnMap, required: tuple[str, ...]
) -> dict[str, tuple[int, str]]:
    """Where each of our columns stands in a heading row: (index, heading). Raises TableError where a required one is absent."""
    titles: dict[str, int] = {}
    for i, title in enumerate(row):
        titles.setdefault(heading(title), i)
    again = {heading(title) for i, title in enumerate(row) if titles[heading(title)] != i}
    places = {
        name: (titles[heading(h)], str(row[titles[heading(h)]]).strip())
        for name, headings in columns.items()
        for h in reversed(headings)
        if heading(h) in titles
    }
    missing = [columns[name][0] for name in required if name not in places]
    if missing:
        found = Say.NO_COLUMN(names=" ".join(missing))
        raise TableError(file, Say.HEADING_ROW(), found, Say.THAT_COLUMN(), Say.GIVE_MAP())
    twice = [title for _, title in places.values() if heading(title) in again]
    if twice:
        found = Say.COLUMN_TWICE(names=" ".join(twice))
        raise TableError(file, Say.HEADING_ROW(), found, Say.COLUMN_ONCE(), Say.REMOVE_ONE())
    return places


def _row(line: Line) -> ReportRow:
    spend = line.amount_of("spend")
    return ReportRow(
        line=line.number,
        campaign=line.read("campaign", cells.identity),
        name="" if cells.blank(line.cell("name")) else str(line.cell("name")).strip(),
        day=line.read("day", cells.day),
        hour=line.read("hour", cells.hour) if "hour" in line.places else None,
        spend=_not_negative(line, "spend", spend),
        gmv=_money(line, "gmv", "paid_roas", spend),
        orders=_not_negative(line, "orders", line.amount_of("orders")),
        gmv_1h=_money(line, "gmv_1h", "net_roas", spend),
        gmv_7d=_money(line, "gmv_7d", "roas_7d", spend),
        target=_positive(line, "target", line.number_of("target")),
        suggestion=line.float_of("suggestion") or None,
        last_edit=line.read("last_edit", cells.instant),
        first_spend=line.read("first_spend", cells.instant),
        goal=line.float_of("goal"),
        break_even=line.float_of("break_even"),
        margin=line.read("margin", lambda c: _share(cells.number(c, unit(line.places.get("margin", (0, ""))[1])))),
        intent=line.read("intent", _intent),
    )


def _money(line: Line, name: str, ratio: str, spend: float | None) -> float | None:
    """The amount, else its ROI times spend."""
    amount = _not_negative(line, name, line.amount_of(name))
    times = _not_negative(line, ratio, line.float_of(ratio)) if amount is None else None
    return times * spend if times is not None and spend is not None else amount


def _not_negative(line: Line, name: str, value: float | None) -> float | None:
    if value is not None and value < 0:
        raise line.wrong(name, str(value), Say.NOT_NEGATIVE())
    return value


def _positive(line: Line, name: str, value: Decimal | None) -> Decimal | None:
    if value is not None and value < 0:
        raise line.wrong(name, str(value), Say.ABOVE_ZERO())
    return value or None


def _share(value: Decimal | None) -> float | None:
    if value is not None and not 0 < value <= 1:
        raise CellError(Say.SHARE_OF_ONE())
    return None if value is None else float(value)


def _intent(cell: object) -> Intent | None:
    if cells.blank(cell):
        return None
    intent = INTENTS.get(str(cell).strip().lower())
    if intent is None:
        raise CellError(Say.INTENT())
    return intent


def _unique(file: str, rows: list[ReportRow]) -> list[ReportRow]:
    """The same campaign and span twice would count double; a day's line beside its hours too."""
    seen: dict[tuple[str, object, object], int] = {}
    grains: dict[tuple[str, object], bool] = {}
    for row in rows:
        first = seen.setdefault((row.campaign, row.day, row.hour), row.line)
        if first != row.line:
            found = Say.SAME_SPAN(first=first)
            raise TableError(file, Say.LINE(line=row.line), found, Say.SPAN_ONCE(), Say.REMOVE_ONE())
        if grains.setdefault((row.campaign, row.day), row.hour is None) != (row.hour is None):
            place, found = Say.LINE(line=row.line), Say.DAY_BESIDE_HOURS()
            raise TableError(file, place, found, Say.ONE_GRAIN(), Say.REMOVE_ONE())
    return rows


def _shown(cell: object) -> str | Wording:
    if cell is None or cell == "":
        return Say.EMPTY_CELL()
    text = repr(cell)
    return text if len(text) <= 60 else text[:57] + "..."
