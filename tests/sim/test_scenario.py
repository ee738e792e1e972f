"""Scenario files: the shipped ones load, bad ones are refused with one line that names file, key, value, allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load, shipped

GOOD = """
name = "t"
start = 2026-11-23T00:00:00+08:00
[[group]]
name = "g"
count = 2
spend = [10, 20]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "t.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_minimal_file_gets_the_stated_defaults(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, GOOD))
    assert (scenario.step_s, scenario.accounts, scenario.group[0].spend) == (300, 1, (10.0, 20.0))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("count = 2", "count = 0", ["group[0].count = 0", "within 1 .. 100000"]),
        ("count = 2", "count = 2.5", ["group[0].count = 2.5", "whole number"]),
        ("count = 2", "count = true", ["group[0].count = True"]),
        ("count = 2", "cuont = 2", ["unknown key group[0].cuont", "count"]),
        ("count = 2", "", ["group[0].count is missing"]),
        ("[10, 20]", "[20, 10]", ["group[0].spend = [20, 10]", "[from, to]"]),
        ("[10, 20]", "[10, nan]", ["group[0].spend", "[from, to]"]),
        ("[10, 20]", '"10"', ["group[0].spend = '10'"]),
        ("count = 2", 'count = 2\nkind = "video"', ["kind = 'video'", "one of goods, live"]),
        ("count = 2", 'count = 2\nkind = "live"', ["group g", "[hour, hours]"]),
        ("count = 2", "count = 2\nsessions = [[19, 4]]", ["group g", "none, for kind goods"]),
        ("count = 2", "count = 2\nenrol = { intent = 'greedy' }", ["group[0].enrol.intent = 'greedy'", "volume"]),
        ('name = "t"', 'name = "t"\nstep_s = 7', ["step_s = 7", "one of 300"]),
        ('name = "t"', 'name = "t"\nnoise = { demand = 5 }', ["noise.demand = 5", "within 0 .. 2"]),
        ('name = "t"', 'name = "t"\nnoise = 3', ["noise = 3", "a table"]),
        ("+08:00", "", ["start", "offset"]),
        ("00:00+08:00", "00:01+08:00", ["start", "whole hour"]),
        ('name = "t"', 'name = "t"\nrefunds = { within_hour = 0.7, before_dispatch = 0.7 }', ["refunds", "at most 1"]),
        ("spend = [10, 20]", "spend = [10, 20]\norders = [1, 2]", ["group g", "exactly one"]),
        ("spend = [10, 20]", "", ["group g", "exactly one"]),
        ('name = "t"', "name = ", ["TOML"]),
    ],
)
def test_bad_input_is_refused_with_one_line(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ScenarioError) as caught:
        load(path)
    text = str(caught.value)
    assert "\n" not in text
    for word in [str(path), *words]:
        assert word in text


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.toml"):
        load(tmp_path / "none.toml")
    with pytest.raises(ScenarioError, match=r"expected one of base60, .*demo, .*or a path"):
        shipped("nowhere")


@pytest.mark.parametrize(
    ("name", "campaigns", "accounts"),
    [("demo", 40, 1), ("busy", 10_000, 50), ("small", 6, 1), ("fault", 5, 1), ("base60", 1000, 20)],
)
def test_shipped_scenarios_hold_what_they_say(name: str, campaigns: int, accounts: int) -> None:
    scenario = shipped(name)
    assert sum(g.count for g in scenario.group) == campaigns
    assert scenario.accounts == accounts
    assert scenario.name == name
