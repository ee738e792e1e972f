"""The stage: an emulated platform in a process of its own, and its control calls."""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bidctl.demo.words import Say
from bidctl.problem import Problem

APP = "1700000000000001"


@dataclass(frozen=True, slots=True)
class Plan:
    """One campaign of the emulator, and how an operator would enrol it (`terms` None = would not)."""

    account: str
    campaign: str
    name: str
    live_account: str | None
    live: bool
    terms: Mapping[str, Any] | None

    @property
    def group(self) -> str:
        return str(self.terms["group"]) if self.terms else ""


class Stage:
    """Control calls of an emulator. It may still be starting: the first call waits for it, and raises Problem where it did
    not start."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.campaigns = 0
        """How many there were, ended ones too, when time was last moved."""

    @cached_property
    def url(self) -> str:
        """Where it listens."""
        assert self._process.stdout is not None and self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            said = self._process.stderr.read().strip().splitlines()
            raise Problem(Say.NO_EMULATOR(said=said[-1] if said else "-"))
        return str(json.loads(line)["url"])

    @cached_property
    def _line(self) -> HTTPConnection:
        line = HTTPConnection(self.url.removeprefix("http://"), timeout=60.0)
        weakref.finalize(self, line.close)
        return line

    def advance(self, seconds: float) -> datetime:
        """Move virtual time; the new now."""
        told = self._call("POST", "advance", {"seconds": seconds})
        self.campaigns = told["campaigns"]
        return datetime.fromisoformat(told["now"])

    def clock(self) -> datetime:
        return datetime.fromisoformat(self._call("GET", "clock")["now"])

    def speed(self, speed: float) -> datetime:
        """Let time run by itself (0 = stand still)."""
        return datetime.fromisoformat(self._call("POST", "speed", {"speed": speed})["now"])

    def mark(self, name: str, **data: object) -> None:
        self._call("POST", "mark", {"mark": name, "data": data})

    def human_edit(self, campaign: str, field: str, value: object, after_seconds: float = 0) -> None:
        self._call("POST", "human_edit",
                   {"campaign": campaign, "field": field, "value": value, "after_seconds": after_seconds})  # fmt: skip

    def fault(self, kind: str, path: str, count: int = 1) -> None:
        self._call(
            "POST", "faults", {"match": {"path": path, "method": "POST", "nth": 1}, "kind": kind, "count": count}
        )

    def faults(self) -> Any:
        """What was armed, and what fired."""
        return self._call("GET", "faults")

    def truth(self) -> list[dict[str, Any]]:
        """What the world knows of each campaign; money in fen."""
        return list(self._call("GET", "truth")["campaigns"])

    def plans(self) -> list[Plan]:
        return [
            Plan(c["account"], c["id"], c["name"], c["aweme_id"], c["goal"] == "live", c["enrol"])
            for c in self._call("GET", "config")["campaigns"]
            if not c["ended"]
        ]

    def _call(self, method: str, name: str, body: Mapping[str, object] | None = None) -> Any:
        self._line.request(method, f"/_emulator/{name}", None if body is None else json.dumps(body))
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status != HTTPStatus.OK:
            raise Problem(Say.REFUSED(call=name, said=said.decode(errors="replace")))
        return json.loads(said)


@contextmanager
def stage(scenario: str, seed: int, journal: Path) -> Iterator[Stage]:
    """An emulator of its own, stepped, for as long as the block lasts."""
    words = [sys.executable, "-m", "bidctl", "emulate", "qianchuan", "--scenario", scenario, "--seed", str(seed),
             "--stepped", "--journal", str(journal), "--json"]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield Stage(process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
