"""The README tried as a reader would: every sh block in order in one shell, every console line at least parsed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from bidctl.cli import COMMANDS, cli

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.zh-CN.md"]


def blocks(name: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", (ROOT / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def warm_bidctl(folder: Path) -> Iterator[Path]:
    """A folder with a `bidctl` that starts at once."""
    socket_at, program = folder / "s", folder / "bin" / "bidctl"
    program.parent.mkdir()
    warm = ROOT / "tests" / "docs" / "warm.py"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{warm}" call "{socket_at}" "$@"\n', "utf-8")
    program.chmod(0o755)
    server = subprocess.Popen([sys.executable, str(warm), "serve", str(socket_at)], start_new_session=True)
    try:
        while not socket_at.exists():
            assert server.poll() is None
            time.sleep(0.05)
        yield program.parent
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the README's blocks need bash and curl"
)
def test_every_block_runs_in_order(tmp_path: Path) -> None:
    told = "\n".join(f'echo "--- block {i}"\n{block}' for i, block in enumerate(blocks("README.md", "sh")))
    script = f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n{told}".replace("8765", str(free_port()))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BIDCTL_")}
    with warm_bidctl(tmp_path) as folder:
        environ = {**clean, "PATH": f"{folder}:{Path(sys.executable).parent}:{clean['PATH']}"}
        place = tmp_path / "here"
        place.mkdir()
        with (tmp_path / "said").open("wb") as output:  # a pipe would stay open as long as the emulator lives
            done = subprocess.run(
                ["bash", "-c", script], cwd=place, env=environ, stdout=output, stderr=output, timeout=100, check=False
            )
    said = (tmp_path / "said").read_text("utf-8")
    assert done.returncode == 0, said[-4000:]
    assert "Traceback" not in said and (place / "monday.db").exists()
    lines = (place / "platform.jsonl").read_text("utf-8").splitlines()
    assert any(json.loads(line).get("actor") == "api" for line in lines), "nothing was edited on the way"


def test_the_chinese_readme_shows_the_same_blocks() -> None:
    plain = [
        block.replace("=en", "=zh").replace(" --lang en", "").replace("refused by a rule", "规则不允许")
        for block in blocks("README.md", "sh")
    ]
    assert blocks("README.zh-CN.md", "sh") == plain
    assert blocks("README.zh-CN.md", "console") == blocks("README.md", "console")


@pytest.mark.parametrize("name", READMES)
def test_console_lines_are_commands_of_ours(name: str) -> None:
    lines = [line.removeprefix("$ ") for block in blocks(name, "console") for line in block.splitlines()]
    ours = [shlex.split(line) for line in lines if line.startswith("bidctl ")]
    assert ours
    for _, command, *words in ours:
        found = cli.get_command(click.Context(cli), command)
        assert found is not None, command
        found.make_context(command, list(words))


@pytest.mark.parametrize("name", READMES)
def test_every_command_has_an_example(name: str) -> None:
    text = "\n".join([*blocks(name, "sh"), *blocks(name, "console")])
    missing = [c for c in COMMANDS if not re.search(rf"\bbidctl {c}\b", text)]
    assert not missing


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_stand_on_top_and_every_verb_exists(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    first = [line.split("#")[0].strip() for line in text.splitlines() if line.startswith("    make ")]
    assert first == ["make demo", "make test"] and text.index("make test") < 400
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", text)) <= targets
    recipe = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^demo:.*\n\t@\.venv/bin/bidctl demo$", recipe, re.MULTILINE)
    assert re.search(r"^test:.*\n\t@\.venv/bin/pytest .*-m \"not long\"$", recipe, re.MULTILINE)


def test_the_gate_of_main_begins_with_the_readmes_test_command() -> None:
    verbs = [line for line in (ROOT / ".ci/run").read_text("utf-8").splitlines() if line.startswith("make ")]
    assert verbs[0] == "make test" and "make check" in verbs and "make long" in verbs
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize("name", [*READMES, *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target
