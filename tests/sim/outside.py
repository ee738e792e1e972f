"""Worlds whose equations are not those of sim/world.py, written from docs/world.md alone. They know their own best targets and write
down what is set, so that they can be judged without any of the package's judging code.

    bidctl sim compare small --world tests.sim.outside:Auction --policy curve --policy guard
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bidctl.domain.values import Intent, Side
from sim.scenario import Scenario
from sim.seam import CampaignSpec, Report, RunOut, Terms

HOUR, DAY, SHANGHAI = 3600.0, 86400.0, 8 * 3600.0
PAST, DAYS = 36, 100
"""Natural days before the run, and in all."""
ACCOUNTS, EACH = 4, 8
N = ACCOUNTS * EACH
MOST = 80
"""Orders of an hour that luck is drawn for."""
ORDER_YUAN, ORDERS_A_DAY = 80.0, 60.0
TENTH_AT_ONCE, MEAN_DAYS = 0.1, 6.0
"""Refunds: a tenth within the hour, the others exponentially late."""


@lru_cache(maxsize=2)
def luck(seed: int) -> dict[str, np.ndarray]:
    """All that happens by chance, by (campaign, hour) or (campaign, day): no action moves it."""
    g = np.random.default_rng([4711, seed])
    hours = DAYS * 24
    own, shared = 0.12 * g.standard_normal((N, DAYS)), 0.10 * g.standard_normal((ACCOUNTS, DAYS))
    for d in range(1, DAYS):
        own[:, d] += 0.6 * own[:, d - 1]
        shared[:, d] += 0.6 * shared[:, d - 1]
    values = np.exp(0.6 * g.standard_normal((N, hours, MOST), np.float32) - 0.18)
    return {
        "arrivals": np.cumsum(g.standard_exponential((N, hours, MOST), np.float32), axis=2),
        "values": np.cumsum(values, axis=2),
        "fates": g.random((N, hours, MOST), np.float32),
        "demand": own + np.repeat(shared, EACH, axis=0),
        "tracking": 0.06 * g.standard_normal((N, DAYS)),
        "traits": g.random((N, 4)),
        "chosen": g.standard_normal(N),
    }


class Outside:
    """Goods campaigns; subclasses say what an average hour spends (`spends`, yuan) at a target (N,), in units of break-even.

    Half of the campaigns begin within some 5 % of their best target, half some 35 % off."""

    lag_days = 0.0
    delivers = 1.0
    most = 4.0
    """Multiple of break-even up to which the best target is looked for; the suggestion stands there."""
    begins: float | None = None
    """Multiple of break-even around which the first targets lie; None: around the best."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.now = scenario.start.timestamp()
        self._first, self._hour, self._luck = self.now - PAST * DAY, 0, luck(seed)
        traits = self._luck["traits"]
        self.margin, self.refunded = 0.4 + 0.2 * traits[:, 0], 0.12 + 0.16 * traits[:, 1]
        self.break_even = 1 / (self.margin * (1 - self.refunded))
        self.trait = traits[:, 2:]
        self.scale = ORDERS_A_DAY * ORDER_YUAN / (1.5 * self.break_even) / 24
        grid = np.exp(np.linspace(np.log(0.8), np.log(self.most), 120))
        earned = np.stack([self.spends(np.full(N, x)) * (self.delivers * x - 1) for x in grid])
        self.best = grid[earned.argmax(axis=0)] * self.break_even
        off = np.where(np.arange(N) % 2 == 0, 0.05, 0.35) * self._luck["chosen"]
        self.ceiling = np.round(self.most * self.break_even, 2)
        middle = self.best if self.begins is None else self.begins * self.break_even
        self.target = np.clip(np.round(middle * np.exp(off), 2), 0.5, self.ceiling)
        self.first_target, self.answered, self.on = self.target.copy(), self.target.copy(), np.ones(N, np.bool_)
        self.specs = [
            CampaignSpec(i // EACH, 0, 0, (i,), 0, f"outside-{i}", float(t), 0, self._first, self._first)
            for i, t in enumerate(self.target)
        ]
        self._told = np.zeros((4, N, DAYS * 24), np.int64)  # spend, gmv, orders, refunded in the end
        self.expected = np.zeros((N, DAYS * 24))  # yuan of profit, the luck of orders apart
        self.writes: list[tuple[float, int, float, float]] = []  # epoch s, campaign, old, new
        self._run(self.now)

    def spends(self, multiple: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    # what the world does

    def _run(self, to: float) -> None:
        while self._first + (self._hour + 1) * HOUR <= to:
            self._live(self._hour)
            self._hour += 1

    def _live(self, h: int) -> None:
        day, drawn, rows = h // 24, self._luck, np.arange(N)
        share = 1 - np.exp(-1 / 24 / self.lag_days) if self.lag_days else 1.0
        self.answered = self.answered + (self.target - self.answered) * share
        profile = 1 + 0.85 * np.sin((h % 24 - 9) / 24 * 2 * np.pi)
        roi = self.delivers * self.target * np.exp(drawn["tracking"][:, day])
        spend = self.scale * self.spends(self.answered / self.break_even) * profile * np.exp(drawn["demand"][:, day])
        spend = np.floor(100 * np.minimum(spend * self.on, 0.7 * MOST * ORDER_YUAN / roi))
        expected = spend / 100 * roi / ORDER_YUAN
        orders = (drawn["arrivals"][:, h] <= expected[:, None]).sum(axis=1)
        value = np.where(orders > 0, drawn["values"][rows, h, np.maximum(orders, 1) - 1], 0.0)
        back = ((drawn["fates"][:, h] < self.refunded[:, None]) & (np.arange(MOST) < orders[:, None])).sum(axis=1)
        gmv = np.rint(100 * ORDER_YUAN * value)
        self._told[:, :, h] = spend, gmv, orders, np.rint(gmv * back / np.maximum(orders, 1))
        self.expected[:, h] = spend / 100 * (roi / self.break_even - 1)

    # what it offers

    def advance(self, to: float) -> list[int]:
        self._run(to)
        self.now = to
        return []

    def set_target(self, campaigns, target) -> None:
        for i, new in zip(np.atleast_1d(campaigns).tolist(), np.atleast_1d(target).tolist(), strict=True):
            self.writes.append((self.now, i, float(self.target[i]), new))
            self.target[i] = new

    def set_budget(self, campaigns, fen) -> None:
        raise AssertionError("no rule moves budgets here")

    def set_enabled(self, campaigns, on) -> None:
        self.on[campaigns] = on

    def suggestion(self, campaigns):
        return self.ceiling[campaigns]

    def report(self, campaigns, since, until, span):
        size = 1 if span == "hour" else 24
        starts = self._first + HOUR * size * np.arange(self._hour // size)
        row, k = np.nonzero(np.ones((len(campaigns), 1), np.bool_) & (starts >= since) & (starts < until))
        table = self._rows(campaigns, k.min(initial=0) * size, size, k.max(initial=-1) + 1 - k.min(initial=0))
        columns = [c[row, k - k.min(initial=0)] for c in table]
        kept = columns[0] + columns[2] > 0
        return Report(campaigns[row][kept], starts[k][kept], *(c[kept] for c in columns))

    def today(self, campaigns):
        begin = self._hour // 24 * 24
        table = self._rows(campaigns, begin, max(self._hour - begin, 1), 1)
        return Report(campaigns, np.full(len(campaigns), self._first + begin * HOUR), *(c[:, 0] for c in table))

    def _rows(self, campaigns, first, size, count):
        """(m, count) sums of spans of `size` hours: spend, gmv, orders, gmv_1h, orders_1h, gmv_7d, 14d, 30d, 90d."""
        hours = slice(first, first + size * count)
        spend, gmv, orders, refunded = (c[campaigns, hours] for c in self._told)
        age = np.maximum(self.now - self._first - HOUR * (np.arange(hours.start, hours.stop) + 0.5), 0) / DAY

        def left(days):
            known = np.minimum(age, days)
            share = TENTH_AT_ONCE * np.clip(24 * known, 0, 1) + (1 - TENTH_AT_ONCE) * -np.expm1(-known / MEAN_DAYS)
            return gmv - np.floor(refunded * share).astype(np.int64)

        columns = (spend, gmv, orders, left(1 / 24), orders, *(left(d) for d in (7, 14, 30, 90)))
        return [c.reshape(len(campaigns), count, size).sum(axis=2) for c in columns]

    def terms(self, i):
        intent = Intent.PROFIT if i % 3 else Intent.BALANCED
        return Terms("outside", True, Side.MERCHANT, intent, 1.05 / self.margin[i], float(self.margin[i]))

    def run_out(self):
        spend, gmv, _, refunded = self._told.sum(axis=2)
        return RunOut(
            spend, gmv, gmv - refunded, self.margin * (gmv - refunded) - spend, np.zeros(N), np.zeros(N, np.int64)
        )


def normal(z: np.ndarray) -> np.ndarray:
    """P(Z < z), Abramowitz and Stegun 26.2.17."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    p = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * p
    return np.where(z > 0, 1 - tail, tail)


class Auction(Outside):
    """Second price against a log-normal highest rival: the bid at which the ROI is the target wins so much, at such a price."""

    def spends(self, multiple):
        apart, middle = 0.5 + 0.9 * self.trait[:, :1], -0.3 + 0.8 * self.trait[:, 1:]
        bids = np.linspace(-4, 4, 161)[None, :]
        cost = np.exp(middle + apart**2 / 2) * normal((bids - middle) / apart - apart)
        returned = np.maximum.accumulate((normal((bids - middle) / apart) / np.maximum(cost, 1e-12))[:, ::-1], axis=1)
        return np.array([np.interp(m, r, c[::-1]) for m, r, c in zip(multiple, returned, cost, strict=True)]) * 1.8


class Late(Outside):
    """Constant elasticity of 2 to 6, and spend follows the target within three days."""

    lag_days = 3.0

    def spends(self, multiple):
        return np.minimum((1.5 / multiple) ** (2 + 4 * self.trait[:, 0]), 20)


class Deaf(Outside):
    """Spend does not answer at all: profit rises with the target, up to the suggestion. People began where others would."""

    most, begins = 2.5, 1.5

    def spends(self, multiple):
        return np.ones(N) + 0 * multiple


class Generous(Outside):
    """Saturates (logistic in the logarithm), and what is delivered is 30 % above the target."""

    delivers = 1.3

    def spends(self, multiple):
        middle, steep = 0.85 + 0.45 * self.trait[:, 0], 4 + 5 * self.trait[:, 1]
        return 2 / (1 + (multiple / middle) ** steep)
