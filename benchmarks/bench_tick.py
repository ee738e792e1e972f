"""A tick of the whole installation: emulator in its own process, live parts over HTTP, SQLite, limits on in virtual time.

The first tick reads the history; then cohorts of 2 % of the campaigns move, one a tick. With `--later` a second installation
runs that many ticks ahead (17 virtual hours: the same minutes of the hour), and the two step in turn: what else the machine does
meets both alike, so that the median of their ratios tells whether a tick costs more later.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import re
import statistics
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.rig import Emulated, Rig, Tick, peak_mb

WARM = 13
"""Ticks before the first measured hour: a ledger edits nothing in its first 61 minutes, and the windows fill for two hours."""
HOUR = 6
CAMPAIGNS, ACCOUNTS = 10_000, 50


def scenario(place: Path, share: float) -> str:
    """The busy scenario, or a smaller one of the same accounts: fewer of them."""
    if share >= 1:
        return "busy"
    text = (Path(__file__).parent.parent / "sim" / "scenarios" / "busy.toml").read_text("utf-8")
    for name, whole in (("accounts", ACCOUNTS), ("count", 9800), ("count", 200)):
        text = re.sub(rf"(?m)^{name} = {whole}$", f"{name} = {round(whole * share)}", text)
    made = place / "scenario.toml"
    made.write_text(text, "utf-8")
    return str(made)


def told(ticks: Sequence[Tick]) -> str:
    """Medians over some ticks, per tick."""
    names = ("wall_s", "cpu_s", "emulator_cpu_s", "virtual_s", "statements", "rows_read", "rows_written")
    middle = {n: statistics.median(getattr(t, n) for t in ticks) for n in names}
    asked = sum((Counter(t.asked) for t in ticks), Counter())
    states = sum((Counter(t.writes) for t in ticks), Counter())
    calls = ", ".join(f"{path.rpartition('qianchuan/')[2]} {n / len(ticks):.0f}" for path, n in asked.most_common())
    return (
        f"wall {middle['wall_s']:.1f} s, CPU {middle['cpu_s']:.2f} s + emulator {middle['emulator_cpu_s']:.2f} s, "
        f"{middle['virtual_s']:.0f} virtual s; {middle['statements']:.0f} SQL statements, {middle['rows_read']:.0f} rows read, "
        f"{middle['rows_written']:.0f} written; writes {dict(states)} in {len(ticks)} ticks\n"
        f"     requests a tick: {sum(asked.values()) / len(ticks):.0f} ({calls})"
    )


@asynccontextmanager
async def installation(share: float, later: int = 0) -> AsyncIterator[Rig]:
    """An installation whose next tick is a steady one, `later` ticks further on."""
    with tempfile.TemporaryDirectory() as folder:
        emulated = Emulated(scenario(Path(folder), share), Path(folder) / "journal.jsonl")
        try:
            rig = Rig(Path(folder), emulated)
            await rig.set_up()
            async with rig.open():
                print(f"{len(rig.plans):,} campaigns, first tick (history): {told([await rig.tick()])}", flush=True)
                while rig.ticks < 1 + WARM + later:
                    await rig.tick()
                yield rig
        finally:
            emulated.close()


async def steady(share: float, ticks: int) -> None:
    """Steady ticks of one installation."""
    async with installation(share) as rig:
        done = [await rig.tick() for _ in range(ticks)]
        print(f"   steady ticks {WARM + 1}..{rig.ticks - 1}: {told(done)}", flush=True)
        print(
            f"   peak memory: controller {peak_mb('self'):.0f} MB, emulator {peak_mb(rig.emulated.pid):.0f} MB",
            flush=True,
        )


async def growth(share: float, ticks: int, later: int) -> None:
    """Two installations in turn, one `later` ticks ahead of the other; medians over the pairs. The first to go changes from
    pair to pair."""
    async with installation(share, later) as old, installation(share) as young:
        early, late = [], []
        for pair in range(ticks):
            for rig, done in [(young, early), (old, late)][:: 1 if pair % 2 else -1]:
                gc.collect()  # what the other one left behind is not this one's cost
                done.append(await rig.tick())
        print(f"   steady ticks {WARM + 1}..{young.ticks - 1}: {told(early)}")
        print(f"   {later} ticks later: {told(late)}")
        print(f"   late / early, median of {ticks} pairs: {ratios(early, late)}", flush=True)


def ratios(early: Sequence[Tick], late: Sequence[Tick]) -> str:
    """Medians of the ratios of pairs at the same minute of the hour."""
    names = ("cpu_s", "statements", "rows_read")
    found = {
        n: statistics.median(getattr(b, n) / getattr(a, n) for a, b in zip(early, late, strict=True)) for n in names
    }
    calls = statistics.median(sum(b.asked.values()) / sum(a.asked.values()) for a, b in zip(early, late, strict=True))
    return ", ".join(f"{n} {r:.2f}" for n, r in {**found, "requests": calls}.items())


def main() -> None:
    """`python -m benchmarks.bench_tick [--share 1] [--ticks 6] [--later 102]`."""
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, help="of 10,000 campaigns in 50 accounts")
    parser.add_argument("--ticks", type=int, default=HOUR)
    parser.add_argument("--later", type=int, default=102)
    given, _ = parser.parse_known_args()
    runs = [(given.share, given.later)] if given.share else [(1.0, 0), (0.2, given.later)]
    for share, later in runs:
        asyncio.run(growth(share, given.ticks, later) if later else steady(share, given.ticks))


if __name__ == "__main__":
    main()
