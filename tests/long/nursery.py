"""The test's end of the nursery: real `bidctl` processes against emulators, killed where told, judged afterwards."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bidctl.audit import audit, open_ledger
from bidctl.domain.reasons import Reason

ROOT = Path(__file__).parents[2]
MINUTE, HOUR = 60.0, 3600.0
OPEN = ("taken", "sending", "unknown")
FIRST_TURN = "commit engine.gate._take 1 before"
SATISFIED = "2"
"""Last digit of the campaign that comes to stand where it should: it may have no wish for more."""
TOKENS = ("POST /open_api/oauth2/refresh_token/", "commit adapters.openapi.keeper.")
NO_WISH = (Reason.WITHIN_BAND, Reason.THIN_EVIDENCE)
"""An outcome that was unknown counts as an edit: evidence starts over, and the wish may be gone an hour later."""
POST_TARGET = "POST /open_api/v1.0/qianchuan/uni_promotion/ad/roi2_goal/update/"


@dataclass(frozen=True)
class Ended:
    """How a process ended: exit code (negative: the signal that killed it), None while it is stopped."""

    code: int | None
    out: str
    err: str
    steps: tuple[str, ...] = field(repr=False)

    def said_one_line(self) -> bool:
        """What a person is told about a failure: one line, no traceback."""
        return len(self.err.strip().splitlines()) == 1 and "Traceback" not in self.err + self.out


class Nursery:
    """A nursery process, whose orders are its methods."""

    def __init__(self) -> None:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("BIDCTL_")}
        environ |= {"BIDCTL_SECRET_KEY": Fernet.generate_key().decode(), "PYTHONPATH": str(ROOT)}
        environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.environ = environ
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__).with_name("victim.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True, cwd=tempfile.gettempdir(),
        )  # fmt: skip

    def ask(self, do: str, **words: object) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline() or '{"error": "the nursery died"}')
        assert "error" not in told, told["error"]
        return told["answer"]

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


Copy = Callable[[Path], contextlib.AbstractContextManager[str]]
"""The address of a fresh copy of the stage's ledger, which may lie in the folder given."""


def file_copies(ledger: Path) -> Copy:
    """Copies of a SQLite file."""

    @contextlib.contextmanager
    def copied(folder: Path) -> Iterator[str]:
        shutil.copy(ledger, folder / "bidctl.db")
        yield f"sqlite:///{folder}/bidctl.db"

    return copied


@dataclass
class Stage:
    """A nursery in which an edit is due, and copies of the ledger that belongs to that moment. `steps`: of the next process."""

    nursery: Nursery
    folder: Path
    copies: Copy
    steps: tuple[str, ...] = field(default=(), repr=False)
    without: str = ""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextlib.contextmanager
    def case(self, speed: float = 0.0) -> Iterator[Case]:
        """A fresh copy of everything, half an hour after the stage's last tick."""
        place = self.folder / f"case{next(self._numbers)}"
        place.mkdir()
        found = self.nursery.ask("emulate", speed=speed)
        try:
            with self.copies(place) as store:
                case = Case(self.nursery, place, found["url"], store, self.without)
                case.advance(30 * MINUTE)
                yield case
        finally:
            self.nursery.ask("signal", pid=found["pid"], number=signal.SIGKILL)
            self.nursery.ask("wait", pid=found["pid"])
            shutil.rmtree(place, ignore_errors=True)


@dataclass
class Case:
    """One emulator, one database, and the processes that are run on them, each a little later than the one before."""

    nursery: Nursery
    folder: Path
    url: str
    store: str
    without: str = ""
    later_s: float = 0.0

    def start(self, acts: Mapping[str, str] | None = None, *words: str, ahead_s: float | None = None) -> int:
        """Begin `bidctl run --mode live --once` (or `words`); its pid."""
        self.later_s += 600.0
        config = write_config(self.folder, self.store, self.url)
        told = list(words) or ["run", "--mode", "live", "--once", "--json"]
        ahead = self.later_s if ahead_s is None else ahead_s
        all_words = [*told, "--config", str(config)]
        found = self.nursery.ask("start", words=all_words, acts=dict(acts or {}), ahead_s=ahead, without=self.without)
        return int(found["pid"])

    def wait(self, pid: int) -> Ended:
        told = self.nursery.ask("wait", pid=pid)
        return Ended(told["code"], told["out"], told["err"], tuple(told["steps"].splitlines()))

    def run(self, acts: Mapping[str, str] | None = None, *words: str, ahead_s: float | None = None) -> Ended:
        return self.wait(self.start(acts, *words, ahead_s=ahead_s))

    def signal(self, pid: int, number: int) -> None:
        self.nursery.ask("signal", pid=pid, number=number)

    def control(self, method: str, name: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_emulator/{name}", data, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)

    def advance(self, seconds: float) -> None:
        self.control("POST", "advance", {"seconds": seconds})

    def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "journal")
        return found

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the ledger, read by a driver that shares nothing with the program."""
        if not self.store.startswith("sqlite"):
            import psycopg

            with psycopg.connect(self.store.replace("+psycopg", "")) as connection:
                return connection.execute(statement.replace("?", "%s"), values).fetchall()  # type: ignore[arg-type]
        with contextlib.closing(sqlite3.connect(self.folder / "bidctl.db")) as connection:
            return connection.execute(statement, values).fetchall()

    def open_writes(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT campaign, state FROM writes WHERE state IN ('taken', 'sending', 'unknown')")

    def later(self, hours: int) -> list[Ended]:
        """A process every 31 minutes: each restarts, recovers, ticks and ends."""
        found = []
        for _ in range(2 * hours):
            self.advance(31 * MINUTE)
            found.append(self.run())
            assert found[-1].code == 0, found[-1]
        return found


def write_config(folder: Path, store: str, url: str, stoploss: str = '"off"') -> Path:
    file = folder / "bidctl.toml"
    file.write_text(f"""
[store]
url = "{store}"
[platform]
base_url = "{url}"
app_id = "1700000000000001"
app_secret = "secret"
limits = "off"
clock = "emulator"
[run]
tick_minutes = 10
kill_file = "{folder}/bidctl.kill"
lease_s = 60
[stoploss]
spend_without_orders = {stoploss}
loss_of_day = {stoploss}
""")
    return file


def worth_dying_at(steps: Sequence[str]) -> list[str]:
    """A read is killed while it is on the wire, a write and a commit at each place."""
    return [s for s in steps if not s.startswith("GET ") or s.endswith(" sent")]


def places(steps: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Where to die: before the first write takes its turn, while the authorisation is renewed (the stage is a day old, so that
    it is), and from the first turn on."""
    worth = worth_dying_at(steps)
    turn = worth.index(FIRST_TURN)
    tokens = [s for s in worth[:turn] if s.startswith(TOKENS)]
    return [s for s in worth[:turn] if s not in tokens], tokens, worth[turn:]


def edited(case: Case, since: int = 0) -> set[str]:
    """Campaigns whose target was set by us in the journal's lines from `since` on."""
    return {str(x["campaign"])[-1] for x in case.journal()[since:] if x.get("outcome") == "applied" and x.get("app_id")}


def recover(case: Case) -> None:
    """Restarted too early, then late enough, then a process every half hour; everything comes to its end, and every campaign
    can be edited again."""
    before = len(case.journal())
    for wait in (20.0, 2 * MINUTE):
        case.advance(wait)
        ended = case.run()
        assert ended.code == 0, ended
    case.later(2)
    judge(case)
    assert {"1", "3", "4", "5"} <= edited(case, before), "a campaign is stuck"
    reason = case.rows(
        "SELECT reason FROM decisions WHERE campaign LIKE ? ORDER BY at DESC, id LIMIT 1", f"%{SATISFIED}"
    )[0][0]
    assert SATISFIED in edited(case) or reason in NO_WISH, f"an edit was lost, held by {Reason(reason).name}"


@contextlib.contextmanager
def prepared(folder: Path, store: str = "", copies: Copy | None = None) -> Iterator[Stage]:
    """Connected, enrolled, a first live day behind it (R-BLAST), and at the next process an edit of several campaigns is due:
    what that process does, step by step, is `Stage.steps`."""
    with contextlib.closing(Nursery()) as nursery:
        stage, config = _enrolled(nursery, folder, store, copies)
        _first_day(nursery, config)
        _until_due(stage, config, 2)
        yield stage


@contextlib.contextmanager
def prepared_creatives(folder: Path, reserve: str) -> Iterator[tuple[Stage, list[tuple[str, str]]]]:
    """A day later: targets are frozen, the creatives of two campaigns in bidctl's hands, and their first look is due at the next
    process. Each (campaign, creative) is weak; the first of the campaigns has `reserve` in reserve."""
    with contextlib.closing(Nursery()) as nursery:
        stage, config = _enrolled(nursery, folder, "", None)
        _first_day(nursery, config)
        nursery.ask("ticks", config=config, hours=2.5, every_s=2.5 * HOUR)
        weak = nursery.ask("curate", config=config, weak=[0, 3], spares=[reserve])
        with stage.case() as case:
            ended = case.run()
            assert ended.code == 0, ended
        stage.steps = ended.steps
        yield stage, [(campaign, creative) for campaign, creative in weak]


@contextlib.contextmanager
def prepared_young(folder: Path) -> Iterator[Stage]:
    """The same an hour and a half after the beginning: one edit is due."""
    with contextlib.closing(Nursery()) as nursery:
        stage, config = _enrolled(nursery, folder, "", None)
        nursery.ask("ticks", config=config, hours=1.5, every_s=1.5 * HOUR)
        _until_due(stage, config, 1)
        yield stage


def _enrolled(nursery: Nursery, folder: Path, store: str, copies: Copy | None) -> tuple[Stage, str]:
    nursery.ask("build", scenario="fault", seed=1)
    config = str(write_config(folder, store or f"sqlite:///{folder}/bidctl.db", "http://127.0.0.1:1"))
    nursery.ask("enrol", config=config)
    return Stage(nursery, folder, copies or file_copies(folder / "bidctl.db")), config


def _first_day(nursery: Nursery, config: str) -> None:
    made = nursery.ask("ticks", config=config, hours=2, every_s=HOUR)
    made += nursery.ask("ticks", config=config, hours=21, every_s=7 * HOUR)
    assert any(state == "confirmed" for _, _, state in made), "no edit on the first live day"


def _until_due(stage: Stage, config: str, edits: int) -> None:
    for _ in range(48):
        with stage.case() as case:
            ended = case.run()
            assert ended.code == 0, ended
        stage.steps = ended.steps
        if sum(s.startswith(POST_TARGET) and s.endswith("sent") for s in ended.steps) >= edits:
            return
        stage.nursery.ask("ticks", config=config, hours=0.5, every_s=HOUR / 2)
    raise AssertionError(f"no tick with {edits} edits within a day")


def judge(case: Case) -> None:
    """The platform's journal is clean, and ledger and journal tell the same story; raises AssertionError."""
    journal = case.journal()
    sqlite_file = case.folder / "bidctl.db" if case.store.startswith("sqlite") else None
    report = audit([json.dumps(line) for line in journal], open_ledger(sqlite_file) if sqlite_file else None)
    assert report.clean, report.to_json()
    assert report.ours > 0
    assert case.open_writes() == []
    ours = [line for line in journal if line.get("app_id") == "1700000000000001"]
    sent = {line["decision"]: line["outcome"] for line in ours}
    assert len(sent) == len(ours), "a decision was sent twice"
    states = dict(case.rows("SELECT decision, state FROM writes"))
    for decision, outcome in sent.items():
        expected = {"confirmed"} if outcome == "applied" else {"refused", "put_off"}
        assert states.get(decision) in expected, f"{decision}: platform {outcome}, ledger {states.get(decision)}"
    unsent = {d: s for d, s in states.items() if d not in sent}
    assert set(unsent.values()) <= {"dropped", "put_off", "not_sent", "absent"}, unsent
    acting = case.rows("SELECT id FROM decisions WHERE field IS NOT NULL AND mode = 'live'")
    lost = [i for (i,) in acting if i not in states]
    assert not lost, f"decisions without an outcome: {lost}"
    assert not case.rows("SELECT id FROM writes WHERE state = 'dropped' AND why = ''")
