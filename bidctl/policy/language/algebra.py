"""Which units may meet: the checks behind every comparison, sum and product of a rule."""

from __future__ import annotations

from bidctl.policy.language.terms import Choice, Number, Sum, Term
from bidctl.policy.language.units import ANY_ROAS, LIMITS, NAMES, Unit, show
from bidctl.policy.language.words import PolicyError, Say
from bidctl.wording import Wording

RATIOS = frozenset({*ANY_ROAS, Unit.SHARE, Unit.COUNT, Unit.NUMBER})
"""Units that a quotient of like things (NUMBER) may be compared with."""
FACTORS = (0.1, 10.0)
"""A ROAS is multiplied by no less and no more: 90 is meant to be 0.9."""
NOTHING = Wording("", "")


def agree(left: Term, right: Term) -> tuple[Term, Term, Unit]:
    """Two terms that are compared or added, bare numbers given the other's unit; the unit of both. Raises PolicyError."""
    if isinstance(left, Number) and isinstance(right, Number) and {left.unit, right.unit} == {Unit.BARE, Unit.SHARE}:
        return left, right, Unit.NUMBER  # 1 - band
    if isinstance(left, Number) and left.unit is Unit.BARE and right.unit is not Unit.BARE:
        return adopt(left, right), right, right.unit
    if isinstance(right, Number) and right.unit is Unit.BARE and left.unit is not Unit.BARE:
        return left, adopt(right, left), left.unit
    units = {left.unit, right.unit}
    if len(units) == 1:
        return left, right, left.unit
    if Unit.NUMBER in units and units <= RATIOS:
        return left, right, next(u for u in units if u is not Unit.NUMBER)
    raise PolicyError(
        Say.OTHER_UNIT(left=_said(left), left_unit=NAMES[left.unit], right=_said(right), right_unit=NAMES[right.unit])
    )


def adopt(number: Number, other: Term) -> Number:
    """A bare number in the unit of what it meets, within what that unit can mean. Raises PolicyError."""
    unit, value = other.unit, number.value
    if unit is Unit.NUMBER:
        return Number(value, unit, number.name)
    most = LIMITS[unit]
    if unit is Unit.SPAN and value != 0.0:
        raise PolicyError(Say.NEEDS_UNIT(found=f"{value:g}"))
    least = -most if signed(other) or signed(number) else 0.0
    if not least <= value <= most:
        low, high = ((show(x, unit, "en")) for x in (least, most))
        raise PolicyError(
            Say.OUT_OF_RANGE(found=f"{value:g}", unit=NAMES[unit], low=low, high=high, hint=_smaller(value, unit))
        )
    return Number(value, unit, number.name)


def signed(term: Term) -> bool:
    """Whether a term may be below zero: a difference is somewhere in it."""
    if isinstance(term, Sum):
        return term.op == "-" or signed(term.left) or signed(term.right)
    return isinstance(term, Choice) and term.function != "abs" and any(signed(p) for p in term.parts)


def product(op: str, left: Term, right: Term) -> tuple[Term, Term, Unit]:
    """The unit of `left` op `right` for * and /. Raises PolicyError where it has no meaning."""
    _check_factor(op, left, right)
    unit = (_times if op == "*" else _over)(left.unit, right.unit)
    if unit is None:
        raise PolicyError(
            Say.NO_PRODUCT(
                left=_said(left), left_unit=NAMES[left.unit], right=_said(right), right_unit=NAMES[right.unit], op=op
            )
        )
    return left, right, unit


_SCALES = frozenset({Unit.BARE, Unit.NUMBER, Unit.SHARE})


def _times(a: Unit, b: Unit) -> Unit | None:
    if Unit.BARE in (a, b):
        return b if a is Unit.BARE else a
    if a in _SCALES or b in _SCALES:
        other = b if a in _SCALES else a
        return Unit.NUMBER if {a, b} == {Unit.NUMBER, Unit.SHARE} else other
    return Unit.YUAN if Unit.YUAN in (a, b) and {a, b} & {*ANY_ROAS, Unit.COUNT} else None


def _over(a: Unit, b: Unit) -> Unit | None:
    if a is b:
        return a if a is Unit.BARE else Unit.NUMBER
    if b in _SCALES:
        return Unit.NUMBER if a is Unit.BARE else a
    if a in _SCALES and b in (*ANY_ROAS, Unit.COUNT):
        return Unit.NUMBER
    return Unit.YUAN if a is Unit.YUAN and b in (Unit.COUNT, *ANY_ROAS) else None


def _check_factor(op: str, left: Term, right: Term) -> None:
    for factor, other in ((right, left), (left, right)):
        if op == "/" and factor is left:
            continue
        if isinstance(factor, Number) and factor.unit in (Unit.BARE, Unit.SHARE) and other.unit in ANY_ROAS:
            size = abs(factor.value)
            if not FACTORS[0] <= size <= FACTORS[1]:
                hint = Say.MEANT(name=f"{size:g}%") if FACTORS[0] <= size / 100 <= FACTORS[1] else NOTHING
                raise PolicyError(Say.FACTOR(found=f"{factor.value:g}", hint=hint))


def _smaller(value: float, unit: Unit) -> Wording:
    """A share of 5 is meant to be 0.05, a ROAS of 180 to be 1.8."""
    fits = unit in (Unit.SHARE, *ANY_ROAS) and 0.0 < value / 100.0 <= LIMITS[unit]
    return Say.MEANT(name=f"{value / 100.0:g}" + (f" ({value:g}%)" if unit is Unit.SHARE else "")) if fits else NOTHING


def _said(term: Term) -> Wording:
    return Wording(term.say("zh"), term.say("en"))
