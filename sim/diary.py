"""What a run writes down each day, and what it came to at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.controls import Controls
from sim.desk import Made
from sim.result import Result
from sim.seam import Report, World, numbers

Int = NDArray[np.int64]
Float = NDArray[np.float64]
N = TypeVar("N", Int, Float)
DAY_S = 86400.0


class Diary:
    """Targets and budgets day by day; totals of the days are asked for at the end, when they are whole."""

    def __init__(self, world: World, controls: Controls) -> None:
        self._world, self._controls = world, controls
        self.began = world.now
        self._before = world.run_out()
        self._targets: list[Int] = []
        self._budgets: list[Int] = []
        self._highest = controls.budget.copy()
        self._void: list[Int] = [self._before.days_void]

    def note_budgets(self) -> None:
        """Budgets in force from now on; the highest of a day counts."""
        self._controls.follow()
        held, now = self._highest, self._controls.budget
        self._highest = np.maximum(now, np.pad(held, (0, len(now) - len(held))))

    def end_day(self) -> None:
        """A natural day (a day of the run) has ended."""
        self.note_budgets()
        self._targets.append(self._controls.target.copy())
        self._budgets.append(self._highest)
        self._highest = self._controls.budget.copy()
        self._void.append(self._world.run_out().days_void)

    def close(
        self, policy: str, scenario: str, seed: int, made: Sequence[Made], holds: dict[int, int], violations: tuple[str, ...]
    ) -> Result:  # fmt: skip
        """The whole run."""
        world, n, d = self._world, len(self._world.specs), len(self._targets)
        end = world.run_out()
        told = world.report(np.arange(n), self.began, self.began + d * DAY_S, "day")
        spend = self._table(told, "spend", n, d)
        budgets = _grid(self._budgets, n, 0)
        terms = [world.terms(i) for i in range(n)]
        return Result(
            policy=policy,
            scenario=scenario,
            seed=seed,
            campaign=numbers(world.specs),
            line=_lines(world),
            group=np.array([t.group for t in terms], np.str_),
            account=np.array([s.account for s in world.specs], np.int64),
            profit=_less(end.profit, self._before.profit),
            spend=_less(end.spend, self._before.spend),
            gmv=_less(end.gmv, self._before.gmv),
            kept=_less(end.kept, self._before.kept),
            credits=_less(end.credits, self._before.credits),
            target=_ratios(self._targets, n),
            day_spend=spend,
            day_gmv=self._table(told, "gmv", n, d),
            edits=self._edits(made, n, d),
            goal=np.array([t.goal for t in terms]),
            margin=np.array([t.margin for t in terms]),
            budget_over=np.where(budgets > 0, np.maximum(spend - budgets, 0), 0).sum(axis=1),
            orders=self._table(told, "orders", n, d),
            protection_lost=self._lost(n),
            holds=holds,
            violations=violations,
        )

    def _lost(self, n: int) -> NDArray[np.bool_]:
        """(n, d) days whose protection an edit forfeited, as the world counts them by the end of each."""
        counts = _grid(self._void, n, 0)
        return np.asarray(np.diff(counts, axis=1) > 0)

    def _table(self, told: Report, name: str, n: int, d: int) -> Int:
        out = np.zeros((n, d), np.int64)
        day = np.rint((told.span_start - self.began) / DAY_S).astype(np.int64)
        out[told.campaign, day] = getattr(told, name)
        return out

    def _edits(self, made: Sequence[Made], n: int, d: int) -> NDArray[np.int16]:
        out = np.zeros((n, d), np.int16)
        for m in made:
            out[m.campaign, int((m.at - self.began) // DAY_S)] += 1  # one edit a campaign at a time
        return out


def _less(end: N, before: N) -> N:
    return end - np.pad(before, (0, len(end) - len(before)))


def _grid(days: Sequence[Int], n: int, blank: int) -> Int:
    out = np.full((n, len(days)), blank, np.int64)
    for i, column in enumerate(days):
        out[: len(column), i] = column
    return out


def _ratios(days: Sequence[Int], n: int) -> Float:
    units = _grid(days, n, -1)
    return np.where(units < 0, np.nan, units / 100)


def _lines(world: World) -> Int:
    """Campaigns that one live room has day after day share a line of luck: the first one's number."""
    first: dict[tuple[int, int], int] = {}
    named = zip(numbers(world.specs).tolist(), world.specs, strict=True)
    return np.array(
        [i if s.kind == 0 else first.setdefault((s.account, s.live_account), i) for i, s in named], np.int64
    )
