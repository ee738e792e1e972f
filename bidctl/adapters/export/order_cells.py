"""Cells of an order export: ids, exact fen, instants. Each raises CellError saying what is expected."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from functools import lru_cache

from bidctl.adapters.export.cells import BLANK, DATE_ALONE, EXACT, amount, blank, written
from bidctl.adapters.export.errors import CellError
from bidctl.adapters.export.words import Say
from bidctl.domain.orders import RefundStage

MOST_FEN = 10**15
"""Ten trillion yuan: more is no amount."""
LONGEST = 64
_ID = re.compile(rf"[0-9A-Za-z_.\-]{{1,{LONGEST}}}")
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE]\+?\d+")
STAGES = {
    "未发货退款": RefundStage.BEFORE_DISPATCH, "未发货仅退款": RefundStage.BEFORE_DISPATCH, "发货前": RefundStage.BEFORE_DISPATCH,
    "before dispatch": RefundStage.BEFORE_DISPATCH, "0": RefundStage.BEFORE_DISPATCH,
    "已发货仅退款": RefundStage.AFTER_RECEIPT, "退货退款": RefundStage.AFTER_RECEIPT, "发货后": RefundStage.AFTER_RECEIPT,
    "after receipt": RefundStage.AFTER_RECEIPT, "1": RefundStage.AFTER_RECEIPT,
}  # fmt: skip


def key(cell: object) -> str:
    """An id as text, "" where there is none."""
    if isinstance(cell, str):
        if cell.isdecimal() and cell.isascii() and len(cell) <= LONGEST:
            return cell
        text = cell.strip().strip("'\"=").strip()
        if not text or blank(text):
            return ""
        if _ID.fullmatch(text) and not (text[0].isdigit() and _SCIENTIFIC.fullmatch(text)):
            return text
        raise CellError(Say.KEY())
    if cell is None:
        return ""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or abs(cell) >= EXACT or cell != int(cell):
        raise CellError(Say.ID_AS_TEXT())
    return str(int(cell))


def words(cell: object) -> str:
    """A name or an id, "" where there is none."""
    if isinstance(cell, int | float):
        return key(cell)
    text = "" if cell is None else str(cell).strip()
    return "" if text in BLANK else text


def fen(cell: object) -> int | None:
    """Whole fen of yuan, exactly; None where there is no amount."""
    if (
        isinstance(cell, str)
        and cell[-3:-2] == "."
        and len(cell) < 16
        and (digits := cell[:-3] + cell[-2:]).isdecimal()
    ):
        return int(digits)  # as nearly every export writes it
    value = amount(cell)
    if value is None:
        return None
    found = value * 100
    if isinstance(cell, float):  # a workbook keeps yuan in binary: 19.9 is meant
        found = round(found, 6)
    if found != int(found):
        raise CellError(Say.EXACT_YUAN())
    if abs(found) > MOST_FEN:
        raise CellError(Say.BELOW_MOST())
    return int(found)


def usual(cell: object, zone: tzinfo) -> float | None:
    """Epoch second of an instant as nearly every export writes it, 2026-09-01 12:30:05 in `zone`; None where it is written otherwise."""
    if not isinstance(cell, str) or len(cell) != 19 or cell[10] not in " T" or cell[13] != ":" or cell[16] != ":":
        return None
    seconds, minute = cell[17:], _minute(cell[:16], zone)
    return None if minute is None or not seconds.isdecimal() or seconds >= "60" else minute + int(seconds)


@lru_cache(maxsize=1 << 16)
def _minute(text: str, zone: tzinfo) -> float | None:
    """Epoch second at which a minute begins: exports are ordered by time, and a zone costs more than all the rest of a cell."""
    found = written(text)
    return None if found is None else found.replace(tzinfo=zone).timestamp()


def moment(cell: object) -> datetime | None:
    """An instant, naive where it names no zone; None where there is none."""
    if isinstance(cell, datetime):
        return cell
    if blank(cell):
        return None
    text = str(cell).strip()
    found = written(text)
    if found is None or DATE_ALONE.fullmatch(text):
        raise CellError(Say.INSTANT())
    return found


def moment_or_day(cell: object) -> datetime | None:
    """As `moment`; a date alone is its first instant."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - its zone is the account's, added by the caller
    return (written(cell.strip()) if isinstance(cell, str) else None) or moment(cell)


def stage(cell: object) -> RefundStage | None:
    """Whether it came back before dispatch or after; None where it is not told."""
    if blank(cell):
        return None
    found = STAGES.get(str(cell).strip().lower().removesuffix(".0"))
    if found is None:
        raise CellError(Say.REFUND_STAGE())
    return found
