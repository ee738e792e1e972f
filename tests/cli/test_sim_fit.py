"""`sim fit`: a ledger or a table in, a twin out that `sim compare` runs; what cannot be told is named; bad input is one line."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from sim.scenario import load
from tests.cli.office import Office, Terminal, office

HEAD = "计划ID,计划名称,日期,消耗,整体成交金额,整体成交订单数,ROI目标"


def table(days: int, *, campaigns: int = 3, wrong_way: bool = False) -> str:
    """Steady campaigns whose target moves every few days; spend answers with elasticity 3, or the wrong way."""
    lines = [HEAD]
    for c in range(campaigns):
        for d in range(days):
            target = 2.0 + 0.2 * ((d // 3 + c) % 2)
            ripple = 1 + 0.02 * ((d * 7 + c * 3) % 5 - 2)
            spend = 1000 * (c + 1) * ripple * (target / 2.0) ** (3 if wrong_way else -3)
            gmv = spend * target
            lines.append(
                f"186100000000000000{c},p{c},{date(2026, 10, 1) + timedelta(days=d)},{spend:.2f},{gmv:.2f},{gmv / 50:.0f},{target:.2f}"
            )
    return "\n".join(lines) + "\n"


@pytest.fixture
def dry(tmp_path: Path) -> Iterator[Office]:
    """A dry tick: the ledger holds a month of facts."""
    with office(tmp_path, history_days=31) as desk:
        desk.enrol_all()
        desk.tick("dry")
        yield desk


@pytest.mark.long
def test_a_dry_runs_ledger_becomes_a_twin_that_compare_runs(dry: Office) -> None:
    told = dry.run.done("sim", "fit", "--json", "--draws", 20).tree
    assert told["days"] >= 30 and set(told["campaigns"]) == {c["id"] for c in dry.campaigns}
    by = {(e["campaign"], e["parameter"]): e for e in told["estimates"]}
    for campaign in told["campaigns"]:
        level, elasticity = by[campaign, "level"], by[campaign, "elasticity"]
        assert (
            level["from"] == "data"
            and level["i90"][0] <= level["i80"][0] < level["value"] < level["i80"][1] <= level["i90"][1]
        )
        assert elasticity["from"] == "prior", "nobody moved a target"
        assert by[campaign, "margin"]["from"] == "told"
    assert any(
        "log-normal around 3, log sd 0.45" in n["en"] and "docs/assumptions.md" in n["en"] for n in told["notes"]
    )
    assert any("对数正态, 中心 3" in n["zh"] for n in told["notes"])
    assert told["check"]["days"] == 7 and set(told["check"]["metrics"]) == {"spend", "gmv", "orders"}
    twin = load(dry.run.folder / "twin.toml")
    assert {g.name for g in twin.group} == set(told["campaigns"]) and twin.protection.family == "qianchuan"
    compared = dry.run.done(
        "sim", "compare", "twin.toml", "--policy", "handbook", "--days", 3, "--seeds", 1, "--json"
    ).tree
    assert compared["scenario"] == "twin" and not any(compared["violations"].values())


def test_the_report_is_told_in_both_languages(shell: Terminal) -> None:
    (shell.folder / "t.csv").write_text(table(30), "utf-8")
    english = shell.done("sim", "fit", "t.csv", "--draws", 20).out
    chinese = shell.done("sim", "fit", "t.csv", "--out", "zh.toml", "--lang", "zh", "--draws", 20).out
    for said, words in (
        (
            english,
            [
                "elasticity at the present target",
                "check: fitted without the last 7 days",
                "no fact tells the margin",
                "data",
            ],
        ),
        (chinese, ["当前目标处的弹性", "检验: 不看最后 7 天拟合", "数据里看不出毛利率", "先验"]),
    ):
        assert all(word in said for word in words), said
    twins = [tomllib.loads((shell.folder / f).read_text("utf-8")) for f in ("twin.toml", "zh.toml")]
    assert twins[0]["group"] == twins[1]["group"] and len(twins[0]["group"]) == 3


def test_every_move_of_a_table_counts(shell: Terminal) -> None:
    (shell.folder / "t.csv").write_text(table(40, campaigns=6), "utf-8")
    told = shell.done("sim", "fit", "t.csv", "--json", "--check", 0).tree
    found = [e for e in told["estimates"] if e["parameter"] == "elasticity"]
    assert all(e["from"] in ("both", "data") and e["i90"][0] < 3.2 < e["i90"][1] + 0.5 for e in found), found
    assert all(m > 8 for m in told["moves"].values())


REFUSED = {
    "too little history": (table(6), "complete natural days"),
    "the wrong way": (table(40, campaigns=6, wrong_way=True), "spend rises with the target"),
    "unknown columns": ("a,b\n1,2\n", "no heading row"),
    "no target column": ("计划ID,日期,消耗\n1861,2026-09-01,3\n", "no column ROI目标"),
    "no row": (HEAD + "\n", "at least 7 days"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_is_one_line_and_nothing_is_written(shell: Terminal, what: str) -> None:
    text, expected = REFUSED[what]
    (shell.folder / "t.csv").write_text(text, "utf-8")
    said = shell("sim", "fit", "t.csv", BIDCTL_LANG="en")
    assert said.code and expected in said.err and "t.csv" in said.err, said
    assert (
        len(said.err.strip().splitlines()) == 1
        and "Traceback" not in said.err
        and not (shell.folder / "twin.toml").exists()
    )


def test_two_sources_or_a_file_that_is_there_are_refused(shell: Terminal) -> None:
    (shell.folder / "t.csv").write_text(table(10), "utf-8")
    assert "one source" in shell("sim", "fit", "t.csv", "--ledger", "x.db", BIDCTL_LANG="en").err
    (shell.folder / "twin.toml").write_text("mine", "utf-8")
    said = shell("sim", "fit", "t.csv", BIDCTL_LANG="en")
    assert said.code and "exists already" in said.err and (shell.folder / "twin.toml").read_text("utf-8") == "mine"


def test_a_ledger_from_the_future_is_refused(dry: Office) -> None:
    """Facts known before they happened, and a database of a version to come."""
    ledger = next(Path(dry.run.folder).glob("*.db"))
    with sqlite3.connect(ledger) as db:
        for name in ("facts", "newest_facts"):  # microseconds
            db.execute(
                f"update {name} set known_at = happened_at - 3600000000 where happened_at = (select max(happened_at) from {name})"
            )
    said = dry.run("sim", "fit", BIDCTL_LANG="en")
    assert said.code and "known before they happened" in said.err and len(said.err.strip().splitlines()) == 1, said


def test_moves_of_a_live_run_are_learned_from(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.enrol_all()
        desk.tick("dry")
        for _ in range(5):
            desk.advance(hours=24)
            desk.tick("live")
        told = desk.run.done("sim", "fit", "--json", "--check", 0).tree
        assert sum(told["moves"].values()) > 0
