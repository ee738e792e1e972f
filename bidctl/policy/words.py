"""What the rulebook's settings refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of a rule's number, by code."""

    RULE_NUMBER = (
        "rules.{name}: 取值 {value!r}, 应为不小于 0 的数 ({rule})",
        "rules.{name}: found {value!r}, expected a number of at least 0 ({rule})",
    )
    RULE_ORDER = (
        "rules.{low}: 取值 {value}, 应不大于 rules.{high} = {limit}",
        "rules.{low}: found {value}, expected at most rules.{high} = {limit}",
    )
    RULE_UNKNOWN = "rules.{name}: 不认识的名字; {hint}", "rules.{name}: found an unknown name; {hint}"
    RULE_MEANT = "是否指 rules.{name}?", "did you mean rules.{name}?"
    RULES_KNOWN = "可用的有 {names}", "known are {names}"
    TIGHTEN_UP = (
        "rules.{name}: 取值 {value}, 应不小于 {limit}: {rule} 只能收紧 (放宽须用指名的授权)",
        "rules.{name}: found {value}, expected at least {limit}: {rule} may only be tightened (a named waiver loosens)",
    )
    TIGHTEN_DOWN = (
        "rules.{name}: 取值 {value}, 应不大于 {limit}: {rule} 只能收紧 (放宽须用指名的授权)",
        "rules.{name}: found {value}, expected at most {limit}: {rule} may only be tightened (a named waiver loosens)",
    )
