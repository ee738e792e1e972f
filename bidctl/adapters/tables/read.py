"""A small table as lines, and the cells that several tables share."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from bidctl.adapters.export import cells
from bidctl.adapters.export.columns import ColumnMap, unit
from bidctl.adapters.export.errors import CellError, TableError
from bidctl.adapters.export.sheet import Cells, read_cells
from bidctl.adapters.export.table import Line, places_of
from bidctl.adapters.export.words import Say as SayTable
from bidctl.adapters.tables.words import Say
from bidctl.wording import Wording, told_by_parser, told_by_system

T = TypeVar("T")


def lines_of(path: Path, columns: ColumnMap, required: tuple[str, ...]) -> list[Line]:
    """Lines of a table whose first row is its headings. A .toml file is a table of its `[[rows]]`, whatever their name; its keys
    are headings. Raises TableError, also for a heading that means nothing: a cost in a column nobody reads would be lost."""
    table = _toml(path) if path.suffix.lower() == ".toml" else read_cells(path)
    places = places_of(str(path), table[0], columns, required)
    _all_known(str(path), table[0], {index for index, _ in places.values()}, columns)
    lines = [Line(str(path), number, row, places) for number, row in enumerate(table[1:], 2)]
    wanted = [line for line in lines if not line.skipped]
    for line in wanted:
        line.demand_width(len(table[0]))
    return wanted


def _all_known(file: str, top: list[object], used: set[int], columns: ColumnMap) -> None:
    strange = [str(title).strip() for i, title in enumerate(top) if i not in used and not cells.blank(title)]
    if strange:
        known = SayTable.KNOWN_NAMES(names=" ".join(headings[0] for headings in columns.values()))
        found = Say.STRANGE_COLUMNS(names=" ".join(strange))
        raise TableError(file, SayTable.HEADING_ROW(), found, known, SayTable.RENAME())


def _toml(path: Path) -> Cells:
    try:
        tree = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise TableError(str(path), None, told_by_system(error), SayTable.TABLE_FILE(), SayTable.CHECK_PATH()) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise TableError(
            str(path), None, SayTable.NO_TOML(error=told_by_parser(error)), Say.ROWS(), SayTable.MEND_LINE()
        ) from None
    rows = next(iter(tree.values())) if len(tree) == 1 else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise TableError(str(path), None, Say.KEYS(count=len(tree)), Say.ROWS(), Say.ROW_LINES())
    titles = list(dict.fromkeys(key for row in rows for key in row))
    return [list(titles), *([row.get(title) for title in titles] for row in rows)]


def text(cell: object) -> str:
    """A text; "" where the cell is blank."""
    return "" if cells.blank(cell) else str(cell).strip()


def at_least_zero(line: Line, name: str) -> float | None:
    """A number, 0 or more."""
    return _within(line, name, line.float_of(name), lambda v: v >= 0, SayTable.NOT_NEGATIVE())


def above_zero(line: Line, name: str) -> float | None:
    """A number above 0."""
    return _within(line, name, line.float_of(name), lambda v: v > 0, SayTable.ABOVE_ZERO())


def share(line: Line, name: str) -> float | None:
    """A share from 0 to 1: 0.08 or 8%."""
    return _within(line, name, line.float_of(name), lambda v: 0 <= v <= 1, Say.SHARE())


def word(line: Line, name: str, words: Mapping[str, T]) -> T | None:
    """One of a set of words, in capitals or not; None where the cell is blank."""
    low = {name.lower(): value for name, value in words.items()}

    def read(cell: object) -> T | None:
        if cells.blank(cell):
            return None
        found = low.get(text(cell).lower())
        if found is None:
            raise CellError(Say.ONE_OF(words=" ".join(words)))
        return found

    return line.read(name, read)


def heading_unit(line: Line, name: str) -> str:
    """The unit that the column's heading names, "" = none."""
    return unit(line.places[name][1]) if name in line.places else ""


def once(line: Line, seen: dict[Any, int], key: Any) -> None:
    """Refuses a key that an earlier line has already."""
    first = seen.setdefault(key, line.number)
    if first != line.number:
        place, found = SayTable.LINE(line=line.number), Say.TABLE_AGAIN(first=first)
        raise TableError(line.file, place, found, Say.EACH_ONCE(), SayTable.REMOVE_ONE())


def _within(line: Line, name: str, value: float | None, ok: Callable[[float], bool], says: Wording) -> float | None:
    if value is not None and not ok(value):
        raise line.wrong(name, f"{value:g}", says)
    return value
