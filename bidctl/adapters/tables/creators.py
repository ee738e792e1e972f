"""The tables of creators (达人) and of what their grades ask for."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.export import order_cells
from bidctl.adapters.export.columns import ColumnMap
from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.table import Line
from bidctl.adapters.export.words import Say as SayTable
from bidctl.adapters.tables.read import at_least_zero, lines_of, once, share, text, word
from bidctl.adapters.tables.words import Say
from bidctl.domain.creators import Creator, Grade, Threshold

CREATORS: ColumnMap = {
    "creator": ("达人ID", "达人", "creator"),
    "name": ("达人昵称", "昵称", "name"),
    "platform": ("平台", "platform"),
    "category": ("类目", "category"),
    "clicks": ("商品点击", "商品点击次数", "clicks"),
    "samples": ("样品成本", "寄样成本", "samples"),
    "ads": ("投流消耗", "投流", "ads"),
    "fee": ("坑位费", "fee"),
}
GRADES: ColumnMap = {
    "grade": ("等级", "grade"),
    "platform": ("平台", "platform"),
    "category": ("类目", "category"),
    "gain": ("产出比下限", "gain"),
    "orders": ("最少订单", "orders"),
    "conversion": ("转化率下限", "conversion"),
    "refunded": ("退款率上限", "refunded"),
}
CONDITIONS = ("gain", "orders", "conversion", "refunded")
LETTERS = {g.name: g for g in Grade}


def read_creators(path: Path) -> dict[str, Creator]:
    """Creators by id. Raises TableError."""
    found: dict[str, Creator] = {}
    seen: dict[object, int] = {}
    for line in lines_of(path, CREATORS, ("creator",)):
        creator = line.read("creator", order_cells.words)
        if not creator:
            raise line.wrong("creator", "-", SayTable.AN_ID())
        once(line, seen, creator)
        found[creator] = Creator(
            creator,
            name=text(line.cell("name")),
            platform=text(line.cell("platform")),
            category=text(line.cell("category")),
            clicks=at_least_zero(line, "clicks"),
            samples=at_least_zero(line, "samples"),
            ads=at_least_zero(line, "ads"),
            fee=at_least_zero(line, "fee"),
        )
    return found


def read_grades(path: Path) -> tuple[Threshold, ...]:
    """What each grade asks for. Raises TableError: a line that asks for nothing would give its grade to all."""
    found: list[Threshold] = []
    seen: dict[object, int] = {}
    for line in lines_of(path, GRADES, ("grade",)):
        one = _threshold(line)
        once(line, seen, (one.grade, one.platform, one.category))
        found.append(one)
    return tuple(found)


def _threshold(line: Line) -> Threshold:
    grade = word(line, "grade", LETTERS)
    if grade is None:
        raise line.wrong("grade", "-", Say.ONE_OF(words="S A B"))
    gain, orders = at_least_zero(line, "gain"), at_least_zero(line, "orders")
    conversion, refunded = share(line, "conversion"), share(line, "refunded")
    if (gain, orders, conversion, refunded) == (None, None, None, None):
        place, names = SayTable.LINE(line=line.number), " ".join(GRADES[name][0] for name in CONDITIONS)
        raise TableError(line.file, place, Say.ASKS_NOTHING(), Say.ONE_OF(words=names), SayTable.MEND_LINE())
    return Threshold(
        grade, text(line.cell("platform")), text(line.cell("category")), gain, orders, conversion, refunded
    )
