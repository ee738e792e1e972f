"""The market that campaigns live in: a `PlatformWorld` (sim/seam.py), vectorised over campaigns, in steps of a few minutes.

Steps lie on a fixed grid, so how `advance` is cut into calls changes nothing. What is set (target, budget, status,
objective) acts from the next step. Equations and their sources: docs/assumptions.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.books import Books
from sim.calendar import DAY, HOUR, SLOT, day_of, hour_of, slot_of, weekday
from sim.columns import joined, taken
from sim.figures import figures
from sim.lives import Timetable
from sim.market import follow, log_volume, next_state
from sim.orders import draw_orders
from sim.population import Planned, Traits, draw_traits, plan, timetable_of
from sim.reporting import Reporter
from sim.scenario import Scenario
from sim.seam import Campaigns, CampaignSpec, LiveSession, Report, RunOut, Terms
from sim.shocks import Shocks, Stream, poisson_quantile
from sim.state import State, newborn, put_in_force, turn_day
from sim.truth import run_out_of, terms_of, told

Int = NDArray[np.int64]
Float = NDArray[np.float64]

MOST_VOLUME = float(np.log(50.0))  # an audience is finite: at most 50 times the spend at the reference
CREATED_KEYS = 1 << 24  # lines of luck of campaigns created from outside begin here


class MarketWorld:
    """A world of a scenario. `seed`: its luck. `begin`: epoch seconds, a whole hour (default: the scenario's start).
    `step_s`: as in `Scenario` (default: the scenario's). `shocks`: the luck of that seed, to share it with other worlds.
    `accounts`: only the scenario's campaigns in these, with the luck that they have in the whole. Raises ValueError for
    a time that is not whole, shocks of another seed, and accounts that the scenario does not have."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        shocks: Shocks | None = None,
        accounts: Sequence[int] | None = None,
        *,
        begin: float | None = None,
        step_s: int | None = None,
    ) -> None:
        self.scenario, self.shocks = scenario, shocks or Shocks(seed)
        if self.shocks.seed != seed:
            raise ValueError(f"shocks of seed {self.shocks.seed}: expected those of seed {seed}")
        if accounts is not None and not set(accounts) <= set(range(scenario.accounts)):
            raise ValueError(f"accounts {sorted(set(accounts))}: expected some of 0 .. {scenario.accounts - 1}")
        self._step = step_s or scenario.step_s
        self._begin = self._now = self._done = scenario.start.timestamp() if begin is None else begin
        if self._step % SLOT or HOUR % self._step:
            raise ValueError(f"step_s {self._step}: expected a multiple of {SLOT} that divides {HOUR}")
        if self._done % HOUR:
            raise ValueError(f"begin {self._done}: expected a whole hour in epoch seconds")
        day = day_of(self._done)
        self._planned: Planned = plan(scenario, self.shocks, accounts)
        self._next = 0
        self._times = Timetable(self.shocks, timetable_of(scenario))
        self._books = Books(day, scenario.refunds.settle_days)
        self._reporter = Reporter(self._books, self.shocks, scenario.noise.spend_revision)
        self._books.next_day(day)
        self.specs: list[CampaignSpec] = []
        self._traits: Traits = taken(self._planned.traits, np.zeros(0, np.int64))
        self._state: State = newborn([], self._traits, scenario, self.shocks, self._now)
        self._latest: dict[int, int] = {}  # live account -> its campaign of the scenario
        self._made = 0
        self._changed: set[int] = set()
        self._market = float(scenario.noise.market * self.shocks.normals(Stream.MARKET, 0, day)[0, 0])
        self._luck: tuple[int, int, Float] = (-1, -1, np.zeros((4, 0)))
        self._launch(self._done)

    @classmethod
    def with_history(
        cls,
        scenario: Scenario,
        seed: int,
        days: int | None = None,
        *,
        shocks: Shocks | None = None,
        accounts: Sequence[int] | None = None,
    ) -> MarketWorld:
        """A world that has already run `days` (default: the scenario's) up to the scenario's start, at its history step."""
        days = scenario.history_days if days is None else days
        if days == 0:
            return cls(scenario, seed, shocks, accounts)
        start = scenario.start.timestamp()
        world = cls(scenario, seed, shocks, accounts, begin=start - days * DAY, step_s=scenario.history_step_s)
        world.advance(start)
        world._step = scenario.step_s
        return world

    # what a world offers (sim/seam.py)

    @property
    def now(self) -> float:
        return self._now

    @property
    def reported_at(self) -> float:
        """End of the last step run: reports and totals change there alone (steps divide an hour, so at midnight too)."""
        return self._done

    def advance(self, to: float) -> list[int]:
        """Run to epoch second `to`; the indices of campaigns created on the way. Raises ValueError for a time past."""
        if to < self._now:
            raise ValueError(f"advance to {to}: the world is at {self._now}, and time does not go back")
        created: list[int] = []
        while self._done + self._step <= to:
            created += self._run(self._done, self._done + self._step)
        self._now = to
        return created

    def create(self, spec: CampaignSpec) -> int:
        """A campaign from outside. Live: the market of its room. Goods: drawn from the first group of its kind."""
        if not 0 <= spec.live_account < len(self._times.plan):
            raise ValueError(f"live_account {spec.live_account}: expected 0 .. {len(self._times.plan) - 1}")
        if not (spec.target > 0 and spec.budget >= 0):
            raise ValueError(f"target {spec.target}, budget {spec.budget} fen: expected more than 0, and 0 or more")
        key = np.array([CREATED_KEYS + self._made])
        self._made += 1
        room = np.flatnonzero(self._traits.live & (self._traits.live_account == spec.live_account))
        if spec.kind == 1 and len(room):
            traits = taken(self._traits, room[-1:])
            traits.key[:] = key
        else:
            number = next((n for n, g in enumerate(self.scenario.group) if (g.kind == "live") == (spec.kind == 1)), 0)
            traits = draw_traits(self.scenario.group[number], number, key, self.scenario.refunds, self.shocks)
            traits.live_account[:], traits.live[:] = spec.live_account, spec.kind == 1
        traits.starts_at[:] = spec.starts_at
        self._admit([spec], traits, newborn([spec], traits, self.scenario, self.shocks, self._now))
        return len(self.specs) - 1

    def set_target(self, campaigns: Campaigns, target: float | Float) -> None:
        if not np.all(np.asarray(target) > 0):
            raise ValueError(f"target {target}: expected more than 0")
        self._state.target[campaigns] = target
        self._touch(campaigns)

    def set_objective(self, i: int, objective: int) -> None:
        if objective not in (0, 1):
            raise ValueError(f"objective {objective}: expected 0 (pay ROI) or 1 (net ROI)")
        self._state.objective[i] = objective
        self._touch(i)

    def set_budget(self, campaigns: Campaigns, fen: int | Int) -> None:
        if not np.all(np.asarray(fen) >= 0):
            raise ValueError(f"budget {fen} fen: expected 0 or more")
        self._state.budget[campaigns] = fen
        self._touch(campaigns)

    def set_enabled(self, campaigns: Campaigns, on: bool | NDArray[np.bool_]) -> None:
        self._state.enabled[campaigns] = on
        self._touch(campaigns)

    def on_air(self, i: int) -> bool:
        spec = self.specs[i]
        return spec.kind == 0 or self._times.on_air(spec.live_account, self._now)

    def finished(self, i: int) -> bool:
        """Replaced by the campaign of a later day; delivers no more."""
        return bool(self._state.finished[i])

    def sessions(self, live_account: int, since: float) -> list[LiveSession]:
        return self._times.started(live_account, max(since, self._begin), self._now)

    def suggestion(self, campaigns: Campaigns) -> Float:
        rows = np.atleast_1d(np.asarray(campaigns, np.int64))
        t, s = taken(self._traits, rows), taken(self._state, rows)
        net = np.where(s.objective == 1, t.net_share, 1.0)
        return np.maximum(0.01, np.round(np.exp(t.best + t.hint + s.walk) * net, 2))

    def report(self, campaigns: Int, since: float, until: float, span: str) -> Report:
        rows = np.asarray(campaigns, np.int64)
        return self._reporter.rows(rows, self._traits.key[rows], since, until, span, self._now)

    def today(self, campaigns: Int) -> Report:
        rows = np.asarray(campaigns, np.int64)
        return self._reporter.totals(rows, self._traits.key[rows], self._now)

    # what only tests, demos and scores may ask

    def setting(self, i: int) -> tuple[float, int, int, bool]:
        """Target, objective, budget (fen), enabled, as set."""
        s = self._state
        return float(s.target[i]), int(s.objective[i]), int(s.budget[i]), bool(s.enabled[i])

    def terms(self, i: int) -> Terms:
        """How an operator would enrol campaign `i`."""
        group = self.scenario.group[int(self._traits.group[i])]
        return terms_of(group, float(self._traits.margin[i]))

    def run_out(self) -> RunOut:
        """The end of every order placed so far; its fate was drawn at birth, so nothing has to be simulated."""
        return run_out_of(self._books, self._traits)

    def ledger(self) -> dict[str, Int]:
        """By campaign, fen: gmv = kept + refunded + open, at every instant."""
        b = self._books
        names = ("spend", "gmv", "kept", "refunded", "open")
        return {n: getattr(b, n).copy() for n in names}

    def truth(self) -> dict[str, object]:
        """Plain values; money fen. `optimum` on the paid basis; `final_*` after the run-out of the orders placed so far."""
        names = [g.name for g in self.scenario.group]
        rows = told(self.specs, names, self._traits, self._state, self._books, self.run_out())
        return {"now": self._now, "scenario": self.scenario.name, "campaigns": rows}

    # one step

    def _run(self, begin: float, end: float) -> list[int]:
        created = self._launch(end) + self._renew(begin, end)
        self._deliver(begin, end)
        self._books.arrive(begin, end)
        self._done = end
        if day_of(end) != day_of(begin):
            self._turn(day_of(end))
        self._now = max(self._now, end)
        self._put_in_force()
        return created

    def _deliver(self, begin: float, end: float) -> None:
        t, s, learning, dt = self._traits, self._state, self.scenario.learning, end - begin
        s.aim[:] = follow(s.aim, s.goal + s.bias, dt, learning.lag_hours * HOUR)
        fresh = s.learn / learning.days if learning.days else s.learn
        volume, efficiency = self._hour_luck(begin)
        wished = t.base * self._traffic(begin, end) * np.exp(self._log_demand() + volume)
        spend = np.minimum(np.rint(wished).astype(np.int64), np.maximum(s.cap - s.spent, 0))
        spend[~s.on] = 0
        s.learn[:] = np.where(end > t.starts_at, np.maximum(0.0, s.learn - dt / DAY), s.learn)
        rows = np.flatnonzero(spend)
        if not len(rows):
            return
        roi = np.exp(s.aim + fresh * learning.noise * efficiency) * (1 - learning.loss * np.minimum(fresh, 1))
        self._earn(rows, spend[rows], (spend * roi)[rows], begin, dt)

    def _earn(self, rows: Int, spend: Int, expected: Float, begin: float, dt: float) -> None:
        t, hour, slot = taken(self._traits, rows), hour_of(begin), slot_of(begin)
        self._state.spent[rows] += spend
        self._books.book_spend(rows, spend, hour)
        u = self.shocks.uniforms(Stream.COUNT, t.key, slot)[0]
        counts = poisson_quantile(u, expected / t.order_value)
        orders = draw_orders(self.shocks, t, counts, begin, dt, slot, self.scenario.refunds)
        self._books.book_orders(rows, orders, hour)

    def _log_demand(self) -> Float:
        t, s, noise = self._traits, self._state, self.scenario.noise
        volume = log_volume(s.aim - t.reference, t.low, t.high, figures().elasticity_width)
        luck = s.demand + self._market - (noise.demand**2 + noise.market**2 + noise.hour**2) / 2
        return np.minimum(volume, MOST_VOLUME) + luck

    def _hour_luck(self, begin: float) -> tuple[Float, Float]:
        hour, n = int(begin // HOUR), len(self.specs)
        if self._luck[:2] != (hour, n):
            self._luck = (hour, n, self.shocks.normals(Stream.HOUR, self._traits.key, hour))
        z = self._luck[2]
        return self.scenario.noise.hour * z[0], z[1]

    def _traffic(self, begin: float, end: float) -> Float:
        """Share of a campaign's usual day that falls into the step."""
        t, day, profile = self._traits, weekday(day_of(begin)), figures().hour_profile
        share = np.clip((end - t.starts_at) / (end - begin), 0.0, 1.0) * (end - begin)
        rooms = np.unique(t.live_account[t.live & self._state.on])
        air = np.zeros(len(self._times.plan))
        for room in rooms.tolist():
            seconds = self._times.air_seconds(room, begin, end)
            air[room] = seconds / self._times.planned_seconds(room) if seconds else 0.0
        live = air[t.live_account] * profile[day].mean() * (share > 0)
        return np.asarray(np.where(t.live, live, share / DAY * profile[day, hour_of(begin)]), np.float64)

    def _turn(self, day: int) -> None:
        self._books.next_day(day)
        turn_day(self._state, self._traits, self.scenario, self.shocks, day)
        z = self.shocks.normals(Stream.MARKET, 0, day)[0]
        noise = self.scenario.noise
        self._market = float(next_state(np.array([self._market]), noise.rho, noise.market, z)[0])

    # settings and births

    def _touch(self, campaigns: Campaigns) -> None:
        self._changed.update(np.atleast_1d(np.asarray(campaigns, np.int64)).tolist())
        if self._now == self._done:
            self._put_in_force()

    def _put_in_force(self) -> None:
        if self._changed:
            put_in_force(self._state, self._traits, self.scenario, np.array(sorted(self._changed), np.int64))
            self._changed.clear()

    def _launch(self, until: float) -> list[int]:
        """Campaigns of the scenario whose creation has come by `until`."""
        specs, first = self._planned.specs, self._next
        while self._next < len(specs) and specs[self._next].created_at <= until:
            self._next += 1
        if self._next == first:
            return []
        traits = taken(self._planned.traits, np.arange(first, self._next))
        mine = list(specs[first : self._next])
        return self._take_up(self._admit(mine, traits, newborn(mine, traits, self.scenario, self.shocks, self._done)))

    def _renew(self, begin: float, end: float) -> list[int]:
        """Live campaigns are made anew as their room opens, with the settings and the learning of the day before."""
        created: list[int] = []
        for room, old in sorted(self._latest.items()):
            opening = self._times.opening(room, begin, end)
            if opening is None or self.specs[old].created_at >= opening - HOUR:
                continue
            rows = np.array([old])
            traits, state = taken(self._traits, rows), taken(self._state, rows)
            state.enabled[:], state.on[:] = True, True
            state.spent[:] = 0
            self._state.finished[old], self._state.on[old] = True, False
            created += self._take_up(self._admit([self._again(old, opening)], traits, state))
        self._changed.update(created)
        return created

    def _again(self, old: int, opening: float) -> CampaignSpec:
        target, objective, budget, _ = self.setting(old)
        stem = self.specs[old].name.split("@", maxsplit=1)[0]
        date = (datetime.fromtimestamp(opening, UTC) + timedelta(hours=8)).strftime("%m%d")
        return replace(
            self.specs[old], name=f"{stem}@{date}", target=target, objective=objective, budget=budget,
            created_at=opening, starts_at=opening,
        )  # fmt: skip

    def _admit(self, specs: Sequence[CampaignSpec], traits: Traits, state: State) -> list[int]:
        first = len(self.specs)
        self.specs.extend(specs)
        self._traits, self._state = joined(self._traits, traits), joined(self._state, state)
        self._books.admit(len(self.specs))
        return list(range(first, len(self.specs)))

    def _take_up(self, made: list[int]) -> list[int]:
        """Note which campaign each room of the scenario now has."""
        self._latest |= {self.specs[i].live_account: i for i in made if self.specs[i].kind == 1}
        return made
