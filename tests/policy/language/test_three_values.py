"""Unknown stays unknown: masks against a plain evaluator with three truth values, one row at a time, that shares nothing with them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.policy.language.expression import read_condition
from tests.builders import NAN, rows

Row = dict[str, float]
Truth = bool | None
"""None = not known."""
COLUMNS = ["goal", "projected_roas", "projected_roas_7d", "projected_lo"]
VALUES = [NAN, 0.0, 0.5, 1.0, 1.0, 2.0, math.inf]


@dataclass(frozen=True)
class Made:
    """An expression as text, and what it means for one row."""

    text: str
    means: Callable[[Row], object]


def number(row: Row, made: Made) -> float | None:
    value = made.means(row)
    assert isinstance(value, float)
    return None if math.isnan(value) else value


def divided(a: float, b: float) -> float:
    return NAN if b == 0.0 else a / b


terms = st.one_of(
    st.sampled_from(COLUMNS).map(lambda name: Made(name, lambda row: row[name])),
    st.tuples(st.sampled_from(COLUMNS), st.sampled_from([0.5, 0.9, 2.0])).map(
        lambda x: Made(f"{x[0]} * {x[1]}", lambda row: row[x[0]] * x[1])
    ),
    st.tuples(st.sampled_from(COLUMNS), st.sampled_from(COLUMNS)).map(
        lambda x: Made(f"{x[0]} / {x[1]} * goal", lambda row: divided(row[x[0]], row[x[1]]) * row["goal"])
    ),
    st.tuples(st.sampled_from(COLUMNS), st.sampled_from(COLUMNS)).map(
        lambda x: Made(f"min({x[0]}, {x[1]})", lambda row: NAN if any(math.isnan(row[c]) for c in x) else min(row[x[0]], row[x[1]]))
    ),
)  # fmt: skip

SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def compared(left: Made, sign: str, right: Made) -> Made:
    def means(row: Row) -> Truth:
        a, b = number(row, left), number(row, right)
        return None if a is None or b is None else SIGNS[sign](a, b)

    return Made(f"{left.text} {sign} {right.text}", means)


def negated(inner: Made) -> Made:
    def means(row: Row) -> Truth:
        truth = inner.means(row)
        return None if truth is None else not truth

    return Made(f"not ({inner.text})", means)


def joined(word: str, parts: list[Made]) -> Made:
    def means(row: Row) -> Truth:
        truths = [p.means(row) for p in parts]
        decided = word == "or"
        if decided in truths:
            return decided
        return None if None in truths else not decided

    return Made(f" {word} ".join(f"({p.text})" for p in parts), means)


atoms = st.one_of(
    st.builds(compared, terms, st.sampled_from(list(SIGNS)), terms),
    st.sampled_from(COLUMNS).map(lambda name: Made(f"known({name})", lambda row: not math.isnan(row[name]))),
    st.just(Made("off_air", lambda row: bool(row["off_air"]))),
    st.just(Made("intent in (volume, profit)", lambda row: row["intent"] in (0, 2))),
    st.just(Made("intent != volume", lambda row: row["intent"] != 0)),
    st.just(Made("always", lambda row: True)),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(negated), st.builds(joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)
a_row = st.fixed_dictionaries(
    {
        **{name: st.sampled_from(VALUES) for name in COLUMNS},
        "off_air": st.booleans().map(float),
        "intent": st.sampled_from([0.0, 1.0, 2.0]),
    }
)


@given(made=conditions, table=st.lists(a_row, min_size=1, max_size=8))
@settings(max_examples=400)
def test_a_mask_is_true_exactly_where_the_condition_is_known_to_hold(made: Made, table: list[Row]) -> None:
    o = rows(len(table), **{name: np.array([row[name] for row in table]) for name in table[0]})
    with np.errstate(all="ignore"):
        mask = read_condition(made.text).mask(o)
    assert mask.tolist() == [made.means(row) is True for row in table], made.text


@pytest.mark.parametrize(
    "text",
    ["goal > 1", "not (goal > 1)", "goal != 1", "not (goal == 1)", "not (not (goal < 1))", "not known(goal) and goal > 1",
     "not (goal < 1 or off_air)", "not (goal < 1 and not off_air)", "not 0.5 < goal < 2", "goal / 2 > 0 or goal <= 0"],
)  # fmt: skip
def test_no_comparison_with_an_unknown_holds_negated_or_not(text: str) -> None:
    assert not read_condition(text).mask(rows(3, goal=NAN)).any()


def test_a_division_by_zero_is_unknown() -> None:
    o = rows(2, paid_gmv_7d=[5.0, 5.0], spend_7d=[0.0, 1.0])
    assert read_condition("paid_gmv_7d / spend_7d > 1").mask(o).tolist() == [False, True]
    assert read_condition("not (paid_gmv_7d / spend_7d > 1)").mask(o).tolist() == [False, False]
