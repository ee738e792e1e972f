"""`bidctl demo`, shortened: the whole show runs, writes only live, ends in a clean audit and a page that opens offline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def demo(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "bidctl", "demo", "--out", str(out), "--scenario", "fault", "--days", "2.1", *words]
    return subprocess.run(call, capture_output=True, text=True, timeout=110, cwd=out.parent)


def test_the_show_ends_in_a_clean_audit(tmp_path: Path) -> None:
    out = tmp_path / "show"
    done = demo(out, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    lines = [json.loads(line) for line in (out / "journal.jsonl").read_text("utf-8").splitlines()]
    live = next(i for i, x in enumerate(lines) if x.get("mark") == "run" and x["data"]["mode"] == "live")
    assert told["clean"] and told["edits"] >= 1 and told["held"]
    assert not [x for x in lines[:live] if x.get("actor") == "api"], "the dry day wrote"
    assert sum(x.get("actor") == "api" and x["outcome"] == "applied" for x in lines) >= told["edits"]
    page = (out / "report.html").read_text("utf-8")
    assert "http://" not in page and "https://" not in page and "<script" not in page


def test_a_scenario_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    done = demo(tmp_path / "out", "--scenario", "moon", "--lang", "en")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "moon" in done.stderr, done.stderr


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "work.txt").write_text("mine", "utf-8")
    done = demo(out)
    assert done.returncode == 1 and "--out" in done.stderr and "Traceback" not in done.stderr
    assert (out / "work.txt").read_text("utf-8") == "mine"
