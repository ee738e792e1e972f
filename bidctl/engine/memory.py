"""What the facts of the accounts observed together have come to, in buckets: fed in any order, bounded, recomputable from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo, Listing, Session
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import AccountId, CampaignId
from bidctl.domain.writes import Edit
from bidctl.engine.day_sums import DAYS, DaySums
from bidctl.engine.days import DAY_S, HOUR_S, NaturalDays
from bidctl.engine.edit_book import KEEP_S, Changes, EditBook
from bidctl.engine.effective import EffectiveHours
from bidctl.engine.fact_block import FactBlock
from bidctl.engine.freshness import LastTwo
from bidctl.engine.listing_columns import ListingColumns, columns_of, of_infos
from bidctl.engine.resolve import HOURLY, LATE_S
from bidctl.engine.roster import Roster
from bidctl.engine.suggested import Suggested
from bidctl.engine.windows import Ring

Float = NDArray[np.float64]
Int = NDArray[np.int64]

HOURS = 8 * 24 + 1
EVERY_DAY = 0
"""In `dirty`: every day of the window."""
RESOLVED_DAYS = 8
"""Hours are kept for 8 natural days, today included; older days are what they added up to."""

_TOTALS = ("spend", "gmv", "orders", "gmv_1h", "orders_1h")


def listing_facts(listing: Listing, days: NaturalDays) -> Panel:
    """The day's totals of a listing as CUMULATIVE facts, to be stored and ingested. A campaign whose spend was not reported
    has none."""
    infos = [i for i in listing.campaigns if i.today.spend is not None]
    n, at = len(infos), listing.read_at.timestamp()
    blank = np.full(n, np.nan)
    columns = dict.fromkeys(METRICS, blank)
    for name in _TOTALS:
        values = [getattr(i.today, name) for i in infos]
        columns[name] = np.array([np.nan if v is None else v for v in values], np.float64)
    return Panel(
        np.array([i.campaign for i in infos], np.str_) if n else np.zeros(0, "U1"), np.full(n, Grain.CUMULATIVE, np.int8),
        np.full(n, days.start(days.of(at))), np.full(n, at), np.zeros(n, np.bool_), **columns,
    )  # fmt: skip


class Memory:
    """Rolling state (see the parts for shapes); `dirty` are the natural days whose hours changed."""

    def __init__(self, days: NaturalDays, book: EditBook, account: AccountId) -> None:
        self.days = days
        self.book = book
        self.roster = Roster(account)
        self.suggested = Suggested()
        self.hours = Ring(len(HOURLY), HOURS)
        self.snaps = Ring(len(HOURLY), HOURS)
        self.daily = Ring(len(METRICS), DAYS)
        self.sums = DaySums()
        self.effective = EffectiveHours()
        self.last_two = LastTwo()
        self.fed_hour = np.zeros((0, DAYS), np.int8)
        self.first_hour = np.zeros((0, DAYS), np.int8)
        self.sessions: dict[int, list[Session]] = {}
        self.good_read_at = -np.inf
        self.listed_at = -np.inf
        self.hour_read_at = -np.inf
        self.dirty: set[int] = set()
        self.past_changes = 0  # counts what may have changed of the days before today
        self.renamed = False  # rows were renumbered since the enrolments were laid beside them
        self.named_before: list[CampaignId] = []  # of the rows as they were then

    # facts
    def ingest(self, panel: Panel) -> None:
        """New, late, revised or duplicate facts, in any order. Raises ValueError for a CUMULATIVE fact that does not begin at
        a midnight of the account (totals of a live session: give those of the natural day)."""
        if len(panel) == 0:
            return
        self.advance(float(panel.known_at.max()))
        rows = self.rows(panel.campaign.tolist())
        for grain, put in (
            (Grain.HOUR, self._put_hours),
            (Grain.DAY, self._put_days),
            (Grain.CUMULATIVE, self._put_snaps),
        ):
            pick = panel.grain == grain
            if pick.any():
                put(rows[pick], panel.take(pick))

    def _put_hours(self, rows: Int, p: Panel) -> None:
        changed = self.hours.put(rows, self.days.hours_of(p.happened_at), p.known_at, _values(p, HOURLY))
        self._soil(changed)
        self.hour_read_at = max(self.hour_read_at, float(p.known_at.max()))

    def _put_days(self, rows: Int, p: Panel) -> None:
        self.past_changes += 1
        self.daily.put(rows, self.days.of_many(p.happened_at), p.known_at, _values(p, METRICS))

    def _put_snaps(self, rows: Int, p: Panel) -> None:
        day = self.days.of_many(p.happened_at)
        begins = np.array([self.days.start(d) for d in np.unique(day).tolist()])
        begin = begins[np.searchsorted(np.unique(day), day)]
        if (np.abs(begin - p.happened_at) > 1.0).any():
            at = datetime.fromtimestamp(float(p.happened_at[np.abs(begin - p.happened_at) > 1.0][0]), UTC)
            raise ValueError(
                f"cumulative fact from {at.isoformat()}: expected totals from a midnight of {self.days.zone.key}; give natural-day totals"
            )
        values = _values(p, HOURLY)
        for d in np.unique(day).tolist():
            mine = day == d
            self._put_snapshots(rows[mine], d, p.known_at[mine], values[mine])

    def _put_snapshots(self, rows: Int, day: int, known: Float, values: Float) -> None:
        """Totals of a day so far: `known` (m,), `values` (m, 5) of `HOURLY`."""
        first, k = self.days.hours(day)
        # a reading taken on the hour belongs to the hour that ends; one taken after midnight to its day's last hour
        hour = np.clip(self.days.hours_of(known - 1e-3), first, first + k - 1)
        self.snaps.put(rows, hour, known, values)
        self.dirty.add(day)  # also where nothing was newer: `_put_last` writes over the day
        self.last_two.put(rows, known, values[:, 0], np.full(len(rows), day))
        self._put_last(rows, day, known, values)

    def _put_last(self, rows: Int, day: int, known: Float, values: Float) -> None:
        """The day's last snapshot, for days that no hour will tell (after a restart live has nothing else); days that still
        have hours are resolved from them over this."""
        assert self.sums.head is not None
        if day > self.sums.head - DAYS:
            self.past_changes += day < self.sums.head
            self.sums.put_last(rows, day, known, values, known >= self.days.start(day + 1) - LATE_S)

    def cover(self, campaigns: Iterable[CampaignId], grain: Grain, since: float, until: float) -> None:
        """A read of [since, until) was whole: these campaigns have zeros where it had no row. Only finished buckets count."""
        rows = self.rows(list(campaigns))
        if len(rows) == 0:
            return
        if grain is Grain.HOUR:
            first, last = self.days.hour_of(since), self.days.hour_of(until) - 1
            ring, self.hour_read_at = self.hours, max(self.hour_read_at, until)
            self._soil(np.arange(max(first, last - HOURS), last + 1))
        else:
            self.past_changes += 1
            first, last, ring = self.days.of(since), self.days.of(until) - 1, self.daily
        if last >= first:
            ring.cover(rows, first, last)

    def ingest_block(self, block: FactBlock) -> None:
        """Facts of one whole read: rows where there are any, zeros where not."""
        self.advance(block.known_at)
        rows = self.rows_of(block.campaigns)
        if block.grain is Grain.HOUR:
            self.hours.put_block(rows, block.first, block.known_at, block.values)
            self._soil(np.arange(max(block.first, block.first + block.width - HOURS), block.first + block.width))
            self.hour_read_at = max(self.hour_read_at, block.known_at)
        else:
            self.past_changes += 1
            self.daily.put_block(rows, block.first, block.known_at, block.values)

    # listings
    def ingest_listing(self, listing: Listing) -> None:
        """All campaigns as read at one instant, with the day's totals."""
        self.ingest_columns(columns_of(listing), listing.campaigns)

    def ingest_columns(self, listing: ListingColumns, infos: Sequence[CampaignInfo] = ()) -> None:
        """The same in columns; `infos`: the campaigns as values, to be kept beside."""
        at = listing.read_at
        self.advance(max(at, self.listed_at))
        before = len(self.roster)
        units, net, target = (self.roster.ints(name).copy() for name in ("unit", "net", "target"))
        rows = self.roster.update(listing, infos)
        self._grow()
        newest = at >= self.listed_at
        self._put_totals(rows, listing)
        self._mark(rows, listing, newest)
        if listing.complete:
            self.good_read_at = max(self.good_read_at, at)
        self.listed_at = max(self.listed_at, at)
        same = len(self.roster) == before and all(
            np.array_equal(old, self.roster.ints(name)) for name, old in (("unit", units), ("net", net))
        )
        if not same or self._moved_unseen(target):
            self._soil_all()

    def _moved_unseen(self, before: Int) -> bool:
        """Some target is another than `before` (n,) and no edit tells of it: what was in force on past days is seen otherwise."""
        now = self.roster.ints("target")
        moved = np.flatnonzero(now != before)
        return bool(len(moved)) and bool((self.book.newest_target()[moved] != now[moved]).any())

    def _put_totals(self, rows: Int, listing: ListingColumns) -> None:
        """The day's totals of a listing as snapshots; a campaign whose spend was not reported has none."""
        told = np.isfinite(listing.spend)
        rows, at = rows[told], listing.read_at
        if not len(rows):
            return
        values = np.stack([getattr(listing, name)[told] for name in HOURLY], axis=1)
        self._put_snapshots(rows, self.days.of(at), np.full(len(rows), at), values)

    def _mark(self, rows: Int, listing: ListingColumns, newest: bool) -> None:
        at = listing.read_at
        away = np.ones(len(self.roster), np.bool_)
        away[rows] = False
        gone = np.flatnonzero(away)
        self.effective.mark(rows, self.days.hour_of(at), listing.effective)
        if listing.complete:
            self.effective.mark(gone, self.days.hour_of(at), np.zeros(len(gone), np.bool_))
            if newest:
                self.roster.absent(gone, at)
        if newest:
            self.roster.flags("listed")[rows] = True
            self.sums.budget[rows, self.days.of(at) % DAYS] = self.roster.floats("budget")[rows]

    # the rest
    def ingest_edits(self, edits: Iterable[Edit]) -> None:
        """Everybody's edits (all fields may be given; only target and objective count)."""
        given = list(edits)
        if given:
            self.ingest_changes(self.book.columns_of(self.rows([e.campaign for e in given]), given))

    def ingest_changes(self, changes: Changes) -> None:
        """The same in columns, of rows that are known."""
        fresh = self.book.add(changes)
        if len(fresh) and float(fresh.at.min()) < self.listed_at - (RESOLVED_DAYS - 2) * DAY_S:
            self._soil_all()
        elif len(fresh):
            first = self.days.hour_of(float(fresh.at.min()))
            until = self.days.hour_of(max(float(fresh.at.max()), self.listed_at))
            if first < until - HOURS:  # told of days whose hours are gone: their targets are found anew
                self._soil_all()
            self._soil(np.arange(max(first, until - HOURS), until + 1))

    def ingest_sessions(self, sessions: Sequence[Session]) -> None:
        """Live sessions; a session told again replaces what was known of it."""
        for s in sessions:
            (key,) = self.roster.live_keys([s.live_account])
            known = self.sessions.get(key, [])
            replaced = [x for x in known if x.room == s.room]
            if replaced != [s]:
                self.sessions[key] = sorted([*(x for x in known if x.room != s.room), s], key=lambda x: x.started_at)
                self._soil_sessions([s, *replaced])

    def _soil_sessions(self, sessions: Sequence[Session]) -> None:
        """The days that they share; of one that still runs, every day from its first."""
        for s in sessions:
            first = self.days.of(s.started_at.timestamp())
            last = first + RESOLVED_DAYS if s.ended_at is None else self.days.of(s.ended_at.timestamp())
            self.dirty.update(range(first, last + 1))

    def restore(self, infos: Sequence[CampaignInfo], at: float) -> None:
        """Campaigns as the ledger last knew them; they count as read, not as listed now."""
        self.roster.update(of_infos(infos, at, complete=False), infos)
        self._grow()
        self._soil_all()

    def advance(self, now: float) -> None:
        """Move to `now`; forget what has fallen out of every window."""
        for ring in (self.hours, self.snaps):
            if ring.head is None or ring.head < self.days.hour_of(now):
                ring.advance(self.days.hour_of(now))
        today = self.days.of(now)
        if self.daily.head is None or self.daily.head < today:
            self.daily.advance(today)
        head = self.sums.head
        if self.sums.advance(today) or head is None:
            self.dirty.add(
                EVERY_DAY if head is None or today > head + 1 else head
            )  # a day that ends is known otherwise
            self._turn_day_hours(today, head)
            self.book.forget(now - KEEP_S)
            self._drop_old(now)

    def window(self, today: int, n: int) -> Int:
        """Slots of the last `n` natural days, oldest first, today last."""
        return np.arange(today - n + 1, today + 1) % DAYS

    def _turn_day_hours(self, today: int, head: int | None) -> None:
        first = today - DAYS + 1 if head is None else max(head + 1, today - DAYS + 1)
        fresh = np.arange(first, today + 1) % DAYS
        self.fed_hour[:, fresh] = -1
        self.first_hour[:, fresh] = -1

    def _drop_old(self, now: float) -> None:
        """Compact away campaigns that have not been listed for as long as facts are kept."""
        keep = np.flatnonzero(
            self.roster.flags("listed")
            | (self.roster.floats("seen") > now - DAYS * DAY_S)
            | ~np.isfinite(self.roster.floats("seen"))
        )
        if len(keep) == len(self.roster):
            return
        if not self.renamed:
            self.named_before = self.roster.names
        self.roster.take(keep)
        self.renamed = True
        self.past_changes += 1
        for part in (
            self.hours,
            self.snaps,
            self.daily,
            self.sums,
            self.effective,
            self.last_two,
            self.suggested,
            self.book,
        ):
            part.take(keep)
        self.fed_hour, self.first_hour = self.fed_hour[keep], self.first_hour[keep]

    def rows(self, campaigns: Sequence[CampaignId]) -> Int:
        """Row of each campaign; unknown ones get a new row."""
        return self._with_room(self.roster.rows(campaigns))

    def rows_of(self, campaigns: NDArray[np.str_]) -> Int:
        """The same of ids in an array."""
        return self._with_room(self.roster.rows_of(campaigns))

    def _with_room(self, rows: Int) -> Int:
        if len(self.roster) > len(self.fed_hour):
            self._grow()
            self._soil_all()
        return rows

    def _grow(self) -> None:
        self.past_changes += len(self.roster) != len(self.fed_hour)
        n = len(self.roster)
        self.hours.grow(n)
        self.snaps.grow(n)
        self.daily.grow(n)
        self.sums.grow(n)
        self.effective.grow(n)
        self.last_two.grow(n)
        self.suggested.grow(n)
        self.book.grow(n)
        more = np.full((max(n - len(self.fed_hour), 0), DAYS), -1, np.int8)
        self.fed_hour = np.concatenate([self.fed_hour, more])
        self.first_hour = np.concatenate([self.first_hour, more])

    def _soil(self, hours: Int) -> None:
        for hour in np.unique(hours).tolist():
            self.dirty.add(self.days.of(self.days.hour_start(hour)))

    def _soil_all(self) -> None:
        self.dirty.add(EVERY_DAY)


def _values(p: Panel, names: Sequence[str]) -> Float:
    return np.stack([getattr(p, name) for name in names], axis=1)


__all__ = ["HOUR_S", "Memory", "listing_facts"]
