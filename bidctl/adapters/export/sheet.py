"""A file's cells: CSV in UTF-8, GB18030 or UTF-16 with its mark, or the first sheet of an xlsx."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.words import Say
from bidctl.wording import told_by_system

Cells = list[list[object]]
MAX_BYTES = 200_000_000
DELIMITERS = ",\t;"
HEADING_WITHIN = 20
"""Lines within which the headings are looked for."""
UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""How a spreadsheet's "Unicode text" begins."""


def read_cells(path: Path) -> Cells:
    """All rows of a table, the heading first. Raises TableError."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)  # a pipe tells no size, and need not end
    except OSError as error:
        raise TableError(file, None, told_by_system(error), Say.TABLE_FILE(), Say.CHECK_PATH()) from None
    if len(data) > MAX_BYTES:
        raise TableError(file, None, Say.FILE_TOO_LARGE(), Say.AT_MOST_BYTES(limit=MAX_BYTES), Say.FEWER_DAYS())
    if not data.strip():
        raise TableError(file, None, Say.EMPTY(), Say.WITH_HEADING(), Say.AGAIN())
    if data[:4] == b"PK\x03\x04":
        return _workbook(file, data)
    refuse_other(file, data)
    return _csv(file, data)


def refuse_other(file: str, data: bytes) -> None:
    """Raise TableError where these first bytes are of something that is no table."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    kinds = ((b"\x89png", Say.IMAGE), (b"\xff\xd8\xff", Say.IMAGE), (b"gif8", Say.IMAGE), (b"%pdf", Say.PDF))
    for magic, kind in kinds:
        if head.startswith(magic):
            raise TableError(file, None, kind(), Say.TABLE_FILE(), Say.AGAIN())
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")):
        raise TableError(file, None, Say.HTML(), Say.TABLE_FILE(), Say.SAVE_HTML())
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(file, None, Say.OLD_EXCEL(), Say.TABLE_FILE(), Say.SAVE_XLS())
    if b"\x00" in data[:4096] and not data.startswith(UTF16):
        raise TableError(file, None, Say.BINARY(), Say.TABLE_FILE(), Say.AGAIN())


def _workbook(file: str, data: bytes) -> Cells:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False) if book.sheet_names else []
        name = ", ".join(book.sheet_names[:1])
    except (CalamineError, zipfile.BadZipFile, ValueError):
        raise TableError(file, None, Say.NO_WORKBOOK(), Say.XLSX_FILE(), Say.AGAIN()) from None
    if not any(any(cell != "" for cell in row) for row in rows):
        raise TableError(file, Say.SHEET(name=name), Say.EMPTY_SHEET(), Say.WITH_HEADING(), Say.FIRST_SHEET())
    return [list(row) for row in rows]


def _csv(file: str, data: bytes) -> Cells:
    text = _text(file, data)
    delimiter = delimiter_of(text.split("\n", HEADING_WITHIN)[:HEADING_WITHIN])
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)]
    except csv.Error:  # it has no other cause that gets this far
        raise TableError(file, None, Say.CELL_TOO_LONG(), Say.CSV_FILE(), Say.AGAIN()) from None


def delimiter_of(lines: list[str]) -> str:
    """What parts the cells, by the first of these lines that has three or more: a title above the headings has none."""
    first = next((line for line in lines if max(map(line.count, DELIMITERS)) > 1), lines[0])
    return max(DELIMITERS, key=first.count)


def _text(file: str, data: bytes) -> str:
    for encoding in encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(file, None, Say.ODD_ENCODING(), Say.ENCODINGS(), Say.SAVE_UTF8())


def encodings(head: bytes) -> tuple[str, ...]:
    """Those that a text which begins so may have."""
    return ("utf-16",) if head.startswith(UTF16) else ("utf-8-sig", "gb18030")
