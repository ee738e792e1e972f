"""The promotion calendar's table: a line a phase."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.export import cells
from bidctl.adapters.export.columns import ColumnMap
from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.table import Line
from bidctl.adapters.export.words import Say as SayTable
from bidctl.adapters.tables.read import above_zero, at_least_zero, lines_of, text, word
from bidctl.adapters.tables.words import Say
from bidctl.domain.promotions import Calendar, Factors, Phase, PhaseKind

COLUMNS: ColumnMap = {
    "name": ("活动", "活动名称", "name"),
    "kind": ("阶段", "phase"),
    "first": ("开始日期", "first"),
    "last": ("结束日期", "last"),
    "goal": ("目标倍数", "goal"),
    "minimum": ("最低ROI倍数", "minimum"),
    "maximum": ("最高ROI倍数", "maximum"),
    "ramp_days": ("渐变天数", "ramp_days"),
}
KINDS = {
    "筹备期": PhaseKind.PREPARE, "预热期": PhaseKind.WARM, "活动日": PhaseKind.DAY, "返场期": PhaseKind.ENCORE,
    "prepare": PhaseKind.PREPARE, "warm": PhaseKind.WARM, "day": PhaseKind.DAY, "encore": PhaseKind.ENCORE,
}  # fmt: skip


def read_calendar(path: Path) -> Calendar:
    """Raises TableError: a phase that ends before it begins, two that share a day, a part of a day as ramp."""
    phases = sorted(
        (_phase(line) for line in lines_of(path, COLUMNS, ("kind", "first", "last"))), key=lambda p: p.first
    )
    try:
        return Calendar(tuple(phases))
    except ValueError as error:
        raise TableError(str(path), None, Say.OVERLAP(phases=error), Say.ONE_PHASE(), SayTable.MEND_LINE()) from None


def _phase(line: Line) -> Phase:
    kind, first, last = word(line, "kind", KINDS), line.read("first", cells.day), line.read("last", cells.day)
    if kind is None:
        raise line.wrong("kind", "-", Say.ONE_OF(words=" ".join(KINDS)))
    if last < first:
        raise line.wrong("last", str(last), Say.NOT_BEFORE(first=first))
    ramp = at_least_zero(line, "ramp_days") or 0.0
    if ramp != int(ramp):
        raise line.wrong("ramp_days", f"{ramp:g}", Say.WHOLE_DAYS())
    told = {name: above_zero(line, name) or 1.0 for name in ("goal", "minimum", "maximum")}
    return Phase(kind, text(line.cell("name")), first, last, Factors(**told), int(ramp))
