"""What a creator (达人) brings for what it costs, on settled money, with an interval; ranked by the interval's lower end.

    gain = i * (m * K - k * R) / (c * K + samples + ads + fee)

K is what of the paid GMV of its orders is billed or expected to be, R what is refunded after dispatch, m the margin before commission
and k the loss of a returned yuan by the mix of its products (engine/contribution.py), c its commission on confirmed receipts as its
bills show it, else as the table of products says. The interval joins two doubts: where the open orders end (engine/refund_curve.py),
and that few orders tell little of the next ones (a compound Poisson sum: the variance of K is the sum of squared kept orders).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bidctl.domain.creators import Creator, Grade, Threshold, thresholds
from bidctl.domain.enrolment import Prior
from bidctl.domain.orders import OrderFacts
from bidctl.domain.products import ProductTable
from bidctl.domain.quadrants import Quadrant
from bidctl.engine.contribution import contribution
from bidctl.engine.normal import Z90
from bidctl.engine.order_ledger import OrderLedger, order_ledger
from bidctl.engine.quadrants import quadrants
from bidctl.engine.settlement_weeks import FEN, PaidBy, WeekRate, add_days, parts_of, rates

NOT_TOLD = ""
"""Orders that name no creator."""


@dataclass(slots=True)
class Sold:
    """What a creator's orders of the weeks came to: `mix` paid yuan by product; yuan `billed`, `commission` by bills, refunded `before`
    dispatch, and `square` the sum of squared order values."""

    mix: dict[str, float] = field(default_factory=dict)
    billed: float = 0.0
    commission: float = 0.0
    before: float = 0.0
    square: float = 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """By the mix of a creator's products, per paid yuan: `margin` before commission, `lost` of a returned one, `incremental`,
    `commission` as the table says (None = not told); `missing`: what the tables do not tell."""

    margin: float
    lost: float
    incremental: float
    commission: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreatorResult:
    """One creator: `orders`, yuan `paid` and `kept` (expected), `refunded` share expected, `order_value` and `commission` and `cost`
    yuan, `contribution` yuan before its cost, `gain` and its 90 % interval; None = not known, and `missing` says what is."""

    creator: Creator
    orders: int
    paid: float
    kept: float
    refunded: float | None
    order_value: float | None
    conversion: float | None
    commission: float | None
    cost: float | None
    contribution: float | None
    gain: float | None
    lo: float | None
    hi: float | None
    missing: tuple[str, ...]
    grade: Grade | None = None
    quadrant: Quadrant | None = None


def creators(
    slices: Iterable[OrderFacts], at: float, since: float, told: Mapping[str, Creator], products: ProductTable,
    grades: Sequence[Threshold], prior: Prior, offset_s: float,
) -> list[CreatorResult]:  # fmt: skip
    """Every creator with orders paid in the weeks from epoch second `since` (a Monday) on, or in the table, best first."""
    days, sold = _sold(slices, at, since, offset_s)
    weeks: dict[str, list[WeekRate]] = {name: [] for name in told}
    for r in rates(days, at, prior, offset_s):
        if r.week >= since:
            weeks.setdefault(r.key, []).append(r)
    names = [name for name in weeks if name != NOT_TOLD]
    found = [_result(told.get(n, Creator(n)), weeks[n], sold.get(n, Sold()), products) for n in names]
    placed = quadrants(
        np.array([float(r.orders) for r in found]),
        np.array([np.nan if r.conversion is None else r.conversion for r in found]),
        [f"{r.creator.platform}/{r.creator.category}" for r in found],
    )
    graded = [replace(r, grade=grade_of(r, grades), quadrant=q) for r, q in zip(found, placed, strict=True)]
    return sorted(graded, key=lambda r: (r.lo is None, -(r.lo or 0.0), r.creator.creator))


def grade_of(r: CreatorResult, table: Sequence[Threshold]) -> Grade | None:
    """The best grade all of whose thresholds are met; what is not known meets none."""
    lines = thresholds(table, r.creator.platform, r.creator.category)
    return next((t.grade for t in lines if _meets(r, t)), None)


def _meets(r: CreatorResult, t: Threshold) -> bool:
    least = ((t.gain, r.lo), (t.orders, float(r.orders)), (t.conversion, r.conversion))
    enough = all(limit is None or (found is not None and found >= limit) for limit, found in least)
    return enough and (t.refunded is None or (r.refunded is not None and r.refunded <= t.refunded))


def _sold(slices: Iterable[OrderFacts], at: float, since: float, offset_s: float) -> tuple[PaidBy, dict[str, Sold]]:
    days: PaidBy = {}
    sold: dict[str, Sold] = {}
    for facts in slices:
        known = facts.as_of(at)
        book = order_ledger(known)
        add_days(days, known, book, parts_of(book.orders, "creator", None), offset_s)
        _add(sold, book, since)
    return days, sold


def _add(sold: dict[str, Sold], book: OrderLedger, since: float) -> None:
    o = book.orders
    for i in np.flatnonzero(o.paid_at >= since).tolist():
        mine, paid, product = sold.setdefault(str(o.creator[i]), Sold()), int(o.paid[i]) / FEN, str(o.product[i])
        mine.mix[product] = mine.mix.get(product, 0.0) + paid
        mine.billed += int(book.billed[i]) / FEN
        mine.commission += int(book.commission[i]) / FEN
        mine.before += int(book.before_dispatch[i]) / FEN
        mine.square += paid * paid


def terms_of(mix: Mapping[str, float], products: ProductTable) -> Terms:
    """The mix's terms; a product that the table does not know, or not whole, is missing: a margin without a cost would be too good."""
    total, missing = sum(mix.values()), []
    sums = {"margin": 0.0, "lost": 0.0, "incremental": 0.0, "commission": 0.0}
    whole_commission = True
    for name, paid in sorted(mix.items()):
        product = products.find(name)
        c = None if product is None else contribution(replace(product, commission=0.0), refunded=0.0)
        if product is None or c is None or c.margin is None or c.lost is None:
            missing.append(f"{name}:{'product' if c is None else ','.join(c.missing)}")
            continue
        share = paid / total if total else 0.0
        whole_commission &= product.commission is not None
        for key, value in (
            ("margin", c.margin),
            ("lost", c.lost),
            ("incremental", c.incremental),
            ("commission", product.commission or 0.0),
        ):
            sums[key] += share * value
    commission = sums["commission"] if whole_commission and not missing and mix else None
    return Terms(sums["margin"], sums["lost"], min(sums["incremental"], 1.0), commission, tuple(missing))


def _result(told: Creator, weeks: list[WeekRate], sold: Sold, products: ProductTable) -> CreatorResult:
    orders, paid = sum(r.orders for r in weeks), sum(r.paid for r in weeks)
    kept = sum(r.rate * r.paid for r in weeks)
    terms = terms_of(sold.mix, products)
    rate = sold.commission / sold.billed if sold.billed else terms.commission
    costs = (told.samples, told.ads, told.fee)
    missing = [*terms.missing, *(n for n, v in zip(("samples", "ads", "fee"), costs, strict=True) if v is None)]
    missing += ["commission"] if rate is None and paid else []
    clicks = (
        told.clicks if told.clicks is not None and orders <= told.clicks else None
    )  # more orders: clicks of other weeks
    result = CreatorResult(
        creator=told, orders=orders, paid=paid, kept=kept, refunded=1 - kept / paid if paid else None,
        order_value=paid / orders if orders else None, conversion=orders / clicks if clicks else None,
        commission=None if rate is None else rate * kept, cost=None, contribution=None, gain=None, lo=None, hi=None,
        missing=tuple(missing) if clicks == told.clicks else (*missing, "clicks"),
    )  # fmt: skip
    if terms.missing:
        return result
    result = replace(result, contribution=_contribution(terms, kept, paid - kept - sold.before))
    if missing:
        return result
    return _gain(result, terms, weeks, sold, rate or 0.0, sum(c for c in costs if c is not None))


def _contribution(t: Terms, kept: float, returned: float) -> float:
    return t.incremental * (t.margin * kept - t.lost * max(returned, 0.0))


def _gain(r: CreatorResult, t: Terms, weeks: list[WeekRate], sold: Sold, rate: float, fixed: float) -> CreatorResult:
    cost = rate * r.kept + fixed
    if cost <= 0:
        return replace(r, cost=cost, missing=("cost",))

    def at(kept: float, returned: float, scale: float) -> float:
        return scale * _contribution(t, kept, returned) / (scale * rate * kept + fixed)

    def settled(kept: float) -> float:
        return at(kept, r.paid - kept - sold.before, 1.0)

    ends = sum(((w.hi - w.lo) * w.paid / (2 * Z90)) ** 2 for w in weeks) ** 0.5
    few = (sold.square * r.kept / r.paid) ** 0.5 / r.kept if r.kept and r.paid else 0.0
    returned, gain = r.paid - r.kept - sold.before, settled(r.kept)
    by_ends = (settled(r.kept + ends) - settled(max(r.kept - ends, 0.0))) / 2
    by_few = (at(r.kept, returned, 1 + few) - at(r.kept, returned, max(1 - few, 0.0))) / 2 if fixed else 0.0
    sd = (by_ends**2 + by_few**2) ** 0.5
    return replace(r, cost=cost, gain=gain, lo=gain - Z90 * sd, hi=gain + Z90 * sd)
