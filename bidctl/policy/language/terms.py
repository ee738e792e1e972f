"""What a rule's expression is made of. Terms give numbers, conditions give masks, both say themselves in words.

An unknown number (NaN) makes every comparison False. There is no "not" here: the parser carries a negation down to the
comparisons, so that it can't turn an unknown into True; what is left is the True half of three-valued logic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.policy.language.columns import COLUMNS
from bidctl.policy.language.units import Unit, show

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


class Term(Protocol):
    """A number of every row."""

    @property
    def unit(self) -> Unit: ...
    def values(self, o: Observation) -> Float | float: ...
    def columns(self) -> tuple[str, ...]: ...
    def say(self, lang: str) -> str: ...


class Condition(Protocol):
    """Whether a rule holds, for every row: True only where it is known to."""

    def mask(self, o: Observation) -> Bool: ...
    def columns(self) -> tuple[str, ...]: ...
    def say(self, lang: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Number:
    """A constant; `name` where it is a parameter of the policy."""

    value: float
    unit: Unit
    name: str = ""

    def values(self, o: Observation) -> float:
        return self.value

    def columns(self) -> tuple[str, ...]:
        return ()

    def say(self, lang: str) -> str:
        return show(self.value, self.unit, lang)


@dataclass(frozen=True, slots=True)
class Read:
    """A numeric column."""

    name: str
    unit: Unit

    def values(self, o: Observation) -> Float:
        return COLUMNS[self.name].values(o)

    def columns(self) -> tuple[str, ...]:
        return (self.name,)

    def say(self, lang: str) -> str:
        return COLUMNS[self.name].zh if lang == "zh" else COLUMNS[self.name].en


SIGNS = {"*": "×", "/": "÷", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}


@dataclass(frozen=True, slots=True)
class Sum:
    """`left` and `right` joined by + - * or /; a division by zero is unknown."""

    op: str
    left: Term
    right: Term
    unit: Unit

    def values(self, o: Observation) -> Float | float:
        a, b = self.left.values(o), self.right.values(o)
        if self.op == "+":
            return a + b
        if self.op == "-":
            return a - b
        if self.op == "*":
            return a * b
        return a / np.where(np.equal(b, 0.0), np.nan, b)

    def columns(self) -> tuple[str, ...]:
        return self.left.columns() + self.right.columns()

    def say(self, lang: str) -> str:
        return f"({self.left.say(lang)} {SIGNS.get(self.op, self.op)} {self.right.say(lang)})"


@dataclass(frozen=True, slots=True)
class Choice:
    """`min` or `max` of terms; unknown where one of them is. `abs` of one."""

    function: str
    parts: tuple[Term, ...]
    unit: Unit

    def values(self, o: Observation) -> Float | float:
        values = [part.values(o) for part in self.parts]
        if self.function == "abs":
            return np.abs(values[0])
        pick = np.minimum if self.function == "min" else np.maximum
        out = values[0]
        for other in values[1:]:
            out = pick(out, other)
        return out

    def columns(self) -> tuple[str, ...]:
        return tuple(c for part in self.parts for c in part.columns())

    def say(self, lang: str) -> str:
        names = {
            "min": ("较小者", "the smaller of"),
            "max": ("较大者", "the larger of"),
            "abs": ("绝对值", "the size of"),
        }
        inner = ", ".join(part.say(lang) for part in self.parts)
        zh, en = names[self.function]
        return f"({inner}) 的{zh}" if lang == "zh" else f"{en} ({inner})"


_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}


@dataclass(frozen=True, slots=True)
class Compare:
    """Two terms compared; False where either is unknown, `!=` too."""

    op: str
    left: Term
    right: Term

    def mask(self, o: Observation) -> Bool:
        a, b = self.left.values(o), self.right.values(o)
        if self.op == "!=":
            return np.less(a, b) | np.greater(a, b)
        found: Bool = _COMPARE[self.op](a, b)
        return found

    def columns(self) -> tuple[str, ...]:
        return self.left.columns() + self.right.columns()

    def say(self, lang: str) -> str:
        return f"{_bare(self.left, lang)} {SIGNS.get(self.op, self.op)} {_bare(self.right, lang)}"


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no column; `no`: it must be no."""

    name: str
    no: bool

    def mask(self, o: Observation) -> Bool:
        found = COLUMNS[self.name].flags(o)
        return ~found if self.no else found

    def columns(self) -> tuple[str, ...]:
        return (self.name,)

    def say(self, lang: str) -> str:
        column = COLUMNS[self.name]
        if lang == "zh":
            return f"非{column.zh}" if self.no else column.zh
        return f"not ({column.en})" if self.no else column.en


@dataclass(frozen=True, slots=True)
class Word:
    """A column is one of these words; `no`: none of them."""

    name: str
    words: tuple[str, ...]
    no: bool

    def mask(self, o: Observation) -> Bool:
        found = COLUMNS[self.name].is_one_of(self.words, o)
        return ~found if self.no else found

    def columns(self) -> tuple[str, ...]:
        return (self.name,)

    def say(self, lang: str) -> str:
        column = COLUMNS[self.name]
        codes = {column.words[w] for w in self.words}
        names = [w for w, code in column.words.items() if code in codes and w.isascii() == (lang == "en")]
        if lang == "zh":
            return f"{column.zh}{'不是' if self.no else '是'}{'或'.join(names)}"
        return f"{column.en} is {'not ' if self.no else ''}{' or '.join(names).replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Known:
    """A number is known; `no`: it is not."""

    term: Term
    no: bool

    def mask(self, o: Observation) -> Bool:
        missing = np.isnan(np.asarray(self.term.values(o), np.float64))
        return missing if self.no else ~missing

    def columns(self) -> tuple[str, ...]:
        return self.term.columns()

    def say(self, lang: str) -> str:
        what = _bare(self.term, lang)
        if lang == "zh":
            return f"{what} {'未知' if self.no else '已知'}"
        return f"{what} is {'unknown' if self.no else 'known'}"


@dataclass(frozen=True, slots=True)
class Always:
    """Every row."""

    no: bool

    def mask(self, o: Observation) -> Bool:
        return np.full(len(o), not self.no)

    def columns(self) -> tuple[str, ...]:
        return ()

    def say(self, lang: str) -> str:
        if lang == "zh":
            return "从不" if self.no else "任何情况"
        return "never" if self.no else "always"


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts (`every`), or at least one."""

    every: bool
    parts: tuple[Condition, ...]

    def mask(self, o: Observation) -> Bool:
        join = np.logical_and if self.every else np.logical_or
        out = self.parts[0].mask(o)
        for part in self.parts[1:]:
            out = join(out, part.mask(o))
        return out

    def columns(self) -> tuple[str, ...]:
        return tuple(c for part in self.parts for c in part.columns())

    def say(self, lang: str) -> str:
        word = {("zh", True): " 且 ", ("zh", False): " 或 ", ("en", True): " and ", ("en", False): " or "}[
            lang, self.every
        ]
        return word.join(f"({p.say(lang)})" if isinstance(p, Joined) else p.say(lang) for p in self.parts)


def _bare(term: Term, lang: str) -> str:
    """A term without the brackets around the whole of it."""
    said = term.say(lang)
    return said[1:-1] if isinstance(term, Sum) else said
