"""What observing costs: a tick of 1,000 campaigns after 7 days of hourly facts, and after four times as much history."""

from __future__ import annotations

import statistics
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import CampaignId
from bidctl.engine.observe import Observer
from bidctl.engine.standing import Standing
from tests.engine.facts import SHANGHAI, at, capabilities, enrolment, info, listing

CAMPAIGNS, TICKS = 1000, 12
NAMES = np.array([f"c{n:04d}" for n in range(CAMPAIGNS)])
NOW = at("2026-11-23 00:00")


def hour(begins: datetime) -> Panel:
    """An hour of every campaign, known 80 minutes after it began."""
    when = np.full(CAMPAIGNS, begins.timestamp())
    values = {name: np.full(CAMPAIGNS, 20.0 if name.startswith("orders") else 100.0) for name in METRICS}
    grain, none = np.full(CAMPAIGNS, Grain.HOUR, np.int8), np.zeros(CAMPAIGNS, np.bool_)
    return Panel(NAMES, grain, when, when + 4800, none, **values)


def grown(days: int) -> Observer:
    """An observer that has taken in so many days of hours."""
    o = Observer(enrolment().account, capabilities())
    o.ingest_enrolments([enrolment(str(c)) for c in NAMES])
    since = NOW - timedelta(days=days)
    o.ingest(Panel.concat([hour(since + timedelta(hours=h)) for h in range(24 * days)]))
    o.cover([CampaignId(str(c)) for c in NAMES], Grain.HOUR, since, NOW)
    return o


def tick(o: Observer, number: int) -> float:
    """CPU seconds to take in a listing and the next hour, and to observe."""
    now = NOW + timedelta(hours=number)
    infos = [info(str(c), spend=100.0 * number) for c in NAMES]
    told = listing(now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"), *infos)
    began = time.process_time()
    o.ingest_listing(told)
    o.ingest(hour(now - timedelta(hours=1)))
    o.observe(now + timedelta(minutes=20), Standing())
    return time.process_time() - began


def main() -> None:
    """Print rows a second, and the ratio of long to short history (median of interleaved pairs)."""
    short, long = grown(7), grown(28)
    pairs = [(tick(short, n), tick(long, n)) for n in range(TICKS)]
    seconds = statistics.median(a for a, _ in pairs)
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"observe: {CAMPAIGNS / seconds:,.0f} campaigns per CPU second; 28 days of hours against 7: {ratio:.2f}")


if __name__ == "__main__":
    main()
