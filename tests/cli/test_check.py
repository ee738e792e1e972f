"""`check` and `explain --policy` as an operator meets them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.office import Office, Terminal

HEAD = """
name = "mine"
title = {zh = "自己的", en = "Mine"}
about = {zh = "测试", en = "a test"}
"""
RULE = """
[[rule]]
when = "%s"
then = "%s"
because = {zh = "理由", en = "why"}
"""
SWINGS = HEAD + RULE % ("projected_roas_24h < goal", "raise 5%") + RULE % ("projected_roas_24h >= goal", "lower 5%")
FIGHTS = HEAD + RULE % ("projected_roas_24h < goal * 105%", "raise 5%") + RULE % ("projected_roas_24h > goal * 95%", "lower 5%") + RULE % (
    "projected_roas_24h < goal * 80%", "raise 10%")  # fmt: skip
MODULE = """
from dataclasses import dataclass
from bidctl.policy import Observation, Reason, Rules, keep, scale
SEEN = []
@dataclass(frozen=True)
class Remembers:
    \"\"\"Compares with the spend it met last.\"\"\"
    def rules(self, o: Observation) -> Rules:
        SEEN.append(float(o.spend_today.sum()))
        yield scale(Reason.ROAS_BELOW_GOAL, o.projected_roas < o.goal, 1.05 if len(SEEN) % 2 else 1.06)
        yield keep(Reason.POLICY_HOLDS, o.projected_roas >= o.goal)
"""


@pytest.fixture
def mine(shell: Terminal) -> Path:
    return shell.folder / "mine.toml"


@pytest.mark.long
def test_a_sound_policy_gets_its_figures(shell: Terminal) -> None:
    told = shell.done("check", "by-intent", "--json").tree
    assert told["clean"] and {f["level"] for f in told["findings"]} == {"note"}
    assert {f["lint"] for f in told["findings"]} == {"drift", "edits"} and told["policy"].startswith("by-intent@")


@pytest.mark.long
def test_a_policy_that_swings_is_told_so_in_either_language(shell: Terminal, mine: Path) -> None:
    mine.write_text(SWINGS, "utf-8")
    said = shell("check", "mine.toml")
    assert said.code == 1 and "warning [oscillation]" in said.out and "stands still" in said.out
    assert said.err.strip() == "bidctl: mine.toml: 1 things to mend, see above"
    zh = shell("check", "mine.toml", "--lang", "zh")
    assert zh.code == 1 and "警告 [oscillation]" in zh.out and "来回摆" in zh.out and "要改" in zh.err


@pytest.mark.long
def test_rules_in_the_dark_and_rules_that_fight_are_named(shell: Terminal, mine: Path) -> None:
    mine.write_text(FIGHTS, "utf-8")
    told = shell("check", "mine.toml", "--json")
    found = {f["lint"]: f for f in told.tree["findings"]}
    assert told.code == 1 and found["overlap"]["rules"] == [1, 2] and found["unreachable"]["rules"] == [1, 3]


def test_a_class_with_a_memory_fails_the_suite(shell: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "remembering.py").write_text(MODULE, "utf-8")
    monkeypatch.syspath_prepend(str(shell.folder))
    told = shell("check", "remembering:Remembers", "--json")
    assert told.code == 1 and {f["level"] for f in told.tree["findings"]} == {"error"}
    assert any("two answers" in f["en"] and "两种答案" in f["zh"] for f in told.tree["findings"])


def test_a_ledger_gives_the_edits_and_the_tape(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    for _ in range(3):
        desk.advance(hours=2)
        desk.tick("dry")
    told = desk.run.done("check", "by-intent", "--account", desk.account, "--json").tree
    (edits,) = [f for f in told["findings"] if f["lint"] == "edits"]
    assert f"the ledger of {desk.account}" in edits["en"] and "每段只算一次" in edits["zh"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["nope"], "module:Class"), (["by-intent", "--ledger", "x.db"], "no such file"), (["mine.toml"], "no such file"), ([], "POLICY")],
)  # fmt: skip
def test_wrong_words_are_one_line(shell: Terminal, words: list[str], expected: str) -> None:
    said = shell("check", *words)
    assert said.code == 2 and expected in said.err and len(said.err.strip().splitlines()) == 1


def test_a_wrong_file_says_where(shell: Terminal, mine: Path) -> None:
    mine.write_text(HEAD + RULE % ("projected_roas < goal * 90", "raise 5%"), "utf-8")
    for command in (
        ["check", "mine.toml"],
        ["explain", "--policy", "mine.toml"],
        ["advise", "x.csv", "--policy", "mine.toml"],
    ):
        said = shell(*command)
        assert (
            said.code == 2 and "mine.toml" in said.err and "rule 1: when, column 18" in said.err and "90%" in said.err
        )


@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda t: (HEAD + t).encode("utf-8", "replace")),
        st.text(max_size=60).map(lambda t: (HEAD + RULE % (t, t)).encode("utf-8", "replace")),
    )
)
@settings(max_examples=60)
def test_any_bytes_in_a_policy_file_get_an_answer(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "mine.toml").write_bytes(data)
        said = Terminal(Path(folder))("explain", "--policy", "mine.toml")
        assert said.code in {0, 2} and "Traceback" not in said.err and len(said.err.splitlines()) <= 1, said
        assert not list(Path(folder).glob("bidctl-bug-*")), said.err


def test_a_policy_reads_itself_out(shell: Terminal) -> None:
    en = shell.done("explain", "--policy", "steady-profit").out
    zh = shell.done("explain", "--policy", "稳投保利(band=8%)", "--lang", "zh").out
    assert "When projected ROAS < the goal × 0.95" in en and "raise the target by 5%" in en
    assert "预计ROI < 目标值 × 0.92" in zh and "调高 5%" in zh and zh.startswith("稳投保利")
    coded = shell.done("explain", "--policy", "handbook", "--json").tree
    assert any("ROAS_BELOW_GOAL" in line for line in coded["en"]) and any("低于目标" in line for line in coded["zh"])
    assert shell("explain").code == 2
