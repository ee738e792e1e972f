"""What each day's advertising leaves in the till (真实利润日报), by campaign and natural day of payment.

    kept         = billed + what of the open part is expected to stay
    contribution = i * (m * kept - k * refunded after dispatch)
    profit       = contribution - cash cost

Where the orders of a day are known what is billed is taken as it stands, and no more of them is expected to stay than is still
open; what the platform reports beyond them follows the model. All that rests on a model is said to: `projected` is the part of
`kept` that no bill has settled yet.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import NaturalDays
from bidctl.engine.order_ledger import OrderLedger

Float = NDArray[np.float64]
Int = NDArray[np.int64]
FEN = 100.0


@dataclass(frozen=True, slots=True)
class AdDays:
    """(n, d) by campaign and natural day: `spend`, `paid` yuan as the platform reports them, `final` yuan expected to be billed in
    the end; NaN = not known."""

    spend: Float
    paid: Float
    final: Float


@dataclass(frozen=True, slots=True)
class Terms:
    """(n,) of each campaign, see `Economics`: `margin` m, `lost` k, `refunded` r, `incremental` i, `cash_share`; of a creator
    `commission` in place of the margin (NaN = merchant or agency). NaN = not given."""

    margin: Float
    lost: Float
    refunded: Float
    incremental: Float
    commission: Float
    cash_share: Float


@dataclass(frozen=True, slots=True)
class OrderDays:
    """(n, d) yuan of the orders attributed to a campaign, by day of payment: paid = billed + refunded + open. `returned`: of the
    refunds those after dispatch. `received`, `commission`, `fee` as the bills say; `known` bool: orders of that day are known."""

    known: NDArray[np.bool_]
    paid: Float
    billed: Float
    refunded: Float
    returned: Float
    open: Float
    received: Float
    commission: Float
    fee: Float

    def __add__(self, more: OrderDays) -> OrderDays:
        """Both together; an order is in one of them."""
        sums = {f.name: getattr(self, f.name) + getattr(more, f.name) for f in fields(self) if f.name != "known"}
        return OrderDays(known=self.known | more.known, **sums)

    @property
    def other(self) -> Float:
        """What bills keep back beside commission and fee, e.g. the seller's coupons."""
        return self.billed - self.received - self.commission - self.fee


@dataclass(frozen=True, slots=True)
class DailyProfit:
    """(n, d) yuan each, NaN = not known. `billed` NaN where no orders are known; `kept` billed and expected, `projected` its part
    that no bill has settled; `unmatched`: paid as the platform reports it less what the orders known were paid."""

    spend: Float
    cash: Float
    paid: Float
    kept: Float
    projected: Float
    billed: Float
    contribution: Float
    profit: Float
    unmatched: Float


def daily_profit(ads: AdDays, terms: Terms, orders: OrderDays | None = None) -> DailyProfit:
    """The report over all rows and days."""
    m, k, r, i, commission, cash_share = (
        column[:, None]
        for column in (terms.margin, terms.lost, terms.refunded, terms.incremental, terms.commission, terms.cash_share)
    )
    creator = np.isfinite(commission)
    kept, projected, returned = ads.final, ads.final, r * ads.paid
    billed = unmatched = np.full(ads.paid.shape, np.nan)
    if orders is not None:
        seen, rest = orders.known, np.maximum(ads.paid - orders.paid, 0.0)
        share = np.divide(ads.final, ads.paid, out=np.zeros_like(ads.paid), where=ads.paid > 0)
        # of the orders known never more than is open, however sure the model is; of the others as the model has it
        stays = np.clip(share * orders.paid - orders.billed, 0.0, orders.open)
        kept = np.where(seen, orders.billed + stays + share * rest, kept)
        projected = np.where(seen, stays + share * rest, projected)
        back = np.maximum(orders.returned, np.minimum(r * orders.paid, orders.paid - orders.billed - stays))
        returned = np.where(seen, back + r * rest, returned)
        billed, unmatched = np.where(seen, orders.billed, np.nan), np.where(seen, ads.paid - orders.paid, np.nan)
    gain = np.where(creator, commission * kept, np.minimum(i, 1.0) * (m * kept - k * returned))
    cash = cash_share * ads.spend
    return DailyProfit(ads.spend, cash, ads.paid, kept, projected, billed, gain, gain - cash, unmatched)


def order_days(ledger: OrderLedger, campaigns: list[str], last_day: int, span: int, days: NaturalDays) -> OrderDays:
    """The ledger's orders by campaign and day of payment, the `span` natural days up to `last_day`. Orders of no campaign here, or
    of other days, are left out; a day is known where any order of the campaign is."""
    o, n = ledger.orders, len(campaigns)
    order = np.argsort(campaigns, kind="stable")
    names = np.array(campaigns, np.str_)[order]
    place = np.minimum(np.searchsorted(names, o.campaign), n - 1)
    day = days.of_many(o.paid_at) - (last_day - span + 1)
    use = np.flatnonzero((names[place] == o.campaign) & (day >= 0) & (day < span)) if n else np.zeros(0, np.intp)
    cell = order[place[use]] * span + day[use] if n else use

    def total(fen: Int) -> Float:
        out = np.zeros(n * span, np.int64)
        np.add.at(out, cell, fen[use])
        return out.reshape(n, span) / FEN

    return OrderDays(
        known=np.bincount(cell, minlength=n * span).reshape(n, span) > 0,
        paid=total(o.paid),
        billed=total(ledger.billed),
        refunded=total(ledger.refunded),
        returned=total(ledger.refunded - ledger.before_dispatch),
        open=total(ledger.open),
        received=total(ledger.received),
        commission=total(ledger.commission),
        fee=total(ledger.fee),
    )
