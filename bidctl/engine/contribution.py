"""What a paid yuan of a product finally earns, and the ROAS at which it pays for its advertising (R-FLOOR).

    m          = 1 - goods - commission - platform fee - shipping - insurance - coupons     (kept orders, per paid yuan)
    k          = shipping + insurance + write-down * goods                                  (orders refunded after dispatch)
    break-even = cash / (i * (s * m - r * k));    creator: cash / (commission * s)

s, the settled share, comes from settlement; r, the share refunded after dispatch, from the refund curve or the operator; i is
the incremental share; cash is what a yuan of ad cost takes from the till where rebates and grants are configured.
The formula widely posted, 1 - margin + (1 - refund), is no break-even at all: at a margin of 50 % and 10 % of refunds it says
1.40 where the truth is 1 / (0.9 * 0.5) = 2.22, so whoever follows it loses on every order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bidctl.domain.enrolment import Economics
from bidctl.domain.products import Amount, Product, ProductTable
from bidctl.domain.values import FloorState, Side
from bidctl.policy.rulebook.floor import FloorInputs, break_even, shown, yield_per_paid_yuan

AMOUNTS = ("goods", "shipping", "insurance", "coupons")
RATES = ("commission", "platform_fee")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One product, shares of 1 per paid yuan: `margin` m, `lost` k, `refunded` r, `incremental` i, `commission` of the creator;
    None = not known, and `missing` names what the table does not tell."""

    product: str
    margin: float | None
    lost: float | None
    refunded: float | None
    incremental: float
    commission: float | None
    missing: tuple[str, ...]


def contribution(p: Product, refunded: float | None = None) -> Contribution:
    """`refunded`: r as the product's own orders show it, which goes before the table's. A cost that is not told is missing,
    never zero: a margin without it would be too good."""
    amounts: dict[str, Amount | None] = {name: getattr(p, name) for name in AMOUNTS}
    costs: dict[str, float | None] = {n: None if a is None else a.of_price(p.price) for n, a in amounts.items()}
    costs |= {name: getattr(p, name) for name in RATES}
    r = p.refunded if refunded is None else refunded
    others = {"write_down": p.write_down, "refunded": r}
    unpriced = ["price"] if any(a is not None and costs[n] is None for n, a in amounts.items()) else []
    missing = unpriced + [n for n, cost in (costs | others).items() if cost is None and amounts.get(n) is None]
    told = {name: cost for name, cost in costs.items() if cost is not None}
    whole, sent = len(told) == len(costs), told.get("shipping", 0.0) + told.get("insurance", 0.0)
    return Contribution(
        product=p.product,
        margin=1.0 - sum(told.values()) if whole else None,
        lost=sent + p.write_down * told["goods"] if whole and p.write_down is not None else None,
        refunded=r,
        incremental=1.0 if p.incremental is None else p.incremental,
        commission=p.commission,
        missing=tuple(missing),
    )


def economics(c: Contribution, side: Side, cash_share: float = 1.0) -> Economics | None:
    """R-FLOOR's inputs of one product; None where the table does not tell them all."""
    if side is Side.CREATOR:
        return None if c.commission is None else Economics(commission=c.commission, cash_share=cash_share)
    if c.missing or c.margin is None or c.lost is None or c.refunded is None:
        return None
    return Economics(
        margin=c.margin,
        refund_after_dispatch=c.refunded,
        loss_per_refund=c.lost,
        incremental=c.incremental,
        cash_share=cash_share,
    )


@dataclass(frozen=True, slots=True)
class BreakEven:
    """`blended` counts every credited order, `incremental` only those that would not have come anyway; None = never
    profitable. `sum`: the incremental one as the sum it is, for people."""

    blended: float | None
    incremental: float | None
    sum: str


def break_even_of(e: Economics, side: Side, settled: float) -> BreakEven:
    """`settled`: projected settled share of the target's own basis, 0..1."""
    one, blended = floor_inputs_of(e, side, settled), floor_inputs_of(replace(e, incremental=1.0), side, settled)
    return BreakEven(_value(blended), _value(one), shown(one, 0))


def _value(x: FloorInputs) -> float | None:
    floor, state = break_even(x)
    return float(floor[0]) if state[0] == FloorState.KNOWN else None


def floor_inputs_of(e: Economics, side: Side, settled: float) -> FloorInputs:
    """One row of R-FLOOR's inputs."""

    def one(value: float | None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([np.nan if value is None else value])

    return FloorInputs(
        side=np.array([side], np.int8), settled=one(settled), margin=one(e.margin), refunded=one(e.refund_after_dispatch),
        lost=one(e.loss_per_refund), incremental=one(e.incremental), commission=one(e.commission), break_even=one(e.break_even),
        minimum=one(None), cash_share=one(e.cash_share),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What the table gives a campaign: `economics`, or None and what is `missing` (product, column). `of`: whose they are,
    `among`: how many products it promotes."""

    economics: Economics | None
    of: str
    among: int
    missing: tuple[tuple[str, str], ...]


def campaign_economics(
    table: ProductTable, products: Iterable[str], side: Side, settled: float, cash_share: float = 1.0,
    refunded: Mapping[str, float] | None = None,
) -> Given:  # fmt: skip
    """Of several products those of the one that earns least: which of them sells is not for us to assume, and a floor that holds
    for the dearest holds for all. A product that the table does not know, or not whole, leaves the campaign without."""
    names = tuple(products)
    found: list[tuple[float, str, Economics]] = []
    missing: list[tuple[str, str]] = [] if names else [("", "product")]
    for name in names:
        product = table.find(name)
        c = None if product is None else contribution(product, (refunded or {}).get(name))
        e = None if c is None else economics(c, side, cash_share)
        if c is None or e is None:
            lacks = ("product",) if c is None else ("commission",) if side is Side.CREATOR else c.missing
            missing += [(name, what) for what in lacks]
            continue
        found.append((float(yield_per_paid_yuan(floor_inputs_of(e, side, settled))[0]), name, e))
    if missing or not found:
        return Given(None, "", len(names), tuple(missing))
    _, of, worst = min(found, key=lambda f: f[:2])
    return Given(worst, of, len(names), ())
