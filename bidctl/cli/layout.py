"""How rows are laid out for a person: a table as wide as it needs, and never a number or an id broken in two.

In a pipe a row is a line. On a terminal long texts are folded; where even so it does not fit, each row is a block of lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

WHOLE = re.compile(r"[-+\d.,:%/]+")
"""Numbers, ids and days, which stay whole; other texts may be folded."""
FOLDED = 10
"""How narrow a folded text may become."""
LARGE = 100_000


class _Pipe(Console):
    """Whoever stops reading (`| head -1`) has read enough: no failure, as for every other output."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], terminal: bool) -> None:
    """Print them; `terminal`: standard output is one."""
    console = _Pipe(width=None if terminal else LARGE)
    found = laid_out(title, columns, rows, console.width)
    _Pipe(width=None if terminal else console.measure(found).maximum).print(found)


def laid_out(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> RenderableType:
    """A table where it fits into `width`, else a block a row."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    room = width - 3 * len(columns) - 1
    widths = _widths(columns, cells, room)
    told = [i for i, column in enumerate(zip(*cells, strict=True)) if any(column)]
    if widths is None and 0 < len(told) < len(columns):  # a column of which nothing is told goes first
        return laid_out(title, [columns[i] for i in told], [[row[i] for i in told] for row in cells], width)
    if widths is None:
        return Text("\n\n".join([title, *(_block(columns, row) for row in cells)]))
    heads = [Column(name, width=wide, overflow="fold") for name, wide in zip(columns, widths, strict=True)]
    table = Table(*heads, title=title, title_justify="left")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is: as wide as it needs, the widest texts folded first; None where that is not enough."""
    found = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    least = [_least(column) for column in zip(*cells, strict=True)] or [FOLDED] * len(columns)
    while sum(found) > room:
        spare, widest = max((wide - few, i) for i, (wide, few) in enumerate(zip(found, least, strict=True)))
        if spare <= 0:
            return None
        found[widest] -= 1
    return found


def _least(column: Sequence[str]) -> int:
    """How narrow it may become."""
    pieces = [piece for cell in column for piece in cell.split()]
    return max([4, *(len(p) if WHOLE.fullmatch(p) else min(cell_len(p), FOLDED) for p in pieces)])


def _block(columns: Sequence[str], row: Sequence[str]) -> str:
    return "\n".join(f"{name}: {cell}" for name, cell in zip(columns, row, strict=True) if cell)
