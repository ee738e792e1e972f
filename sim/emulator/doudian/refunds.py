"""`afterSale.List`: claims and their refunds (doudian-settlement.md 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.emulator import times
from sim.emulator.doudian.call import MOST, ShopCall
from sim.emulator.doudian.errors import wrong
from sim.emulator.doudian.sales import AFTERSALE, CLAIM_S, DISPATCH_S, NEVER, ORDER, Sales, Till

Data = dict[str, object]
Int = NDArray[np.int64]
KEPT_S = 182 * times.DAY
EXCHANGES, EXCHANGE_S = 50, 5 * times.DAY
"""Every so many orders that are kept are exchanged, so long after payment: no refund."""


@dataclass(frozen=True, slots=True)
class _Claims:
    """n claims: `row` of the order, `claimed_at`, `done_at`, whether it is an `exchange`."""

    row: Int
    claimed_at: Int
    done_at: Int
    exchange: NDArray[np.bool_]


def _claims(s: Sales) -> _Claims:
    back = np.flatnonzero(s.back > 0)
    swapped = np.flatnonzero((s.back == 0) & (s.number % EXCHANGES == 7) & (s.paid_at != NEVER))
    rows = np.concatenate([back, swapped])
    exchange = np.arange(len(rows)) >= len(back)
    done = np.where(exchange, s.paid_at[rows] + EXCHANGE_S, s.back_at[rows])
    return _Claims(rows, np.maximum(done - CLAIM_S, s.paid_at[rows]), done, exchange)


def listed(till: Till, call: ShopCall) -> Data:
    """POST afterSale/List."""
    page, size = call.whole("page", 11000), call.size(11000)
    if page < 0 or (page + 1) * size > MOST:
        raise wrong(11003, f"page {page} x size {size}: at most {MOST}")
    s = till.sales()
    claims = _claims(s)
    updated = np.where(claims.done_at < call.now, claims.done_at, claims.claimed_at)
    key = updated if "update_start_time" in call.body else claims.claimed_at
    begin, end = _window(call)
    there = np.flatnonzero((claims.claimed_at <= call.now) & (key >= begin) & (key <= end))
    order = there[np.lexsort((s.number[claims.row[there]], key[there]))]
    if call.body.get("order_by") != ["update_time asc"]:
        order = order[::-1]
    items = [
        _item(s, claims, int(k), int(updated[k]), call.now) for k in order[call.rows(page * size, size, len(order))]
    ]
    return {"items": items, "has_more": (page + 1) * size < len(order), "total": len(order), "page": page, "size": size}


def _window(call: ShopCall) -> tuple[int, int]:
    for kind in ("update_start_time", "start_time"):
        if kind in call.body:
            end = kind.replace("start", "end")
            until = call.whole(end, 11000, int(call.now) + times.DAY)
            return call.whole(kind, 11000), until - (kind == "start_time")
    return int(call.now - KEPT_S), int(call.now) + times.DAY


def _item(s: Sales, claims: _Claims, k: int, updated: int, now: float) -> Data:
    i = int(claims.row[k])
    done, exchange = claims.done_at[k] < now, bool(claims.exchange[k])
    back, number = int(s.back[i]), int(s.number[i])
    added = back * int(s.addition[i]) // max(int(s.fen[i]), 1)
    early = claims.done_at[k] - s.paid_at[i] <= DISPATCH_S
    parent = ORDER + number * 10
    info = {
        "aftersale_id": str(AFTERSALE + number),
        "aftersale_type": 3 if exchange else 2 if early else 0,
        "aftersale_status": 6 if not done else 14 if exchange else 12,
        "related_id": str(parent + 1),
        "apply_time": int(claims.claimed_at[k]),
        "create_time": int(claims.claimed_at[k]),
        "update_time": updated,
        "refund_amount": back - added,
        "refund_post_amount": 0,
        "return_promotion_amount": added,
        "refund_status": 0 if exchange else 3 if done else 1,
        "aftersale_refund_type": 4 if exchange else 0,
        "aftersale_num": int(s.pieces[i]),
        "aftersale_status_to_final_time": int(claims.done_at[k]) if done else 0,
    }
    related = {
        "sku_order_id": str(parent + 1),
        "order_status": 255 if early else 3,
        "pay_amount": int(s.fen[i] - s.addition[i]),
        "item_num": int(s.pieces[i]),
        "create_time": int(s.created_at[i]),
        "product_id": str(s.product[i]),
        "aftersale_pay_amount": back - added,
        "aftersale_post_amount": 0,
        "aftersale_item_num": int(s.pieces[i]),
        "promotion_pay_amount": int(s.addition[i]),
        "price": int(s.fen[i] // max(int(s.pieces[i]), 1)),
    }
    return {"aftersale_info": info, "order_info": {"shop_order_id": str(parent), "related_order_info": [related]}}
