"""The rule pages say what the program's tables say."""

from __future__ import annotations

import re

import pytest

from bidctl.domain.reasons import Reason, Rule
from bidctl.policy.rulebook import RuleSettings
from tests.docs.rules_page import DOCS, SAYS, ZH, page


@pytest.mark.parametrize(("lang", "name"), [("en", "rules.md"), ("zh", "rules.zh-CN.md")])
def test_the_page_is_as_the_tables_are(lang: str, name: str) -> None:
    text = (DOCS / name).read_text("utf-8")
    assert text == page(lang), "write it anew: python -m tests.docs.rules_page"
    assert all(f"| {reason.name} |" in text for reason in Reason) and all(f"| {rule.code} |" in text for rule in Rule)


def test_every_rule_and_number_has_its_words_in_both_languages() -> None:
    assert set(SAYS) == set(Rule)
    names = {name for name, *_ in RuleSettings.describe()}
    assert set(ZH) == names and all(re.search("[\u4e00-\u9fff]", text) for text in ZH.values())
