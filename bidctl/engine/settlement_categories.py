"""What a cohort's settlement rate is compared with: the mean of its category, of every category that its orders are of by their share.

Categories are those of the operator's table of products. Orders of a product that it does not tell count for no mean, and a cohort
without any that it tells has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bidctl.domain.enrolment import Prior
from bidctl.domain.orders import OrderFacts
from bidctl.engine.attribution import Attribution
from bidctl.engine.order_ledger import order_ledger
from bidctl.engine.order_totals import Side
from bidctl.engine.settlement_weeks import FEN, Key, PaidBy, WeekRate, add_days, parts_of, rates, week_of


@dataclass(slots=True)
class Categorised:
    """`days` by the side asked for, `of_category` the same orders by category; `mix`: paid yuan of each cohort by category."""

    days: PaidBy = field(default_factory=dict)
    of_category: PaidBy = field(default_factory=dict)
    mix: dict[Key, dict[str, float]] = field(default_factory=dict)


def categorised(
    slices: Iterable[OrderFacts], at: float, side: Side, categories: Mapping[str, str], offset_s: float,
    rule: Attribution | None = None,
) -> Categorised:  # fmt: skip
    """Orders as known at epoch second `at`, by `side` and by the category of their product ("" = not told); `rule`: how orders that name
    no campaign are shared out."""
    found = Categorised()
    for facts in slices:
        known = facts.as_of(at)
        book = order_ledger(known)
        parts = list(parts_of(book.orders, side, rule))
        category = [categories.get(p, "") for p in book.orders.product.tolist()]
        add_days(found.days, known, book, parts, offset_s)
        add_days(found.of_category, known, book, ((i, what, 1.0, 1) for i, what in enumerate(category)), offset_s)
        paid_at, paid = book.orders.paid_at.tolist(), book.orders.paid.tolist()
        for i, name, share, _ in parts:
            mine = found.mix.setdefault((name, week_of(paid_at[i], offset_s)), {})
            mine[category[i]] = mine.get(category[i], 0.0) + paid[i] / FEN * share
    return found


def category_means(c: Categorised, at: float, prior: Prior, offset_s: float) -> dict[Key, float]:
    """The projected settlement rate that each cohort's categories have on the whole."""
    by_category = whole_rates(rates(c.of_category, at, prior, offset_s))
    found = {}
    for key, mix in c.mix.items():
        told = {name: paid for name, paid in mix.items() if name and paid > 0}
        if told:
            found[key] = sum(paid * by_category[name] for name, paid in told.items()) / sum(told.values())
    return found


def whole_rates(told: Iterable[WeekRate]) -> dict[str, float]:
    """The projected rate of each key over all its weeks."""
    paid: dict[str, float] = {}
    kept: dict[str, float] = {}
    for r in told:
        paid[r.key] = paid.get(r.key, 0.0) + r.paid
        kept[r.key] = kept.get(r.key, 0.0) + r.rate * r.paid
    return {key: kept[key] / paid[key] if paid[key] else 0.0 for key in paid}
