"""One cell as a value. Blank and "-" are None, never zero; what cannot be read raises CellError saying what is expected."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from bidctl.adapters.export.errors import CellError
from bidctl.adapters.export.words import Say

ZONE = ZoneInfo("Asia/Shanghai")
BLANK = frozenset({"", "-", "--", "—", "–", "/", "N/A", "n/a", "null", "暂无", "nan"})
_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"[T\s]*\d{1,2}[:：时点].*")
_HOUR = re.compile(r"(\d{1,2})(?:[:：]\d{2}(?::\d{2})?|时|点)?(?:\s*[-~至].*)?")
DATE_ALONE = re.compile(r"\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?")
_WRITTEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*T?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")
EXACT = 10**15

Cell = object


def blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and cell.strip() in BLANK)


def identity(cell: Cell) -> str:
    """A campaign id as text. A 19-digit id in a numeric cell has already lost digits: refused, never rounded."""
    if isinstance(cell, bool) or blank(cell):
        raise CellError(Say.AN_ID())
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT or cell != int(cell):  # 15 digits is what a spreadsheet keeps
            raise CellError(Say.ID_AS_TEXT())
        return str(int(cell))
    text = _plain(cell).strip("'\"=").strip()
    if re.fullmatch(r"\d+(\.\d+)?[eE]\+?\d+", text):
        raise CellError(Say.WHOLE_ID())
    if not re.fullmatch(r"\d{1,20}", text):
        raise CellError(Say.ID_OF_DIGITS())
    return text


def amount(cell: Cell, unit: str = "") -> Decimal | None:
    """A number of yuan or of pieces: a percentage is none."""
    if isinstance(cell, str) and cell.rstrip().endswith("%"):
        raise CellError(Say.NUMBER_OR_DASH())
    return number(cell, unit)


def number(cell: Cell, unit: str = "") -> Decimal | None:
    """Exact plain number: thousands separators, ¥ and 元 go, 万 multiplies, % divides by 100."""
    if blank(cell):
        return None
    if isinstance(cell, bool | date | time | timedelta):
        raise CellError(Say.NUMBER())
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise CellError(Say.NUMBER())
        return Decimal(repr(cell)) * _factor(unit)
    text = _plain(cell).lstrip("¥").strip()
    found = _NUMBER.match(text)
    tail = text[found.end() :].strip() if found else ""
    if not found or tail not in {"", "元", "yuan", "万", "万元", "%", "单"}:
        raise CellError(Say.NUMBER_OR_DASH())
    try:
        return Decimal(found.group().replace(",", "")) * _factor(tail or unit)
    except InvalidOperation:
        raise CellError(Say.NUMBER()) from None


def _plain(cell: Cell) -> str:
    """A cell's text with full-width digits and marks as plain ones."""
    return unicodedata.normalize("NFKC", str(cell)).strip()


def _factor(unit: str) -> Decimal:
    if unit.startswith("万"):
        return Decimal(10_000)
    return Decimal("0.01") if unit == "%" else Decimal(1)


def day(cell: Cell) -> date:
    """A natural day: a date cell, 2026-09-01, 2026/9/1, 20260901 or 2026年9月1日, with or without a time."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    found = _DAY.match(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:\.0)?", text)
    tail = text[found.end() :] if found else ""
    if not found or (tail and not _TIME.fullmatch(tail)):
        raise CellError(Say.DATE())
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:  # a 32nd
        raise CellError(Say.DATE()) from None


def hour(cell: Cell) -> int | None:
    """The hour a span begins: 0..23 from 9, "09:00", "09:00-09:59", "9时", or a date with a time."""
    if blank(cell):
        return None
    if isinstance(cell, datetime | time):
        return cell.hour
    text = re.sub(_DAY, "", str(cell).strip().removesuffix(".0")).strip()
    found = _HOUR.fullmatch(text)
    if not found or int(found[1]) > 23:
        raise CellError(Say.HOUR())
    return int(found[1])


def instant(cell: Cell) -> datetime | None:
    """An instant, Asia/Shanghai where it names no offset. A date alone is none: what happened at noon is not told by it."""
    if blank(cell):
        return None
    text = str(cell).strip()
    at = cell if isinstance(cell, datetime) else None if DATE_ALONE.fullmatch(text) else written(text)
    if at is None:
        raise CellError(Say.INSTANT())
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


def written(text: str) -> datetime | None:
    """A time as it is written, ISO 8601 or 2026/9/1 8:05 as a spreadsheet saves it again; None where it is none."""
    try:
        return datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        pass
    if not (found := _WRITTEN.fullmatch(text)):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - its zone is the reader's
    except ValueError:
        return None
