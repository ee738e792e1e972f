"""The policy pages: every column is there, and every example in them is a policy that loads."""

from __future__ import annotations

import re
import tomllib

import pytest

from bidctl.policy.declarative import read_policy
from bidctl.policy.language.columns import COLUMNS
from bidctl.policy.language.units import NAMES, Unit
from tests.docs.policy_page import DOCS, PAGES, with_table


@pytest.mark.parametrize("lang", PAGES)
def test_every_column_is_documented_as_the_code_has_it(lang: str) -> None:
    text = (DOCS / PAGES[lang]).read_text("utf-8")
    assert text == with_table(text, lang), "write it anew: python -m tests.docs.policy_page"
    assert all(f"| `{name}` |" in text for name in COLUMNS)
    spoken = [unit for unit in Unit if unit not in (Unit.BARE, Unit.NUMBER)]
    assert all(f"**{NAMES[unit].text(lang)}**" in text for unit in spoken), "a unit is not explained"


@pytest.mark.parametrize("lang", PAGES)
def test_the_examples_are_policies(lang: str) -> None:
    found = re.findall(r"^```toml\n(.*?)^```$", (DOCS / PAGES[lang]).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found
    for example in found:
        assert read_policy(tomllib.loads(example)).sentences(lang)
