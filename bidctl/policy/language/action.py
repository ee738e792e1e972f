"""What a rule does: `raise 5%`, `lower 10%`, `set goal * 1.1`, `keep`; 调高, 调低, 设为, 保持."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.policy.language.algebra import NOTHING, adopt
from bidctl.policy.language.expression import read_term
from bidctl.policy.language.terms import Number, Read, Term
from bidctl.policy.language.units import NAMES, Measure, Unit, show
from bidctl.policy.language.words import ExpressionError, PolicyError, Say

Float = NDArray[np.float64]


class Verb(Enum):
    """What is done to the target."""

    RAISE = "raise"
    LOWER = "lower"
    SET = "set"
    KEEP = "keep"


_ZH = {"调高": Verb.RAISE, "调低": Verb.LOWER, "设为": Verb.SET, "保持": Verb.KEEP}
_VERBS = {verb.value: verb for verb in Verb} | _ZH
_FORM = re.compile(r"\s*([a-z]+|[\u4e00-\u9fff]{2})(?![A-Za-z_])\s*(.*?)\s*", re.DOTALL)
STEPS = (0.05, 0.10)
"""R-BAND: a smaller step is no edit, a larger one is cut."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Action:
    """`size`: share of the target for RAISE and LOWER, a ROAS on the target's basis for SET, none for KEEP."""

    verb: Verb
    size: Term | None

    def wish(self, o: Observation) -> Float | None:
        """(n,) wished target, ROAS; NaN where the rule's own number is unknown or no target; None = keep."""
        if self.size is None:
            return None
        size = np.broadcast_to(np.asarray(self.size.values(o), np.float64), (len(o),))
        if self.verb is Verb.SET:
            wish = size
        else:
            wish = o.roi_target * (1.0 + size if self.verb is Verb.RAISE else 1.0 - size)
        return np.where(np.isfinite(wish) & (wish > 0), wish, np.nan)

    def columns(self) -> tuple[str, ...]:
        return self.size.columns() if self.size is not None else ()

    def say(self, lang: str) -> str:
        said = self.size.say(lang) if self.size is not None else ""
        words = {
            Verb.RAISE: ("调高 {}", "raise the target by {}"), Verb.LOWER: ("调低 {}", "lower the target by {}"),
            Verb.SET: ("目标设为 {}", "set the target to {}"), Verb.KEEP: ("保持不动", "keep the target"),
        }  # fmt: skip
        return words[self.verb][0 if lang == "zh" else 1].format(said)


def read_action(text: str, parameters: Mapping[str, Measure] | None = None, used: set[str] | None = None) -> Action:
    """The action that `text` states; `used` as in `read_condition`. Raises ExpressionError.

    >>> read_action("raise 5%").say("en"), read_action("设为 系统建议ROI * 95%").say("zh")
    ('raise the target by 5%', '目标设为 (系统建议ROI × 95%)')
    """
    form = _FORM.fullmatch(text)
    verb = _VERBS.get(form[1]) if form else None
    if form is None or verb is None or (verb is Verb.KEEP) != (form[2] == ""):
        raise ExpressionError(1, Say.ACTION(found=text[:60]))
    if verb is Verb.KEEP:
        return Action(verb, None)
    try:
        size = read_term(form[2], parameters, used)
        return Action(verb, _target(size, form[2]) if verb is Verb.SET else _step(size, form[2]))
    except ExpressionError as wrong:
        raise ExpressionError(form.start(2) + wrong.column, wrong.told) from None
    except PolicyError as wrong:
        raise ExpressionError(form.start(2) + 1, wrong.told) from None


def _target(size: Term, text: str) -> Term:
    if isinstance(size, Number) and size.unit is Unit.BARE:
        return adopt(size, Read("roi_target", Unit.TARGET))
    if size.unit not in (Unit.TARGET, Unit.NUMBER):
        raise PolicyError(Say.NOT_A_TARGET(found=text, unit=NAMES[size.unit]))
    return size


def _step(size: Term, text: str) -> Term:
    if isinstance(size, Number) and size.unit in (Unit.BARE, Unit.SHARE, Unit.NUMBER):
        low, high = STEPS
        if not low - _SLACK <= size.value <= high + _SLACK:
            meant = low <= size.value / 100.0 <= high
            hint = Say.MEANT(name=show(size.value / 100.0, Unit.SHARE, "en")) if meant else NOTHING
            raise PolicyError(Say.STEP(found=text, hint=hint))
        return Number(size.value, Unit.SHARE, size.name)
    if size.unit not in (Unit.SHARE, Unit.NUMBER):
        raise PolicyError(Say.STEP(found=text, hint=NOTHING))
    return size
