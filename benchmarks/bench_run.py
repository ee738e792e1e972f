"""Whole runs: 1,000 campaigns x 60 days x 10 policies with observation, decisions, rulebook and score; memory by chunks.

The ten are the shipped policies and settings of their parameters. Oracles are apart (bench_oracle). Memory is measured in a
process of its own, at two sizes, for a policy beside `hold`; chunks bound what is at work, the results themselves grow with
the campaigns.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.bench_world import PUBLIC
from bidctl.cli.sim.findings import findings
from bidctl.cli.sim.given import entrants_of, scenario_of
from sim.experiment import gathered, market, perform, tasks
from sim.run import Plan
from sim.scenario import Scenario

POLICIES = ("hold", "handbook", "pi", "guard", "guard(markup=1.3)", "guard(markup=1.7)", "curve", "curve(near_days=7)",
            "curve(sure=0.7)", "curve_ts")  # fmt: skip
PARTS = {"the market": ("world", "advance"), "reading it": ("watch", "look"), "observing": ("observe", "look"),
         "answers taken in": ("observe", "with_answers"), "deciding": ("decide", "decide")}  # fmt: skip
"""Module and function that each part of a run is spent in."""
SIZES, ALL = (4_000, 12_000), 100_000


def ten(days: int, every: int) -> str:
    """The ten policies, and what they took."""
    began, cpu = time.perf_counter(), time.process_time()
    work = tasks(market, scenario_of("base60"), [1], entrants_of(POLICIES), Plan(days, every))
    done = [(task, perform(task)) for task in work]
    ran = time.process_time() - cpu
    told = findings(gathered(work, done), [], scenario="base60", days=days, every=every, missing=())
    seconds, wall = time.process_time() - cpu, time.perf_counter() - began
    campaigns = next(iter(told.conducts.values())).campaigns
    rows = campaigns * len(POLICIES) * days * 24 // every
    broken = sum(c.violations for c in told.conducts.values())
    rate = campaigns * len(POLICIES) * days * 24 / seconds
    beside = "; ".join(f"{name} {rate / public:,.1f}" for name, public in PUBLIC.items())
    return (
        f"run: {campaigns:,} campaigns x {days} days x {len(POLICIES)} policies, a decision every {every} h: {seconds:.1f} CPU s "
        f"({wall:.1f} s wall), of which score {seconds - ran:.1f}; {seconds / rows * 1e6:.1f} us a row-decision, world and all; "
        f"peak memory {peak_mb():,.0f} MB; {broken} violations\n"
        f"   its rate of {rate / 1e6:.2f} M campaign-hours a CPU second, decided by the whole rulebook, over the rate of: {beside}"
    )


def parts(days: int, every: int) -> str:
    """Where the time goes, of `curve` and `guard` on the same luck."""
    (task,) = tasks(market, scenario_of("base60"), [1], entrants_of(("curve", "guard")), Plan(days, every))
    watch = cProfile.Profile(time.process_time)
    watch.runcall(perform, task)
    told = pstats.Stats(watch)
    spent = dict.fromkeys(PARTS, 0.0)
    for (file, _, function), row in told.stats.items():  # type: ignore[attr-defined]
        for name, (module, called) in PARTS.items():
            if function == called and file.endswith(f"{module}.py"):
                spent[name] += row[3]
    whole = told.total_tt  # type: ignore[attr-defined]
    spent["the rest"] = whole - sum(spent.values())
    shares = ", ".join(f"{name} {part / whole:.0%}" for name, part in spent.items())
    return (
        f"where it goes, a decision every {every} h, two policies, with a profiler's toll on many small calls: {shares}"
    )


def big(campaigns: int) -> Scenario:
    """The base class in accounts of 50."""
    base = scenario_of("base60")
    return replace(base, accounts=campaigns // 50, group=(replace(base.group[0], count=campaigns),))


def piece(campaigns: int, days: int) -> str:
    """A policy and `hold` over so many campaigns, chunk by chunk."""
    cpu = time.process_time()
    work = tasks(market, big(campaigns), [1], entrants_of(("curve", "hold")), Plan(days, 24))
    found = gathered(work, [(task, perform(task)) for task in work])
    told = sum(
        getattr(found["curve"][0], n).nbytes
        for n in ("target", "day_spend", "day_gmv", "edits", "orders", "protection_lost")
    )
    return f"{peak_mb():.0f} {time.process_time() - cpu:.1f} {len(work)} {told / campaigns:.0f}"


def memory(days: int) -> str:
    """Peak of a process at two sizes, and what follows for 100,000 campaigns."""
    lines, seen = [], []
    for campaigns in SIZES:
        command = [sys.executable, "-m", "benchmarks.bench_run", "--piece", str(campaigns), "--memory-days", str(days)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        peak, cpu, chunks, each = (float(x) for x in told)
        seen.append((campaigns, peak))
        lines.append(f"{campaigns:,} campaigns in {chunks:.0f} chunks: peak {peak:,.0f} MB, {cpu:.0f} CPU s")
    (small, low), (large, high) = seen
    slope = (high - low) / (large - small)
    lines.append(
        f"{slope * 1000:.1f} MB more per 1,000 campaigns beyond a chunk ({each:,.0f} bytes of day tables each policy)"
    )
    lines.append(f"by that, {ALL:,} campaigns x {days} days take {high + slope * (ALL - large):,.0f} MB (extrapolated)")
    return "memory, curve and hold, a decision every 24 h: " + "; ".join(lines)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """`python -m benchmarks.bench_run [--every 24] [--days 60]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, help="hours from one decision to the next")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--memory-days", type=int, default=30)
    parser.add_argument("--piece", type=int)
    given, _ = parser.parse_known_args()
    if given.piece:
        print(piece(given.piece, given.memory_days))
        return
    for every in [given.every] if given.every else [24, 6]:
        print(ten(given.days, every), flush=True)
        print(parts(20, every), flush=True)
    print(memory(given.memory_days), flush=True)


if __name__ == "__main__":
    main()
