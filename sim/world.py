"""The market that campaigns live in: a `PlatformWorld` (sim/seam.py), vectorised over campaigns, in steps of 5 to 60 minutes.

Steps lie on a fixed grid, so how `advance` is cut into calls changes nothing. What is set (target, budget, status,
objective) acts from the next step. Equations and their sources: docs/assumptions.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim import promotions
from sim.births import Births, Tenants, again, numbered
from sim.books import Books
from sim.calendar import DAY, HOUR, SLOT, day_of, day_start
from sim.columns import joined, taken
from sim.creative_rows import CreativeRows
from sim.creatives import Mix, Rack
from sim.delivery import Day, Span
from sim.lives import Timetable
from sim.luck import market_of
from sim.order_book import OrderBook
from sim.population import Planned, Traits, broadcasts_of, outsider, plan
from sim.protection import FAMILIES, Cover, count, edited, end_day
from sim.reporting import Reporter
from sim.scenario import Scenario
from sim.seam import Campaigns, CampaignSpec, CreativeReport, LiveSession, Report, RunOut, Terms
from sim.shocks import Shocks
from sim.state import State, made_anew, newborn, next_market, put_in_force, restock, settle_aim, turn_day
from sim.tiles import WIDE, WIDTH
from sim.trading import Trading
from sim.truth import Foresight, dropped, foresight_of, run_out_of, terms_of, told

Int = NDArray[np.int64]
Float = NDArray[np.float64]

CREATED_KEYS = 1 << 24  # lines of luck of campaigns created from outside begin here


class MarketWorld:
    """A world of a scenario. `seed`: its luck. `shocks`: the luck of that seed, to share it with other worlds. `accounts`: only the
    scenario's campaigns in these, with the luck that they have in the whole. `begin`: epoch seconds, a whole hour (default: the
    scenario's start). `step_s`: as in `Scenario` (default: the scenario's). `order_book`: where every order is noted one by one.
    Raises ValueError for a time that is not whole, shocks of another seed, and accounts that the scenario does not have."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        shocks: Shocks | None = None,
        accounts: Sequence[int] | None = None,
        *,
        begin: float | None = None,
        step_s: int | None = None,
        order_book: OrderBook | None = None,
    ) -> None:
        self.scenario, self.shocks, self.order_book = scenario, shocks or Shocks(seed), order_book
        self._step = step_s or scenario.step_s
        self._begin = self._now = self._done = scenario.start.timestamp() if begin is None else begin
        _check(scenario, seed, self.shocks, accounts, self._begin, self._step)
        day = day_of(self._done)
        self._planned: Planned = plan(scenario, self.shocks, accounts)
        self.times = Timetable(self.shocks, broadcasts_of(scenario))
        self._births = Births(self._planned, self.times)
        self._births.open_day(day, self._done)
        self._books = Books(day, scenario.refunds.settle_days)
        self._reporter = Reporter(self._books, self.shocks, scenario)
        self._creative_rows = CreativeRows(self._books, self.shocks, scenario)
        width = WIDTH if self._step == scenario.step_s == HOUR else WIDE
        self._trading = Trading(scenario, self.shocks, self.times, self._books, width, order_book)
        self._rack = Rack(scenario.creatives, self.shocks) if scenario.creatives.count else None
        self.specs: list[CampaignSpec] = []
        self._traits: Traits = taken(self._planned.traits, np.zeros(0, np.int64))
        self._state: State = newborn([], self._traits, scenario, self.shocks, self._now)
        self._family = FAMILIES.get(scenario.protection.family)
        self._cover = Cover.of(0)
        self._quality = np.zeros(0)
        self._dirty = np.zeros(0, np.bool_)
        self._tenants = Tenants()
        self._made = 0
        self._market = scenario.noise.market * market_of(self.shocks, day)
        self._cut = promotions.log_cut(promotions.on(scenario, day))
        self._open_day(day)
        self._begin_day(day)
        self._launch(self._done)

    @classmethod
    def with_history(
        cls, scenario: Scenario, seed: int, days: int | None = None, *, shocks: Shocks | None = None,
        accounts: Sequence[int] | None = None, order_book: OrderBook | None = None,
    ) -> MarketWorld:  # fmt: skip
        """A world that has already run `days` (default: the scenario's) up to the scenario's start, at its history step."""
        days = scenario.history_days if days is None else days
        if days == 0:
            return cls(scenario, seed, shocks, accounts, order_book=order_book)
        start = scenario.start.timestamp()
        begin = start - days * DAY
        world = cls(
            scenario, seed, shocks, accounts, begin=begin, step_s=scenario.history_step_s, order_book=order_book
        )
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
            created += self._run(to)
        self._now = to
        return created

    def create(self, spec: CampaignSpec) -> int:
        """A campaign from outside. Live: the market of its room. Goods: drawn from the first group of its kind."""
        if not 0 <= spec.live_account < len(self.times.plan):
            raise ValueError(f"live_account {spec.live_account}: expected 0 .. {len(self.times.plan) - 1}")
        if not (spec.target > 0 and spec.budget >= 0):
            raise ValueError(f"target {spec.target}, budget {spec.budget} fen: expected more than 0, and 0 or more")
        key = np.array([CREATED_KEYS + self._made])
        self._made += 1
        traits = outsider(spec, key, self._traits, self.scenario, self.shocks)
        self._admit([spec], traits, newborn([spec], traits, self.scenario, self.shocks, self._now))
        return len(self.specs) - 1

    def set_target(self, campaigns: Campaigns, target: float | Float) -> None:
        if not np.all(np.asarray(target) > 0):
            raise ValueError(f"target {target}: expected more than 0")
        self._state.target[campaigns] = target
        self._edited(campaigns)
        self._touch(campaigns)

    def set_objective(self, i: int, objective: int) -> None:
        if objective not in (0, 1):
            raise ValueError(f"objective {objective}: expected 0 (pay ROI) or 1 (net ROI)")
        self._state.objective[i] = objective
        self._edited(i)
        self._touch(i)

    def set_budget(self, campaigns: Campaigns, fen: int | Int) -> None:
        if not np.all(np.asarray(fen) >= 0):
            raise ValueError(f"budget {fen} fen: expected 0 or more")
        self._state.budget[campaigns] = fen
        self._touch(campaigns)

    def set_enabled(self, campaigns: Campaigns, on: bool | NDArray[np.bool_]) -> None:
        if self._family and self._family.any_edit:
            self._edited(np.atleast_1d(campaigns)[~np.broadcast_to(on, np.shape(np.atleast_1d(campaigns)))])
        self._state.enabled[campaigns] = on
        self._touch(campaigns)

    def on_air(self, i: int) -> bool:
        spec = self.specs[i]
        return spec.kind == 0 or self.times.on_air(spec.live_account, self._now)

    def finished(self, i: int) -> bool:
        """Replaced by the campaign of a later day; delivers no more."""
        return bool(self._state.finished[i])

    def sessions(self, live_account: int, since: float) -> list[LiveSession]:
        return self.times.started(live_account, max(since, self._begin), self._now)

    def suggestion(self, campaigns: Campaigns) -> Float:
        rows = np.atleast_1d(np.asarray(campaigns, np.int64))
        t, s = self._traits, self._state
        net = np.where(s.objective[rows] == 1, t.net_share[rows], 1.0)
        told_now = np.exp(t.best[rows] + t.hint[rows] + s.walk[rows] - dropped(self.scenario, self._now))
        return np.asarray(np.maximum(0.01, np.round(told_now * net, 2)), np.float64)

    def report(self, campaigns: Int, since: float, until: float, span: str) -> Report:
        rows = np.asarray(campaigns, np.int64)
        self._books.arrive(self._done)
        return self._reporter.rows(rows, self._traits.key[rows], since, until, span, self._now)

    def today(self, campaigns: Int) -> Report:
        rows = np.asarray(campaigns, np.int64)
        self._books.arrive(self._done)
        return self._reporter.totals(rows, self._traits.key[rows], self._now)

    # creatives (sim/seam.py, CreativeWorld); a world without any reports none

    def creatives(self, campaigns: Int, since: float, until: float) -> CreativeReport:
        mixes = self._rack.mixes if self._rack else {}
        return self._creative_rows.rows(mixes, self._traits, np.asarray(campaigns, np.int64), since, until)

    def add_creative(self, i: int) -> int:
        if self._rack is None:
            raise ValueError(f"campaign {i}: this world has no creatives (scenario: creatives.count = 0)")
        return self._rack.add(i, self._now)

    def retire_creative(self, i: int, creative: int) -> None:
        if self._rack is None:
            raise ValueError(f"campaign {i}: this world has no creatives (scenario: creatives.count = 0)")
        self._rack.retire(i, creative, self._now)

    # what only tests, demos and scores may ask

    def mix(self) -> Mix:
        """Today's creatives with their true shares of spend and of GMV. Raises ValueError where the world has none."""
        if self._rack is None:
            raise ValueError("this world has no creatives (scenario: creatives.count = 0)")
        return self._rack.mixes[day_of(self._done)]

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
        return run_out_of(self._books, self._traits, self._cover, self.scenario)

    def ledger(self) -> dict[str, Int]:
        """By campaign, fen: gmv = kept + refunded + open, at every instant."""
        return self._books.ledger(self._done)

    def foresight(self, days: int) -> Foresight:
        """The market of today and the days to come, `days` in all, for oracles; does not change the world."""
        return foresight_of(
            self.scenario, self.shocks, self.times, self._traits, self._state, self._rack, self._market, self._done, days
        )  # fmt: skip

    def unchanging(self) -> list[object]:
        """Parts that stay as they are, so that copies of this world may share them."""
        return [self.shocks, self.scenario, *self.specs, *self._books.closed]

    def truth(self) -> dict[str, object]:
        """Plain values; money fen. `optimum` on the paid basis; `final_*` after the run-out of the orders placed so far."""
        self._books.arrive(self._done)
        names = [g.name for g in self.scenario.group]
        rows = told(self.specs, names, self._traits, self._state, self._books, self.run_out())
        return {"now": self._now, "scenario": self.scenario.name, "campaigns": rows}

    # a span of steps

    def _run(self, to: float) -> list[int]:
        """Run as many steps as nothing interrupts: at most to midnight, to the next birth, to where settings act."""
        begin, step = self._done, self._step
        created = self._launch(begin + step) + self._renew(begin + step)
        span = Span(begin, step, self._steps(begin, to))
        self._trading.run(span, self._state, self._cover if self._family else None, self._quality)
        self._done = span.end
        if day_of(span.end) != span.day:
            self._turn(day_of(span.end))
        self._now = max(self._now, span.end)
        self._put_in_force()
        return created

    def _steps(self, begin: float, to: float) -> int:
        if self._dirty.any():
            return 1
        end = day_start(day_of(begin) + 1) if self._step == HOUR else begin // HOUR * HOUR + HOUR
        most = int((min(to, end) - begin) // self._step)
        born = self._births.steps_until(begin + self._step, self._step)
        return most if born is None else min(most, born + 1)

    def _turn(self, day: int) -> None:
        """Midnight, the beginning of natural day `day`."""
        noise, midnight = self.scenario.noise, day_start(day)
        if self._family:
            count(self._cover, np.arange(len(self.specs)), self._state.force)
            end_day(self._cover, self._family, self._state.spent, self._state.orders)
        self._state.spent[:], self._state.orders[:] = 0, 0
        active = np.flatnonzero(~self._state.finished)
        settle_aim(self._state, active, midnight, self.scenario.learning.lag_hours, self._cut)
        self._open_day(day)
        for stall in self._trading.stalls:
            turn_day(self._state, stall.tile.rows, stall.luck.day, self.scenario)
        if self.scenario.stock.cover_days:
            restock(self._state, self._traits, active, midnight, self.scenario.stock.restock_days)
        self._market = next_market(self._market, noise, market_of(self.shocks, day))
        self._births.open_day(day, midnight)
        self._begin_day(day)

    def _open_day(self, day: int) -> None:
        """Books and trading of a natural day; tiles are drawn up anew where the campaigns that are there have changed."""
        active = np.flatnonzero(~self._state.finished)
        tiles = [s.tile for s in self._trading.stalls]
        had = np.concatenate([t.rows for t in tiles]) if tiles else np.zeros(0, np.int64)
        if len(had) != len(active) or self._regrouped or not np.array_equal(np.sort(had), active):
            tiles = self._trading.tiled(active, self._traits, 0) if len(active) else []
        self._regrouped = False
        self._books.next_day(np.concatenate([t.rows for t in tiles]) if tiles else active)
        self._trading.open(day, tiles)

    _regrouped = False  # campaigns have joined today, in tiles of their own

    def _begin_day(self, day: int) -> None:
        """What the day brings, once its luck is known."""
        running = promotions.on(self.scenario, day)
        if self._rack:
            self._quality = self._rack.turn_day(day_start(day))
        self._cut = promotions.log_cut(running)
        volume = self._market - self.scenario.noise.market**2 / 2 + promotions.log_demand(running)
        self._trading.begin(Day(volume, self._cut), promotions.refund_factor(running))

    # settings and births

    def _edited(self, campaigns: Campaigns) -> None:
        if self._family:
            rows = np.atleast_1d(np.asarray(campaigns, np.int64))
            edited(self._cover, self._family, rows, self._traits.live[rows], self._now)

    def _touch(self, campaigns: Campaigns) -> None:
        self._dirty[campaigns] = True
        if self._now == self._done:
            self._put_in_force()

    def _put_in_force(self) -> None:
        rows = np.flatnonzero(self._dirty)
        if not len(rows):
            return
        if self._family:
            count(self._cover, rows, self._state.force[rows])
        put_in_force(self._state, self._traits, self.scenario, rows, self._done, self._cut)
        self._trading.changed(self._dirty)
        self._dirty[:] = False

    def _launch(self, until: float) -> list[int]:
        """Campaigns of the scenario whose creation has come by `until`."""
        due = self._births.launched(until)
        if not due:
            return []
        traits = taken(self._planned.traits, np.array(due))
        mine = [self._planned.specs[i] for i in due]
        return self._take_up(self._admit(mine, traits, newborn(mine, traits, self.scenario, self.shocks, self._done)))

    def _renew(self, end: float) -> list[int]:
        """Live campaigns are made anew as their room opens, with the settings and the learning of the day before."""
        leaving = self._tenants.leaving(self._births.opened(end), self.specs)
        if not leaving:
            return []
        rows = np.array([old for old, _ in leaving])
        settle_aim(self._state, rows, self._done, self.scenario.learning.lag_hours, self._cut)
        traits, state = taken(self._traits, rows), made_anew(self._state, rows)
        self._trading.changed(self._state.finished)
        specs = [
            again(self.specs[old], *self.setting(old)[:3], at, numbered(key, at, self.scenario))
            for key, (old, at) in zip(traits.key.tolist(), leaving, strict=True)
        ]
        created = self._take_up(self._admit(specs, traits, state))
        self._dirty[created] = True
        return created

    def _admit(self, specs: Sequence[CampaignSpec], traits: Traits, state: State) -> list[int]:
        first = len(self.specs)
        self.specs.extend(specs)
        n = len(self.specs)
        self._traits, self._state = joined(self._traits, traits), joined(self._state, state)
        self._cover = joined(self._cover, Cover.of(n - first))
        self._dirty, self._quality = np.pad(self._dirty, (0, n - first)), np.pad(self._quality, (0, n - first))
        self._books.admit(n)
        made = np.arange(first, n)
        if self._rack:
            self._rack.admit(made, traits, self._done)
        self._trading.join(made, self._traits)
        self._regrouped = True
        return made.tolist()

    def _take_up(self, made: list[int]) -> list[int]:
        groups = self.scenario.group
        self._tenants.note(made, self.specs, [groups[g].recreated for g in self._traits.group[made].tolist()])
        return made


def _check(
    scenario: Scenario, seed: int, shocks: Shocks, accounts: Sequence[int] | None, begin: float, step: int
) -> None:
    if shocks.seed != seed:
        raise ValueError(f"shocks of seed {shocks.seed}: expected those of seed {seed}")
    if accounts is not None and not set(accounts) <= set(range(scenario.accounts)):
        raise ValueError(f"accounts {sorted(set(accounts))}: expected some of 0 .. {scenario.accounts - 1}")
    if step % SLOT or HOUR % step:
        raise ValueError(f"step_s {step}: expected a multiple of {SLOT} that divides {HOUR}")
    if begin % HOUR:
        raise ValueError(f"begin {begin}: expected a whole hour in epoch seconds")
