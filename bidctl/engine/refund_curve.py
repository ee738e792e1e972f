"""How refunds come back: the refunded share of a pay day's GMV by lag, learned with a stated prior (Bornhuetter-Ferguson).

    share_b = (k * prior_b + refunds seen in lag bin b) / (k + paid GMV that has lived through bin b)
    rate    = sum of share_b;    F(age) = share of the rate that has come by an age
    final   = paid - seen - rate * paid * (1 - F(age))

Ages may be given on any clock that runs with the delay of refunds, e.g. the stated prior's own F: a bin fills evenly on it.
Every bin is learned from all cohorts that have lived through it, so young cohorts teach the early bins and nothing is ever
divided by a small F: the fault of plain chain-ladder (measured: worse than no correction at every age). The same
formula serves every level: an account shrinks toward the stated prior, a category toward its account, a product toward its
category; `k` is what the level above weighs, in yuan of paid GMV.

Two stages: bins that end within `DISPATCH_DAYS` are refunds before dispatch (nothing was shipped), the rest after receipt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.delay_shapes import two_speeds
from bidctl.engine.normal import Z90, gamma_quantile

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Int = NDArray[np.int64]

DISPATCH_DAYS = 2.0
"""Refunds within two days of payment are taken as before dispatch (platforms ask shops to ship within 48 h)."""

SPREAD, SPREAD_WEIGHT = 0.5, 4.0
"""Squared relative error of a cohort's coming refunds before any was seen, and the cohorts it weighs (ours; weekly cohorts of a
wholesaler show about 1, where single large returns dominate)."""

LEAST = 1e-4
"""Yuan below which nothing is coming: less than a fen."""

PIECE = 16_384
"""Cohorts worked on together."""

FLAG_TIMES, FLAG_SIGMAS = 2.0, 3.0
"""A cohort is flagged as a cluster where its refunds are over twice the expected and three standard deviations above."""


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Cohorts of one or many groups, by pay day or week. `group` (c,) int, dense; `paid` (c,) yuan; `age_days` (c,) from payment to
    now; `refunds` (c, b) yuan seen so far by lag bin; `sampling` (c,) yuan: order value * (1 + cv^2), 0 = not known."""

    group: Int
    paid: Float
    age_days: Float
    refunds: Float
    sampling: Float

    def take(self, rows: Int | Bool) -> Cohorts:
        """Some cohorts, by index or mask."""
        return Cohorts(self.group[rows], self.paid[rows], self.age_days[rows], self.refunds[rows], self.sampling[rows])


@dataclass(frozen=True, slots=True)
class RefundCurve:
    """`edges` (b + 1,) days, from 0; `share` (g, b): refunded share of paid GMV that comes in each lag bin, by group."""

    edges: Float
    share: Float

    @property
    def rate(self) -> Float:
        """(g,) share of paid GMV refunded in the end."""
        return np.asarray(self.share.sum(axis=1))

    @property
    def after_receipt(self) -> Float:
        """(g,) share of paid GMV refunded after dispatch: what R-FLOOR calls r."""
        late = self.edges[1:] > DISPATCH_DAYS + 1e-9
        return np.asarray(self.share[:, late].sum(axis=1))

    @property
    def whole(self) -> Float:
        """(g, b + 1) share of paid GMV that is expected back by each edge."""
        return np.concatenate([np.zeros((len(self.share), 1)), np.cumsum(self.share, axis=1)], axis=1)

    def seen(self, group: Int, age_days: Float, whole: Float | None = None) -> Float:
        """(c,) share of paid GMV that is expected back by an age; bins fill evenly. `whole`: its own, where it is made already."""
        whole = self.whole if whole is None else whole
        b, part = _within(self.edges, np.asarray(age_days, np.float64))
        return np.asarray(whole[group, b] + part * self.share[group, b])

    def coming(self, group: Int, age_days: Float, whole: Float | None = None) -> Float:
        """(c,) share of paid GMV that is expected back after an age."""
        whole = self.whole if whole is None else whole
        return np.asarray(np.maximum(whole[group, -1] - self.seen(group, age_days, whole), 0.0))


def lived(edges: Float, age_days: Float) -> Float:
    """(c, b) share of each lag bin that a cohort of an age has lived through."""
    width = np.diff(edges)
    return np.asarray(np.clip((np.asarray(age_days)[:, None] - edges[:-1]) / width, 0.0, 1.0))


def _within(edges: Float, age_days: Float) -> tuple[NDArray[np.intp], Float]:
    """(c,) the lag bin in which an age lies, and the share of it that is lived."""
    b = np.clip(np.searchsorted(edges, age_days, side="right") - 1, 0, len(edges) - 2)
    return b, np.clip((age_days - edges[b]) / np.diff(edges)[b], 0.0, 1.0)


def prior_curve(edges: Float, rate: Float, quick: Float, mean_days: Float) -> RefundCurve:
    """The stated prior of g groups: `rate`, the share `quick` of refunds within the first bin, the rest by a mixture of two
    exponentials of mean `mean_days` (`two_speeds`); the last bin takes what is left."""
    end = edges[1:]
    mean = np.asarray(mean_days, np.float64)[:, None]
    slow = two_speeds(end / mean)
    q = np.asarray(quick, np.float64)[:, None]
    done = np.concatenate([np.zeros((len(mean), 1)), q + (1 - q) * slow], axis=1)
    done[:, -1] = 1.0
    return RefundCurve(edges, np.asarray(rate, np.float64)[:, None] * np.diff(done, axis=1))


def learn(prior: RefundCurve, strength: Float, cohorts: Cohorts) -> RefundCurve:
    """The curve of each group of `prior` after its cohorts; `strength` (g,) yuan of paid GMV that the prior weighs."""
    g, k = len(prior.share), np.asarray(strength, np.float64)[:, None]
    exposure, refunds = _exposure(prior.edges, cohorts, g), _by_group(cohorts.refunds, cohorts.group, g)
    share = (k * prior.share + refunds) / np.where(k + exposure > 0, k + exposure, 1.0)
    return RefundCurve(prior.edges, np.where(k + exposure > 0, share, prior.share))


def below(parent: RefundCurve, of: Int) -> RefundCurve:
    """The parent's curves as priors of the groups below: `of` (g,) parent of each."""
    return RefundCurve(parent.edges, parent.share[of])


def spread(curve: RefundCurve, cohorts: Cohorts, age_days: float, groups: int = 1) -> Float:
    """(groups,) squared relative error of what comes after an age, beyond the chance of which orders come back: from cohorts
    older than that age, each weighing by how much of its coming refunds it has lived through; shrunk to `SPREAD`."""
    old = cohorts.take((cohorts.age_days > age_days) & (cohorts.paid > 0))
    by_age = curve.seen(old.group, np.full(len(old.paid), age_days))
    (b,), (part,) = _within(curve.edges, np.array([age_days]))
    # what fell into the bin of the age itself is divided as the curve divides it
    here = np.minimum((old.age_days - curve.edges[b]) / (curve.edges[b + 1] - curve.edges[b]), 1.0)
    got = old.refunds[:, b + 1 :].sum(axis=1) + old.refunds[:, b] * (1.0 - part / np.maximum(here, 1e-12))
    weight, excess = _beyond(old, curve.seen(old.group, old.age_days) - by_age, curve.rate[old.group] - by_age, got)
    group = np.zeros(len(old.group), np.int64) if groups == 1 else old.group
    n, sums = (np.asarray(np.bincount(group, weights=x, minlength=groups), np.float64) for x in (weight, excess))
    return _shrunk(sums, n)


def spreads(curve: RefundCurve, cohorts: Cohorts, ages: Float) -> Float:
    """(k,) `spread` of all cohorts together at many ages: found at the edges of the lag bins, in between in a straight line."""
    whole, rate = curve.whole, curve.rate
    sums = np.zeros((2, len(curve.edges)))
    for c in _pieces(cohorts):
        seen, left = curve.seen(c.group, c.age_days, whole), c.refunds.sum(axis=1)
        for k, edge in enumerate(curve.edges.tolist()):
            old, by_age = (c.age_days > edge) & (c.paid > 0), whole[c.group, k]
            weight, excess = _beyond(c, np.where(old, seen - by_age, 0.0), rate[c.group] - by_age, left)
            sums[:, k] += excess.sum(), weight.sum()
            if k < len(curve.edges) - 1:
                left = left - c.refunds[:, k]
    return np.asarray(np.interp(ages, curve.edges, _shrunk(sums[0], sums[1])))


def _beyond(c: Cohorts, step: Float, coming: Float, got: Float) -> tuple[Float, Float]:
    """(c,) weight of each cohort, and its weighed squared relative error beyond chance. `step`: of the `coming` share of paid GMV what
    it has lived through; `got` yuan that came."""
    expected = c.paid * step
    ok = (expected > LEAST) & (coming > 0)
    safe = np.where(ok, expected, 1.0)
    weight = np.where(ok, step / np.where(ok, coming, 1.0), 0.0)
    return weight, weight * (((got - expected) / safe) ** 2 - c.sampling / safe)


def _shrunk(excess: Float, n: Float) -> Float:
    return np.asarray(np.maximum((SPREAD_WEIGHT * SPREAD + excess) / (SPREAD_WEIGHT + n), 0.0))


def _pieces(c: Cohorts) -> Iterator[Cohorts]:
    """The cohorts so many at a time that what is worked out of them stays in the processor's cache."""
    for i in range(0, len(c.paid), PIECE):
        part = slice(i, i + PIECE)
        yield Cohorts(c.group[part], c.paid[part], c.age_days[part], c.refunds[part], c.sampling[part])


@dataclass(frozen=True, slots=True)
class Projection:
    """(c,) yuan: `final` billed GMV expected of each cohort, and its 90 % interval."""

    final: Float
    lo: Float
    hi: Float


def project(curve: RefundCurve, excess: Float, cohorts: Cohorts) -> Projection:
    """Where each cohort ends. `excess` (c,): `spread` at its age. What is still to come is a gamma with the expected mean and
    relative variance excess + sampling * (1 - p) / mean, never more than what is left."""
    whole = curve.whole
    parts = [_project(curve, whole, excess[i * PIECE :][:PIECE], c) for i, c in enumerate(_pieces(cohorts))]
    columns = zip(*((p.final, p.lo, p.hi) for p in parts), strict=True) if parts else np.zeros((3, 1, 0))
    return Projection(*(np.concatenate(list(column)) for column in columns))


def _project(curve: RefundCurve, whole: Float, excess: Float, cohorts: Cohorts) -> Projection:
    seen = cohorts.refunds.sum(axis=1)
    left = np.maximum(cohorts.paid - seen, 0.0)
    share = curve.coming(cohorts.group, cohorts.age_days, whole)
    mean = np.minimum(cohorts.paid * share, left)
    some = mean > LEAST
    safe = np.where(some, mean, 1.0)
    p = np.minimum(safe / np.where(left > LEAST, left, safe), 1.0)
    shape = 1.0 / np.maximum(excess + cohorts.sampling * (1 - p) / safe, 1e-9)
    shape = np.maximum(shape, 0.2)
    none = np.exp(-safe / np.where(cohorts.sampling > 0, cohorts.sampling, 1e-9 * safe)) > 0.05
    least = np.where(some & ~none, np.minimum(gamma_quantile(-Z90, safe, shape), left), 0.0)
    most = np.where(some, np.minimum(gamma_quantile(Z90, safe, shape), left), 0.0)
    return Projection(left - np.where(some, mean, 0.0), left - most, left - least)


def clusters(curve: RefundCurve, excess: Float, cohorts: Cohorts) -> Bool:
    """(c,) cohorts whose refunds so far stand out (one bad batch or session, freight-insurance abuse): to be shown apart."""
    expected = cohorts.paid * curve.seen(cohorts.group, cohorts.age_days)
    got = cohorts.refunds.sum(axis=1)
    sd = np.sqrt(np.maximum(excess * expected**2 + cohorts.sampling * expected, 0.0))
    return np.asarray((got > FLAG_TIMES * expected) & (got - expected > FLAG_SIGMAS * sd) & (expected > 0))


def _exposure(edges: Float, c: Cohorts, n: int) -> Float:
    """(n, b) paid GMV of each group that has lived through each bin."""
    columns = []
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = np.clip((c.age_days - low) / (high - low), 0.0, 1.0)
        columns.append(np.bincount(c.group, weights=c.paid * part, minlength=n))
    return np.stack(columns, axis=1)


def _by_group(values: Float, group: Int, n: int) -> Float:
    if len(group) and bool((group[1:] >= group[:-1]).all()):  # one pass where groups lie together
        first, out = np.flatnonzero(np.diff(group, prepend=-1)), np.zeros((n, values.shape[1]))
        out[group[first]] = np.add.reduceat(values, first, axis=0)
        return out
    columns = [np.bincount(group, weights=values[:, b], minlength=n) for b in range(values.shape[1])]
    return np.stack(columns, axis=1) if columns else np.zeros((n, 0))
