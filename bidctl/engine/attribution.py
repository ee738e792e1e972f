"""Which campaign an order belongs to.

1. By id: the campaign that the order names. Whole.
2. By live account: among the campaigns of its live account that the platform credits with paid GMV on the order's pay day.
3. By product: the same among the campaigns of its product.
4. None: nothing says.

For 2 and 3 an order is shared out in proportion to the platform's paid GMV (整体成交金额) of each campaign on that key and natural day,
less what orders that name it have claimed there; where such claims leave nothing (or fall on a day without GMV), by spend. The shares
are whole fen and add up to the order: the largest remainders get the fen that are left, ties the smaller campaign id.

So orders without an id never count twice what those with one have told, and each day sums to what was paid. Orders are
shared out slice by slice; what they claim is known of all of them first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.orders import OrderGroups, Orders
from bidctl.wording import Wording

Text = NDArray[np.str_]
Fen = NDArray[np.int64]
Int = NDArray[np.intp]
_Part = tuple[Int, Text, Fen]
_Place = tuple[str, int]
"""A key (live account or product) and a natural day."""
_Weights = dict[_Place, tuple[Text, NDArray[np.float64]]]
DAY_S = 86400.0


class Way(IntEnum):
    """How an order was attributed."""

    BY_ID = 0
    BY_LIVE_ACCOUNT = 1
    BY_PRODUCT = 2
    NONE = 3


WAYS: dict[Way, Wording] = {
    Way.BY_ID: Wording("订单自带计划", "by the id it carries"),
    Way.BY_LIVE_ACCOUNT: Wording("按直播账号分摊", "shared by live account"),
    Way.BY_PRODUCT: Wording("按商品分摊", "shared by product"),
    Way.NONE: Wording("无法归属", "not attributed"),
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the platform reports, one row a campaign, key and natural day. `campaign`, `live_account`, `product` text ("" = not of
    this key); `day` int64 days since 1970 in the account's zone; `gmv` paid GMV and `spend`, fen."""

    campaign: Text
    live_account: Text
    product: Text
    day: Fen
    gmv: Fen
    spend: Fen


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of orders. `row` (k,) index of the order, `campaign` "" = none, `fen` on the paid basis; `way` (n,) int8 of each order."""

    row: Int
    campaign: Text
    fen: Fen
    way: NDArray[np.int8]

    @property
    def lead(self) -> NDArray[np.bool_]:
        """(k,) the first share of each order: where an order is counted once, it counts there."""
        return np.append(True, self.row[1:] != self.row[:-1])[: len(self.row)]

    def by_way(self, paid: Fen) -> dict[Way, int]:
        """Fen attributed each way; `paid` (n,) of the orders."""
        return {way: int(paid[self.way == way].sum()) for way in Way}

    def by_campaign(self) -> dict[str, int]:
        """Fen of each campaign, "" = none."""
        names, at = np.unique(self.campaign, return_inverse=True)
        total = np.zeros(len(names), np.int64)
        np.add.at(total, at, self.fen)
        return dict(zip(names.tolist(), total.tolist(), strict=True))


KEYS = ((Way.BY_LIVE_ACCOUNT, "live_account"), (Way.BY_PRODUCT, "product"))
"""Ways of sharing out, in the order in which they are tried, and the key of each."""


_Claims = dict[tuple[Way, str, int, str], int]
"""Fen that orders with an id claim for their campaigns, by way, key, day and campaign."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Shares orders out. `weights`: by way, key and day; `offset_s`: the account's zone east of UTC."""

    weights: dict[Way, _Weights]
    offset_s: float

    def shares(self, orders: Orders) -> Shares:
        """Every order's shares, sorted by order; of one order the largest first."""
        way = np.full(len(orders), Way.NONE, np.int8)
        way[orders.campaign != ""] = Way.BY_ID
        named, day = np.flatnonzero(way == Way.BY_ID), days_of(orders, self.offset_s)
        parts = [(named, orders.campaign[named], orders.paid[named])]
        for how, name in KEYS:
            key = getattr(orders, name)
            free = np.flatnonzero((way == Way.NONE) & (key != ""))
            shared = _shared(orders, key, day, self.weights[how], free)
            way[np.unique(shared[0])] = how
            parts.append(shared)
        left = np.flatnonzero(way == Way.NONE)
        parts.append((left, np.zeros(len(left), "U1"), orders.paid[left]))
        row, campaign, fen = _joined(parts)
        order = np.lexsort((campaign, -fen, row))
        return Shares(row[order], campaign[order], fen[order], way)

    def ways(self, groups: OrderGroups) -> NDArray[np.int8]:
        """(n,) how the orders of each group are attributed."""
        way = np.where(groups.campaign != "", Way.BY_ID, Way.NONE).astype(np.int8)
        for how, name in KEYS:
            places = zip(getattr(groups, name).tolist(), groups.day.tolist(), strict=True)
            known = np.array([place in self.weights[how] for place in places], np.bool_)
            way[(way == Way.NONE) & known] = how
        return way


def attribution(groups: OrderGroups, platform: Delivered, offset_s: float) -> Attribution:
    """How orders are shared out: by what the platform credits each campaign with, less what orders with an id claim. `groups`: all
    orders; `offset_s`: the account's zone, by whose days they are grouped."""
    claims: _Claims = {}
    for i in np.flatnonzero(groups.campaign != "").tolist():
        for way, key in KEYS:
            claim = (way, str(getattr(groups, key)[i]), int(groups.day[i]), str(groups.campaign[i]))
            claims[claim] = claims.get(claim, 0) + int(groups.paid[i])
    weights = {way: _weights(platform, getattr(platform, key), way, claims) for way, key in KEYS}
    return Attribution(weights, offset_s)


def days_of(orders: Orders, offset_s: float) -> Fen:
    """(n,) natural day each was paid, days since 1970 in the account's zone."""
    return np.floor((orders.paid_at + offset_s) / DAY_S).astype(np.int64)


def _shared(orders: Orders, key: Text, day: Fen, weights: _Weights, free: Int) -> _Part:
    """Rows, campaigns and fen of the free orders whose key and day some campaign delivered on."""
    parts: list[_Part] = [(np.zeros(0, np.intp), np.zeros(0, "U1"), np.zeros(0, np.int64))]
    groups: dict[_Place, list[int]] = {}
    for i, name, when in zip(free.tolist(), key[free].tolist(), day[free].tolist(), strict=True):
        groups.setdefault((name, when), []).append(i)
    for place, members in groups.items():
        if place not in weights:
            continue
        campaigns, weight = weights[place]
        rows = np.array(members, np.intp)
        fen = split(orders.paid[rows], weight)
        at, column = np.nonzero((fen > 0) | (np.arange(len(weight)) == int(np.argmax(weight))))
        parts.append((rows[at], campaigns[column], fen[at, column]))
    return _joined(parts)


def _weights(platform: Delivered, of: Text, way: Way, claims: _Claims) -> _Weights:
    """By key and day: the campaigns (ascending) and what each weighs."""
    known = np.flatnonzero((of != "") & ((platform.gmv > 0) | (platform.spend > 0)))
    found: dict[_Place, dict[str, tuple[int, int]]] = {}
    for i in known.tolist():
        mine = found.setdefault((str(of[i]), int(platform.day[i])), {})
        name = str(platform.campaign[i])
        gmv, spend = mine.get(name, (0, 0))
        mine[name] = gmv + int(platform.gmv[i]), spend + int(platform.spend[i])
    return {place: _weigh(way, place, mine, claims) for place, mine in found.items()}


def _joined(parts: list[_Part]) -> _Part:
    rows, names, fen = zip(*parts, strict=True)
    return np.concatenate(rows), np.concatenate(names), np.concatenate(fen)


def _weigh(
    way: Way, place: _Place, mine: dict[str, tuple[int, int]], claims: _Claims
) -> tuple[Text, NDArray[np.float64]]:
    names = sorted(mine)
    gmv = np.array([max(mine[n][0] - claims.get((way, *place, n), 0), 0) for n in names], np.float64)
    spend = np.array([mine[n][1] for n in names], np.float64)
    reported = np.array([mine[n][0] for n in names], np.float64)
    weight = next((w for w in (gmv, spend, reported) if w.sum() > 0), reported)
    return np.array(names, np.str_), weight


def split(fen: Fen, weight: NDArray[np.float64]) -> Fen:
    """(n, c) whole fen of each of n amounts by weights (c,), each row adding up to its amount; `weight` must not be all 0."""
    share = fen[:, None] * (weight / weight.sum())
    whole = np.floor(share).astype(np.int64)
    left = fen - whole.sum(axis=1)
    order = np.argsort(whole - share, axis=1, kind="stable")  # largest remainders first, ties the smaller id
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(len(weight)), order.shape), axis=1)
    extra = left[:, None] // len(weight) + (rank < (left % len(weight))[:, None])
    return np.asarray(whole + extra)
