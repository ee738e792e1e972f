"""A whole world in few lines: goods campaigns whose spend answers to the target by a power law, without chance by the hour."""

import numpy as np

from bidctl.domain.values import Intent, Side
from sim.seam import CampaignSpec, Report, RunOut, Terms

HOUR, DAY, SHANGHAI = 3600.0, 86400.0, 8 * 3600.0
EPS, MARGIN, REFUNDED, ORDER = 3.0, 0.5, 0.2, 8_000  # elasticity, margin, share sent back (at once), fen an order


class PlainWorld:
    """Built as `PlainWorld(scenario, seed)`; this one takes nothing from the scenario but its start."""

    def __init__(self, scenario, seed):
        n, self.now = 20, scenario.start.timestamp()
        self._first = self.now - 35 * DAY  # it has a past: policies need one to judge by
        luck = np.sin(
            12.9898 * (seed + 1) * np.arange(1, n + 1)
        )  # the seed decides how well the first targets were chosen
        self.target, self.budget, self.on = (
            np.round(3.75 * (1 + 0.25 * luck), 2),
            np.full(n, 10_000_000),
            np.ones(n, bool),
        )
        self.specs = [
            CampaignSpec(i % 2, 0, 0, (i,), 0, f"plain-{i}", float(t), 10_000_000, self._first, self._first)
            for i, t in enumerate(self.target)
        ]
        self._hours = np.zeros((3, n, 0), np.int64)  # spend, gmv, orders of every hour since the first
        self._run(self.now)

    def advance(self, to):
        self._run(to)
        self.now = to
        return []  # nothing is born here

    def _run(self, to):
        while self._first + HOUR * self._hours.shape[2] + HOUR <= to:
            hour = (self._first + HOUR * self._hours.shape[2] + SHANGHAI) % DAY / HOUR
            spend = 20_000 * (1 + 0.8 * np.sin((hour - 9) / 24 * 2 * np.pi)) * (3.75 / self.target) ** EPS * self.on
            spend = np.rint(spend).astype(np.int64)
            orders = np.rint(spend * self.target / ORDER).astype(np.int64)
            self._hours = np.concatenate([self._hours, np.stack([spend, orders * ORDER, orders])[:, :, None]], axis=2)

    def set_target(self, campaigns, target):
        self.target[campaigns] = target

    def set_budget(self, campaigns, fen):
        self.budget[campaigns] = fen  # ample: it never binds here

    def set_enabled(self, campaigns, on):
        self.on[campaigns] = on

    def suggestion(self, campaigns):
        return np.full(len(np.atleast_1d(campaigns)), 5.0)

    def report(self, campaigns, since, until, span):
        size = 1 if span == "hour" else 24
        last = self._hours.shape[2] // size * size
        table = self._hours[:, campaigns, :last].reshape(3, len(campaigns), -1, size).sum(axis=3)
        starts = self._first + HOUR * size * np.arange(table.shape[2])
        row, k = np.nonzero((starts >= since) & (starts < until) & (table[0] > 0))
        return self._rows(np.asarray(campaigns)[row], starts[k], table[:, row, k])

    def today(self, campaigns):
        midnight = (self.now + SHANGHAI) // DAY * DAY - SHANGHAI
        sums = self._hours[:, campaigns, round((midnight - self._first) / HOUR) :].sum(axis=2)
        return self._rows(np.asarray(campaigns), np.full(len(campaigns), midnight), sums)

    def _rows(self, campaign, start, sums):
        kept = np.rint(sums[1] * (1 - REFUNDED)).astype(np.int64)
        return Report(campaign, start, *sums, kept, sums[2], kept, kept, kept, kept)

    def terms(self, i):
        return Terms("plain", True, Side.MERCHANT, Intent.PROFIT, goal=2.2, margin=MARGIN)

    def run_out(self):
        spend, gmv, _ = self._hours.sum(axis=2)
        kept = np.rint(gmv * (1 - REFUNDED)).astype(np.int64)
        return RunOut(spend, gmv, kept, MARGIN * kept - spend, np.zeros(len(spend)), np.zeros(len(spend), np.int64))
