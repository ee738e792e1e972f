"""`bidctl sim`: what it says, what it refuses, that its numbers do not depend on where they are made."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import bidctl
from bidctl.cli.sim.space import space
from tests.cli.office import Said, Terminal

ROOT = Path(bidctl.__file__).resolve().parents[1]
SHORT = ("--days", 2, "--seeds", 2, "--every", 12, "--json")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """The example world of the documentation, importable as one from outside the repository is."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from plain_world import PlainWorld

    yield PlainWorld


def refused(said: Said, *words: str) -> None:
    assert said.code == 2 and said.out == "", said
    assert said.err.count("\n") == 1 and "Traceback" not in said.err
    for word in words:
        assert word in said.err, said.err


def test_scenarios_are_listed_in_both_languages(shell: Terminal) -> None:
    told = {one["name"]: one for one in shell.done("sim", "scenarios", "--json").tree}
    assert {"base60", "demo", "refund-wave", "stock-out"} <= set(told) and told["base60"]["campaigns"] == 1000
    assert "账户" in shell.done("sim", "scenarios", "--lang", "zh").out


def test_a_policy_beside_hold(shell: Terminal) -> None:
    told = shell.done("sim", "run", "small", "--policy", "guard(markup=1.4)", *SHORT).tree
    assert set(told["conduct"]) == {"guard(markup=1.4)", "hold"} and told["seeds"] == [1, 2]
    assert told["conduct"]["hold"]["worse_than_hold"] == 0.0 and told["missing"] == []
    assert told["violations"] == {"guard(markup=1.4)": [], "hold": []}
    assert len(told["against_hold"]["guard(markup=1.4)"]["gain_yuan"]) == 3


def test_live_rooms_are_decided_on_air_unless_asked_otherwise(shell: Terminal, tmp_path: Path) -> None:
    text, few = (ROOT / "sim" / "scenarios" / "daily-live.toml").read_text("utf-8"), tmp_path / "few.toml"
    few.write_text(text.replace("accounts = 20", "accounts = 1").replace("count = 200", "count = 4"), "utf-8")
    words = ("sim", "run", few, "--policy", "hold", "--days", 1, "--seeds", 1, "--json")
    said = shell.done(*words)
    assert said.tree["every_hours"] == 3 and "room" not in said.err
    for lang, told in (("zh", "在首小时之后一次也轮不到, 请用 --every 3"), ("en", "give --every 3 or less")):
        said = shell.done(*words, "--every", 6, "--lang", lang)
        assert said.tree["every_hours"] == 6 and told in said.err and "room" in said.err
    words = ("sim", "run", "fault", "--policy", "curve", "--days", 1, "--seeds", 1, "--json")
    assert shell.done(*words).tree["every_hours"] == 6


def test_a_difference_that_rests_on_few_campaigns_is_told(shell: Terminal, tmp_path: Path) -> None:
    text = (ROOT / "sim" / "scenarios" / "base60.toml").read_text("utf-8")
    few = tmp_path / "few.toml"
    few.write_text(text.replace("accounts = 20", "accounts = 2").replace("count = 1000", "count = 60"), "utf-8")
    words = ("sim", "compare", few, "--policy", "guard", "--policy", "pi", "--days", 8, "--seeds", 1, "--every", 24)
    tree = shell.done(*words, "--json").tree
    told = [c for c in (*tree["against_hold"].values(), *tree["pairs"]) if abs(c["lopsided"]) > 0.2]
    assert told and all(c["carried_by"] < 60 for c in told)
    page = tmp_path / "few.html"
    for lang, text in (("zh", "只靠少数计划"), ("en", "differ by few campaigns")):
        assert shell.done(*words, "--lang", lang, "--html", page).out.count(text) == len(told)
        assert page.read_text("utf-8").count(text) == len(told)


def test_people_get_tables(shell: Terminal) -> None:
    said = shell.done("sim", "compare", "small", "--policy", "curve", "--policy", "guard", *SHORT[:-1], "--lang", "zh")
    assert "利润" in said.out and "独立" not in said.err and re.search(r"curve\s+│", said.out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sim", "run", "nowhere"), ("nowhere", "base60")),
        (("sim", "run", "small", "--policy", "nobody"), ("nobody", "curve")),
        (("sim", "run", "small", "--policy", "guard(markup=high)"), ("markup", "high")),
        (("sim", "run", "small", "--policy", "guard(colour=1)"), ("colour", "markup")),
        (("sim", "run", "small", "--days", "0"), ("days", "1")),
        (("sim", "run", "small", "--every", "5"), ("every", "12")),
        (("sim", "run", "small", "--seeds", "x"), ("--seeds x", "1000")),
        (("sim", "run", "small", "--seeds", "9-3"), ("9-3",)),
        (("sim", "run", "small", "--workers", "0"), ("workers", "1")),
        (("sim", "run", "small", "--workers", "2", "--cluster", "local:1"), ("--workers", "--cluster")),
        (("sim", "run", "small", "--cluster", "local:0"), ("local:0", "1024")),
        (("sim", "run", "small", "--world", "nonsense"), ("module:Class",)),
        (("sim", "run", "small", "--world", "no.such:World"), ("no.such",)),
        (("sim", "run", "small", "--world", "sim.world:Wold"), ("Wold",)),
        (("sim", "run", "small", "--world", "sim.run:HOUR_S"), ("float",)),
        (("sim", "compare", "small"), ("policy",)),
        (("sim", "compare", "small", "--policy", "policies/hold", "--policy", "hold"), ("hold",)),
        (("sim", "sweep", "small"), ("policy",)),
        (("sim", "sweep", "small", "--policy", "guard"), ("--grid", "--search")),
        (("sim", "sweep", "small", "--policy", "guard", "--grid", "markup"), ("--grid markup", "NAME=A,B")),
        (("sim", "sweep", "small", "--policy", "guard", "--grid", "markup=1.5,x"), ("markup", "x")),
        (("sim", "sweep", "small", "--policy", "guard", "--grid", "markup=1.5,1.5"), ("markup", "different")),
        (("sim", "sweep", "small", "--policy", "guard", "--grid", "colour=1,2"), ("colour", "markup")),
        (("sim", "sweep", "small", "--policy", "guard", "--search", "markup=2..1"), ("markup", "low < high")),
        (("sim", "sweep", "small", "--policy", "guard", "--search", "markup=1"), ("markup", "low < high")),
        (("sim", "sweep", "small", "--policy", "guard", "--grid", "step=0.06,0.1", "--search", "step=0.05..0.1"), ("step",)),
    ],
)  # fmt: skip
def test_wrong_words_are_one_line(shell: Terminal, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    refused(shell(*words), *said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colour = "red"', ("unknown key colour", "policy, grid, search")),
        ('policy = "guard"\n[grid]\nmarkup = []', ("grid.markup = []",)),
        ('policy = "guard"\n[grid]\nmarkup = ["a"]', ("grid.markup", "list of different numbers")),
        ('policy = "guard"\n[grid]\nmarkup = [nan]', ("grid.markup",)),
        ('policy = 3\n[grid]\nmarkup = [1.5]', ("policy = 3",)),
        ('policy = "guard"\ngrid = 3', ("grid = 3", "table")),
        ('policy = "guard"\n[search]\nmarkup = { low = 2.0, high = 1.0 }', ("search.markup", "low < high")),
        ('policy = "guard"\n[search]\nmarkup = { from = 2.0, high = 3.0 }', ("search.markup",)),
        ('policy = "guard"\n[grid]\n' + "\n".join(f"p{i} = [1, 2, 3, 4, 5, 6, 7]" for i in range(5)), ("16807", "2000")),
        ("policy = ", ("TOML",)),
    ],
)  # fmt: skip
def test_a_wrong_grid_names_file_key_and_value(shell: Terminal, text: str, said: tuple[str, ...]) -> None:
    (shell.folder / "grid.toml").write_text(text, "utf-8")
    refused(shell("sim", "sweep", "small", "grid.toml"), "grid.toml", *said)


def test_a_wrong_scenario_names_file_key_and_range(shell: Terminal) -> None:
    text = (ROOT / "sim/scenarios/small.toml").read_text("utf-8")
    (shell.folder / "s.toml").write_text(text.replace("refund = [0.10, 0.35]", "refund = [10, 35]"), "utf-8")
    refused(shell("sim", "run", "s.toml"), "s.toml", "refund", "[10, 35]", "0 .. 0.9")


def test_a_grid_of_a_file_and_flags(shell: Terminal) -> None:
    file = shell.folder / "grid.toml"
    file.write_text(
        'policy = "guard"\n[grid]\nmarkup = [1.3, 1.7]\n[search]\nstep = { low = 0.05, high = 0.1 }\n', "utf-8"
    )
    told = space(file, None, ["markup=1.5"], [])
    assert told.grid == {"markup": (1.5,)} and told.search["step"].low == 0.05 and not told.search["step"].whole
    assert space(None, "guard", ["a=1,2", "b=3,4"], []).settings() == [
        {"a": 1, "b": 3}, {"a": 1, "b": 4}, {"a": 2, "b": 3}, {"a": 2, "b": 4},
    ]  # fmt: skip


SWEEP = ("sim", "sweep", "small", "--policy", "guard", "--grid", "markup=1.3,1.6", *SHORT)


@pytest.mark.long
def test_a_sweep_gives_the_same_numbers_here_and_in_a_pool(shell: Terminal) -> None:
    here, pool = shell.done(*SWEEP).tree, shell.done(*SWEEP, "--workers", 2).tree
    assert here == pool
    assert {t["name"] for t in here["tried"]} == {"guard(markup=1.3)", "guard(markup=1.6)"}
    profits = [t["profit"] for t in here["tried"]]
    assert profits == sorted(profits, reverse=True)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_numbers_though_a_worker_is_killed(shell: Terminal) -> None:
    words = ("sim", "compare", "fault", "--policy", "guard", "--days", "6", "--seeds", "4", "--json")
    here = shell.done(*words)
    command = [sys.executable, "-m", "bidctl", *words, "--cluster", "local:2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as running:
        killed: list[int] = []
        while running.poll() is None and not killed:
            time.sleep(1.0)
            workers = [pid for pid in _grandchildren(running.pid) if _busy(pid)]
            if workers:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])
        out, err = running.communicate(timeout=100)
    assert killed and running.returncode == 0, err
    assert Said(0, out, "").tree == here.tree


def _grandchildren(pid: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                parents[int(entry.name)] = int(re.findall(r"PPid:\t(\d+)", (entry / "status").read_text())[0])
        except (OSError, IndexError):
            continue
    found = {pid}
    for _ in range(4):
        found |= {child for child, parent in parents.items() if parent in found}
    return sorted(found - {pid})


def _busy(pid: int) -> bool:
    """More than two seconds of CPU: a worker that has begun its task."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return int(fields[11]) / os.sysconf("SC_CLK_TCK") > 2.0


@pytest.mark.long
def test_a_search_proposes_the_same_whatever_the_workers(shell: Terminal) -> None:
    words = ("sim", "sweep", "small", "--policy", "guard", "--search", "markup=1.2..1.8", "--trials", 3,
             "--days", 1, "--seeds", 1, "--json")  # fmt: skip
    here, pool = shell.done(*words).tree, shell.done(*words, "--workers", 2).tree
    assert here == pool and len(here["tried"]) == 3
    assert all(1.2 <= t["setting"]["markup"] <= 1.8 for t in here["tried"])


def test_the_report_opens_offline_and_tells_everything(shell: Terminal) -> None:
    shell.done("sim", "compare", "fault", "--policy", "curve", "--policy", "guard", "--days", 3, "--seeds", 2, "--every", 12,
               "--oracle", 5, "--html", "r.html")  # fmt: skip
    text = (shell.folder / "r.html").read_text("utf-8")
    assert "<script" not in text and not re.search(r"(src|href)=", text) and "default-src 'none'" in text
    for title in (
        "结果 · Result",
        "走势 · Targets",
        "最差的计划 · Worst",
        "Why nothing",
        "假设 · Assumptions",
        "没有违规",
    ):
        assert title in text, title
    assert "noise.demand" in text and "O_feas" in text and text.count("<svg") >= 9


def test_a_report_that_cannot_be_written_is_one_line(shell: Terminal) -> None:
    said = shell("sim", "run", "small", "--days", 1, "--seeds", 1, "--html", "no/such/r.html")
    assert said.code == 1 and said.err.startswith("bidctl: no/such/r.html: ") and said.err.count("\n") == 1


@pytest.mark.long
def test_a_stopped_experiment_tells_what_was_done(tmp_path: Path) -> None:
    """Ctrl-C: finished seeds are reported, the others named."""
    command = [sys.executable, "-m", "bidctl", "sim", "run", "fault", "--days", "8", "--seeds", "400", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as running:
        while _cpu(running.pid) < 10.0:  # some seeds are done, most are not
            time.sleep(0.2)
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    told = Said(running.returncode, out, err).tree
    assert running.returncode == 130 and "Traceback" not in err
    assert 1 <= len(told["seeds"]) < 400 and len(told["seeds"]) + len(told["missing"]) == 400


@pytest.mark.long
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_worker_outlives_the_command(sign: signal.Signals) -> None:
    command = [sys.executable, "-m", "bidctl", "sim", "compare", "base60", "--days", "60", "--seeds", "4", "--workers", "2",
               "--policy", "handbook", "--json"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) as running:
        while len(workers := _children(running.pid)) < 3 or any(_cpu(pid) < 2.0 for pid in workers[1:]):
            time.sleep(0.2)
            assert running.poll() is None
        running.send_signal(sign)
        running.wait(60)
    until = time.monotonic() + 30
    while alive := [pid for pid in workers if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < until, alive
        time.sleep(0.2)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


# worlds from outside


def test_the_example_world_runs_and_a_policy_finds_its_way(shell: Terminal, plain: type) -> None:
    told = shell.done("sim", "run", "small", "--world", "plain_world:PlainWorld", "--policy", "curve", "--days", 10,
                      "--seeds", 2, "--every", 12, "--json").tree  # fmt: skip
    assert told["conduct"]["curve"]["campaigns"] == 40 and told["conduct"]["curve"]["violations"] == 0
    assert told["conduct"]["curve"]["edits"] > 5 and told["against_hold"]["curve"]["gain_yuan"][0] > 0


def test_a_world_whose_module_cannot_be_run_is_refused(shell: Terminal) -> None:
    for name, text, said in (("crooked", "def :\n", "SyntaxError"), ("vain", "x = 1 / 0\n", "ZeroDivisionError")):
        (shell.folder / f"{name}_world.py").write_text(text, "utf-8")
        refused(shell("sim", "run", "small", "--world", f"{name}_world:World"), name, said)


def test_a_broken_world_is_refused_by_the_command(shell: Terminal, plain: type) -> None:
    (shell.folder / "lame_world.py").write_text(
        "from plain_world import PlainWorld\n\nclass Lame(PlainWorld):\n    terms = None\n", "utf-8"
    )
    said = shell("sim", "run", "small", "--world", "lame_world:Lame", "--days", 1, "--seeds", 1)
    assert said.code == 1 and "Lame" in said.err and "terms" in said.err and "Traceback" not in said.err


@pytest.mark.long
def test_the_creative_rules_are_measured_with_and_without(tmp_path: Path) -> None:
    run = Terminal(tmp_path)
    words = ("sim", "creatives", "--campaigns", 5, "--days", 2, "--seeds", "2", "--spread", 0.5)
    rows = {r["arm"]: r for r in run.done(*words, "--json").tree}
    assert len(rows) == 6 and rows["never retire"]["over_never"] is None and rows["never retire"]["retired"] == 0
    gain = rows["R-RETIRE + R-RELAY"]["over_never"]
    assert gain["low"] <= gain["value"] <= gain["high"] and rows["R-RETIRE + R-RELAY"]["added"] > 0
    assert "从不下架" in run.done(*words, "--weekly", "--lang", "zh").out
    assert run("sim", "creatives", "--campaigns", 2).code == 2
