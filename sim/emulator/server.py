"""An emulated platform that listens: for good (`serve`), or for the length of a test (`running`)."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.emulator.clock import VirtualClock
from sim.emulator.control import PREFIX, Control
from sim.emulator.doudian.routes import PATHS, Shop
from sim.emulator.http import Connection
from sim.emulator.journal import Journal
from sim.emulator.routes import Reply, Request, Router
from sim.emulator.service import Service
from sim.order_book import OrderBook
from sim.scenario import load, shipped
from sim.seam import PlatformWorld
from sim.world import MarketWorld

HOST = "127.0.0.1"
TICK_S = 0.5
"""How often, in real seconds, time is followed while nobody calls, so that people's edits reach the journal."""
PLATFORMS = ("qianchuan",)


class Emulator:
    """One emulated Qianchuan over a world, and beside it the shop, where the world keeps its orders."""

    def __init__(self, world: PlatformWorld, *, speed: float = 0.0, journal_path: Path | None = None) -> None:
        self.service = Service(world, VirtualClock(world.now, speed), Journal(journal_path))
        self.router = Router(self.service)
        self.shop = Shop(self.service, self.router.editor.settle)
        self.control = Control(self.router, self.shop)
        self._connections: weakref.WeakSet[Connection] = weakref.WeakSet()

    def answer(self, request: Request) -> Reply:
        """Any request: the ads platform's, its shop's, or a control call."""
        if request.target.startswith(PREFIX):
            return self.control.answer(request)
        answers = self.shop if request.target.partition("?")[0] in PATHS else self.router
        return answers.answer(request)

    async def listen(self, port: int = 0) -> asyncio.Server:
        """Listen on loopback; port 0 = any free one."""
        loop = asyncio.get_running_loop()
        service = self.service

        def connect() -> Connection:
            connection = Connection(self.answer, service.clock.now, service.stamp)
            self._connections.add(connection)
            return connection

        return await loop.create_server(connect, HOST, port)

    def drop_connections(self) -> None:
        """Close every client connection."""
        for connection in list(self._connections):
            connection.close()

    async def follow_time(self) -> None:
        """Settle now and then for as long as time runs by itself."""
        while True:
            await asyncio.sleep(TICK_S)
            if self.service.clock.speed:
                self.router.editor.settle()

    def close(self) -> None:
        self.service.journal.close()


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def serve(
    *,
    platform: str = "qianchuan",
    port: int = 0,
    scenario: str = "small",
    seed: int = 1,
    speed: float = 1.0,
    journal: Path | None = None,
    stepped: bool = False,
    announce: Callable[[str], None],
    stop: asyncio.Event | None = None,
) -> None:
    """Serve a scenario (a shipped name, or a path to a TOML file) until cancelled or `stop` is set; `announce` gets one line
    with the address once it listens. Raises ValueError (one line) for an unknown platform or scenario, OSError where the
    port or the journal cannot be opened."""
    if platform not in PLATFORMS:
        raise ValueError(f"platform {platform!r}: expected one of {', '.join(PLATFORMS)}")
    emulator = Emulator(world_of(scenario, seed), speed=0.0 if stepped else speed, journal_path=journal)
    try:
        server = await emulator.listen(port)
        announce(f"{platform} http://{HOST}:{port_of(server)}")
        async with server:
            follow = asyncio.create_task(emulator.follow_time())
            await (stop or asyncio.Event()).wait()
            follow.cancel()
            emulator.drop_connections()
    finally:
        emulator.close()


def world_of(scenario: str, seed: int) -> MarketWorld:
    """The world of a shipped scenario's name or a TOML file, its history run. Raises ScenarioError (one line)."""
    found = load(Path(scenario)) if scenario.endswith(".toml") else shipped(scenario)
    return MarketWorld.with_history(found, seed, order_book=OrderBook())


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs: its address, its parts, and its control calls."""

    url: str
    port: int
    emulator: Emulator

    def control(self, method: str, name: str, body: Mapping[str, object] | None = None) -> object:
        """A control call over HTTP: `control("POST", "advance", {"seconds": 60})`. Raises ValueError where it is refused."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request(method, PREFIX + name, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            tree = json.loads(answer.read())
            if name == "advance":  # the world follows its answer: who shares this process finds it at rest
                connection.request("GET", PREFIX + "clock")
                connection.getresponse().read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(tree["error"])
        return tree


class _Thread(threading.Thread):
    """Runs an emulator's event loop until told to stop."""

    def __init__(self, emulator: Emulator, port: int) -> None:
        super().__init__(name="emulator", daemon=True)
        self._emulator, self.port = emulator, port
        self._listening, self._error = threading.Event(), list[OSError]()
        self._end: Callable[[], object] = lambda: None

    def begin(self) -> None:
        """Start, and wait until it listens. Raises OSError where it cannot."""
        self.start()
        self._listening.wait()
        if self._error:
            raise self._error[0]

    def finish(self) -> None:
        self._end()
        self.join()

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._error.append(error)
            self._listening.set()

    async def _serve(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        server = await self._emulator.listen(self.port)
        self.port, self._end = port_of(server), lambda: loop.call_soon_threadsafe(stop.set)
        self._listening.set()
        async with server:
            follow = asyncio.create_task(self._emulator.follow_time())
            await stop.wait()
            follow.cancel()
            self._emulator.drop_connections()
            await asyncio.sleep(0)


@contextlib.contextmanager
def running(
    world: PlatformWorld, *, stepped: bool = True, speed: float = 1.0, journal_path: Path | None = None, port: int = 0
) -> Iterator[Running]:
    """An emulator in a thread of its own with its own event loop, until the block ends. `port` 0 = any free one."""
    emulator = Emulator(world, speed=0.0 if stepped else speed, journal_path=journal_path)
    thread = _Thread(emulator, port)
    try:
        thread.begin()
        yield Running(f"http://{HOST}:{thread.port}", thread.port, emulator)
    finally:
        if thread.is_alive():
            thread.finish()
        emulator.close()
