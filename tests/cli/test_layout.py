"""Tables for people: nothing is cut short, no number and no id is broken in two, however narrow the terminal."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bidctl.cli.layout import laid_out, show

HEADS = ["计划", "消耗", "说明"]
ROW = ("1861000000000001", "702180.87", "ROI 不低于当日目标的80%, 不用赔; the platform says that nothing is due today")


def printed(width: int, *rows: tuple[object, ...]) -> str:
    out = StringIO()
    Console(file=out, width=width).print(laid_out("标题", HEADS, rows, width))
    return out.getvalue()


@given(st.integers(20, 200))
def test_ids_and_numbers_stay_whole_and_no_text_is_lost(width: int) -> None:
    told = printed(width, ROW)
    assert ROW[0] in told and ROW[1] in told and "…" not in told
    letters = [c for c in told if c not in "│┃ \n"]
    assert all(letters.count(c) >= ROW[2].count(c) for c in set(ROW[2]) - {" "})


def test_what_does_not_fit_becomes_a_block_a_row() -> None:
    assert "计划: 1861000000000001\n消耗: 702180.87" in printed(40, ROW)
    assert "消耗" not in printed(24, (*ROW[:1], None, ROW[2])), "what is not told has no line"
    bare = printed(34, (*ROW[:1], None, ROW[2]))
    assert "┃ 计划" in bare and "消耗" not in bare, "and where room is short no column"
    assert "│ 1861000000000001 │ 702180.87 │" in printed(60, ROW)


def test_nothing_is_a_heading_alone() -> None:
    assert "计划" in printed(80) and "标题" in printed(20)


def test_a_reader_that_has_read_enough_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """`| head -1`: told to the caller like any other output's broken pipe, which ends with 0."""

    class Closed(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    with pytest.raises(BrokenPipeError):
        show("t", ["a"], [["1"]], terminal=False)
