"""`bidctl run` as real processes of their own: two on one database, one killed, a disk that is full or read-only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bidctl.audit import audit, lines_of, open_ledger
from tests.cli.office import KEY, Office, office

ROOT = Path(__file__).parents[2]
RUN = [sys.executable, "-m", "bidctl", "run", "--mode", "live"]
ENVIRON = {k: v for k, v in os.environ.items() if not k.startswith("BIDCTL_")} | {
    "BIDCTL_SECRET_KEY": KEY, "BIDCTL_LANG": "en", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
}  # fmt: skip
PATIENCE_S = 60.0

Process = subprocess.Popen[str]


@pytest.fixture
def due(tmp_path: Path) -> Iterator[Office]:
    """An office in which the next live tick edits; a dead process blocks it for five seconds."""
    with office(tmp_path) as made:
        with (tmp_path / "bidctl.toml").open("a", encoding="utf-8") as file:
            file.write("\n[run]\nlease_s = 5\n")
        made.enrol_all()
        made.platform.control("POST", "mark", {"mark": "run", "data": {"app_id": "1700000000000001", "mode": "live"}})
        ids = [c["id"] for c in made.campaigns]
        made.platform.control("POST", "mark", {"mark": "enrol", "data": {"campaigns": ids}})
        made.advance(hours=2)
        yield made


@pytest.fixture
def begin(due: Office) -> Iterator[Callable[..., Process]]:
    """Starts `bidctl run --mode live`; whatever still runs at the end is killed."""
    started: list[Process] = []

    def start(*words: str) -> Process:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen([*RUN, *words], cwd=due.run.folder, env=ENVIRON, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(what: Callable[[], object]) -> None:
    """Wait for it; raises AssertionError when patience ends."""
    limit = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.05)


def clean(desk: Office) -> None:
    report = audit(lines_of(desk.journal), open_ledger(desk.run.folder / "bidctl.db"))
    assert report.clean, report.to_json()
    ours = [w["decision"] for w in desk.written()]
    assert ours and len(set(ours)) == len(ours)


def test_a_second_process_refuses_while_one_is_at_work(due: Office, begin: Callable[..., Process]) -> None:
    first = begin()
    until(due.written)
    written = due.written()
    second = begin("--once")
    out, err = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 3 and out == ""
    assert "another process is at work" in err and len(err.splitlines()) == 1
    dry = due.run("run", "--mode", "dry", "--once")
    assert dry.code == 3, "a dry run shares the lease: it would read the same platform at the same pace"
    assert due.written() == written and first.poll() is None
    first.send_signal(signal.SIGTERM)
    _, err = first.communicate(timeout=PATIENCE_S)
    said = [
        line for line in err.splitlines() if not line.startswith("reading history")
    ]  # its first read shows progress
    assert first.returncode == 0 and said == []
    assert begin("--once").wait(PATIENCE_S) == 0, "the lease was given back at once"
    clean(due)


def test_a_demo_that_is_told_to_stop_leaves_no_emulator_behind(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "bidctl", "demo", "--out", "out"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    demo = subprocess.Popen(words, cwd=tmp_path, env=ENVIRON, text=True, **pipes)
    until(lambda: children(demo.pid))
    (emulator,) = children(demo.pid)
    demo.send_signal(signal.SIGTERM)
    _, err = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 130 and err.strip().splitlines()[-1] == "bidctl: stopped"
    until(lambda: not Path(f"/proc/{emulator}").exists())


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()


@pytest.mark.parametrize("words", [["--help"], ["status"], ["status", "--json"]])
def test_an_output_that_is_full_is_no_mistake_of_the_programs(tmp_path: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        said = subprocess.run(
            [sys.executable, "-m", "bidctl", *words],
            cwd=tmp_path,
            env=ENVIRON,
            text=True,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert said.returncode == 1 and "No space left" in said.stderr and "bug" not in said.stderr
    assert len(said.stderr.splitlines()) == 1 and not list(tmp_path.glob("*.log"))


@pytest.mark.long
def test_a_second_process_stands_by_and_takes_over_from_a_dead_one(due: Office, begin: Callable[..., Process]) -> None:
    first = begin()
    until(due.written)
    second = begin("--standby", "--once")
    assert second.stdout is not None and "standing by" in second.stdout.readline()
    first.kill()
    died = time.monotonic()
    due.advance(hours=2)
    assert second.wait(PATIENCE_S) == 0
    assert time.monotonic() - died > 1, "it waited until the dead one's lease ran out"
    clean(due)


@pytest.mark.long
def test_of_many_started_at_once_one_writes(due: Office, begin: Callable[..., Process]) -> None:
    all_of_them = [begin("--once") for _ in range(4)]
    codes = sorted(p.wait(PATIENCE_S) for p in all_of_them)
    assert codes[0] == 0 and set(codes) <= {0, 3}
    clean(due)
    per_campaign = [w["campaign"] for w in due.written() if w["outcome"] == "applied"]
    assert len(set(per_campaign)) == len(per_campaign), "one edit a campaign"


@pytest.mark.long
@pytest.mark.parametrize("tenths", range(6, 18, 2))
def test_killed_at_any_moment_it_recovers(due: Office, begin: Callable[..., Process], tenths: int) -> None:
    victim = begin("--once")
    time.sleep(tenths / 10)
    victim.kill()
    victim.wait(PATIENCE_S)
    for minutes in (3, 31, 31):
        due.advance(minutes=minutes)
        assert begin("--once", "--standby").wait(PATIENCE_S) == 0
    clean(due)


def namespace(script: str, desk: Office, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script with mounts of its own; `$RUN` is the command. Skips where the machine forbids that."""
    prefix = ["unshare", "--user", "--map-root-user", "--mount"]
    probe = [*prefix, "mount", "-t", "tmpfs", "none", str(folder)]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no mounts of one's own")
    environ = ENVIRON | {"RUN": " ".join([*RUN, "--once"]), "BIDCTL_STORE__URL": f"sqlite:///{folder}/bidctl.db"}
    return subprocess.run(
        [*prefix, "sh", "-ec", script, "sh", str(desk.run.folder / "bidctl.db"), str(folder)],
        cwd=desk.run.folder, env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


FULL = """mount -t tmpfs -o size=2m none "$2"; cp "$1" "$2/bidctl.db"
head -c 3m /dev/zero > "$2/fill" 2> /dev/null || true
exec $RUN"""
READ_ONLY = """cp "$1" "$2/bidctl.db"; mount --bind "$2" "$2"; mount -o remount,ro,bind "$2"; exec $RUN"""


@pytest.mark.long
@pytest.mark.parametrize(("script", "said"), [(FULL, "full"), (READ_ONLY, "writable")], ids=["full", "read-only"])
def test_without_a_disk_nothing_is_sent(due: Office, tmp_path: Path, script: str, said: str) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    done = namespace(script, due, place)
    assert done.returncode == 1, done
    assert len(done.stderr.splitlines()) == 1 and said in done.stderr, done.stderr
    assert due.written() == []
