"""An operator's folder: a configuration, a ledger, and commands run in it as a shell would run them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bidctl.cli import main
from sim.emulator import Running, running
from sim.order_book import OrderBook
from sim.scenario import shipped
from sim.world import MarketWorld

KEY = Fernet.generate_key().decode()
CONFIG = """\
[platform]
base_url = "{url}"
app_id = "1700000000000001"
app_secret = "demo"
limits = "off"
clock = "emulator"

[stoploss]
spend_without_orders = "off"
loss_of_day = "off"
"""


SHOP = """
[shop]
base_url = "{url}"
app_key = "7000000000000000001"
app_secret = "00000000-test-secret"
shop_id = "1234567"
limits = "off"
"""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def tree(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def trees(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Terminal:
    """Runs commands in one folder, with nothing of this machine's BIDCTL_* variables."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder, self.environ = folder, {"BIDCTL_SECRET_KEY": KEY, "BIDCTL_LANG": "en", **environ}

    def __call__(self, *words: object, **environ: str) -> Said:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        here, spoken = _place(self.folder, {**self.environ, **environ}), _words(words)
        with here, spoken, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as leaving:
                code = leaving.code if isinstance(leaving.code, int) else 1
        return Said(code, out.getvalue(), err.getvalue())

    def done(self, *words: object, **environ: str) -> Said:
        """A command that must succeed."""
        said = self(*words, **environ)
        assert said.code == 0, said
        return said


@contextlib.contextmanager
def _place(folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    before, variables = Path.cwd(), dict(os.environ)
    for name in [n for n in os.environ if n.startswith("BIDCTL_")]:
        del os.environ[name]
    os.environ.update(environ)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(variables)


@contextlib.contextmanager
def _words(words: tuple[object, ...]) -> Iterator[None]:
    before = sys.argv
    sys.argv = ["bidctl", *(str(w) for w in words)]
    try:
        yield
    finally:
        sys.argv = before


@dataclass(frozen=True)
class Office:
    """A terminal beside an emulated platform in stepped time."""

    run: Terminal
    platform: Running
    journal: Path

    @property
    def account(self) -> str:
        return str(self.config["accounts"][0]["id"])

    @property
    def config(self) -> Any:
        return self.platform.control("GET", "config")

    @property
    def campaigns(self) -> list[Any]:
        """Those an operator would enrol."""
        return [c for c in self.config["campaigns"] if c["enrol"]]

    def advance(self, **span: float) -> datetime:
        """Let the platform's time pass: `minutes=30`."""
        seconds = 60 * span.get("minutes", 0.0) + 3600 * span.get("hours", 0.0)
        told: Any = self.platform.control("POST", "advance", {"seconds": seconds})
        return datetime.fromisoformat(told["now"])

    def written(self) -> list[Any]:
        """The platform's journal of write attempts by an app."""
        lines: Any = self.platform.control("GET", "journal")
        return [line for line in lines if line.get("actor") == "api"]

    def enrol_all(self) -> None:
        """Authorise, and enrol every campaign as its hint says, the prior confirmed."""
        self.run.done("connect", "--code", "auth-code-1")
        for c in self.campaigns:
            hint = c["enrol"]
            self.run.done(
                "enrol", "--account", c["account"], "--campaign", c["id"], "--goal", hint["goal"], "--margin", hint["margin"],
                "--intent", hint["intent"], "--side", hint["side"], "--confirm-prior",
            )  # fmt: skip

    def tick(self, mode: str) -> list[Any]:
        """One tick; its reports, one an account."""
        return self.run.done("run", "--mode", mode, "--once", "--json").trees


@contextlib.contextmanager
def office(
    folder: Path, scenario: str = "fault", seed: int = 1, history_days: int | None = None, *, shop: bool = False
) -> Iterator[Office]:
    """An office over a fresh emulator, whose history is the scenario's where none is said; with `shop` it sells its orders too."""
    journal, book = folder / "journal.jsonl", OrderBook() if shop else None
    world = MarketWorld.with_history(shipped(scenario), seed, history_days, order_book=book)
    with running(world, journal_path=journal) as platform:
        config = CONFIG + (SHOP if shop else "")
        (folder / "bidctl.toml").write_text(config.format(url=platform.url), "utf-8")
        yield Office(Terminal(folder), platform, journal)
