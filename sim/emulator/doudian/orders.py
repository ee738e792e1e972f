"""`order.searchList`: orders by when they were made or changed (doudian-settlement.md 5)."""

from __future__ import annotations

import numpy as np

from sim.emulator import ids, times
from sim.emulator.doudian.call import MOST, ShopCall
from sim.emulator.doudian.errors import wrong
from sim.emulator.doudian.sales import NEVER, ORDER, Sales, Till
from sim.emulator.service import Service

Data = dict[str, object]
OLDEST_S = 90 * times.DAY
GIFTS = 16
"""Every so many orders come with a gift."""


def search(service: Service, till: Till, call: ShopCall) -> Data:
    """POST order/searchList."""
    page = call.whole("page", 10035)
    if page < 0:
        raise wrong(10035, f"page {page}")
    size = call.size(20008)
    if (page + 1) * size > MOST:
        raise wrong(20013, f"page {page} x size {size}: at most {MOST}")
    by = "update_time" if call.body.get("order_by") == "update_time" else "create_time"
    begin, end = _window(call)
    sales = till.sales()
    updated = sales.updated_at(call.now)
    key = updated if "update_time_start" in call.body else sales.created_at
    there = np.flatnonzero((sales.created_at <= call.now) & (key >= begin) & (key <= end))
    shown = updated if by == "update_time" else sales.created_at
    order = there[np.lexsort((sales.number[there], shown[there]))]
    if not call.body.get("order_asc"):
        order = order[::-1]
    rows = [
        _row(service, till, sales, int(i), int(updated[i]), call.now)
        for i in order[call.rows(page * size, size, len(order))]
    ]
    return {"page": page, "total": len(order), "size": size, "shop_order_list": rows}


def _window(call: ShopCall) -> tuple[int, int]:
    for kind in ("update_time", "create_time"):
        if f"{kind}_start" in call.body:
            begin = call.whole(f"{kind}_start", 20011)
            if begin < call.now - OLDEST_S:
                raise wrong(20022, f"{kind}_start {begin}: older than 90 days")
            return begin, call.whole(f"{kind}_end", 20011, int(call.now) + times.DAY)
    raise wrong(20011, "create_time_start or update_time_start is needed")


def _status(s: Sales, i: int, now: float) -> int:
    if s.paid_at[i] > now or s.presale[i]:
        return 1
    if s.back_at[i] <= now and s.sent_at[i] == NEVER:
        return 4
    return 5 if s.received_at[i] <= now else 3 if s.sent_at[i] <= now else 2


def _row(service: Service, till: Till, s: Sales, i: int, updated: int, now: float) -> Data:
    """A parent order with its SKU orders; who bought it is made up, and is nobody's business."""
    number, paid = ORDER + int(s.number[i]) * 10, s.paid_at[i] <= now
    pay = int(s.fen[i] - s.addition[i]) if paid else 0
    pieces = [_sku(service, till, s, i, number, now), *([_gift(s, i, number)] if s.number[i] % GIFTS == 3 else [])]
    return {
        "order_id": str(number),
        "shop_id": ids.SHOP,
        "order_status": _status(s, i, now),
        "pay_time": int(s.paid_at[i]) if paid else 0,
        "create_time": int(s.created_at[i]),
        "finish_time": int(s.received_at[i]) if s.received_at[i] <= now else 0,
        "update_time": updated,
        "order_amount": int(s.fen[i]),
        "pay_amount": pay,
        "post_amount": 0,
        "promotion_amount": int(s.addition[i]),
        "post_receiver": "模拟买家",
        "encrypt_post_tel": "##138****0000##",
        "sku_order_list": pieces,
    }


def _sku(service: Service, till: Till, s: Sales, i: int, parent: int, now: float) -> Data:
    back = s.back_at[i] <= now
    return {
        "order_id": str(parent + 1),
        "parent_order_id": str(parent),
        "product_id": int(s.product[i]),
        "product_id_str": str(s.product[i]),
        "sku_id": int(s.product[i]) + 7,
        "item_num": int(s.pieces[i]),
        "order_amount": int(s.fen[i]),
        "pay_amount": int(s.fen[i] - s.addition[i]) if s.paid_at[i] <= now else 0,
        "origin_amount": int(s.fen[i] // max(int(s.pieces[i]), 1)),
        "sum_amount": int(s.fen[i]),
        "shop_cost_amount": 0,
        "platform_cost_amount": int(s.addition[i]),
        "author_cost_amount": 0,
        "given_product_type": "",
        "c_biz": 8,
        "cid": 0,
        "after_sale_info": {
            "after_sale_status": 12 if back else 0,
            "after_sale_type": 0,
            "refund_status": 3 if back else 0,
        },
        **_source(service, till, s, i),
    }


def _source(service: Service, till: Till, s: Sales, i: int) -> Data:
    """Where it was sold: a room, or a video of the account's."""
    if s.campaign[i] < 0:
        return {"author_id": 0, "author_name": "", "room_id": 0, "room_id_str": "0", "theme_type": 0, "ad_env_type": ""}
    spec = service.world.specs[int(s.campaign[i])]
    author = ids.AWEME + spec.live_account if spec.live_account >= 0 else 0
    told: Data = {"author_id": author, "author_name": f"模拟达人 {spec.live_account}", "room_id": 0, "room_id_str": "0",
                  "theme_type": 0, "ad_env_type": "video"}  # fmt: skip
    if spec.kind == 1:
        room = till.room(spec.live_account, int(s.paid_at[i]))
        told |= {
            "room_id": ids.ROOM + room,
            "room_id_str": str(ids.ROOM + room),
            "theme_type": 1,
            "ad_env_type": "live",
        }
    return told


def _gift(s: Sales, i: int, parent: int) -> Data:
    product = int(s.product[i]) + 1
    return {
        "order_id": str(parent + 2), "parent_order_id": str(parent), "product_id": product, "product_id_str": str(product),
        "item_num": 1, "order_amount": 0, "pay_amount": 0, "platform_cost_amount": 0, "given_product_type": "FREE",
    }  # fmt: skip
