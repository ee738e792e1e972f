"""The language: what it reads, what it refuses, where it points, and that no text brings it down."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.observation import Observation
from bidctl.policy.language.action import read_action
from bidctl.policy.language.columns import BY_NAME, COLUMNS, NOT_SAID
from bidctl.policy.language.expression import KEYWORDS, read_condition
from bidctl.policy.language.units import Measure, Unit
from bidctl.policy.language.words import ExpressionError
from tests.builders import rows

WRONG: dict[str, tuple[int, list[str]]] = {
    # unknown names
    "projectd_roas > 2": (1, ["projectd_roas", "did you mean projected_roas?"]),
    "goal > 1 and 预计RO > 2": (14, ["预计RO", "did you mean 预计ROI"]),
    "intent == volum": (11, ["volum", "did you mean volume?", "balanced"]),
    "volume == 1": (1, ["unknown name volume"]),
    # unit slips
    "p_below_goal > 5": (16, ["found 5", "a share", "0.05 (5%)"]),
    "p_below_goal > 80": (16, ["0.8 (80%)"]),
    "budget_spent_share > -0.1": (22, ["-0.1", "0%"]),
    "goal > 180": (8, ["found 180", "from 0 to 100", "did you mean 1.8?"]),
    "goal * 90 > 1": (1, ["times 90", "0.1 to 10", "90%"]),
    "spend_24h < goal": (1, ["yuan", "settled ROAS"]),
    "goal - 5% > 1": (1, ["settled ROAS", "5% (a share)"]),
    "since_edit_s > 3": (16, ["found 3", "3h", "3min"]),
    "since_edit_s > 300元": (16, ["span of time", "yuan"]),
    "spend_24h > 5h": (13, ["yuan", "span of time"]),
    "spend_7d * spend_7d > 1": (1, ["has no meaning"]),
    "spend_7d / since_edit_s > 1": (1, ["has no meaning"]),
    "paid_orders_24h > spend_24h": (1, ["a count", "yuan"]),
    "paid_orders_24h > 1e12": (19, ["1e+12", "a count"]),
    # bases that are never compared
    "projected_roas_7d < roi_target": (1, ["settled ROAS", "target's basis"]),
    "projected_roas_24h < floor": (1, ["settled ROAS", "target's basis"]),
    "paid_roas_7d < goal": (1, ["paid ROAS", "settled ROAS"]),
    # not a condition, not a number
    "goal": (1, ["no condition", "goal > ..."]),
    "goal + 1": (1, ["no condition"]),
    "off_air > 1": (1, ["off_air is yes or no"]),
    "off_air == True": (1, ["off_air is yes or no"]),
    "intent > 1": (1, ["found intent > 1"]),
    "goal > intent": (1, ["found goal > intent"]),
    "1 < 2": (1, ["name a column"]),
    "known(2)": (1, ["name a column"]),
    "min(1, 2) < max(3, 4)": (1, ["name a column"]),
    # closed list
    "__import__('os')": (1, ["found __import__"]),
    "goal.real > 1": (1, ["found goal.real"]),
    "goal > 10 ** 2": (8, ["found 10 ** 2"]),
    "goal > 7 // 2": (8, ["found 7 // 2"]),
    "goal > 2 if off_air else goal < 1": (1, ["found goal"]),
    "(lambda: goal)() > 1": (1, ["found (lambda"]),
    "[goal] > 1": (1, ["found [goal]"]),
    "goal is goal": (1, ["found goal is goal"]),
    "(x := goal) > 1": (2, ["found x := goal"]),
    "exp(goal) > 1": (1, ["found exp(goal)"]),
    "min(goal) > 1": (1, ["min takes 2-9 arguments, found 1"]),
    "min(goal, goal, key=goal) > 1": (1, ["arguments"]),
    "min(*goal) > 1": (1, ["arguments"]),
    "goal > 1j": (8, ["found 1j"]),
    "goal > '2'": (8, ["found '2'"]),
    "goal > True": (8, ["found True"]),
    "goal > 1e999": (8, ["finite"]),
    "goal > 1 / 0": (8, ["finite"]),
    # slips of writing
    "goal = 2": (6, ["did you mean '=='?"]),
    "goal > 1 && off_air": (11, ["did you mean 'and'?"]),
    "goal > 1 且 off_air": (10, ["did you mean 'and'?"]),
    "goal ≥ 1": (6, ["did you mean '>='?"]),
    "(goal > 1": (1, ["cannot be read"]),
    "goal （": (6, ["full-width", "'('"]),
    "goal > 2 # mine": (10, ["comment"]),
    "   ": (1, ["is empty"]),
    "": (1, ["is empty"]),
    "x" * 1001: (1000, ["1001 characters"]),
    "not " * 60 + "off_air": (1, ["too deeply"]),
    "(" * 300 + "goal" + ")" * 300: (1, ["cannot be read"]),
    "-" * 900 + "goal > 1": (1, ["too deeply"]),
    "   goal >\n 180": (12, ["found 180"]),
    "目标值 > 180": (7, ["found 180"]),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:40])
def test_what_is_refused_says_where_what_and_what_to_do(text: str) -> None:
    column, words = WRONG[text]
    with pytest.raises(ExpressionError) as caught:
        read_condition(text)
    if column != 1 or "(((" not in text:
        assert caught.value.column == column, caught.value.told
    for word in words:
        assert word in caught.value.told.en, caught.value.told.en
    assert caught.value.told.zh and caught.value.told.zh != caught.value.told.en


RIGHT = {
    "projected_roas_7d < goal * 0.9 and paid_orders_24h >= 20": False,
    "projected_roas_7d < goal * 110% and paid_orders_24h >= 20": True,
    "预计ROI_7天 < 目标值 * 110% and 支付单数_24时 >= 20": True,
    "spend_24h >= 2000元": True,
    "spend_24h > 2000 yuan": False,
    "observed_s > 7d and observed_s < 31天 and observed_s == 720小时": True,
    "stock_cover > 3h": False,
    "stock_cover < 3h": False,
    "intent == 均衡": True,
    "balanced == intent": True,
    "intent not in (volume, profit)": True,
    "not intent in (volume, profit)": True,
    "-goal < -1.9 and -2.1 < -goal": True,
    "abs(projected_roas / goal - 1) <= 5%": True,
    "1 - p_below_goal >= 50%": True,
    "1 / margin > suggestion * 0.5": True,
    "order_value * paid_orders_24h > spend_24h * 2": True,
    "spend_7d / 7 <= 2000": True,
    "spend_24h / budget >= 40%": True,
    "evidence_spend > 3 * order_value / roi_target": True,
    "max(goal, 1.5) == 2": True,
    "day_anchor > 0.5": False,
    "始终": True,
    "not always": False,
    "(projected_hi - projected_lo) / projected_roas < 10%": True,
    "roi_target < suggestion and roi_target > floor": True,
}


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_read_means_what_it_says(text: str) -> None:
    condition = read_condition(text)
    assert condition.mask(rows(2)).tolist() == [RIGHT[text]] * 2
    assert condition.say("zh") != condition.say("en")


def test_parameters_take_the_unit_they_are_used_in_or_have_their_own() -> None:
    given_ = {"band": Measure(0.05, Unit.SHARE), "rest": Measure(7200.0, Unit.SPAN), "orders": Measure(20.0, Unit.BARE)}
    used: set[str] = set()
    condition = read_condition("projected_roas >= goal * (1 - band) and paid_orders_24h >= orders", given_, used)
    assert condition.mask(rows(1)).all() and used == {"band", "orders"}
    with pytest.raises(ExpressionError, match="span of time"):
        read_condition("goal > rest", given_)
    with pytest.raises(ExpressionError, match="from 0% to 100%"):
        read_condition("p_below_goal > orders", given_)


ACTIONS = {
    "raise 5%": 2.10, "raise 10%": 2.20, "lower 10%": 1.80, "lower 0.05": 1.90, "调高 5%": 2.10, "调低 5%": 1.90, "keep": None,
    "保持": None, "set suggestion * 95%": 2.85, "set 2.50": 2.50, "设为 系统建议ROI": 3.0, "set 1 / margin": 2.0,
    "raise max(5%, min(10%, p_below_goal / 10))": 2.10,
}  # fmt: skip


@pytest.mark.parametrize("text", ACTIONS)
def test_actions(text: str) -> None:
    wish, expected = read_action(text).wish(rows(1)), ACTIONS[text]
    assert (wish is None) == (expected is None)
    if wish is not None:
        assert wish[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("raise 5", 7, ["a step of 5", "did you mean 5%?"]),
        ("raise 3%", 7, ["3%", "5% to 10%"]),
        ("lower 20%", 7, ["20%"]),
        ("raise", 1, ["expected raise 5%"]),
        ("raise goal", 7, ["a step of goal"]),
        ("set goal * 1.1", 5, ["settled ROAS", "target's basis"]),
        ("set 250", 5, ["250", "2.5"]),
        ("set spend_7d", 5, ["yuan"]),
        ("keep it", 1, ["keep it", "raise 5%"]),
        ("up 5%", 1, ["up 5%"]),
        ("", 1, ["''"]),
        ("raise 5% # x", 10, ["comment"]),
    ],
)
def test_wrong_actions(text: str, column: int, words: list[str]) -> None:
    with pytest.raises(ExpressionError) as caught:
        read_action(text)
    assert caught.value.column == column, caught.value.told
    assert any(word in caught.value.told.en for word in words), caught.value.told.en


alphabet = st.sampled_from(
    [*COLUMNS, *KEYWORDS, "volume", "预计ROI", "+", "-", "*", "/", "(", ")", "<", ">=", "==", "!=", "5", "0.9", "5%", "3h",
     ",", ".", "'", "[", "]", ":=", "lambda", "if", "else", "**", "@", "\\", "\n", "\t", "\x00", "é", "（", "#", "_", "1e9"]
)  # fmt: skip


@given(text=st.one_of(st.text(max_size=60), st.lists(alphabet, max_size=14).map(" ".join)))
@settings(max_examples=600)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_condition, read_action):
        try:
            found = read(text)
        except ExpressionError as wrong:
            assert 1 <= wrong.column <= len(text) + 1 and "\n" not in wrong.told.en + wrong.told.zh
        else:
            assert found.say("zh") and found.say("en")


def test_every_column_has_two_names_and_a_place_in_the_observation() -> None:
    has = {f.name for f in fields(Observation)}
    said = {column.source for column in COLUMNS.values()}
    assert has - said - set(NOT_SAID) == set(), "add the new columns to bidctl/policy/language/columns.py"
    assert not said & set(NOT_SAID) and all(hasattr(Observation, s) or s in has for s in said)
    assert len(BY_NAME) == 2 * len(COLUMNS), "a name is used twice"
    assert all(name.isidentifier() and name not in KEYWORDS for name in BY_NAME)
    o = rows(3)
    for column in COLUMNS.values():
        if column.unit is Unit.WORD:
            assert column.is_one_of(tuple(column.words), o).all()
        elif column.unit is Unit.FLAG:
            assert column.flags(o).dtype == bool
        else:
            assert column.values(o).shape == (3,)
