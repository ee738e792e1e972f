"""A world of exact numbers: every campaign spends `rate` fen an hour evenly, GMV is twice the spend, an order is 50 yuan."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent, Side
from sim.seam import Campaigns, CampaignSpec, LiveSession, Report, RunOut, Terms

Int = NDArray[np.int64]
START = datetime.fromisoformat("2026-09-01T10:00:00+08:00").timestamp()
HOUR, DAY = 3600, 86400
ORDER = 5000
GMV, NET = 2.0, 0.9

GOODS = CampaignSpec(
    account=0, kind=0, live_account=0, products=(0,), objective=1, name="goods-1", target=2.0, budget=100_000,
    created_at=START - 10 * DAY, starts_at=START - 10 * DAY,
)  # fmt: skip
LIVE = replace(GOODS, kind=1, live_account=1, products=(), name="live-1", objective=0)


class FakeWorld:
    """`rates`: fen an hour by campaign; `sessions_of`: broadcasts by live account; `suggest`: the suggestion by campaign."""

    def __init__(self, specs: list[CampaignSpec], rates: list[int] | None = None, now: float = START) -> None:
        self.now, self.specs = now, list(specs)
        self.rates = rates or [1000] * len(specs)
        self.enabled_since = {i: s.starts_at for i, s in enumerate(specs)}
        self.sessions_of: dict[int, list[LiveSession]] = {}
        self.suggest: dict[int, float | None] = {}
        self.calls: list[tuple[object, ...]] = []
        self.births: list[tuple[float, CampaignSpec, int]] = []

    def advance(self, to: float) -> list[int]:
        assert to >= self.now
        made = []
        while self.births and self.births[0][0] <= to:
            _, spec, rate = self.births.pop(0)
            self.specs.append(spec)
            self.rates.append(rate)
            made.append(len(self.specs) - 1)
        self.now = to
        return made

    def create(self, spec: CampaignSpec) -> int:
        self.specs.append(spec)
        self.rates.append(1000)
        return len(self.specs) - 1

    def set_target(self, i: int, target: float) -> None:
        self.calls.append(("target", i, target, self.now))

    def set_objective(self, i: int, objective: int) -> None:
        self.calls.append(("objective", i, objective, self.now))

    def set_budget(self, i: int, fen: int) -> None:
        self.calls.append(("budget", i, fen, self.now))

    def set_enabled(self, i: int, on: bool) -> None:
        self.calls.append(("enabled", i, on, self.now))

    def on_air(self, i: int) -> bool:
        spec = self.specs[i]
        spans = self.sessions_of.get(spec.live_account, [])
        return spec.kind == 0 or any(s.started_at <= self.now and not self.now >= s.ended_at for s in spans)

    def sessions(self, live_account: int, since: float) -> list[LiveSession]:
        nan = float("nan")
        found = [s for s in self.sessions_of.get(live_account, []) if since <= s.started_at <= self.now]
        return [s if s.ended_at <= self.now else replace(s, ended_at=nan) for s in found]

    def suggestion(self, campaigns: Campaigns) -> NDArray[np.float64]:
        rows = np.atleast_1d(np.asarray(campaigns)).tolist()
        return np.array([self.suggest.get(i, 3.0) for i in rows], np.float64)

    def finished(self, i: int) -> bool:
        return False

    def terms(self, i: int) -> Terms:
        return Terms("all", False, Side.MERCHANT, Intent.BALANCED, 2.0, 0.5)

    def run_out(self) -> RunOut:
        raise NotImplementedError("no emulator asks for the end of its orders")

    def report(self, campaigns: Int, since: float, until: float, span: str) -> Report:
        step = HOUR if span == "hour" else DAY
        first = -(-since // HOUR) * HOUR if span == "hour" else -(-(since + 8 * HOUR) // DAY) * DAY - 8 * HOUR
        rows = []
        at = first
        while at < min(until, self.now + 1):
            rows += [(int(i), at, self._spent(int(i), at, at + step)) for i in campaigns]
            at += step
        return self._report([r for r in rows if r[2]])

    def today(self, campaigns: Int) -> Report:
        begin = (self.now + 8 * HOUR) // DAY * DAY - 8 * HOUR
        return self._report([(int(i), begin, self._spent(int(i), begin, begin + DAY)) for i in campaigns])

    def truth(self) -> dict[str, object]:
        return {"secret": 42, "now": self.now}

    def _spent(self, i: int, begin: float, end: float) -> int:
        spec = self.specs[i]
        if spec.kind == 0:
            spans = [(spec.starts_at, self.now)]
        else:
            spans = [
                (max(s.started_at, spec.starts_at), min(s.ended_at, self.now))
                for s in self.sessions_of.get(spec.live_account, [])
            ]
        seconds = sum(max(0.0, min(end, b) - max(begin, a)) for a, b in spans)
        return int(self.rates[i] * seconds / HOUR)

    def _report(self, rows: list[tuple[int, float, int]]) -> Report:
        spend = np.array([r[2] for r in rows], np.int64)
        gmv = (spend * GMV).astype(np.int64)
        net = (gmv * NET).astype(np.int64)
        start = np.array([r[1] for r in rows], np.float64)
        ripe = np.where(start + 8 * DAY <= self.now, net, -1)
        young = np.full(len(rows), -1, np.int64)
        return Report(
            np.array([r[0] for r in rows], np.int64), start, spend, gmv, gmv // ORDER, net, net // ORDER, ripe, young, young, young,
        )  # fmt: skip


def session(live_account: int, begin: float, end: float, room: int = 1) -> LiveSession:
    return LiveSession(live_account, room, begin, end)
