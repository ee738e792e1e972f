"""Units of the rule language: what a number measures, how it is written, and which values can be meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from bidctl.wording import Wording


class Unit(Enum):
    """What a column or a computed value measures. A ROAS is on one of three bases, which are never compared (RULEBOOK 0):
    ROAS that of the goal (settled), TARGET that of the platform's target, PAID that of paid GMV. BARE: a number that takes
    the unit of what it meets. NUMBER: a quotient of like things."""

    SHARE = "share"
    YUAN = "yuan"
    ROAS = "roas"
    TARGET = "target"
    PAID = "paid"
    COUNT = "count"
    SPAN = "span"
    FLAG = "flag"
    WORD = "word"
    NUMBER = "number"
    BARE = "bare"


NAMES: dict[Unit, Wording] = {
    Unit.SHARE: Wording("比例", "a share"),
    Unit.YUAN: Wording("元", "yuan"),
    Unit.ROAS: Wording("结算口径ROI", "a settled ROAS"),
    Unit.TARGET: Wording("目标口径ROI", "a ROAS on the target's basis"),
    Unit.PAID: Wording("支付口径ROI", "a paid ROAS"),
    Unit.COUNT: Wording("个数", "a count"),
    Unit.SPAN: Wording("时长", "a span of time"),
    Unit.FLAG: Wording("是非", "yes or no"),
    Unit.WORD: Wording("选项", "one of its words"),
    Unit.NUMBER: Wording("倍数", "a plain ratio"),
    Unit.BARE: Wording("数字", "a number"),
}

ANY_ROAS = frozenset({Unit.ROAS, Unit.TARGET, Unit.PAID})
LIMITS: dict[Unit, float] = {
    Unit.SHARE: 1.0, Unit.YUAN: 1e9, Unit.COUNT: 1e9, Unit.SPAN: 400 * 86400.0, **dict.fromkeys(ANY_ROAS, 100.0),
}  # fmt: skip
"""The largest value of each unit that a number in a rule can mean; the least is 0 (minus the limit for a difference)."""

_SUFFIXES: dict[str, tuple[float, Unit]] = {
    "%": (0.01, Unit.SHARE),
    "元": (1.0, Unit.YUAN),
    "yuan": (1.0, Unit.YUAN),
    "s": (1.0, Unit.SPAN),
    "秒": (1.0, Unit.SPAN),
    "min": (60.0, Unit.SPAN),
    "分钟": (60.0, Unit.SPAN),
    "h": (3600.0, Unit.SPAN),
    "小时": (3600.0, Unit.SPAN),
    "d": (86400.0, Unit.SPAN),
    "天": (86400.0, Unit.SPAN),
}
_WITH_UNIT = re.compile(rf"(?<![\w.])(\d+(?:\.\d+)?)( ?(?:{'|'.join(sorted(_SUFFIXES, key=len, reverse=True))}))(?!\w)")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number as it was written: `value` in the unit's own measure (spans in seconds, shares of 1)."""

    value: float
    unit: Unit


def lift(text: str) -> tuple[str, dict[int, Measure]]:
    """Take the units off the numbers of an expression, which keeps its length; the measures by where the number begins.

    >>> lift("margin > 5%")
    ('margin > 5 ', {9: Measure(value=0.05, unit=<Unit.SHARE: 'share'>)})
    """
    found = {m.start(): measure(m[1], m[2]) for m in _WITH_UNIT.finditer(text)}
    return _WITH_UNIT.sub(lambda m: m[1] + " " * len(m[2]), text), found


def measure(number: str, suffix: str) -> Measure:
    """A number with its suffix ("" = bare). Percent are exact: 5% is the float 0.05."""
    factor, unit = _SUFFIXES.get(suffix.strip(), (1.0, Unit.BARE))
    return Measure(float(number) / 100.0 if unit is Unit.SHARE else float(number) * factor, unit)


def read_measure(written: object) -> Measure | None:
    """A parameter's value: a TOML number, or a text such as "5%", "6h", "300元"; None where it is neither."""
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        return Measure(float(written), Unit.BARE)
    whole = re.fullmatch(r"(-?\d+(?:\.\d+)?)( ?\D*)", written) if isinstance(written, str) else None
    if whole is None or whole[2].strip() not in {"", *_SUFFIXES}:
        return None
    return measure(whole[1], whole[2])


def show(value: float, unit: Unit, lang: str) -> str:
    """A value for people, with its unit.

    >>> show(0.05, Unit.SHARE, "en"), show(10800.0, Unit.SPAN, "zh"), show(300.0, Unit.YUAN, "zh")
    ('5%', '3小时', '300元')
    """
    if unit is Unit.SHARE:
        return f"{value * 100:.10g}%"
    if unit is Unit.YUAN:
        return f"{value:.10g}" + ("元" if lang == "zh" else " yuan")
    if unit is Unit.SPAN:
        size, zh, en = next((s, z, e) for s, z, e in _SPANS if abs(value) >= s or s == 1.0)
        return f"{value / size:.10g}" + (zh if lang == "zh" else en)
    return f"{value:.10g}"


_SPANS = ((86400.0, "天", "d"), (3600.0, "小时", "h"), (60.0, "分钟", "min"), (1.0, "秒", "s"))
