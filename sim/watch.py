"""Reading a world as a platform would be read: the day's totals now, finished hours and days when due, rooms, suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.panel import METRICS, Grain
from bidctl.domain.values import Kind, Protection, SuggestionState
from bidctl.engine.due import Due
from bidctl.engine.fact_block import FactBlock
from bidctl.engine.listing_columns import ListingColumns
from bidctl.engine.observe import Observer
from bidctl.engine.suggestions import moment, share_of_day
from sim.controls import Controls
from sim.platform import CAPABILITIES, account_id, campaign_id
from sim.rooms import Rooms
from sim.seam import Report, World

Int = NDArray[np.int64]
Float = NDArray[np.float64]
HOURLY = METRICS[:5]
DAY_S, HOUR_S = 86400.0, 3600.0


class Watch:
    """Feeds an observer from a world. Every read is whole and good; what it shows is as late as the world's reports are."""

    def __init__(self, world: World, controls: Controls) -> None:
        self._world, self._controls = world, controls
        self.who = Who(world)
        self.observer = Observer(account_id(self.who.first_account), CAPABILITIES)
        self._due = Due(self.observer.days)
        self._rooms = Rooms(world)
        self._over = np.zeros(0, np.bool_)
        self._answered = np.zeros(0, np.int64)  # (n,) day of the newest answer about a suggestion

    def look(self, now: float) -> None:
        """Everything due at `now`, taken in by the observer."""
        who, at = self.who, datetime.fromtimestamp(now, UTC)
        who.follow()
        self._controls.follow()
        for grain, since, until in self._due.at(at):
            self._facts(grain, since.timestamp(), until.timestamp(), now)
            self._due.done(grain, until, at)
        sessions, off_air, ended = self._rooms.look(now)
        self._over = ended & self._controls.enabled
        self.observer.ingest_sessions(sessions)
        self.observer.ingest_columns(self._listing(now, off_air, ended))
        self._answered = np.pad(self._answered, (0, len(who) - len(self._answered)))

    def _facts(self, grain: Grain, since: float, until: float, now: float) -> None:
        hours = grain is Grain.HOUR
        asked = np.flatnonzero(self.who.hourly if hours else np.ones(len(self.who), np.bool_))
        span = HOUR_S if hours else DAY_S
        k = round((until - since) / span)
        if not (len(asked) and k > 0):
            return
        told = self._world.report(asked, since, until, "hour" if hours else "day")
        values = self._block(told, asked, since, span, k, HOURLY if hours else METRICS)
        first = self.observer.days.hour_of(since) if hours else self.observer.days.of(since)
        self.observer.ingest_block(FactBlock(self.who.names[asked], grain, first, now, values))

    def _block(self, told: Report, asked: Int, since: float, span: float, k: int, names: tuple[str, ...]) -> Float:
        """(metrics, m, k) yuan and counts; NaN = no row, or not reported. Settlement by days is told of goods alone."""
        values = np.full((len(names), len(asked), k), np.nan)
        row = np.zeros(len(self.who), np.int64)
        row[asked] = np.arange(len(asked))
        place = row[told.campaign] * k + np.rint((told.span_start - since) / span).astype(np.int64)
        for metric, name in enumerate(names):
            values[metric].reshape(-1)[place] = told.number(name)
        if len(names) > len(HOURLY):
            values[len(HOURLY) :, ~self.who.hourly[asked]] = np.nan
        return values

    def _listing(self, now: float, off_air: NDArray[np.bool_], ended: NDArray[np.bool_]) -> ListingColumns:
        who, c, n = self.who, self._controls, len(self.who)
        told = self._world.today(np.arange(n))
        totals = {name: np.zeros(n) for name in HOURLY}
        for name, column in totals.items():
            column[told.campaign] = told.number(name)
        budget = np.where(c.budget > 0, c.budget / 100, np.inf)
        waits = who.starts_at > now
        return ListingColumns(
            read_at=now,
            complete=True,
            account=who.accounts,
            campaign=who.names,
            kind=who.kind,
            cost_controlled=who.cost_controlled,
            hosted=who.hosted,
            target=np.where(who.cost_controlled, c.target, 0),
            objective=who.objective,
            delivering=c.enabled & ~ended & ~waits & ~off_air & ~(totals["spend"] >= budget),
            enabled=c.enabled,
            off_air=off_air & c.enabled & ~ended & ~waits,
            ended=self._over,
            odd=np.zeros(n, np.bool_),
            budget=budget,
            created=np.floor(who.created_at),
            modified=np.floor(c.modified),
            protection=self._protection(ended),
            live_account=who.live_account,
            products=who.products,
            **totals,
        )

    def _protection(self, ended: NDArray[np.bool_]) -> NDArray[np.int8]:
        """As the platform shows it of a day without a forfeit; we never edit so often that one follows."""
        protected = self.who.cost_controlled & ~self.who.hosted
        there = np.where(ended, Protection.ENDED, Protection.IN_EFFECT)
        return np.where(protected, there, Protection.NONE).astype(np.int8)

    def ask_due(self, enrolled: NDArray[np.bool_], now: float) -> None:
        """The suggestions of the campaigns `enrolled` (n,) whose moment of the day has come."""
        open_ = enrolled & self.who.cost_controlled & ~self._over & (self._answered != self.observer.days.of(now))
        self.ask(np.flatnonzero(open_ & (self.who.moment < share_of_day(self.observer.days.local(now)))), now)

    def ask(self, rows: Int, now: float) -> None:
        """The suggestions of these campaigns, because a decision turns on them."""
        if len(rows):
            value = np.round(self._world.suggestion(rows), 2)
            state = np.where(np.isnan(value), SuggestionState.NONE, SuggestionState.NUMBER).astype(np.int8)
            self.observer.ingest_suggestions(self.who.names[rows].tolist(), state, value, now)
            self._answered[rows] = self.observer.days.of(now)


class Who:
    """What does not change about the campaigns of a world, in columns (n,)."""

    def __init__(self, world: World) -> None:
        self._world, self._n = world, 0
        self.names = np.zeros(0, "U1")
        self._index: dict[str, int] = {}
        self.follow()

    def __len__(self) -> int:
        return self._n

    @property
    def first_account(self) -> int:
        return self._world.specs[0].account if self._n else 0

    def index(self, names: Iterable[str]) -> Int:
        """Where these campaigns are in the world."""
        return np.array([self._index[name] for name in names], np.int64)

    def follow(self) -> None:
        """Take up new campaigns."""
        specs = self._world.specs
        if len(specs) == self._n:
            return
        self._n = len(specs)
        live = np.array([s.kind == Kind.LIVE for s in specs])
        self.names = np.array([campaign_id(i, s) for i, s in enumerate(specs)], np.str_)
        self._index = {name: i for i, name in enumerate(self.names.tolist())}
        self.accounts = np.array([account_id(s.account) for s in specs], np.str_)
        self.kind = live.astype(np.int8)
        self.cost_controlled = np.array([s.cost_controlled for s in specs], np.bool_)
        self.hosted = np.array([s.overall for s in specs], np.bool_)
        self.objective = np.array([s.objective for s in specs], np.int8)
        self.created_at = np.array([s.created_at for s in specs])
        self.starts_at = np.array([s.starts_at for s in specs])
        self.live_account = np.array([str(s.live_account) if s.kind == Kind.LIVE else "" for s in specs], np.str_)
        self.products = np.array([",".join(sorted(map(str, s.products))) for s in specs], np.str_)
        self.hourly = ~live & ~self.hosted
        self.moment = np.array([moment(campaign_id(i, s)) for i, s in enumerate(specs)])


__all__ = ["Watch", "Who"]
