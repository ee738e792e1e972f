"""How fast the simulated market runs on one core, beside public simulators, and how many requests a second its emulator answers."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.rig import Emulated, cpu_of
from sim.scenario import Balance, Creatives, Reporting, Scenario, Stock, shipped
from sim.shocks import Shocks
from sim.world import MarketWorld

DAY, HOUR = 86400, 3600
POLICIES, REPEATS = 3, 3
HOURS, CALLS, AT_ONCE = 24, 3000, 8

# campaign-hours a second of one core, or what comes nearest to one: research note of the project, sections 1.1 and 4.3
PUBLIC = {
    "AuctionNet, 48 agents live (campaign-half-hours)": 58,
    "BAT bidding loop, TA-PID": 384,
    "AdCraft, 100 keywords (keyword-days)": 950,
    "RTBGym (steps of one campaign)": 4_000,
    "RecoGym (bandit steps)": 9_200,
    "plain Python with `random`": 92_000,
    "numpy loop of 11 draws, 1,000 campaigns": 2_880_000,
    "numba loop of 11 draws, SFC64": 4_970_000,
}


def base(count: int, **changes: object) -> Scenario:
    """The base class with `count` campaigns and targets at their best, which stay."""
    scenario = shipped("base60")
    group = replace(scenario.group[0], count=count, start_offset=(0.0, 0.0))
    return replace(scenario, group=(group,), history_days=0, **changes)  # type: ignore[arg-type]


def everything(count: int) -> Scenario:
    """All that a scenario can switch on."""
    return base(
        count,
        creatives=Creatives(count=8),
        stock=Stock(cover_days=(10, 60)),
        balance=Balance(day_yuan=1e7),
        reporting=Reporting(delay_hours=2, late_share=0.1, missing_share=0.01),
        promotion=shipped("big-sale").promotion,
    )


def rates(scenario: Scenario, days: int, hop: int = DAY) -> tuple[float, float]:
    """Campaign-hours per CPU second of the first world on its shocks and of a further one, side by side; median of some seeds."""
    found = [_rates(scenario, seed, days, hop) for seed in range(1, REPEATS + 1)]
    return statistics.median(f for f, _ in found), statistics.median(m for _, m in found)


def _rates(scenario: Scenario, seed: int, days: int, hop: int) -> tuple[float, float]:
    shocks = Shocks(seed)
    worlds = [MarketWorld(scenario, seed, shocks) for _ in range(POLICIES)]
    spent = np.zeros(POLICIES)
    for _ in range(days * DAY // hop):
        for k, world in enumerate(worlds):
            began = time.process_time()
            world.advance(world.now + hop)
            spent[k] += time.process_time() - began
    hours = len(worlds[0].specs) * days * 24
    return hours / spent[0], hours / spent[1:].mean()


def loop_rate(n: int = 1000, hours: int = 300) -> float:
    """Campaign-hours per CPU second of a plain numpy loop with 11 draws each: what this machine can do right now."""
    g = np.random.Generator(np.random.SFC64(1))
    z, level = np.empty((3, n)), np.full(n, 50.0)
    began = time.process_time()
    for _ in range(hours):
        g.standard_normal(out=z)
        spend = level * np.exp(0.1 * z[0]) * g.standard_gamma(8.0, n) / 8
        clicks, orders, lost = g.poisson(spend / 4), g.poisson(np.minimum(spend / 20, 5.0)), g.poisson(0.3, n)
        value, other = g.standard_gamma(orders + 1.0), g.standard_gamma(clicks + 1.0)
        back, wait = g.binomial(orders + 1, 0.2), g.standard_exponential(n)
        level = 0.9 * level + 5 * np.exp(0.05 * z[1]) + 0 * (lost + value + other + back + wait)
    return n * hours / (time.process_time() - began)


def busy_rate() -> float:
    """Campaign-hours per CPU second of a day at steps of five minutes, as an emulator takes them."""
    world = MarketWorld.with_history(shipped("busy"), 1, days=1)
    began = time.process_time()
    for _ in range(HOURS * 12):
        world.advance(world.now + 300)
    return len(world.specs) * HOURS / (time.process_time() - began)


def print_worlds() -> None:
    """Rates of the world and their ratios."""
    loop = loop_rate()
    print(
        f"a plain numpy loop of 11 draws, 1,000 campaigns, just now: {loop / 1e6:.2f} M campaign-hours per CPU second"
    )
    first = 0.0
    for name, scenario, days, hop in (
        ("base60, 1,000 campaigns, by days", base(1000), 32, DAY),
        ("base60, 10,000 campaigns, by days", base(10_000), 16, DAY),
        ("base60, 1,000 campaigns, by 4 hours", base(1000), 16, 4 * HOUR),
        ("base60, 1,000 campaigns, by hours", base(1000), 16, HOUR),
        ("everything on, 1,000 campaigns, by days", everything(1000), 16, DAY),
    ):
        one, more = rates(scenario, days, hop)
        first = first or one
        print(
            f"{name}: first policy {one / 1e6:.2f} M campaign-hours per CPU second ({one / loop:.2f} of the loop), "
            f"each further one {more / 1e6:.2f} M ({more / loop:.2f})",
            flush=True,
        )
    print(f"busy, 10,000 campaigns at steps of 5 minutes: {busy_rate() / 1e6:.2f} M campaign-hours per CPU second")
    print("base60, first policy, over the rate of (steps of other kinds; published or measured elsewhere):")
    for name, rate in PUBLIC.items():
        print(f"  {name}: {first / rate:,.2f}" if first < 100 * rate else f"  {name}: {first / rate:,.0f}")


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


def print_emulator() -> None:
    """Requests a second of an emulator of the busy scenario."""
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
            found = asyncio.run(emulator_rates(emulated.url, emulated.pid, token, calls))
        finally:
            emulated.close()
    for name, per_second in found.items():
        print(f"emulator, {name}: {per_second:,.0f} answers per CPU second")


def main() -> None:
    """Print the world's rates, then the emulator's."""
    print_worlds()
    print_emulator()


if __name__ == "__main__":
    sys.exit(main())
