"""One observation in the making: each group of columns from the parts that know it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.domain.values import Kind, Stage, SuggestionState, Waiver
from bidctl.engine.calendar import counted_days, of_day, phase_since
from bidctl.engine.day_sums import DAYS
from bidctl.engine.day_table import DayTable
from bidctl.engine.days import HOUR_S, end_of_hour
from bidctl.engine.delivery import Delivery, delivery
from bidctl.engine.edit_columns import EditColumns, edit_columns, lowered_since
from bidctl.engine.enrolled import Enrolled, floor_inputs, in_quiet
from bidctl.engine.evidence import order_cv
from bidctl.engine.groups import Groups
from bidctl.engine.judge import Judged, judge
from bidctl.engine.life import FED_SPEND, OBSERVE_S, OBSERVE_SESSIONS, SPENT, Lives, UnitDays
from bidctl.engine.milestones import by_unit
from bidctl.engine.protection import expected_compensation
from bidctl.engine.resolve import Source
from bidctl.engine.rows import total
from bidctl.engine.session_spend import session_spend
from bidctl.engine.settlement import Priors, Settled, look, settle
from bidctl.engine.shared_prior import shared
from bidctl.engine.standing import Standing
from bidctl.engine.start_average import start_average
from bidctl.engine.windows import turned
from bidctl.policy.rulebook.floor import break_even, yield_per_paid_yuan

if TYPE_CHECKING:
    from bidctl.engine.observe import Observer

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

LIVE_WAIVED_SPACING_S = 900.0


FOLLOWS_SUGGESTION = ("suggestion", "lowered")
"""Parts that change with an answer."""


class Columns:
    """All columns over all rows of one account at one instant; `observation` gives out those of listed campaigns."""

    def __init__(self, observer: Observer, given: Enrolled, table: DayTable, standing: Standing, now: float) -> None:
        self.o, self.table, self.standing, self.now = observer, table, standing, now
        self.e = of_day(given, standing.tables.calendar, table.last_day)
        self.m, self.roster, self.days = observer.memory, observer.memory.roster, observer.days
        self.n, self.accounts = len(self.roster), self.roster.by_account
        self.live = self.roster.ints("kind") == Kind.LIVE
        self.net = self.roster.flags("net")
        self.target_gmv = np.where(self.net[:, None], table.x[3], table.x[1])

    def with_answers(self) -> Columns:
        """The same, with what the platform has since answered about suggestions."""
        again = copy.copy(self)
        for name in FOLLOWS_SUGGESTION:
            again.__dict__.pop(name, None)
        return again

    # parts, each computed once
    @cached_property
    def settled(self) -> Settled:
        stated = Priors(self.e.settled_share, self.e.strength, self.e.delay_days)
        cohorts, seen = self.table.cohorts, look(self.table.cohorts)
        told = shared(stated, cohorts, self.roster.ints("same"), self.accounts, seen)
        return settle(cohorts, seen, told.priors, told.delays, told.slow)

    @cached_property
    def edits(self) -> EditColumns:
        anchor_from = np.where(self.live, self.session_from, np.nan)
        promotion = phase_since(self.standing.tables.calendar, self.days, self.now)
        return edit_columns(self.o.book, self.roster.ints("target"), anchor_from, self.days, self.now, promotion)

    @cached_property
    def hours_until(self) -> Float:
        """(n,) end of the last hour of today or yesterday that hour facts tell, 0 = none."""
        until = np.zeros(self.n)
        for day, view in sorted(self.o.hourly.views.items()):
            told = view.source == Source.HOUR
            last = told.shape[1] - told[:, ::-1].argmax(axis=1)
            ends = np.minimum(self.days.start(day) + HOUR_S * last, self.now)
            until = np.where(told.any(axis=1), ends, until)
        return until

    @cached_property
    def data_until(self) -> Float:
        """(n,) instant up to which facts tell what the campaign did; 0 = none within two days."""
        return np.asarray(np.maximum(np.maximum(self.m.last_two.at[:, 0], self.hours_until), 0.0))

    @cached_property
    def session_from(self) -> Float:
        """(n,) start of the running or last session, NaN = none."""
        start = {k: s[-1].started_at.timestamp() for k, s in self.m.sessions.items() if s}
        return self._by_key(start)

    @cached_property
    def session_age(self) -> Float:
        on = {
            k: s[-1].started_at.timestamp()
            for k, s in self.m.sessions.items()
            if s and (s[-1].ended_at is None or s[-1].ended_at.timestamp() > self.now)
        }
        begun = self.now - self._by_key(on)
        idle = self.roster.flags("off_air") | self.roster.flags("stopped")
        return np.where(self.live & ~idle, begun, np.nan)

    @cached_property
    def cv(self) -> Float:
        """(n,) variation of order values of the account."""
        return order_cv(self.table.x[1], self.table.x[2], self.accounts)[self.accounts.of]

    @cached_property
    def judged(self) -> Judged:
        target = self.roster.ints("target") / self.o.capabilities.grid.per_one
        return judge(self.table, self.settled, self.e, self.net, target, self.accounts, self.cv)

    @cached_property
    def delivery(self) -> Delivery:
        return delivery(self.m, self.o.hourly, self.table, self.edits.last_edit, self.now)

    @cached_property
    def unit(self) -> Groups:
        """Rows by life unit; one without is a unit of its own."""
        ids = self.roster.ints("unit").copy()
        alone = ids < 0
        ids[alone] = -1 - np.flatnonzero(alone)
        units, of = np.unique(ids, return_inverse=True)
        return self.roster.grouped(of.astype(np.int64), len(units))

    @cached_property
    def unit_days(self) -> UnitDays:
        unit, spend = self.unit, self.table.x[0]
        unknown = np.isnan(spend)
        window = (self.table.last_day - DAYS + 1) % DAYS
        least, fed, first = (
            turned(column, window, DAYS) for column in (self.m.sums.least, self.m.fed_hour, self.m.first_hour)
        )
        total = unit.sums_of_columns(np.where(unknown, least, spend))
        live = self.live
        if not unit.single:
            unknown = unit.sums_of_columns(unknown.astype(np.float64)) > 0
            fed, first, live = unit.highest(fed), unit.highest(first), unit.highest(live)
        # a day of which only a part is known counts with what is known of it
        return UnitDays(self.table.last_day, np.where(unknown & (total <= SPENT), np.nan, total), fed, first, live)

    @cached_property
    def lives(self) -> Lives:
        keep, r = self.o.milestones, self.roster
        kept = (keep.column(r, "first_spend_at"), keep.column(r, "fed_at"), keep.column(r, "observe_from"))
        unit_lives = by_unit(self.unit, self.unit_days, *kept, self.days, self.now)
        # as from being fed: from the end of its hour
        switched = end_of_hour(self.o.book.switched)
        observe = unit_lives.observe_from
        observe = np.where(np.isfinite(observe), np.fmax(observe, switched), observe)
        blind = self.history_unknown & np.isnan(unit_lives.fed)
        begun = np.fmax(r.floats("created"), np.where(np.isfinite(r.floats("first_seen")), self.first_seen, np.nan))
        return Lives(unit_lives.first_spend, unit_lives.fed, np.where(blind, np.fmax(begun, switched), observe))

    @cached_property
    def first_seen(self) -> Float:
        kept = self.o.milestones.column(self.roster, "first_seen_at")
        return np.fmin(kept, self.roster.floats("first_seen"))

    @cached_property
    def history_unknown(self) -> Bool:
        """Some complete day since creation is unknown, and nothing kept says that it was fed."""
        begins = np.array(
            [self.days.start(self.table.last_day - self.table.x.shape[2] + 2 + i) for i in range(self.table.x.shape[2])]
        )
        created = self.roster.floats("created")
        since = np.where(np.isnan(created), -np.inf, created)
        unknown = np.isnan(self.table.x[0]) & (begins > since[:, None])
        return np.asarray(unknown[:, :-1].any(axis=1))

    @cached_property
    def sessions_seen(self) -> Int:
        """(n,) live: sessions begun since the observation clock, with >= 200 yuan of spend."""
        units, keys = self.roster.ints("unit"), self.roster.ints("live_key")
        live = np.flatnonzero(self.live & (keys >= 0))
        days = {int(units[r]): (int(keys[r]), self.unit_days.spend[self.unit.of[r]]) for r in live.tolist()}
        spent = session_spend(self.o.hourly.by_session, self.m.sessions, days, self.table.last_day, self.days)
        out, seen = np.zeros(self.n, np.int64), dict[int, int]()
        for row in live.tolist():  # a unit's campaigns share its sessions and its clock
            unit = int(units[row])
            if unit not in seen:
                since = self.lives.observe_from[row] - 1.0
                seen[unit] = sum(
                    spent.get((unit, s.room), 0.0) >= FED_SPEND and s.started_at.timestamp() >= since
                    for s in self.m.sessions.get(int(keys[row]), [])
                )
            out[row] = seen[unit]
        return out

    @cached_property
    def stage(self) -> NDArray[np.int8]:
        observed = self.now - self.lives.observe_from
        begun = np.isfinite(self.lives.observe_from)
        watched = (observed > OBSERVE_S) & (~self.live | (self.sessions_seen >= OBSERVE_SESSIONS))
        spent = np.isfinite(self.lives.first_spend)
        alive = np.where(
            begun, np.where(watched, Stage.FREE, Stage.OBSERVING), np.where(spent, Stage.FEEDING, Stage.NEW)
        )
        alive = np.where(self.roster.flags("stopped"), Stage.STOPPED, alive)
        return np.where(self.e.enrolled, alive, Stage.FOREIGN).astype(np.int8)

    @cached_property
    def started(self) -> Bool:
        used = self.o.book.some(self.o.book.changes.target & self.o.book.changes.ours)
        kept = self.o.milestones.flag(self.roster, "started")
        return np.asarray(kept | used | np.isfinite(self.lives.first_spend) | self.history_unknown)

    @cached_property
    def suggestion(self) -> tuple[Float, NDArray[np.int8], Float]:
        """(value, state, unknown since)."""
        s, midnight = self.m.suggested, self.days.start(self.days.of(self.now))
        known = (s.state != SuggestionState.UNKNOWN) & (s.at >= midnight)
        ever = s.known_at > -np.inf
        lapsed = self.days.midnight_after(s.known_at, ever)
        failed = np.where((s.at > s.known_at) & ever, s.at, np.nan)
        kept = self.o.milestones.column(self.roster, "suggestion_unknown_since")
        since = np.where(ever, np.fmin(lapsed, failed), np.fmin(kept, self.first_seen))
        return (
            np.where(known, s.value, np.nan),
            np.where(known, s.state, SuggestionState.UNKNOWN).astype(np.int8),
            np.where(known, np.nan, since),
        )

    @cached_property
    def lowered(self) -> Bool:
        since = self.suggestion[2]
        kept = self.o.milestones.flag(self.roster, "lowered_since_unknown")
        kept_since = self.o.milestones.column(self.roster, "suggestion_unknown_since")
        return lowered_since(self.o.book, since) | (kept & np.isfinite(since) & (kept_since >= since - 1.0))

    @cached_property
    def paused_at(self) -> Float:
        """(n,) epoch s of our pause in force, NaN = none."""
        paused = {c: p.paused_at.timestamp() for c, p in self.o.pauses.items() if p.paused_at is not None}
        return self.roster.spread(paused, float("nan"))

    @cached_property
    def before_switched_on(self) -> Float:
        """(3, n) of today's spend, paid GMV and orders, what came before somebody last switched the campaign on today."""
        out = np.zeros((3, self.n))
        for campaign, p in self.o.pauses.items():
            row = self.roster.index.get(campaign)
            if row is not None and p.enabled_at is not None and p.enabled_at.timestamp() >= self.midnight:
                out[:, row] = p.spend, p.gmv, p.orders
        return out

    @cached_property
    def base_settled(self) -> Float:
        """(n,) when a day's return to the base budget last came to its end, NaN = never: it stood there, was written, or
        somebody changed the budget since midnight."""
        kept, s = self.o.milestones.column(self.roster, "base_settled_at"), self.standing
        there = self.roster.floats("budget") <= self.e.budget_base
        moved = self.roster.among(s.budget_moved)
        ended = np.isfinite(self.e.budget_base) & (there | moved) & ~(kept >= self.midnight)
        return np.where(ended, self.now, kept)

    @cached_property
    def base_due(self) -> Bool:
        """(n,) today's return to the base budget is still to be done: of campaigns that were ours at midnight."""
        ours = ~(self.e.enrolled_at > self.midnight)
        return np.isfinite(self.e.budget_base) & ~(self.base_settled >= self.midnight) & ours

    @cached_property
    def midnight(self) -> float:
        """Epoch s at which the natural day began."""
        return self.days.start(self.table.last_day)

    @cached_property
    def complete(self) -> Bool:
        r, x = self.roster, self.table.x
        known = np.isfinite(x[0, :, -1]) & np.isfinite(x[1, :, -1]) & np.isfinite(x[2, :, -1])
        target = ~r.flags("cost_controlled") | (r.flags("has_target") & r.flags("has_objective"))
        basis = ~self.net | (np.isfinite(x[3, :, -1]) & np.isfinite(self.net_share))
        fresh = r.floats("seen") >= self.m.listed_at
        return known & target & basis & fresh & ~r.flags("odd") & self.judged.convertible

    def milestones(self) -> Float:
        """(n, 8) what a `KnownLife` is made of (`Milestones.FIELDS`), epoch s or 0 / 1, NaN = none."""
        fed = self.lives.fed
        unknown = self.suggestion[1] == SuggestionState.UNKNOWN
        since = np.where(unknown, self.suggestion[2], np.nan)
        observe = np.where(np.isfinite(fed), self.lives.observe_from, np.nan)
        seen = np.where(np.isfinite(self.first_seen), self.first_seen, np.nan)
        return np.stack(
            [
                seen,
                self.lives.first_spend,
                fed,
                observe,
                since,
                self.started * 1.0,
                (self.lowered & unknown) * 1.0,
                self.base_settled,
            ],
            axis=1,
        )

    def observation(self) -> Observation:
        """The finished columns of the campaigns that are listed, in the order of their ids."""
        from bidctl.engine.assemble import assemble

        return Observation(**self._given_out(assemble(self)))  # type: ignore[arg-type]

    def answered(self, o: Observation) -> Observation:
        """`o`, made of the same parts before the answers, with what follows from them."""
        from bidctl.engine.assemble import suggested

        return replace(o, **self._given_out(suggested(self)))  # type: ignore[arg-type]

    def _given_out(self, columns: Mapping[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        by_name = self.roster.by_name()
        rows = by_name[self.roster.flags("listed")[by_name]]
        return {name: np.asarray(column)[rows] for name, column in columns.items()}

    def _by_key(self, values: dict[int, float]) -> Float:
        keys = self.roster.ints("live_key")
        return np.array([values.get(k, np.nan) for k in keys.tolist()]) if values else np.full(self.n, np.nan)

    # small groups
    def quiet(self) -> Bool:
        minute = self.days.minute(self.now)
        told = np.zeros(self.n, np.bool_)
        told[[row for row, windows in self.e.quiet.items() if in_quiet(windows, minute)]] = True
        return told | np.isin(self.roster.ints("live_key"), self.roster.live_keys(self.standing.unread_rooms))

    def average30(self) -> tuple[Float, NDArray[np.int8]]:
        counted = counted_days(self.standing.tables.calendar, self.table.last_day)
        groups = (self.roster.by_kin(name) for name in ("same", "whole"))
        return start_average(self.table.x[0][:, counted], self.target_gmv[:, counted], *groups)

    def spacing(self) -> Float:
        waived = self.live & (self.e.waivers & int(Waiver.LIVE_SPACING_15MIN) > 0)
        return np.where(waived, LIVE_WAIVED_SPACING_S, float(self.o.capabilities.spacing_s))

    @cached_property
    def net_share(self) -> Float:
        """(n,) GMV net of refunds within 1 h / paid GMV; 1 where nothing was paid yet, NaN where something was and the net column
        tells nothing of it: then nothing can be converted to a target on that basis."""
        if not self.net.any():
            return np.ones(self.n)  # nobody asks
        paid, net = self.table.x[1], self.table.x[3]
        both = np.isfinite(paid) & np.isfinite(net)
        whole, kept = total(np.where(both, paid, 0.0)), total(np.where(both, net, 0.0))
        share = np.where((whole > 0) & (kept > 0), kept / np.where(whole > 0, whole, 1.0), np.nan)
        return np.where(total(np.nan_to_num(paid)) > 0, share, 1.0)

    @cached_property
    def per_target(self) -> Float:
        """(n,) paid yuan behind one yuan on the target's own basis: what turns shares of paid GMV into shares of that basis."""
        return np.where(self.net, 1.0 / self.net_share, 1.0)

    @cached_property
    def trusted(self) -> Bool:
        """(n,) the settlement prior was confirmed by the operator, or one cohort of the account bears it out."""
        return np.asarray(self.e.confirmed | (self.accounts.totals(self.settled.mature) > 0))

    def floors(self) -> tuple[Float, NDArray[np.int8]]:
        """R-FLOOR on the target's basis: s is finally billed, r refunded after dispatch, per yuan of that basis."""
        return break_even(floor_inputs(self.e, np.minimum(self.settled.rate * self.per_target, 1.0), self.per_target))

    def margins(self) -> Float:
        return yield_per_paid_yuan(floor_inputs(self.e, self.settled.rate, np.ones(self.n)))

    def compensation(self) -> Float:
        orders = np.where(self.net, self.table.x[4, :, -1], self.table.x[2, :, -1])
        gmv, share = self.target_gmv[:, -1], self.table.share[:, -1]
        return expected_compensation(self.table.x[0, :, -1], gmv, gmv * share, orders)
