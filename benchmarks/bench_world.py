"""How fast the simulated market runs, and how many requests a second its emulator answers, each on one core."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rig import Emulated, cpu_of
from sim.scenario import shipped
from sim.world import MarketWorld

HOURS, CALLS, AT_ONCE = 24, 3000, 8


def world_rate(scenario: str) -> tuple[int, float]:
    """Campaigns, and campaign-hours per CPU second of a day's run at the scenario's own step."""
    world = MarketWorld.with_history(shipped(scenario), 1)
    began = time.process_time()
    world.advance(world.now + HOURS * 3600)
    return len(world.specs), len(world.specs) * HOURS / (time.process_time() - began)


async def emulator_rates(url: str, pid: int, token: str, calls: dict[str, str]) -> dict[str, float]:
    """Answers per CPU second of the emulator's process, by kind of request, several connections at once."""
    host, port = url.removeprefix("http://").split(":")
    return {name: await _rate(host, int(port), pid, token, target) for name, target in calls.items()}


async def _rate(host: str, port: int, pid: int, token: str, target: str) -> float:
    count = CALLS if "clock" in target else CALLS // 10
    began = cpu_of(pid)
    await asyncio.gather(*(_ask(host, port, token, target, count // AT_ONCE) for _ in range(AT_ONCE)))
    return count / max(0.01, cpu_of(pid) - began)


async def _ask(host: str, port: int, token: str, target: str, count: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for _ in range(count):
        writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccess-Token: {token}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(next(x for x in head.split("\r\n") if x.startswith("content-length")).split(":")[1])
        await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()


def main() -> None:
    """Print campaign-hours a second of the world, and requests a second of the emulator."""
    campaigns, rate = world_rate("busy")
    print(f"world, {campaigns:,} campaigns at steps of 5 minutes: {rate:,.0f} campaign-hours per CPU second")
    with tempfile.TemporaryDirectory() as place:
        emulated = Emulated("busy", Path(place) / "journal.jsonl")
        try:
            config = emulated.control("GET", "config")
            token = str(emulated.control("POST", "token", {"app_id": "1700000000000001"})["access_token"])
            one = config["campaigns"][0]  # type: ignore[index]
            account = one["account"]
            prefix = "/open_api/v1.0/qianchuan/uni_promotion"
            window = "start_time=2026-11-23%2000:00:00&end_time=2026-11-23%2023:59:59"
            listing = (
                f"{prefix}/list/?advertiser_id={account}&{window}&marketing_goal=VIDEO_PROM_GOODS&page=1&page_size=200"
                "&fields=%5B%22stat_cost%22%5D&filtering=%7B%22status%22%3A%22ALL%22%7D"
            )
            calls = {
                "clock (control)": "/_emulator/clock",
                "one plan": f"{prefix}/ad/detail/?advertiser_id={account}&ad_id={one['id']}",
                "page of 200 plans": listing,
            }
            rates = asyncio.run(emulator_rates(emulated.url, emulated.pid, token, calls))
        finally:
            emulated.close()
    for name, per_second in rates.items():
        print(f"emulator, {name}: {per_second:,.0f} answers per CPU second")


if __name__ == "__main__":
    sys.exit(main())
