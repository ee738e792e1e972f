"""The lines of a table one after another, in bounded memory: each with its number, its own text and its cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.sheet import HEADING_WITHIN, delimiter_of, encodings, read_cells, refuse_other
from bidctl.adapters.export.words import Say
from bidctl.wording import told_by_system

LOOK = 65536
LONGEST = 20
"""Lines that one quoted cell may span. A quote that is never closed must not swallow the rest of the file."""


class Line(NamedTuple):
    """`number` from 1; `raw` as it stands in the file (cells joined by commas where that is a workbook)."""

    number: int
    raw: str
    cells: list[object]


def read_lines(path: Path) -> Iterator[Line]:
    """Every line of a .csv (UTF-8, GB18030, UTF-16 with its mark) or of an .xlsx's first sheet. Raises TableError."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(LOOK)
    except OSError as error:
        raise TableError(file, None, told_by_system(error), Say.TABLE_FILE(), Say.CHECK_PATH()) from None
    if not head.strip():
        raise TableError(file, None, Say.EMPTY(), Say.WITH_HEADING(), Say.AGAIN())
    if head[:4] == b"PK\x03\x04":
        for number, cells in enumerate(read_cells(path), 1):
            yield Line(number, ",".join("" if c is None else str(c) for c in cells), cells)
        return
    refuse_other(file, head)
    yield from _csv(path, _encoding(path, head))


def _encoding(path: Path, head: bytes) -> str:
    """The encoding that reads all of it. Raises TableError."""
    for encoding in encodings(head):
        try:
            with path.open(encoding=encoding, newline="") as stream:
                while stream.read(LOOK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise TableError(str(path), None, Say.ODD_ENCODING(), Say.ENCODINGS(), Say.SAVE_UTF8())


def _csv(path: Path, encoding: str) -> Iterator[Line]:
    with path.open(encoding=encoding) as stream:
        delimiter = delimiter_of([*islice(stream, HEADING_WITHIN)] or [""])
    with path.open(encoding=encoding) as stream:
        for number, raw in _whole(enumerate(stream, 1)):
            text = raw.rstrip("\n")
            yield Line(number, text, _cells(text, delimiter))


def _cells(text: str, delimiter: str) -> list[object]:
    if '"' not in text:
        return [*text.split(delimiter)]
    try:
        return [*next(csv.reader((text,), delimiter=delimiter), [])]
    except csv.Error:
        return [text]


def _whole(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines with an open quote joined with those that close it."""
    waiting: list[tuple[int, str]] = []
    while True:
        one = waiting.pop(0) if waiting else next(lines, None)
        if one is None:
            return
        if one[1].count('"') % 2 == 0:
            yield one
            continue
        more = list(waiting)
        closed = next((i for i, (_, text) in enumerate(more) if text.count('"') % 2), None)
        while closed is None and len(more) < LONGEST and (following := next(lines, None)) is not None:
            more.append(following)
            closed = len(more) - 1 if following[1].count('"') % 2 else None
        if closed is None:
            yield one
            waiting = more
        else:
            yield one[0], one[1] + "".join(text for _, text in more[: closed + 1])
            waiting = more[closed + 1 :]
