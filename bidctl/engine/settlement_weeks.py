"""Settlement rate (结算率) of cohorts by the week in which orders were PAID: billed over paid so far, and where it will end.

A bill of a week is never divided by payments of that week: what is billed in a week was paid weeks before. Each order stands in the
cohort of its own pay week; its refunds count by lag from its payment. What will still come back is the refund curve's, learned from
the account's cohorts with the stated prior, then from those of each key shrunk toward the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.enrolment import Prior
from bidctl.domain.orders import BillKind, OrderFacts, Orders
from bidctl.engine.attribution import Attribution
from bidctl.engine.backtest import Triangle
from bidctl.engine.order_ledger import OrderLedger, order_ledger, placed
from bidctl.engine.order_totals import Side
from bidctl.engine.refund_curve import Cohorts, RefundCurve, below, clusters, learn, prior_curve, project, spreads

Float = NDArray[np.float64]
DAY, WEEK, FEN = 86400.0, 7 * 86400.0, 100.0
MONDAY = 4 * DAY
"""The first Monday after 1970-01-01, a Thursday."""
EDGES = np.array([0.0, 1.0, 2.0, 4.0, 7.0, 10.0, 14.0, 21.0, 30.0, 45.0, 60.0, 90.0])
"""Lag bins in days; what comes later counts in the last."""
MATURE = 0.9
"""Share of its expected refunds that a mature cohort has seen."""
QUICK = 0.3
"""Share of refunds that the stated prior expects within the first day (ours)."""


@dataclass(slots=True)
class Paid:
    """Orders of one pay day or week: yuan by lag bin in `refunds`, `square` sum of squared order values,
    `moment` of paid * pay instant."""

    orders: int = 0
    paid: float = 0.0
    billed: float = 0.0
    square: float = 0.0
    moment: float = 0.0
    refunds: Float = field(default_factory=lambda: np.zeros(len(EDGES) - 1))

    def take(self, other: Paid) -> None:
        """Adds the orders of another to these."""
        for name in ("orders", "paid", "billed", "square", "moment"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refunds = self.refunds + other.refunds


Key = tuple[str, float]
"""What the cohort is of, and the epoch second at which its day or week begins."""
Part = tuple[int, str, float, int]
"""Row of an order, whose it is, what share of it, and 1 where the order counts."""
PaidBy = dict[Key, Paid]


@dataclass(frozen=True, slots=True)
class WeekRate:
    """A cohort's settlement rate. `week` epoch second of its Monday; yuan `paid`, `billed`, `refunded`; `rate` projected, `lo` and
    `hi` its 90 % interval; `maturity` share of expected refunds seen; `flagged`: refunds stand out (a bad batch or session)."""

    key: str
    week: float
    orders: int
    paid: float
    billed: float
    refunded: float
    rate: float
    lo: float
    hi: float
    maturity: float
    flagged: bool

    @property
    def mature(self) -> bool:
        return self.maturity >= MATURE


def pay_days(
    slices: Iterable[OrderFacts], at: float, side: Side | None, offset_s: float, rule: Attribution | None = None
) -> PaidBy:
    """Orders by pay day as known at epoch second `at`, by `side` (None = the whole account); `offset_s` the account's zone east of UTC;
    `rule`: how orders that name no campaign are shared out."""
    found: PaidBy = {}
    for facts in slices:
        known = facts.as_of(at)
        book = order_ledger(known)
        add_days(found, known, book, parts_of(book.orders, side, rule), offset_s)
    return found


def by_week(days: PaidBy, offset_s: float) -> PaidBy:
    """Days added up to weeks that begin on Mondays of the account's zone."""
    found: PaidBy = {}
    for (name, day), paid in days.items():
        found.setdefault((name, week_of(day, offset_s)), Paid()).take(paid)
    return found


def week_of(day: float, offset_s: float) -> float:
    """Epoch second of the Monday that begins an instant's week."""
    return float(np.floor((day + offset_s - MONDAY) / WEEK) * WEEK + MONDAY - offset_s)


def add_days(found: PaidBy, facts: OrderFacts, book: OrderLedger, parts: Iterable[Part], offset_s: float) -> None:
    """Adds the orders of a ledger by pay day, each part under its name."""
    orders = book.orders
    midnight = np.floor((orders.paid_at + offset_s) / DAY) * DAY - offset_s
    bins = _refunds(facts, book)
    for i, name, share, counted in parts:
        cohort = found.setdefault((name, float(midnight[i])), Paid())
        paid = int(orders.paid[i]) / FEN * share
        cohort.orders += counted
        cohort.paid += paid
        cohort.billed += int(book.billed[i]) / FEN * share
        cohort.square += paid * paid
        cohort.moment += paid * float(orders.paid_at[i])
        if book.refunded[i]:
            cohort.refunds += bins[i] / FEN * share


def parts_of(orders: Orders, side: Side | None, rule: Attribution | None) -> Iterable[Part]:
    """The parts of orders by `side` (None = the whole account); `rule`: how orders that name no campaign are shared out."""
    if rule is None:
        names = [""] * len(orders) if side is None else getattr(orders, side).tolist()
        return ((i, name, 1.0, 1) for i, name in enumerate(names))
    s = rule.shares(orders)
    share = s.fen / np.maximum(orders.paid[s.row], 1)
    return zip(s.row.tolist(), s.campaign.tolist(), share.tolist(), s.lead.astype(int).tolist(), strict=True)


def _refunds(facts: OrderFacts, book: OrderLedger) -> Float:
    """(n, b) fen refunded of each order by lag: as listed, and what only its bill knows at the bill's time; each order adds up."""
    orders, r, b = book.orders, facts.refunds, facts.bills
    found = np.zeros((len(orders), len(EDGES) - 1))
    if not len(orders):
        return found
    listed = np.ones(len(r), np.bool_)
    listed[book.doubtful.refunds[0]] = False
    _, first = np.unique(r.refund, return_index=True)
    rows = np.intersect1d(first, np.flatnonzero(listed))
    at, there = placed(r.order[rows], orders.order)
    rows, at = rows[there], at[there]  # one that a person dropped may be of an order that is not known
    np.add.at(found, (at, _bin(r.happened_at[rows] - orders.paid_at[at])), r.fen[rows])
    settles = np.flatnonzero((b.kind == BillKind.SETTLED) & np.isin(b.order, orders.order))
    when = orders.paid_at + EDGES[-1] * DAY
    when[np.searchsorted(orders.order, b.order[settles])] = b.happened_at[settles]
    rest = np.maximum(book.refunded - found.sum(axis=1), 0.0)
    found[np.arange(len(orders)), _bin(when - orders.paid_at)] += rest
    total = found.sum(axis=1, keepdims=True)
    return np.asarray(found * np.where(total > 0, book.refunded[:, None] / np.where(total > 0, total, 1.0), 0.0))


def _bin(lag_s: Float) -> NDArray[np.intp]:
    return np.asarray(np.clip(np.searchsorted(EDGES, lag_s / DAY, side="right") - 1, 0, len(EDGES) - 2))


def rates(days: PaidBy, at: float, prior: Prior, offset_s: float) -> list[WeekRate]:
    """Every week's cohort with its projection, by key and week."""
    if not days:
        return []
    found = by_week(days, offset_s)
    keys = sorted(found)
    of = {name: i for i, name in enumerate(sorted({name for name, _ in keys}))}
    daily = _cohorts(list(days.values()), np.array([of[name] for name, _ in days], np.int64), at)
    curve = _curve(daily, len(of), prior)
    place = {key: i for i, key in enumerate(keys)}
    week = np.array([place[name, week_of(day, offset_s)] for name, day in days], np.intp)
    cohorts = _cohorts([found[k] for k in keys], np.array([of[name] for name, _ in keys], np.int64), at)
    cohorts = replace(cohorts, age_days=_age(curve, daily, week, cohorts))
    excess = spreads(curve, cohorts, cohorts.age_days)
    end, flagged = project(curve, excess, cohorts), clusters(curve, excess, cohorts)
    rate = curve.rate[cohorts.group]
    seen = np.where(rate > 0, curve.seen(cohorts.group, cohorts.age_days) / np.where(rate > 0, rate, 1.0), 1.0)
    paid = np.where(cohorts.paid > 0, cohorts.paid, 1.0)
    ends = np.stack([end.final, end.lo, end.hi], axis=1) / paid[:, None]
    columns = zip(keys, ends.tolist(), seen.tolist(), flagged.tolist(), strict=True)
    return [_told(key, found[key], *rest) for key, *rest in columns]


def without_clusters(days: PaidBy, told: Iterable[WeekRate], offset_s: float) -> PaidBy:
    """The days that are in no flagged week of their key."""
    flagged = {(r.key, r.week) for r in told if r.flagged}
    return {(name, day): p for (name, day), p in days.items() if (name, week_of(day, offset_s)) not in flagged}


def _age(curve: RefundCurve, daily: Cohorts, week: NDArray[np.intp], weekly: Cohorts) -> Float:
    """(c,) the age at which a whole week would have seen what its days, each at its own age, are expected to have."""
    n = len(weekly.paid)
    seen = np.bincount(week, weights=daily.paid * curve.seen(daily.group, daily.age_days), minlength=n)
    mean = seen / np.where(weekly.paid > 0, weekly.paid, 1.0)
    steps = np.concatenate([np.zeros((len(curve.share), 1)), np.cumsum(curve.share, axis=1)], axis=1)
    ages = [float(np.interp(m, steps[g], curve.edges)) for m, g in zip(mean, weekly.group.tolist(), strict=True)]
    return np.array(ages)


def _told(key: Key, w: Paid, ends: list[float], seen: float, flagged: bool) -> WeekRate:
    rate, lo, hi = ends
    return WeekRate(*key, w.orders, w.paid, w.billed, float(w.refunds.sum()), rate, lo, hi, seen, flagged)


def stated(cohorts: Cohorts, prior: Prior) -> tuple[RefundCurve, float]:
    """The prior as a curve, and what it weighs in yuan."""
    curve = prior_curve(EDGES, np.array([1 - prior.settled_share]), np.array([QUICK]), np.array([prior.delay_days]))
    return curve, prior.strength * float(np.mean(cohorts.sampling)) if len(cohorts.paid) else 0.0


def _curve(cohorts: Cohorts, groups: int, prior: Prior) -> RefundCurve:
    """The account's curve from all cohorts, then each key's shrunk toward it."""
    start, weight = stated(cohorts, prior)
    whole = Cohorts(
        np.zeros(len(cohorts.group), np.int64), cohorts.paid, cohorts.age_days, cohorts.refunds, cohorts.sampling
    )
    account = learn(start, np.array([weight]), whole)
    return learn(below(account, np.zeros(groups, np.int64)), np.full(groups, weight), cohorts)


def _cohorts(some: list[Paid], group: NDArray[np.int64], at: float) -> Cohorts:
    paid = np.array([w.paid for w in some])
    safe = np.where(paid > 0, paid, 1.0)
    middle = np.array([w.moment for w in some]) / safe
    age = np.where(paid > 0, np.maximum((at - middle) / DAY, 0.0), EDGES[-1])
    return Cohorts(group, paid, age, np.stack([w.refunds for w in some]), np.array([w.square for w in some]) / safe)


def triangle(days: PaidBy, at: float, offset_s: float) -> Triangle:
    """Weeks that have lived through every lag, for a back-test: what came of each in the end. A week counts from its END, so that at
    any age all of its orders are at least that old and nothing is known before its time."""
    last = at - EDGES[-1] * DAY - WEEK
    some = sorted((week, w) for (_, week), w in by_week(days, offset_s).items() if week <= last and w.paid > 0)
    none = np.zeros(0)
    if not some:
        return Triangle(none, none, np.zeros((0, len(EDGES) - 1)), none, EDGES)
    c = _cohorts([w for _, w in some], np.zeros(len(some), np.int64), at)
    return Triangle(np.array([(week + WEEK) / DAY for week, _ in some]), c.paid, c.refunds, c.sampling, EDGES)
