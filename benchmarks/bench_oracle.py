"""How long the oracles take: 200 sampled campaigns over 60 and 120 days, and an interval of the score, on one core."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from sim.bootstrap import ratio, resamples
from sim.calendar import HOUR
from sim.feasible import best_path
from sim.foresee import eligible, foresee, sampled
from sim.scenario import Scenario, shipped
from sim.stakes import free, stakes_of
from sim.world import MarketWorld

T = TypeVar("T")
CAMPAIGNS, EVERY_H = 200, 6


def main() -> None:
    """Print CPU seconds of each part, and state transitions a second of the dynamic program."""
    for days in (60, 120):
        world = MarketWorld(_scenario(), 1)
        campaigns = sampled(eligible(world), CAMPAIGNS)
        known, looked = _timed(lambda w=world, c=campaigns, d=days: foresee(w, w.foresight(d), c, EVERY_H))  # type: ignore[misc]
        stakes, weighed = _timed(lambda k=known: stakes_of(k, free(k).target))  # type: ignore[misc]
        print(f"{len(campaigns)} campaigns x {days} days, a decision every {EVERY_H} h, {stakes.gain.shape[2]} cells")
        print(f"  foresight {looked:.2f} s, stakes {weighed:.2f} s of CPU")
        dear = replace(stakes, loss=np.array([[0.03] * 4 + [0.0] * 8, [0.03] * 12]), within=8)
        for name, x in (("moves free", stakes), ("moves cost 1 to 3 days", dear)):
            path, solved = _timed(lambda x=x: best_path(x))  # type: ignore[misc]
            states = x.gain.size * max(1, x.loss.shape[1]) * len(x.loss)
            print(
                f"  O_feas, {name}: {solved:.2f} s of CPU, {states / 1e6 / solved:.0f} M states/s, {path.value.sum() / 1e8:.2f} M yuan"
            )
    _, drawn = _timed(lambda: resamples(1000, 2000, 1))
    sums = np.abs(np.sin(np.arange(1000.0)))
    _, told = _timed(lambda: ratio(sums, sums + 1, resamples(1000, 2000, 1)))
    print(f"2,000 resamples of 1,000 units: {drawn:.2f} s, an interval from them: {told:.3f} s of CPU")


def _scenario() -> Scenario:
    base = shipped("busy")
    groups = tuple(replace(g, count=2 * CAMPAIGNS) for g in base.group if g.kind == "goods")
    return replace(base, group=groups, history_days=0, step_s=HOUR)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    out = work()
    return out, time.process_time() - began


if __name__ == "__main__":
    main()
