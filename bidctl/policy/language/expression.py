"""From the text of a rule to its condition: Python's own parser, a closed list of what is allowed, units checked on the way.

Nothing is ever evaluated as Python: the tree is walked, and a node that is not on the list is an error with its place.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from difflib import get_close_matches

from bidctl.policy.language.algebra import NOTHING, agree, product
from bidctl.policy.language.columns import BY_NAME, COLUMNS, Column
from bidctl.policy.language.terms import (
    Always,
    Choice,
    Compare,
    Condition,
    Flag,
    Joined,
    Known,
    Number,
    Read,
    Sum,
    Term,
    Word,
)
from bidctl.policy.language.units import NAMES, Measure, Unit, lift
from bidctl.policy.language.words import ExpressionError, PolicyError, Say
from bidctl.wording import Wording

MOST_CHARACTERS, MOST_DEEP = 1000, 40
FUNCTIONS = {"min": (2, 9), "max": (2, 9), "abs": (1, 1), "known": (1, 1)}
"""Functions, with the least and the most arguments."""
ALWAYS = ("always", "始终")
KEYWORDS = frozenset({*FUNCTIONS, *ALWAYS, "and", "or", "not", "in"})

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_OPERATIONS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_FOLD: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip
_CHOOSE: dict[str, Callable[[list[float]], float]] = {"min": min, "max": max, "abs": lambda x: abs(x[0])}
_SLIPS = (
    (r"(?<![<>=!])=(?!=)", "=="), (r"&&?|且|并且|\bAND\b", "and"), (r"\|\|?|或者?|\bOR\b", "or"), (r"!(?!=)|\bNOT\b", "not"),
    (r"<>|≠", "!="), (r"≤|=<", "<="), (r"≥|=>", ">="), (r"×", "*"), (r"÷", "/"),
)  # fmt: skip
"""What people write for something of the language."""


def read_condition(
    text: str, parameters: Mapping[str, Measure] | None = None, used: set[str] | None = None
) -> Condition:
    """The condition that `text` states over the columns and `parameters`; `used` takes the names of those it reads. Raises
    ExpressionError.

    >>> read_condition("projected_roas_7d < goal * 0.9").say("en")
    'projected ROAS of 7 days < the goal × 0.9'
    """
    reader = Reader(text, parameters or {}, set() if used is None else used)
    return reader.condition(reader.tree, negated=False)


def read_term(text: str, parameters: Mapping[str, Measure] | None = None, used: set[str] | None = None) -> Term:
    """The number that `text` names, likewise."""
    reader = Reader(text, parameters or {}, set() if used is None else used)
    return reader.term(reader.tree)


class Reader:
    """One expression being read."""

    def __init__(self, text: str, parameters: Mapping[str, Measure], used: set[str]) -> None:
        self.parameters, self.used = parameters, used
        flat = re.sub(r"[\n\r\t]", " ", text)
        self._lead = len(flat) - len(flat.lstrip())
        _refuse_slips(flat)
        self._clean, measures = lift(flat.lstrip())
        self._measures = measures
        self.tree = self._parse()

    def _parse(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python's own advice about its own language
                tree = ast.parse(self._clean, mode="eval").body
        except SyntaxError as error:
            at = max((error.offset or 1) - 1, 0)
            slip = next((meant for wrong, meant in _SLIPS if re.search(wrong, self._clean)), None)
            hint = Say.MEANT(name=repr(slip)) if slip else NOTHING
            raise ExpressionError(
                at + self._lead + 1, Say.UNREADABLE(found=self._clean[at : at + 20], hint=hint)
            ) from None
        except (RecursionError, MemoryError):
            raise ExpressionError(1, Say.TOO_DEEP()) from None
        except ValueError:
            raise ExpressionError(1, Say.UNREADABLE(found=self._clean[:20], hint=NOTHING)) from None
        _refuse_depth(tree)
        return tree

    # conditions
    def condition(self, node: ast.expr, *, negated: bool) -> Condition:
        """A condition, or its negation carried down to the comparisons."""
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.condition(v, negated=negated) for v in node.values)
            return Joined(isinstance(node.op, ast.And) != negated, parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.condition(node.operand, negated=not negated)
        if isinstance(node, ast.Compare):
            return self._comparison(node, negated)
        if isinstance(node, ast.Call) and _called(node) == "known":
            return self._known(node, negated)
        if isinstance(node, ast.Name):
            if node.id in ALWAYS:
                return Always(negated)
            column = BY_NAME.get(node.id)
            if column is not None and column.unit is Unit.FLAG:
                return Flag(column.name, negated)
        term = self.term(node)
        raise self._error(node, Say.NOT_A_CONDITION(found=self._text(node), unit=NAMES[term.unit]))

    def _comparison(self, node: ast.Compare, negated: bool) -> Condition:
        sides = [node.left, *node.comparators]
        if any(self._word_column(side) for side in sides) or any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            return self._word(node, negated)
        pairs = tuple(
            self._compare(node, left, op, right, negated)
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        )
        return pairs[0] if len(pairs) == 1 else Joined(not negated, pairs)

    def _compare(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr, negated: bool) -> Condition:
        sign = _COMPARISONS.get(type(op))
        if sign is None:
            raise self._error(node, Say.NOT_ALLOWED(found=self._text(node)))
        a, b = self.term(left), self.term(right)
        if isinstance(a, Number) and isinstance(b, Number):
            raise self._error(node, Say.NO_COLUMN())
        a, b, _ = self._checked(right if isinstance(b, Number) else left, agree, a, b)
        return Compare(_NEGATED[sign] if negated else sign, a, b)

    def _known(self, node: ast.Call, negated: bool) -> Condition:
        term = self.term(self._arguments(node)[0])
        if isinstance(term, Number):
            raise self._error(node, Say.NO_COLUMN())
        return Known(term, negated)

    def _word_column(self, node: ast.expr) -> Column | None:
        column = BY_NAME.get(node.id) if isinstance(node, ast.Name) else None
        return column if column is not None and column.unit is Unit.WORD else None

    def _word(self, node: ast.Compare, negated: bool) -> Condition:
        left, op, right = node.left, node.ops[0], node.comparators[0]
        if self._word_column(left) is None and isinstance(op, ast.Eq | ast.NotEq):
            left, right = right, left
        column = self._word_column(left)
        if column is None or len(node.ops) > 1 or not isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            raise self._error(node, Say.NOT_ALLOWED(found=self._text(node)))
        inside = isinstance(op, ast.In | ast.NotIn)
        chosen = right.elts if inside and isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
        words = tuple(self._one_word(column, word) for word in chosen)
        return Word(column.name, words, isinstance(op, ast.NotEq | ast.NotIn) != negated)

    def _one_word(self, column: Column, node: ast.expr) -> str:
        found = node.id if isinstance(node, ast.Name) else str(getattr(node, "value", self._text(node)))
        if found in column.words:
            return found
        words = ", ".join(column.words)
        raise self._error(
            node, Say.WORD_EXPECTED(column=column.name, words=words, found=found, hint=near(found, column.words))
        )

    # terms
    def term(self, node: ast.expr) -> Term:
        """A number."""
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            operand = self.term(node.operand)
            return self._joined(node, "-", Number(0.0, operand.unit), operand)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            return self._joined(node, _OPERATIONS[type(node.op)], self.term(node.left), self.term(node.right))
        if isinstance(node, ast.Call) and _called(node) in FUNCTIONS and _called(node) != "known":
            return self._choice(node)
        raise self._error(node, Say.NOT_ALLOWED(found=self._text(node)))

    def _constant(self, node: ast.Constant) -> Number:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._error(node, Say.NOT_ALLOWED(found=self._text(node)))
        measured = self._measures.get(self._place(node))
        found = measured or Measure(_float(value), Unit.BARE)
        if not math.isfinite(found.value):
            raise self._error(node, Say.NOT_FINITE(found=self._text(node)[:20]))
        return Number(found.value, found.unit)

    def _name(self, node: ast.Name) -> Term:
        if node.id in self.parameters:
            self.used.add(node.id)
            given = self.parameters[node.id]
            return Number(given.value, given.unit, node.id)
        column = BY_NAME.get(node.id)
        if column is None:
            known = [*self.parameters, *COLUMNS, *BY_NAME, *FUNCTIONS]
            raise self._error(node, Say.UNKNOWN_NAME(found=node.id, hint=near(node.id, known)))
        if column.unit in (Unit.FLAG, Unit.WORD):
            expected = f"{node.id} == {next(iter(column.words))}" if column.words else f"{node.id}, not {node.id}"
            raise self._error(node, Say.NOT_A_NUMBER(found=node.id, unit=NAMES[column.unit], expected=expected))
        return Read(column.name, column.unit)

    def _joined(self, node: ast.expr, op: str, left: Term, right: Term) -> Term:
        if op in "+-":
            left, right, unit = self._checked(node, agree, left, right)
        else:
            left, right, unit = self._checked(node, lambda a, b: product(op, a, b), left, right)
        if not (isinstance(left, Number) and isinstance(right, Number)):
            return Sum(op, left, right, unit)
        if op == "/" and right.value == 0.0:
            raise self._error(node, Say.NOT_FINITE(found=self._text(node)))
        return Number(_FOLD[op](left.value, right.value), unit)

    def _choice(self, node: ast.Call) -> Term:
        parts = [self.term(a) for a in self._arguments(node)]
        for i in range(1, len(parts)):
            parts[0], parts[i], _ = self._checked(node, agree, parts[0], parts[i])
        unit = next((p.unit for p in parts if p.unit not in (Unit.BARE, Unit.NUMBER)), parts[0].unit)
        numbers = [p.value for p in parts if isinstance(p, Number)]
        if len(numbers) == len(parts):
            return Number(_CHOOSE[_called(node)](numbers), unit)
        return Choice(_called(node), tuple(parts), unit)

    def _arguments(self, node: ast.Call) -> list[ast.expr]:
        least, most = FUNCTIONS[_called(node)]
        if node.keywords or not least <= len(node.args) <= most:
            expected = f"{least}" if least == most else f"{least}-{most}"
            raise self._error(node, Say.ARGUMENTS(function=_called(node), expected=expected, found=len(node.args)))
        return node.args

    # places
    def _checked(
        self, node: ast.expr, check: Callable[[Term, Term], tuple[Term, Term, Unit]], left: Term, right: Term
    ) -> tuple[Term, Term, Unit]:
        try:
            return check(left, right)
        except PolicyError as wrong:
            raise self._error(node, wrong.told) from None

    def _place(self, node: ast.expr) -> int:
        """Where a node begins, in characters (Python counts bytes)."""
        return len(self._clean.encode()[: node.col_offset].decode(errors="ignore"))

    def _text(self, node: ast.expr) -> str:
        return ast.get_source_segment(self._clean, node) or ""

    def _error(self, node: ast.expr, told: Wording) -> ExpressionError:
        return ExpressionError(self._place(node) + self._lead + 1, told)


def near(found: str, known: object) -> Wording:
    """ ", did you mean ...?" where something known is near."""
    close = get_close_matches(found, [str(k) for k in known], 1)  # type: ignore[attr-defined]
    return Say.MEANT(name=close[0]) if close else NOTHING


def _refuse_slips(text: str) -> None:
    if not text.strip():
        raise ExpressionError(1, Say.EMPTY())
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(MOST_CHARACTERS, Say.TOO_LONG(found=len(text), most=MOST_CHARACTERS))
    for at, character in enumerate(text, 1):
        if character == "#":
            raise ExpressionError(at, Say.COMMENT())
        meant = unicodedata.normalize("NFKC", character)
        if meant != character and meant.isascii():
            raise ExpressionError(at, Say.FULL_WIDTH(found=character, meant=meant))


def _refuse_depth(tree: ast.expr) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(MOST_DEEP):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise ExpressionError(1, Say.TOO_DEEP())


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
