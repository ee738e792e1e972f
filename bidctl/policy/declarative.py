"""Policies that operators write in TOML: parameters, and rules in a small closed language (docs/policy.md)."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.policy.language.action import Action, Verb, read_action
from bidctl.policy.language.algebra import adopt
from bidctl.policy.language.columns import BY_NAME, COLUMNS
from bidctl.policy.language.expression import KEYWORDS, near, read_condition
from bidctl.policy.language.terms import Condition, Number
from bidctl.policy.language.units import Measure, Unit, read_measure
from bidctl.policy.language.words import ExpressionError, PolicyError, Say
from bidctl.policy.rules import PolicyRule
from bidctl.wording import Wording

MOST_RULES = 50
_REASONS = {Verb.RAISE: Reason.RULE_RAISES, Verb.LOWER: Reason.RULE_LOWERS, Verb.SET: Reason.RULE_SETS,
            Verb.KEEP: Reason.RULE_KEEPS}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """One `[[rule]]`: its condition, its action, and why in the operator's words."""

    when: Condition
    then: Action
    because: Wording

    def say(self, lang: str) -> str:
        """The rule as a sentence."""
        when, then, why = self.when.say(lang), self.then.say(lang), self.because.text(lang)
        return f"当 {when} 时, {then}: {why}" if lang == "zh" else f"When {when}: {then}. Because {why}"


@dataclass(frozen=True)
class Declarative:
    """A policy read from TOML. `parameters`: the values its rules were read with. `source`: how the catalog finds it again.
    The first rule that holds wins a row; a rule that needs an unknown number does not hold.

    >>> policy = read_policy({"name": "calm", "title": {"zh": "不动", "en": "Calm"}, "about": {"zh": "示例", "en": "example"},
    ...     "rule": [{"when": "always", "then": "keep", "because": {"zh": "从不改动", "en": "it never moves"}}]})
    >>> policy.written[0].say("en")
    'When always: keep the target. Because it never moves'
    """

    name: str
    title: Wording
    about: Wording
    parameters: tuple[tuple[str, Measure], ...]
    written: tuple[WrittenRule, ...]
    source: str = field(default="", compare=False, repr=False)

    def rules(self, o: Observation) -> Iterator[PolicyRule]:
        for rule in self.written:
            yield _columns_of(rule, o)

    def sentences(self, lang: str) -> list[str]:
        """The whole policy for a person: title, for whom, its rules in order."""
        none = "没有规则符合: 保持不动" if lang == "zh" else "No rule holds: keep the target"
        lines = [f"{i}. {rule.say(lang)}" for i, rule in enumerate(self.written, 1)]
        return [self.title.text(lang), self.about.text(lang), *lines, f"{len(lines) + 1}. {none}"]


def reason_of(then: Action) -> Reason:
    """The reason that a rule's action is stored with; toward the optimum is a wish for profit (R-EVIDENCE)."""
    if then.verb is Verb.SET and "optimum" in then.columns():
        return Reason.RULE_FOR_PROFIT
    return _REASONS[then.verb]


def _columns_of(rule: WrittenRule, o: Observation) -> PolicyRule:
    with np.errstate(all="ignore"):
        wish, mask = rule.then.wish(o), rule.when.mask(o)
        if wish is not None:
            mask = mask & np.isfinite(wish)
        named = dict.fromkeys(rule.when.columns() + rule.then.columns())
        names = [name for name in named if COLUMNS[name].unit not in (Unit.FLAG, Unit.WORD)]
        because = {name: COLUMNS[name].values(o) for name in names}
    return PolicyRule(reason_of(rule.then), mask, wish, None, because, rule.because)


def read_policy(table: Mapping[str, Any], given: Mapping[str, object] | None = None) -> Declarative:
    """The policy of a parsed TOML file, with the parameters in `given` on top. Raises PolicyError (one line)."""
    _known(table, ("name", "title", "about", "parameters", "rule"))
    name = _required(table, "name", Say.NAME())
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise PolicyError(_wrong("name", name, Say.NAME()))
    parameters = _parameters(table.get("parameters", {}), given or {})
    written, used = _rules(_required(table, "rule", Say.RULES()), parameters)
    for parameter in parameters:
        if parameter not in used:
            raise PolicyError(Say.UNUSED(name=parameter))
    return Declarative(name, _both(table, "title"), _both(table, "about"), tuple(parameters.items()), written)


def _parameters(told: object, given: Mapping[str, object]) -> dict[str, Measure]:
    if not isinstance(told, Mapping):
        raise PolicyError(_wrong("parameters", told, Say.TABLE()))
    for name in given:
        if name not in told:
            raise PolicyError(Say.NO_PARAMETER(name=name, hint=near(name, told), known=", ".join(told) or "-"))
    return {name: _parameter(name, value, given.get(name)) for name, value in told.items()}


def _parameter(name: str, written: object, given: object) -> Measure:
    if not name.isidentifier() or keyword.iskeyword(name) or name in BY_NAME or name in KEYWORDS:
        raise PolicyError(Say.SHADOWS(name=name))
    default = _measure(name, written)
    if given is None:
        return default
    wanted = _measure(name, given)
    if wanted.unit is Unit.BARE and default.unit is not Unit.BARE:  # 0.08 in place of "5%" is a share
        try:
            number = adopt(Number(wanted.value, Unit.BARE), Number(default.value, default.unit))
        except PolicyError as wrong:
            raise PolicyError(Wording(f"{name}: {wrong.told.zh}", f"{name}: {wrong.told.en}")) from None
        return Measure(number.value, number.unit)
    if wanted.unit is not default.unit:
        raise PolicyError(_wrong(name, given, Say.LIKE(example=written)))
    return wanted


def _measure(name: str, written: object) -> Measure:
    found = read_measure(written)
    if found is None or not np.isfinite(found.value):
        raise PolicyError(_wrong(name, written, Say.PARAMETER()))
    return found


def _rules(told: object, parameters: Mapping[str, Measure]) -> tuple[tuple[WrittenRule, ...], set[str]]:
    if not isinstance(told, list) or not told:
        raise PolicyError(_wrong("rule", told, Say.RULES()))
    if len(told) > MOST_RULES:
        raise PolicyError(Say.TOO_MANY(found=len(told), most=MOST_RULES))
    used: set[str] = set()
    return tuple(_rule(i, one, parameters, used) for i, one in enumerate(told, 1)), used


def _rule(number: int, told: object, parameters: Mapping[str, Measure], used: set[str]) -> WrittenRule:
    if not isinstance(told, Mapping):
        raise PolicyError(Say.OF_RULE(number=number, wrong=_wrong("rule", told, Say.TABLE())))
    try:
        _known(told, ("when", "then", "because"))
        when, then = (_text(told, key) for key in ("when", "then"))
        because = _both(told, "because")
    except PolicyError as wrong:
        raise PolicyError(Say.OF_RULE(number=number, wrong=wrong.told)) from None
    key = "when"
    try:
        condition = read_condition(when, parameters, used)
        key = "then"
        return WrittenRule(condition, read_action(then, parameters, used), because)
    except ExpressionError as wrong:
        raise PolicyError(Say.IN_RULE(number=number, key=key, column=wrong.column, wrong=wrong.told)) from None


def _wrong(key: str, found: object, expected: Wording) -> Wording:
    shown = repr(found)
    return Say.WRONG(key=key, found=shown if len(shown) <= 80 else f"{shown[:77]}...", expected=expected)


def _known(table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise PolicyError(Say.UNKNOWN_KEY(key=key, hint=near(key, keys), known=", ".join(keys)))


def _required(table: Mapping[str, Any], key: str, expected: Wording) -> Any:
    if key not in table:
        raise PolicyError(Say.MISSING(key=key, expected=expected))
    return table[key]


def _text(table: Mapping[str, Any], key: str) -> str:
    found = _required(table, key, Say.TEXT())
    if not isinstance(found, str):
        raise PolicyError(_wrong(key, found, Say.TEXT()))
    return found


def _both(table: Mapping[str, Any], key: str) -> Wording:
    """A text in both languages, neither empty, each one line."""
    found = _required(table, key, Say.BOTH())
    texts = found if isinstance(found, Mapping) else {}
    if set(texts) != {"zh", "en"} or not all(
        isinstance(t, str) and t.strip() and len(t) <= 300 for t in texts.values()
    ):
        raise PolicyError(_wrong(key, found, Say.BOTH()))
    return Wording(" ".join(texts["zh"].split()), " ".join(texts["en"].split()))
