"""A file's cells: CSV in UTF-8 or GB18030, or the first sheet of an xlsx."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from bidctl.adapters.export.errors import TableError

Cells = list[list[object]]
AGAIN = "export it again from the platform as .csv or .xlsx"
MAX_BYTES = 200_000_000


def read_cells(path: Path) -> Cells:
    """All rows of a table, the heading first. Raises TableError."""
    file = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(file, "", f"{path.stat().st_size} bytes", f"at most {MAX_BYTES}", "export fewer days")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(file, "", error.strerror or "no file", "a .csv or .xlsx file", "check the path") from None
    if not data.strip():
        raise TableError(file, "", "an empty file", "a table with a heading row", AGAIN)
    if data[:4] == b"PK\x03\x04":
        return _workbook(file, data)
    _refuse_other(file, data)
    return _csv(file, data)


def _refuse_other(file: str, data: bytes) -> None:
    head = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    kinds = ((b"\x89png", "an image"), (b"\xff\xd8\xff", "an image"), (b"gif8", "an image"), (b"%pdf", "a PDF"))
    for magic, kind in kinds:
        if head.startswith(magic):
            raise TableError(file, "", kind, "a .csv or .xlsx table", AGAIN)
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")):
        raise TableError(
            file, "", "a web page (HTML)", "a .csv or .xlsx table", "open it and save it as .csv, or " + AGAIN
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(file, "", "an old Excel file (.xls)", "a .csv or .xlsx table", "save it as .xlsx or .csv")
    if b"\x00" in data[:4096]:
        raise TableError(file, "", "binary data", "a .csv or .xlsx table", AGAIN)


def _workbook(file: str, data: bytes) -> Cells:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False) if book.sheet_names else []
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise TableError(file, "", f"no workbook ({error})", "an .xlsx table", AGAIN) from None
    return [list(row) for row in rows]


def _csv(file: str, data: bytes) -> Cells:
    text = _text(file, data)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)]
    except csv.Error as error:
        raise TableError(file, "", f"no CSV ({error})", "a .csv table", AGAIN) from None


def _text(file: str, data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(file, "", "text in an unknown encoding", "UTF-8 or GB18030", "save it as UTF-8 CSV")
