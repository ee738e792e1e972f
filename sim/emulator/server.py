"""An emulated platform that listens: for good (`serve`), or for the length of a test (`running`)."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.emulator.clock import VirtualClock
from sim.emulator.control import PREFIX, Control
from sim.emulator.http import Connection
from sim.emulator.journal import Journal
from sim.emulator.routes import Reply, Request, Router
from sim.emulator.service import Service
from sim.seam import World

HOST = "127.0.0.1"
TICK_S = 0.5
"""How often, in real seconds, time is followed while nobody calls, so that people's edits reach the journal."""
PLATFORMS = ("qianchuan",)


class Emulator:
    """One emulated Qianchuan over a world."""

    def __init__(self, world: World, *, speed: float = 0.0, journal_path: Path | None = None) -> None:
        self.service = Service(world, VirtualClock(world.now, speed), Journal(journal_path))
        self.router = Router(self.service)
        self.control = Control(self.router)

    def answer(self, request: Request) -> Reply:
        """Any request: the platform's, or a control call."""
        return self.control.answer(request) if request.target.startswith(PREFIX) else self.router.answer(request)

    async def listen(self, port: int = 0) -> asyncio.Server:
        """Listen on loopback; port 0 = any free one."""
        loop = asyncio.get_running_loop()
        service = self.service
        return await loop.create_server(lambda: Connection(self.answer, service.clock.now, service.stamp), HOST, port)

    async def follow_time(self) -> None:
        """Settle now and then for as long as time runs by itself."""
        while self.service.clock.speed:
            await asyncio.sleep(TICK_S)
            self.router.editor.settle()

    def close(self) -> None:
        self.service.journal.close()


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def serve(
    world: World,
    *,
    platform: str = "qianchuan",
    port: int = 0,
    speed: float = 1.0,
    stepped: bool = False,
    journal: Path | None = None,
    announce: Callable[[str], None],
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until cancelled (or `stop` is set). `announce` gets one line with the address once it listens. Raises ValueError
    for another platform, OSError where the port or the journal cannot be opened."""
    if platform not in PLATFORMS:
        raise ValueError(f"platform {platform!r}: expected one of {', '.join(PLATFORMS)}")
    emulator = Emulator(world, speed=0.0 if stepped else speed, journal_path=journal)
    try:
        server = await emulator.listen(port)
        announce(f"{platform} http://{HOST}:{port_of(server)}")
        async with server:
            follow = asyncio.create_task(emulator.follow_time())
            await (stop or asyncio.Event()).wait()
            follow.cancel()
    finally:
        emulator.close()


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
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(tree["error"])
        return tree


@contextlib.contextmanager
def running(
    world: World, *, stepped: bool = True, speed: float = 1.0, journal_path: Path | None = None, port: int = 0
) -> Iterator[Running]:
    """An emulator in a thread of its own with its own event loop, until the block ends."""
    emulator = Emulator(world, speed=0.0 if stepped else speed, journal_path=journal_path)
    started, found = threading.Event(), list[object]()

    async def main() -> None:
        stop = asyncio.Event()
        server = await emulator.listen(port)
        found.extend((port_of(server), asyncio.get_running_loop(), stop))
        started.set()
        async with server:
            follow = asyncio.create_task(emulator.follow_time())
            await stop.wait()
            follow.cancel()
            await asyncio.sleep(0)

    def run() -> None:
        try:
            asyncio.run(main())
        except OSError as error:
            found.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="emulator", daemon=True)
    thread.start()
    started.wait()
    try:
        if isinstance(found[0], OSError):
            raise found[0]
        number, loop, stop = found[0], found[1], found[2]
        assert (
            isinstance(number, int) and isinstance(loop, asyncio.AbstractEventLoop) and isinstance(stop, asyncio.Event)
        )
        yield Running(f"http://{HOST}:{number}", number, emulator)
    finally:
        if len(found) == 3:
            loop.call_soon_threadsafe(stop.set)
        thread.join()
        emulator.close()
