"""`replay`: the ledger of a run, or an exported table, walked again; nothing is written and no gain is claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidctl.cli.replay import TAPE
from tests.cli.office import Office, Terminal

TABLE = """\
计划ID,计划名称,日期,消耗,整体成交金额,整体成交订单数,ROI目标
1861000000000000001,连衣裙,2026-11-20,1000,900,60,2.00
1861000000000000001,连衣裙,2026-11-21,1200,1000,70,2.00
1861000000000000001,连衣裙,2026-11-22,1100,950,66,2.20
1861000000000000001,连衣裙,2026-11-23,1100,950,66,2.10
"""


@pytest.fixture
def worked(desk: Office) -> Office:
    """A day's quarter of live ticks in the ledger."""
    desk.enrol_all()
    desk.tick("dry")
    for _ in range(6):
        desk.advance(hours=1)
        desk.tick("live")
    return desk


def test_a_run_is_replayed_from_its_ledger(worked: Office) -> None:
    told = worked.run.done("replay", "--json", "--look-ahead").tree
    assert told["mode"] == "replay" and told["account"] == worked.account and told["looks"] >= 6
    assert told["campaigns"] == len(worked.campaigns) and told["look_ahead"] == []
    done = [d for d in told["differences"] if d["done"]]
    assert {d["done"]["new"] for d in done} == {str(line["new"]) for line in worked.written()} and done
    assert told["moves"] and all(m["why"]["zh"] and m["why"]["en"] for m in told["moves"])
    assert told["assumed_facts"] == 0, "a replay from the connection on stands on what was seen"
    assert sum(told["held"].values()) + sum(told["acted"].values()) == told["looks"] * told["campaigns"]


def test_another_policy_is_set_beside_what_was_done(worked: Office) -> None:
    told = worked.run.done("replay", "--json", "--policy", "hold").tree
    assert told["moves"] == [] and {d["verdict"] for d in told["differences"]} == {"only_done"}
    said = worked.run.done("replay", "--policy", "by-intent", "--look-ahead")
    assert TAPE.en in said.out and "beside what was done" in said.out and "earlier decisions stay" in said.out
    assert TAPE.zh in worked.run.done("replay", "--policy", "by-intent", "--lang", "zh").out


def test_imported_history_is_told_as_assumed(worked: Office) -> None:
    told = worked.run.done("replay", "--json", "--since", "2026-11-10", "--every", 24).tree
    assert told["assumed_facts"] > 0 and told["looks"] > 10
    said = worked.run.done("replay", "--since", "2026-11-10", "--every", 24)
    assert "ASSUMED" in said.out and "when they were known is modelled" in said.out


def test_what_cannot_be_replayed_is_one_line(worked: Office, tmp_path: Path) -> None:
    for words, expected in [
        (["--account", "5"], "expected one of"), (["--since", "2030-01-01"], "nothing is recorded"),
        (["--since", "2026-11-20", "--until", "2026-11-10"], "--until"), (["--ledger", "none.db"], "no such file"),
        (["--policy", "nope"], "expected module:Class"), (["t.csv", "--ledger", "x.db"], "without a ledger"),
        (["none.csv"], "none.csv"), (["--every", "0"], "--every"),
    ]:  # fmt: skip
        said = worked.run("replay", *words)
        assert said.code == 2 or said.code == 1, said
        assert expected in said.err and "Traceback" not in said.err and len(said.err.strip().splitlines()) == 1, said


def test_an_empty_ledger_has_nothing_to_replay(shell: Terminal) -> None:
    said = shell("replay")
    assert said.code == 2 and "nothing is recorded yet" in said.err


def test_a_table_is_replayed_day_by_day(shell: Terminal) -> None:
    (shell.folder / "t.csv").write_text(TABLE, "utf-8")
    told = shell.done("replay", "t.csv", "--goal", "1.8", "--margin", "0.45", "--json").tree
    assert [d["day"] for d in told["days"]] == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    assert told["assumed"] and told["days"][1]["old"] == "2.00" and told["days"][1]["then"] == "2.20"
    moved = [d for d in told["days"] if d["new"]]
    assert moved and all(d["verdict"] in {"same", "opposite", "only_replay"} for d in moved)
    short = shell.done("replay", "t.csv", "--goal", "1.8", "--margin", "0.45", "--json", "--until", "2026-11-21").tree
    assert short["days"] == [{**d, "then": d["then"]} for d in told["days"][:2]]
    said = shell.done("replay", "t.csv", "--goal", "1.8", "--margin", "0.45", "--policy", "stop-loss-first")
    assert TAPE.en in said.out and "ASSUMED" in said.out and "next day" in said.out
