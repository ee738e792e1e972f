"""A nursery of real processes: it warms up once, then forks emulators and `bidctl` programs, each of which can be told to
die, stop, be asked to end, or lose its disk at a named commit or request. A program of its own, because only a process
without threads may fork safely; it takes orders as JSON lines and answers as JSON lines.

A step has a name that is the same in every run: `commit engine.gate._check 1 before`, `POST .../update/ 1 sent`. The names
come from the program as it runs: every commit of every connection, every request at three places (before it leaves, when
its last byte has left, when its answer has begun).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.engine.default import DefaultDialect

from bidctl import wiring
from bidctl.adapters.clock import SystemClock
from bidctl.cli import main as bidctl_main
from bidctl.config import load
from bidctl.domain.creatives import Spare
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Curation, Hold, Intent, Mode, Side
from bidctl.domain.writes import Write, WriteState
from bidctl.engine.gate import Gate
from bidctl.engine.recovery import Recovery
from bidctl.wiring.account import connect
from sim.emulator.server import Emulator, port_of, world_of

APP = "1700000000000001"
QUIET = ("contextlib", "sqlalchemy", "bidctl.adapters.store", "bidctl.engine.gate_parts")
"""Modules that no step is named after."""
WEAK = 3
"""Number of the creative that is made to earn little."""


class Hand:
    """Names the steps of this process, writes them to `out`, and acts at those it was told of (by name, or by number)."""

    def __init__(self, out: int, acts: Mapping[str, str]) -> None:
        self._out, self._acts = out, dict(acts)
        self._seen: Counter[str] = Counter()
        self._number = 0

    def begin(self, what: str) -> str:
        """The name of one more `what`."""
        self._seen[what] += 1
        return f"{what} {self._seen[what]}"

    def at(self, step: str) -> None:
        self._number += 1
        os.write(self._out, f"{step}\n".encode())
        for key in (step, str(self._number)):
            if key in self._acts:
                ACTS[self._acts.pop(key)]()


def disk_full() -> None:
    """From here on no file of this process takes another byte."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


ACTS: Mapping[str, Callable[[], object]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "term": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "int": lambda: os.kill(os.getpid(), signal.SIGINT),
    "full": disk_full,
}


def no_left_over() -> None:
    Recovery.drop_left_over = lambda self, account=None, why="": None  # type: ignore[method-assign]


def no_read_back() -> None:
    async def given_up(self: Recovery, write: Write) -> Write:
        return self._move(write, WriteState.ABSENT, "nobody looked")

    Recovery._read_back = given_up  # type: ignore[method-assign]


def no_deadline() -> None:
    Gate._late = lambda self, sending, latest: False  # type: ignore[method-assign]
    Gate._until = lambda self, sending, latest: inf  # type: ignore[method-assign]


WITHOUT: Mapping[str, Callable[[], None]] = {
    "": lambda: None, "left_over": no_left_over, "read_back": no_read_back, "deadline": no_deadline,
}  # fmt: skip
"""Safeties that can be taken out of a program."""


def watch_commits(hand: Hand) -> None:
    """Around every COMMIT that any connection sends."""
    commit = DefaultDialect.do_commit

    def watched(self: DefaultDialect, connection: Any) -> None:
        name = hand.begin(f"commit {_caller()}")
        hand.at(f"{name} before")
        commit(self, connection)
        hand.at(f"{name} after")

    DefaultDialect.do_commit = watched  # type: ignore[method-assign]


def watch_requests(hand: Hand) -> None:
    """Around every request that any client sends."""
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        name = hand.begin(f"{request.method} {request.url.path}")

        async def told(event: str, info: object) -> None:
            if event == "http11.send_request_body.complete":
                hand.at(f"{name} sent")

        request.extensions["trace"] = told
        hand.at(f"{name} before")
        response = await send(self, request)
        hand.at(f"{name} answered")
        return response

    httpx.AsyncHTTPTransport.handle_async_request = watched  # type: ignore[method-assign]


def _caller() -> str:
    frame = sys._getframe(2)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("bidctl.") and not module.startswith(QUIET):
            return f"{module.removeprefix('bidctl.')}.{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "unknown"


class Nursery:
    """Carries out orders. It holds an emulator that is not listening; every case forks it as it stands."""

    def __init__(self) -> None:
        self._emulator: Emulator | None = None
        self._running: dict[int, dict[str, int]] = {}

    def build(self, scenario: str, seed: int) -> object:
        self._emulator = Emulator(world_of(scenario, seed), speed=0.0)
        return {"now": self._emulator.service.clock.now()}

    def enrol(self, config: str) -> object:
        """Connect, enrol what the scenario says, mark both in the journal."""
        with self._listening() as url:
            settings = _settings(config, url)
            asyncio.run(connect(settings, "auth-code-1"))
            found = _control(url, "GET", "config")["campaigns"]
            with wiring.ledger(settings) as ledger, ledger.begin(durable=True) as t:
                for c in found:
                    if c["enrol"]:
                        t.enrol(_enrolment(c, wiring.clock(settings).now()))
            _control(url, "POST", "mark", {"mark": "run", "data": {"app_id": APP, "mode": "live"}})
            mine = [c["id"] for c in found if c["enrol"]]
            _control(url, "POST", "mark", {"mark": "enrol", "data": {"campaigns": mine}})
        return mine

    def curate(self, config: str, weak: list[int], spares: list[str]) -> object:
        """Targets are frozen. Of the campaigns at the places `weak` the creatives go into bidctl's hands, one of each from now on
        earns a tenth of what it did, and the first has `spares` in reserve: (campaign, creative) of each."""
        assert self._emulator is not None
        found = [self._emulator.service.campaigns[place] for place in weak]
        with self._listening() as url, wiring.ledger(_settings(config, url)) as ledger, ledger.begin(durable=True) as t:
            for given in t.enrolments():
                of, at = (given.account, given.campaign), given.enrolled_at
                t.set_hold(*of, Hold.TARGETS, "me", at)
                if given.campaign in [str(c.id) for c in found]:
                    t.enrol(replace(given, creatives=Curation.ACT))
                if given.campaign == str(found[0].id):
                    t.add_spares([Spare(*of, name, "me", at) for name in spares])
        for campaign in found:
            campaign.materials[WEAK].rate = 0.1
        return [(str(c.id), str(c.materials[WEAK].id)) for c in found]

    def ticks(self, config: str, hours: float, every_s: float) -> object:
        """Live ticks of one session over so many virtual hours; the targets that were set."""
        with self._listening() as url:
            return asyncio.run(_ticks(_settings(config, url), url, hours, every_s))

    def emulate(self, speed: float = 0.0) -> object:
        """Fork the emulator as it stands; pid and address of the copy."""
        told, tell = os.pipe()
        pid = _fork()
        if pid == 0:
            os.close(told)
            assert self._emulator is not None
            self._emulator.service.clock.run_at(speed)
            asyncio.run(_serve(self._emulator, lambda url: os.write(tell, f"{url}\n".encode())))
            os._exit(0)
        os.close(tell)
        with os.fdopen(told) as line:
            return {"pid": pid, "url": line.readline().strip()}

    def start(self, words: list[str], acts: dict[str, str], ahead_s: float, without: str) -> object:
        """Fork `bidctl WORDS`. `ahead_s`: how far its machine's clock is ahead of ours (a start that much later). `without`:
        a safety that is taken out, to see whether the judge notices."""
        pipes = {name: os.pipe() for name in ("out", "err", "steps")}
        pid = _fork()
        if pid == 0:
            for name, number in (("out", 1), ("err", 2)):
                os.dup2(pipes[name][1], number)
            WITHOUT[without]()
            _become_bidctl(words, Hand(pipes["steps"][1], acts), ahead_s)
        for _, end in pipes.values():
            os.close(end)
        self._running[pid] = {name: end for name, (end, _) in pipes.items()}
        return {"pid": pid}

    def wait(self, pid: int, seconds: float = 60.0) -> object:
        """Wait until it ends (or stops); how it ended, what it said, its steps."""
        ends = self._running.get(pid, {})
        texts = dict.fromkeys(ends, b"")
        limit, status = time.monotonic() + seconds, None
        while status is None:
            assert time.monotonic() < limit, f"process {pid} still runs after {seconds} s"
            done, found = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
            ready, _, _ = select.select(list(ends.values()), [], [], 0.0 if done else 0.01)
            for name, end in ends.items():
                texts[name] += os.read(end, 1 << 20) if end in ready else b""
            status = found if done else None
        for name, end in ends.items():
            while select.select([end], [], [], 0)[0] and (more := os.read(end, 1 << 20)):
                texts[name] += more
        stopped = os.WIFSTOPPED(status)
        if not stopped:
            for end in self._running.pop(pid, {}).values():
                os.close(end)
        code = None if stopped else os.waitstatus_to_exitcode(status)
        return {"code": code, "stopped": stopped, **{k: v.decode(errors="replace") for k, v in texts.items()}}

    def signal(self, pid: int, number: int) -> object:
        os.kill(pid, number)
        return {}

    @contextlib.contextmanager
    def _listening(self) -> Iterator[str]:
        """The emulator itself listens, in a thread that is gone afterwards."""
        assert self._emulator is not None
        ready, urls, ends = threading.Event(), list[str](), list[Callable[[], object]]()

        def told(url: str) -> None:
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            assert task is not None
            urls.append(url)
            ends.append(lambda: loop.call_soon_threadsafe(task.cancel))
            ready.set()

        def run(emulator: Emulator) -> None:
            with contextlib.suppress(asyncio.CancelledError):
                asyncio.run(_serve(emulator, told))

        thread = threading.Thread(target=run, args=(self._emulator,))
        thread.start()
        ready.wait()
        try:
            yield urls[0]
        finally:
            ends[0]()
            thread.join()


def _fork() -> int:
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlive the nursery
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1):
            os.dup2(null, number)
    return pid


async def _serve(emulator: Emulator, announce: Callable[[str], object]) -> None:
    server = await emulator.listen()
    announce(f"http://127.0.0.1:{port_of(server)}")
    async with server:
        try:
            await emulator.follow_time()
        finally:
            emulator.drop_connections()


def _become_bidctl(words: list[str], hand: Hand, ahead_s: float) -> None:
    code = 70
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    try:
        if ahead_s:
            SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds=ahead_s)  # type: ignore[method-assign]
        watch_commits(hand)
        watch_requests(hand)
        sys.argv = ["bidctl", *words]
        bidctl_main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _settings(config: str, url: str) -> Any:
    return load(Path(config), os.environ | {"BIDCTL_PLATFORM__BASE_URL": url})


def _enrolment(found: Mapping[str, Any], now: datetime) -> Enrolment:
    hint = found["enrol"]
    return Enrolment(
        AccountId(found["account"]), CampaignId(found["id"]), Side[hint["side"].upper()], Intent[hint["intent"].upper()],
        hint["goal"], Basis.PROJECTED, Economics(margin=hint["margin"]), Prior(confirmed=True), stoploss_set=True,
        enrolled_at=now,
    )  # fmt: skip


async def _ticks(settings: Any, url: str, hours: float, every_s: float) -> list[list[str]]:
    made = []
    async with wiring.parts(settings, Mode.LIVE) as parts:
        session = wiring.session(parts)
        await session.open()
        for _ in range(round(hours * 3600 / every_s)):
            now = await asyncio.to_thread(_control, url, "POST", "advance", {"seconds": every_s})
            parts.clock.jump(datetime.fromisoformat(now["now"]))  # type: ignore[attr-defined]
            for report in await session.tick():
                made += [[w.request.campaign, w.request.value, w.state.value] for w in report.writes]
        await session.close()
    return made


def _control(url: str, method: str, name: str, body: object = None) -> Any:
    answer = httpx.request(method, f"{url}/_emulator/{name}", json=body, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def main() -> None:
    """Orders in, answers out, until the input ends."""
    orders, answers = sys.stdin, os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    nursery = Nursery()
    for line in orders:
        order = json.loads(line)
        try:
            answer = {"answer": getattr(nursery, order.pop("do"))(**order)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
